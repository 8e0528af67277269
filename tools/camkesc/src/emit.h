/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emitters: each turns the layout into one file's text. Generated C is data tables and typed
 * stubs (libs/camkes/include/camkes/tables.h, stubs.h); behaviour is in the runtime.
 */
#pragma once

#include "layout.h"

/* camkes.h and camkes.c of one instance. */
void emit_header(const struct layout_instance *in, struct text *out);
void emit_tables(const struct layout_instance *in, struct text *out);
/* Parts of camkes.c. */
void emit_client_stubs(struct compiler *cc, const struct interface *interface, struct text *out);
void emit_server_stubs(struct compiler *cc, const struct interface *interface, struct text *out);
void emit_attribute_globals(const struct layout_instance *in, struct text *out);
void emit_attribute_values(const struct layout_instance *in, struct text *out);

/* Names in C that two things of an instance would get; emit_names.c. */
void check_generated_names(struct compiler *cc);

void emit_capdl_text(struct compiler *cc, struct text *out);
void emit_capdl_bin(struct compiler *cc, struct text *out);
void emit_list(struct compiler *cc, struct text *out);
void emit_picture(struct compiler *cc, struct text *out);

/* What a one-line function is for; `memory` is NULL for locks. */
struct subject {
    const char *name, *table, *memory;
};

/* emit_functions.c: the one-line functions of a group. */
/* "_wait" of "int <if>_wait(void)": the group's next function from `*next` on, or NULL. */
const char *functions_suffix(struct compiler *cc, const char *group, size_t *next);
void functions_declare(const char *group, const char *name, const char *weak, struct text *out);
void functions_define(const char *group, const struct subject *subject, struct text *out);

/* A C string literal. */
const char *c_string(struct compiler *cc, const char *text);
/* The C type of a value; a string is `char *`. */
const char *c_type(struct compiler *cc, const struct type *type);
/* "int fs_open(const char *name, int mode)"; `prefix` goes before the names of parameters. */
const char *c_prototype(struct compiler *cc, const struct interface *interface,
                        const struct method *method, const char *prefix);
/* Does the generated program have something to connect this interface with? */
bool is_live(const struct interface *interface);
/* Do both ends of its connection run code that talks by RPC? */
bool has_rpc(const struct interface *interface);
/* What its connector adds to a live interface. */
const struct api *interface_api(const struct interface *interface);
const char *attribute_declarator(const struct layout_instance *in,
                                 const struct attribute_decl *decl);
/* `#define <name>_DEF value` of an attribute with a value that is no list. */
void emit_attribute_value(const struct layout_instance *in, const struct attribute_decl *decl,
                          struct text *out);
bool attribute_has_global(const struct attribute_decl *decl);

/* output.c: writes what the options ask for. */
bool output_all(struct compiler *cc);
