/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AMD's virtual machine control block (VMCB) and the numbers around it: layout and constants only.
 *
 * Rests on: AMD64 APM volume 2, chapter 15 and appendices B (VMCB layout) and C (exit codes).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* CPUID 8000_000A EDX: what this processor's SVM offers. */
#define SVM_FEATURE_NESTED_PAGING (1u << 0)
#define SVM_FEATURE_CLEAN_BITS    (1u << 5)
#define SVM_FEATURE_DECODE_ASSIST (1u << 7)

#define MSR_VM_CR       0xc0010114
#define VM_CR_SVMDIS    (1u << 4)
#define MSR_VM_HSAVE_PA 0xc0010117

/* vmcb.intercept_misc[0]. */
#define SVM_INTERCEPT_INTR       (1u << 0)
#define SVM_INTERCEPT_NMI        (1u << 1)
#define SVM_INTERCEPT_SMI        (1u << 2)
#define SVM_INTERCEPT_INIT       (1u << 3)
#define SVM_INTERCEPT_RDPMC      (1u << 15)
#define SVM_INTERCEPT_CPUID      (1u << 18)
#define SVM_INTERCEPT_IRET       (1u << 20)
#define SVM_INTERCEPT_INVD       (1u << 22)
#define SVM_INTERCEPT_HLT        (1u << 24)
#define SVM_INTERCEPT_INVLPGA    (1u << 26)
#define SVM_INTERCEPT_IOIO       (1u << 27)
#define SVM_INTERCEPT_MSR        (1u << 28)
#define SVM_INTERCEPT_SHUTDOWN   (1u << 31)
/* vmcb.intercept_misc[1]. */
#define SVM_INTERCEPT_VMRUN      (1u << 0)
#define SVM_INTERCEPT_VMMCALL    (1u << 1)
#define SVM_INTERCEPT_VMLOAD     (1u << 2)
#define SVM_INTERCEPT_VMSAVE     (1u << 3)
#define SVM_INTERCEPT_STGI       (1u << 4)
#define SVM_INTERCEPT_CLGI       (1u << 5)
#define SVM_INTERCEPT_SKINIT     (1u << 6)
#define SVM_INTERCEPT_WBINVD     (1u << 9)
#define SVM_INTERCEPT_MONITOR    (1u << 10)
#define SVM_INTERCEPT_MWAIT      (1u << 11)
#define SVM_INTERCEPT_MWAIT_ARM  (1u << 12)
#define SVM_INTERCEPT_XSETBV     (1u << 13)
#define SVM_INTERCEPT_RDPRU      (1u << 14)
/* vmcb.intercept_misc[2]. */
#define SVM_INTERCEPT_INVLPGB    (1u << 0)
#define SVM_INTERCEPT_INVLPGB_NO (1u << 1)
#define SVM_INTERCEPT_MCOMMIT    (1u << 3)
#define SVM_INTERCEPT_TLBSYNC    (1u << 4)

/* vmcb.tlb_control. */
#define SVM_TLB_KEEP      0
#define SVM_TLB_FLUSH_ALL 1

/* vmcb.vintr. */
#define SVM_VINTR_TPR_MASK 0x0fu
#define SVM_VINTR_IRQ      (1u << 8)
#define SVM_VINTR_PRIORITY (15u << 16)
#define SVM_VINTR_NO_TPR   (1u << 20)
#define SVM_VINTR_MASKING  (1u << 24)

#define SVM_SHADOW          (1u << 0)  /* vmcb.shadow */
#define SVM_DEBUG_REGISTERS 0xffu      /* vmcb.intercept_dr_*: DR0 to DR7; no others exist */
#define SVM_DR7_ENABLE      0xffu      /* vmcb.dr7: the local and global enable bits */
#define SVM_DR7_DETECT      (1u << 13) /* an access to a debug register is #DB */
#define SVM_NP_ENABLE       (1u << 0)  /* vmcb.nested_control */

/* vmcb.clean: parts of the VMCB that have not been written since the last exit. */
#define SVM_CLEAN_INTERCEPTS (1u << 0) /* intercepts, TSC offset */
#define SVM_CLEAN_MAPS       (1u << 1)
#define SVM_CLEAN_ASID       (1u << 2)
#define SVM_CLEAN_VINTR      (1u << 3)
#define SVM_CLEAN_NESTED     (1u << 4) /* N_CR3, G_PAT */
#define SVM_CLEAN_CR         (1u << 5) /* CR0, CR3, CR4, EFER */
#define SVM_CLEAN_DR         (1u << 6)
#define SVM_CLEAN_TABLES     (1u << 7) /* GDTR, IDTR */
#define SVM_CLEAN_SEGMENTS   (1u << 8) /* CS, DS, SS, ES, CPL */
#define SVM_CLEAN_CR2        (1u << 9)
#define SVM_CLEAN_ALL        0x3ffu

/* Events: the same form in vmcb.event_inject and vmcb.exit_int_info. */
#define SVM_EVENT_VECTOR    0xffu
#define SVM_EVENT_TYPE      (7u << 8) /* one with all bits is reserved */
#define SVM_EVENT_INTERRUPT (0u << 8)
#define SVM_EVENT_INT_N     (4u << 8)
#define SVM_EVENT_ERROR     (1u << 11)
#define SVM_EVENT_VALID     (1u << 31)
#define SVM_EVENT_FIELDS                                                                           \
    (0xffffffffull << 32 | SVM_EVENT_VALID | SVM_EVENT_ERROR | SVM_EVENT_TYPE | SVM_EVENT_VECTOR)

/* Exit codes. */
#define SVM_EXIT_WRITE_CR  0x010
#define SVM_EXIT_READ_DR   0x020
#define SVM_EXIT_WRITE_DR  0x030
#define SVM_EXIT_EXCEPTION 0x040
#define SVM_EXIT_INTR      0x060 /* NMI, SMI */
#define SVM_EXIT_INIT      0x063
#define SVM_EXIT_RDPMC     0x06f
#define SVM_EXIT_CPUID     0x072
#define SVM_EXIT_IRET      0x074
#define SVM_EXIT_INVD      0x076
#define SVM_EXIT_HLT       0x078
#define SVM_EXIT_INVLPGA   0x07a
#define SVM_EXIT_IOIO      0x07b
#define SVM_EXIT_MSR       0x07c
#define SVM_EXIT_SHUTDOWN  0x07f
#define SVM_EXIT_VMRUN     0x080
#define SVM_EXIT_VMMCALL   0x081
#define SVM_EXIT_VMLOAD    0x082 /* VMSAVE, STGI, CLGI, SKINIT */
#define SVM_EXIT_SKINIT    0x086
#define SVM_EXIT_WBINVD    0x089
#define SVM_EXIT_MONITOR   0x08a /* MWAIT, conditional MWAIT; the forms with X, too */
#define SVM_EXIT_MWAIT_ARM 0x08c
#define SVM_EXIT_XSETBV    0x08d
#define SVM_EXIT_RDPRU     0x08e
#define SVM_EXIT_INVLPGB   0x0a0 /* forms that are allowed, and others; MCOMMIT; TLBSYNC */
#define SVM_EXIT_TLBSYNC   0x0a4
#define SVM_EXIT_NPF       0x400
#define SVM_EXIT_INVALID   0xffffffffu /* the low half of -1; some emulators give only that */

/* EXITINFO1 of a nested page fault, beyond the usual page-fault error code. */
#define SVM_NPF_TABLE_WALK (1ull << 33)
/* EXITINFO1 of an I/O exit has the form of seL4_VCPUIO_*, with the segment in bits 12:10. */
#define SVM_IO_FIELDS      0xffff03fdu
#define SVM_IO_SEGMENT     (7u << 10)

/* A code segment's attributes L and D: not both. */
#define SVM_ATTR_64 (1u << 9 | 1u << 10)

struct svm_segment {
    uint16_t selector;
    uint16_t attr;
    uint32_t limit;
    uint64_t base;
};

struct vmcb {
    uint16_t intercept_cr_read, intercept_cr_write; /* 000 */
    uint16_t intercept_dr_read, intercept_dr_write;
    uint32_t intercept_exceptions;
    uint32_t intercept_misc[3];
    uint8_t reserved_018[0x3c - 0x18];
    uint16_t pause_threshold, pause_count; /* 03c */
    uint64_t iopm_pa;                      /* 040 */
    uint64_t msrpm_pa;
    uint64_t tsc_offset; /* 050 */
    uint32_t asid;
    uint8_t tlb_control;
    uint8_t reserved_05d[3];
    uint32_t vintr; /* 060 */
    uint8_t vintr_vector;
    uint8_t reserved_065[3];
    uint64_t shadow; /* 068 */
    uint64_t exit_code;
    uint64_t exit_info1;
    uint64_t exit_info2; /* 080 */
    uint64_t exit_int_info;
    uint64_t nested_control; /* 090 */
    uint64_t avic_bar, ghcb_pa;
    uint64_t event_inject; /* 0a8 */
    uint64_t nested_cr3;
    uint64_t lbr_control;
    uint32_t clean, reserved_0c4; /* 0c0 */
    uint64_t next_rip;
    uint8_t fetched_bytes[16]; /* 0d0 */
    uint8_t reserved_0e0[0x400 - 0xe0];

    struct svm_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr; /* 400 */
    uint8_t reserved_4a0[0x4cb - 0x4a0];
    uint8_t cpl; /* 4cb */
    uint32_t reserved_4cc;
    uint64_t efer; /* 4d0 */
    uint8_t reserved_4d8[0x548 - 0x4d8];
    uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip; /* 548 */
    uint8_t reserved_580[0x5d8 - 0x580];
    uint64_t rsp; /* 5d8 */
    uint64_t s_cet, ssp, isst_address;
    uint64_t rax; /* 5f8 */
    uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
    uint64_t sysenter_cs, sysenter_esp, sysenter_eip, cr2; /* 628 */
    uint8_t reserved_648[0x668 - 0x648];
    uint64_t pat; /* 668 */
    uint64_t debug_control, branch_from, branch_to, exception_from, exception_to;
    uint8_t reserved_698[0x1000 - 0x698];
};

_Static_assert(offsetof(struct vmcb, event_inject) == 0xa8, "VMCB layout");
_Static_assert(offsetof(struct vmcb, es) == 0x400, "VMCB layout");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "VMCB layout");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "VMCB layout");
_Static_assert(offsetof(struct vmcb, pat) == 0x668, "VMCB layout");
_Static_assert(sizeof(struct vmcb) == 0x1000, "VMCB layout");
