/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task for the kernel that RELEASE makes: the calls for debugging are unknown system calls
 * there, like any other number that is not used. It prints on COM1, which nobody else does then.
 */
#include <sel4/sel4.h>

#define COM1         0x3f8
#define EXIT_PORT    0xf4
#define FIRST_NUMBER (-11)
#define LAST_NUMBER  (-17)

static seL4_CPtr next_slot, serial, leave, endpoint, thread;
static seL4_Word passed, failed;

static void print(const char *text)
{
    for (; *text; text++)
        seL4_X86_IOPort_Out8(serial, COM1, (seL4_Word)*text);
}

static void print_number(seL4_Word number)
{
    char text[2] = {(char)('0' + number % 10), 0};
    if (number >= 10)
        print_number(number / 10);
    print(text);
}

static seL4_CPtr issue_port(seL4_Word first, seL4_Word last)
{
    return seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, first, last, seL4_CapInitThreadCNode,
                                        next_slot, seL4_WordBits) == seL4_NoError
               ? next_slot++
               : 0;
}

static seL4_CPtr make(seL4_Word type)
{
    const seL4_BootInfo *bi = seL4_GetBootInfo();
    for (seL4_SlotPos u = bi->untyped.start; u < bi->untyped.end; u++)
        if (!bi->untypedList[u - bi->untyped.start].isDevice &&
            seL4_Untyped_Retype(u, type, 0, seL4_CapInitThreadCNode, 0, 0, next_slot, 1) ==
                seL4_NoError)
            return next_slot++;
    return 0;
}

__attribute__((naked)) static void make_call(void)
{
    __asm__("syscall; ud2");
}

/* The thread's handler gets an unknown system call of that number. */
static seL4_Bool is_unknown(seL4_Word number)
{
    seL4_UserContext regs = {.rip = (seL4_Word)make_call, .rax = number};
    if (seL4_TCB_WriteRegisters(thread, 1, 0, seL4_UserContext_Words, &regs) != seL4_NoError)
        return 0;
    seL4_MessageInfo_t info = seL4_Recv(endpoint, 0);
    return seL4_MessageInfo_get_label(info) == seL4_Fault_UnknownSyscall &&
           seL4_GetMR(seL4_UnknownSyscall_Syscall) == number;
}

static seL4_Bool set_up(void)
{
    next_slot = seL4_GetBootInfo()->empty.start;
    serial = issue_port(COM1, COM1 + 7);
    leave = issue_port(EXIT_PORT, EXIT_PORT);
    endpoint = make(seL4_EndpointObject);
    thread = make(seL4_TCBObject);
    return serial && leave && endpoint && thread &&
           seL4_TCB_Configure(thread, endpoint, seL4_CapInitThreadCNode, 0,
                              seL4_CapInitThreadVSpace, 0, 0, 0) == seL4_NoError &&
           seL4_TCB_SetSchedParams(thread, seL4_CapInitThreadTCB, seL4_MaxPrio, seL4_MaxPrio) ==
               seL4_NoError;
}

int main(void)
{
    if (!set_up()) {
        print("FAIL set-up\n");
        failed++;
    }
    for (int number = FIRST_NUMBER; !failed && number >= LAST_NUMBER; number--) {
        if (is_unknown((seL4_Word)number)) {
            passed++;
        } else {
            print("FAIL system call -");
            print_number((seL4_Word)-number);
            print("\n");
            failed++;
        }
    }
    print_number(passed);
    print(" passed, ");
    print_number(failed);
    print(" failed\n");
    seL4_X86_IOPort_Out8(leave, EXIT_PORT, failed);
    return 0;
}
