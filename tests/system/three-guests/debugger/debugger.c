/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A debugger as a process of the guest, of both word sizes.
 *
 *   debugger              stops a child by an INT3, by single steps and by a debug register
 *   debugger ADDRESS...   up to four breakpoints on addresses (hexadecimal) of anybody else's,
 *                         which a busy child keeps armed for two seconds
 *   debugger --target     calls target() and writes `watched` until it is killed
 *
 * Rests on: ptrace(2); AMD APM vol. 2, 13.1 (debug registers).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __x86_64__
#define POINTER "rip"
#define RIP     rip
#else
#define POINTER "eip"
#define RIP     eip
#endif

#define DEBUG_REGISTERS   4
#define DR6               6
#define DR7               7
#define DR7_ENABLE(n)     (1ul << 2 * (n)) /* Ln; for execution, R/Wn and LENn are 0 */
#define DR7_WRITE_4(n)    (0xdul << (16 + 4 * (n)))
#define STATUS_OF_CHILD   7
#define SECONDS_ARMED     2
#define DEBUG_REGISTER(n) (offsetof(struct user, u_debugreg) + (n) * sizeof(long))

volatile unsigned watched;

__attribute__((noinline)) void target(void)
{
    __asm__ volatile("nop");
}

/* Instructions of which each is a step; the monitor emulates the CPUID. */
void steps(void);
extern const char step_1[], step_2[], step_3[], step_4[], step_5[];
__asm__(".globl steps, step_1, step_2, step_3, step_4, step_5\n"
#ifdef __x86_64__
        "steps: push %rbx\n"
        "step_1: xor %eax, %eax\n"
        "step_2: cpuid\n"
        "step_3: nop\n"
        "step_4: pop %rbx\n"
#else
        "steps: push %ebx\n"
        "step_1: xor %eax, %eax\n"
        "step_2: cpuid\n"
        "step_3: nop\n"
        "step_4: pop %ebx\n"
#endif
        "step_5: ret\n");

static void fail(const char *what)
{
    printf("debugger: %s (%s)\n", what, strerror(errno));
    exit(1);
}

static void must(long result, const char *what)
{
    if (result < 0)
        fail(what);
}

/* A child that waits to be debugged, and then does what there is to be seen. */
static pid_t start(void (*work)(void))
{
    pid_t child = fork();
    must(child, "no fork");
    if (child == 0) {
        must(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "no PTRACE_TRACEME");
        raise(SIGSTOP);
        work();
        _exit(STATUS_OF_CHILD);
    }
    int status;
    must(waitpid(child, &status, 0), "no child to wait for");
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP)
        fail("the child does not stop to be debugged");
    return child;
}

/* Lets the child go on. True: it stopped again, by a SIGTRAP; false: it came to its end. */
static int go_on(pid_t child, int how)
{
    int status;
    must(ptrace(how, child, NULL, NULL), "the child cannot go on");
    must(waitpid(child, &status, 0), "the child is lost");
    if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP)
        return 1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != STATUS_OF_CHILD) {
        printf("debugger: the child's status is %#x\n", (unsigned)status);
        exit(1);
    }
    return 0;
}

static void expect_at(pid_t child, const void *address)
{
    struct user_regs_struct regs;
    must(ptrace(PTRACE_GETREGS, child, NULL, &regs), "no PTRACE_GETREGS");
    if ((uintptr_t)regs.RIP != (uintptr_t)address) {
        printf("debugger: " POINTER " is %#lx instead of %p\n", (unsigned long)regs.RIP, address);
        exit(1);
    }
}

/* Runs the child into an INT3 at the address, and puts back what was there. */
static void run_to(pid_t child, const void *address)
{
    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, child, address, NULL);
    if (errno)
        fail("no PTRACE_PEEKTEXT");
    must(ptrace(PTRACE_POKETEXT, child, address, (word & ~0xffl) | 0xcc), "no PTRACE_POKETEXT");
    if (!go_on(child, PTRACE_CONT))
        fail("the INT3 does not stop the child");
    expect_at(child, (const char *)address + 1);

    struct user_regs_struct regs;
    must(ptrace(PTRACE_GETREGS, child, NULL, &regs), "no PTRACE_GETREGS");
    regs.RIP = (uintptr_t)address;
    must(ptrace(PTRACE_SETREGS, child, NULL, &regs), "no PTRACE_SETREGS");
    must(ptrace(PTRACE_POKETEXT, child, address, word), "no PTRACE_POKETEXT");
}

static unsigned long debug_register(pid_t child, unsigned number)
{
    errno = 0;
    long value = ptrace(PTRACE_PEEKUSER, child, DEBUG_REGISTER(number), NULL);
    if (errno)
        fail("a debug register cannot be read");
    return (unsigned long)value;
}

static void set_debug_register(pid_t child, unsigned number, unsigned long value)
{
    must(ptrace(PTRACE_POKEUSER, child, DEBUG_REGISTER(number), value),
         "a debug register cannot be written");
}

static void work_on_all(void)
{
    target();
    steps();
    watched = 1;
}

static void debug_all(void)
{
    const void *const way[] = {step_1, step_2, step_3, step_4, step_5, NULL};
    pid_t child = start(work_on_all);
    run_to(child, (const void *)(uintptr_t)target);
    printf("debugger: stopped by INT3\n");

    run_to(child, (const void *)(uintptr_t)steps);
    for (unsigned i = 0; way[i]; i++) {
        if (!go_on(child, PTRACE_SINGLESTEP))
            fail("a single step does not stop the child");
        expect_at(child, way[i]);
    }
    printf("debugger: stopped by single steps\n");

    unsigned long control = DR7_ENABLE(0) | DR7_WRITE_4(0);
    set_debug_register(child, 0, (unsigned long)&watched);
    set_debug_register(child, DR7, control);
    if (debug_register(child, 0) != (unsigned long)&watched ||
        debug_register(child, DR7) != control)
        fail("debug registers do not keep what is written");
    int acts = go_on(child, PTRACE_CONT);
    if (acts && !(debug_register(child, DR6) & 1))
        fail("DR6 does not say which breakpoint it was");
    printf("debugger: a watchpoint %s\n", acts ? "stopped it" : "did not act");
    if (acts && go_on(child, PTRACE_CONT))
        fail("the child does not come to its end");
}

/* Exits to the monitor, system calls and output, with the debug registers armed. */
static void work_for_a_while(void)
{
    time_t end = time(NULL) + SECONDS_ARMED + 1;
    int console = open("/dev/console", O_WRONLY | O_NOCTTY);
    for (unsigned round = 0; time(NULL) < end; round++) {
        steps();
        if (round % 256 == 0 && write(console, ".", 1) != 1)
            _exit(1);
    }
}

static void arm(char **addresses, unsigned count)
{
    pid_t child = start(work_for_a_while);
    unsigned long control = 0;
    for (unsigned i = 0; i < count; i++) {
        set_debug_register(child, i, strtoul(addresses[i], NULL, 16));
        control |= DR7_ENABLE(i);
    }
    set_debug_register(child, DR7, control);
    if (go_on(child, PTRACE_CONT))
        fail("somebody else's breakpoint stops the child");
    printf("\ndebugger: %u breakpoints were armed\n", count);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (argc == 2 && strcmp(argv[1], "--target") == 0)
        for (;;) {
            target();
            watched++;
        }
    if (argc > 1 + DEBUG_REGISTERS)
        fail("there are four debug registers");
    if (argc == 1)
        debug_all();
    else
        arm(argv + 1, (unsigned)argc - 1);
    return 0;
}
