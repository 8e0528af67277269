/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CPU as programs see it, free of either vendor's vocabulary.
 *
 * seL4_VMEnter() takes what a resume changes from the message registers and brings back there
 * what an exit needs, so that a common exit costs one system call and no state reads. The layout
 * of both messages is struct seL4_VCPURun, kept in the caller's IPC buffer
 * (seL4_GetIPCBuffer()->msg). State that changes rarely is read and written field by field with
 * seL4_X86_VCPU_ReadState() and seL4_X86_VCPU_WriteState().
 *
 * Field meanings: AMD64 Architecture Programmer's Manual, volume 2, chapter 15 and appendix B;
 * Intel SDM, volume 3C, chapters 24 to 27.
 */
#pragma once

#include <sel4/simple_types.h>

/* Results of seL4_VMEnter(). */
#define SEL4_VMENTER_RESULT_NOTIF 0 /* the bound notification was signalled; the badge is valid */
#define SEL4_VMENTER_RESULT_FAULT 1 /* the guest stopped; see struct seL4_VCPURun.reason */
#define SEL4_VMENTER_RESULT_ERROR 2 /* the thread has no VCPU or no IPC buffer */

/* Why the guest stopped. */
enum seL4_VCPUExitReason {
    seL4_VCPUExit_Notification = 0, /* no exit of the guest's own: a signal for the monitor */
    seL4_VCPUExit_CPUID,
    seL4_VCPUExit_RDMSR,
    seL4_VCPUExit_WRMSR,
    seL4_VCPUExit_IO, /* info = enum seL4_VCPUIOInfo bits | port << 16 */
    seL4_VCPUExit_HLT,
    seL4_VCPUExit_Hypercall,        /* VMMCALL or VMCALL */
    seL4_VCPUExit_SecondLevelFault, /* info = seL4_VCPUFault_*, address = guest-physical */
    seL4_VCPUExit_Shutdown,         /* triple fault */
    seL4_VCPUExit_XSETBV,
    /*
     * CR8 is to be written (was asked for), or CR4 where the processor has features that guests
     * must not switch on: info = CR number | write << 4; the instruction at RIP has the rest.
     */
    seL4_VCPUExit_ControlRegister,
    /*
     * Trapped ones only; info = vector | error code << 32; of a page fault, address = the CR2 it
     * would have set.
     */
    seL4_VCPUExit_Exception,
    seL4_VCPUExit_CacheControl, /* INVD, WBINVD */
    seL4_VCPUExit_Unsupported,  /* VMRUN, MONITOR/MWAIT, task switch, …: info = raw vendor code */
    seL4_VCPUExit_Invalid,      /* the processor refused the guest's state: info = raw code */
    /* A debug register is to be read or written: info = DR number | write << 4. */
    seL4_VCPUExit_DebugRegister,
    seL4_VCPUExit_Count
};

/* Bits of info for seL4_VCPUExit_IO; the port is in bits 31:16. */
#define seL4_VCPUIO_In         (1u << 0)
#define seL4_VCPUIO_String     (1u << 2)
#define seL4_VCPUIO_Rep        (1u << 3)
#define seL4_VCPUIO_Size8      (1u << 4)
#define seL4_VCPUIO_Size16     (1u << 5)
#define seL4_VCPUIO_Size32     (1u << 6)
#define seL4_VCPUIO_Addr16     (1u << 7)
#define seL4_VCPUIO_Addr32     (1u << 8)
#define seL4_VCPUIO_Addr64     (1u << 9)
/* Three bits, for string forms: ES 0, CS, SS, DS, FS, GS, or unknown: look at the prefixes. */
#define seL4_VCPUIO_SegShift   10
#define seL4_VCPUIO_SegUnknown 7u

/* Bits of info for seL4_VCPUExit_SecondLevelFault. */
#define seL4_VCPUFault_Present   (1u << 0)
#define seL4_VCPUFault_Write     (1u << 1)
#define seL4_VCPUFault_Fetch     (1u << 4)
#define seL4_VCPUFault_TableWalk (1u << 5) /* while reading the guest's own page tables */

/* Bits of struct seL4_VCPURun.control, read on entry. */
#define seL4_VCPURun_ClearShadow      (1u << 1) /* end the STI/MOV SS shadow (after emulation) */
#define seL4_VCPURun_WantTaskPriority (1u << 2) /* exit when CR8 is about to be written */

/* Bits of struct seL4_VCPURun.status, written on exit. */
#define seL4_VCPURun_Shadow       (1u << 0) /* in an STI/MOV SS interrupt shadow */
/* The delivery of `event` or `interrupt` was cut short by this exit: it is there still. */
#define seL4_VCPURun_EventPending (1u << 1)

/*
 * Event to inject on entry (0 = none), in the architectural form that both vendors share:
 * bits 7:0 vector, 10:8 type (2 NMI, 3 exception, 4 software interrupt), 11 error code valid,
 * 31 valid, 63:32 error code. An external interrupt is not for injecting: see `interrupt`.
 */
#define seL4_VCPUEvent_NMI        (2u << 8)
#define seL4_VCPUEvent_Exception  (3u << 8)
#define seL4_VCPUEvent_ErrorValid (1u << 11)
#define seL4_VCPUEvent_Valid      (1u << 31)

/* Register numbers are those of the instruction encoding. */
enum seL4_VCPURegister {
    seL4_VCPUReg_RAX = 0,
    seL4_VCPUReg_RCX,
    seL4_VCPUReg_RDX,
    seL4_VCPUReg_RBX,
    seL4_VCPUReg_RSP,
    seL4_VCPUReg_RBP,
    seL4_VCPUReg_RSI,
    seL4_VCPUReg_RDI,
    seL4_VCPUReg_R8,
    seL4_VCPUReg_R9,
    seL4_VCPUReg_R10,
    seL4_VCPUReg_R11,
    seL4_VCPUReg_R12,
    seL4_VCPUReg_R13,
    seL4_VCPUReg_R14,
    seL4_VCPUReg_R15,
    seL4_VCPUReg_Count
};

/*
 * The message of seL4_VMEnter(), both ways, at the start of the IPC buffer's message words.
 * "in" fields are taken on entry, "out" fields are filled on exit; in/out fields carry the guest's
 * registers, so a monitor changes them in place and enters again. The first seL4_VMEnter() after
 * WriteState must carry the wanted values too: RIP, RFLAGS, CR8 and the general registers live here
 * only.
 */
struct seL4_VCPURun {
    seL4_Word rip;    /* in/out */
    seL4_Word rflags; /* in/out */
    seL4_Word event;  /* in: event to inject; out: undelivered event */
    /*
     * in: an external interrupt, vector | seL4_VCPUEvent_Valid, which the guest takes as soon as
     * RFLAGS.IF is set and there is no shadow, whatever CR8 is; 0: none.
     * out: the same if the guest has not taken it, else 0.
     */
    seL4_Word interrupt;
    seL4_Word control;                   /* in */
    seL4_Word tpr;                       /* in/out: task priority, CR8: bits 3:0 */
    seL4_Word reg[seL4_VCPUReg_Count];   /* in/out: general registers, RSP included */
    seL4_Word reason;                    /* out: enum seL4_VCPUExitReason */
    seL4_Word info;                      /* out: see the reason */
    seL4_Word address;                   /* out: guest-physical address of a second-level fault */
    seL4_Word next_rip;                  /* out: RIP after the instruction, 0 where unknown */
    seL4_Word status;                    /* out */
    seL4_Word cr0, cr2, cr3, cr4, efer;  /* out */
    seL4_Word cs_base, cs_attr, ss_attr; /* out: attributes as in WriteState */
    seL4_Word cpl;                       /* out */
    seL4_Word tsc_exit;                  /* out: host TSC when the exit was taken */
};
#define seL4_VCPURun_Words (sizeof(struct seL4_VCPURun) / 8)

/*
 * Fields of ReadState/WriteState. Segment attributes: bits 3:0 type, 4 S, 6:5 DPL, 7 P, 8 AVL, 9 L,
 * 10 D/B, 11 G (the AMD VMCB form); an unusable segment has P clear.
 */
enum seL4_VCPUState {
    seL4_VCPUState_CR0 = 0,
    seL4_VCPUState_CR2,
    seL4_VCPUState_CR3,
    seL4_VCPUState_CR4,
    seL4_VCPUState_EFER, /* the kernel adds and hides what its own virtualisation needs */
    seL4_VCPUState_DR0,
    seL4_VCPUState_DR1,
    seL4_VCPUState_DR2,
    seL4_VCPUState_DR3,
    seL4_VCPUState_DR6,
    seL4_VCPUState_DR7, /* where breakpoints cannot be armed, it is kept and they do not act */
    seL4_VCPUState_XCR0,
    seL4_VCPUState_NMI,    /* seL4_VCPUNMI_*; 0 after reset */
    seL4_VCPUState_TSCAux, /* 32 bits: what RDTSCP and RDPID give */
    seL4_VCPUState_PAT,
    seL4_VCPUState_STAR,
    seL4_VCPUState_LSTAR,
    seL4_VCPUState_CSTAR,
    seL4_VCPUState_SFMASK,
    seL4_VCPUState_KernelGSBase,
    seL4_VCPUState_SysenterCS,
    seL4_VCPUState_SysenterESP,
    seL4_VCPUState_SysenterEIP,
    seL4_VCPUState_TSCOffset,
    seL4_VCPUState_GDTRBase,
    seL4_VCPUState_GDTRLimit,
    seL4_VCPUState_IDTRBase,
    seL4_VCPUState_IDTRLimit,
    seL4_VCPUState_ExceptionBitmap, /* which guest exceptions exit; machine check always does */
    /* Four fields each: selector, attributes, limit, base, in this order. */
    seL4_VCPUState_ES,
    seL4_VCPUState_CS = seL4_VCPUState_ES + 4,
    seL4_VCPUState_SS = seL4_VCPUState_CS + 4,
    seL4_VCPUState_DS = seL4_VCPUState_SS + 4,
    seL4_VCPUState_FS = seL4_VCPUState_DS + 4,
    seL4_VCPUState_GS = seL4_VCPUState_FS + 4,
    seL4_VCPUState_LDTR = seL4_VCPUState_GS + 4,
    seL4_VCPUState_TR = seL4_VCPUState_LDTR + 4,
    /* Of vector register n, 8 bytes each: XMMn, and where there is AVX the upper half of YMMn. */
    seL4_VCPUState_Vector = seL4_VCPUState_TR + 4,
    seL4_VCPUState_Count = seL4_VCPUState_Vector + 4 * 16
};
/* An NMI's handler has not returned; another NMI waits for that, which it cannot do without. */
#define seL4_VCPUNMI_Masked   (1u << 0)
#define seL4_VCPUNMI_Pending  (1u << 1)
#define seL4_VCPUSeg_Selector 0
#define seL4_VCPUSeg_Attr     1
#define seL4_VCPUSeg_Limit    2
#define seL4_VCPUSeg_Base     3
