/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What count.c uses of QEMU's interface for plugins, version 1. Debian has no package with it.
 * Rests on: QEMU's documentation, "QEMU TCG Plugins".
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_VERSION 1
#define EXPORTED            __attribute__((visibility("default")))

struct qemu_plugin_tb;   /* a block of instructions that QEMU translates together */
struct qemu_plugin_insn; /* an instruction of it */
struct qemu_info;

enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           void (*call)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*call)(unsigned cpu, void *ctx),
                                            enum qemu_plugin_cb_flags flags, void *ctx);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
                                                enum qemu_plugin_op op, void *counter,
                                                uint64_t addend);

/* What a plugin has for QEMU. */
extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int count, char **arguments);
