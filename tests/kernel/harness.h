/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's tests: a root task that runs a table of functions. Each gets an empty arena of
 * memory and slots, which is revoked afterwards, so nothing of one test is left for the next.
 */
#pragma once

#include <base/bits.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Tests and their tables --- */
struct test {
    const char *name;
    void (*run)(void);
};

struct test_group {
    const struct test *tests;
    unsigned count;
};

#define TEST_GROUP(group, ...)                                                                     \
    static const struct test group##_table[] = {__VA_ARGS__};                                      \
    const struct test_group group = {group##_table, ARRAY_SIZE(group##_table)}
/* clang-format off */
#define TEST(function) {#function, function}
/* clang-format on */

/* --- Checks: the first that fails ends the test --- */
void test_fail(const char *file, int line, const char *expression);
void test_fail_equal(const char *file, int line, const char *expression, seL4_Word got,
                     seL4_Word wanted);
/* Prints a line of its own; conversions are those of <base/format.h>. */
__attribute__((format(printf, 1, 2))) void test_note(const char *format, ...);
/* Says that a test cannot run here, and why; it counts as neither passed nor failed. */
void test_skip(const char *why);

#define CHECK(expression)                                                                          \
    do {                                                                                           \
        if (!(expression)) {                                                                       \
            test_fail(__FILE__, __LINE__, #expression);                                            \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_EQUAL(got, wanted)                                                                   \
    do {                                                                                           \
        seL4_Word got_ = (seL4_Word)(got), wanted_ = (seL4_Word)(wanted);                          \
        if (got_ != wanted_) {                                                                     \
            test_fail_equal(__FILE__, __LINE__, #got " == " #wanted, got_, wanted_);               \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_OK(expression) CHECK_EQUAL(expression, seL4_NoError)

/* --- What every test may use --- */
/* The next of Marsaglia's 64-bit xorshift numbers; the state must not be zero. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#define ROOT  seL4_CapInitThreadCNode
#define DEPTH seL4_WordBits

/* The memory of this test: an untyped without children at its start. */
seL4_CPtr test_arena(void);
#define TEST_ARENA_BITS 25
/* A slot that is empty at the start of the test. */
seL4_CPtr new_slot(void);
/* An object made from the arena, or 0 (and the failure is noted). */
seL4_CPtr make(seL4_Word type, seL4_Word size_bits);
/* A copy with fewer rights or a badge. */
seL4_CPtr mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge);
/* A fresh 4 KiB page, mapped for reading and writing. */
void *make_page(seL4_CPtr *frame);
/* Maps a frame of any size at an address that is not used otherwise. NULL if it failed. */
void *map_frame(seL4_CPtr frame, unsigned size_bits);
/* Addresses for a test's own mappings: nothing is mapped at TEST_FREE_ADDRESS, nor are tables. */
#define TEST_FREE_ADDRESS 0x100000000000ul
bool slot_is_empty(seL4_CPtr slot);
seL4_BootInfo *boot_info(void);
/* The extra record of this kind (SEL4_BOOTINFO_HEADER_*), or NULL. */
const seL4_BootInfoHeader *boot_record(seL4_Word id);
uint64_t read_tsc(void);

/* --- Threads, in the test's own address space and CSpace --- */
struct thread {
    seL4_CPtr tcb, frame;
    seL4_IPCBuffer *buffer;
    seL4_Word result; /* for the thread's use */
};

typedef void (*thread_function)(seL4_Word a, seL4_Word b);
/* Made, but not yet running; with `fault_ep` 0 it has no fault handler. */
bool thread_make(struct thread *t, thread_function function, seL4_Word a, seL4_Word b,
                 unsigned priority, seL4_CPtr fault_ep);
/* The same, running. */
bool thread_start(struct thread *t, thread_function function, seL4_Word a, seL4_Word b,
                  unsigned priority);
/* Let threads of lower priority run until they all wait: the test's own thread sleeps meanwhile. */
void let_others_run(void);
/* Priority of the thread that runs the tests. */
#define TEST_PRIORITY 200
#define LOWER         100
#define HIGHER        220
