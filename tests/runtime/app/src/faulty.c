/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commits the fault that its attribute names. The test reads the reports on the console.
 */
#include <assert.h>
#include <camkes.h>

__attribute__((noinline)) static int read_through(const int *pointer)
{
    return *(const volatile int *)pointer + 1;
}

__attribute__((noinline)) static int call_reader(const int *pointer)
{
    return read_through(pointer) + 1;
}

__attribute__((noinline)) static int recurse(int depth)
{
    volatile char frame[256];
    frame[0] = (char)depth;
    return depth < 0 ? 0 : recurse(depth + 1) + frame[0];
}

__attribute__((noinline)) static void fail_assertion(int number)
{
    assert(number == 4711);
}

int run(void)
{
    switch (fault) {
    case 0:
        return call_reader((const int *)8);
    case 1:
        return recurse(0);
    case 2:
        fail_assertion(fault);
        break;
    case 3:
        ((void (*)(void))0x7000000000ul)();
        break;
    case 4:
        (void)seL4_Call(0x12345, seL4_MessageInfo_new(0, 0, 0, 0));
        break;
    default: {
        static const char constant[] = "read-only";
        *(volatile char *)(uintptr_t)constant = 'w';
        break;
    }
    }
    return 0;
}
