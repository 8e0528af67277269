/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plugin of QEMU's that counts the instructions that the emulated processor executes, whoever's
 * they are: the guest's, its monitor's, the kernel's. Time in which the processor is halted does
 * not count, unlike in the time-stamp counter. Each time a program executes a mark (mark.S), a line
 * with the number so far goes to the file that the plugin's argument names.
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* nopl 0xca155512(%rax,%rax) */
static const uint8_t mark[] = {0x0f, 0x1f, 0x84, 0x00, 0x12, 0x55, 0x15, 0xca};

EXPORTED int qemu_plugin_version = QEMU_PLUGIN_VERSION;
static uint64_t executed;
static FILE *out;

static void on_mark(unsigned cpu, void *ctx)
{
    (void)cpu;
    (void)ctx;
    (void)fprintf(out, "%" PRIu64 "\n", executed);
    (void)fflush(out);
}

static void on_translate(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
        if (qemu_plugin_insn_size(insn) == sizeof(mark) &&
            memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark)) == 0)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

EXPORTED int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int count,
                                 char **arguments)
{
    static const char option[] = "out=";

    (void)info;
    if (count != 1 || strncmp(arguments[0], option, strlen(option)) != 0) {
        (void)fputs("count: error: it takes one argument, out=FILE\n", stderr);
        return 1;
    }
    out = fopen(arguments[0] + strlen(option), "w");
    if (!out) {
        perror(arguments[0]);
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    return 0;
}
