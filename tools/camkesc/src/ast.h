/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the grammar builds: the description as it was written. Names are not resolved, values not
 * evaluated. The language is described in docs/adl.md.
 */
#pragma once

#include "source.h"

struct name {
    const char *text;
    struct location location;
};

/* a.b.c */
struct path {
    struct VEC(struct name) names;
    struct location location;
};

enum expr_kind {
    EXPR_NUMBER,
    EXPR_FLOAT,
    EXPR_STRING,
    EXPR_LIST,
    EXPR_DICT,
    EXPR_UNARY,
    EXPR_BINARY,
    EXPR_CONDITIONAL,
    EXPR_NAME,  /* not a value; kept so that the message can be precise */
    EXPR_QUERY, /* dtb({…}) */
};

enum operator_kind {
    OP_NEG = 1,
    OP_PLUS,
    OP_NOT,
    OP_INVERT,
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_POW,
    OP_SHL,
    OP_SHR,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_LAND,
    OP_LOR,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
};

struct expr {
    enum expr_kind kind;
    enum operator_kind op;
    struct location location;
    unsigned depth; /* of the tree, bounded by the parser */
    int64_t number;
    double real;
    const char *string; /* also the name of EXPR_NAME, EXPR_QUERY */
    size_t string_length;
    struct expr *a, *b, *c;
    struct VEC(struct expr *) items; /* list items; dict: key, value, key, value, … */
};

#define MAX_EXPR_DEPTH 256

struct attribute_decl;
struct attribute_list VEC(struct attribute_decl *);

enum type_kind {
    TYPE_VOID,
    TYPE_INTEGER, /* a C integer type that the compiler knows the range of */
    TYPE_REAL,
    TYPE_BOOL,
    TYPE_CHAR,
    TYPE_STRING,
    TYPE_STRUCT, /* declared here, or anonymous */
    TYPE_C,      /* a C typedef that only the C compiler knows */
};

struct type {
    enum type_kind kind;
    const char *name; /* as written; "" for an anonymous struct */
    const char *c;    /* C spelling of a builtin type */
    unsigned bits;    /* TYPE_INTEGER */
    bool is_signed;
    /* TYPE_STRUCT; set by the parser for anonymous ones, later for named ones. */
    struct struct_decl *record;
    struct location location;
};

struct attribute_decl {
    struct type *type;
    struct name name;
    bool array;
    struct expr *initial; /* may be NULL */
};

struct struct_decl {
    struct name name;
    struct attribute_list members;
    const char *c_name;   /* "struct client", set when it is emitted */
    unsigned emitted;     /* serial number of the header that has it */
    bool checking, sound; /* looking for a struct that contains itself */
};

enum direction { DIRECTION_IN, DIRECTION_OUT, DIRECTION_INOUT, DIRECTION_REFIN };

struct parameter {
    enum direction direction;
    struct type *type;
    bool array;
    struct name name;
};

struct method {
    struct type *result;
    struct name name;
    struct VEC(struct parameter *) parameters;
};

/* An `include <x.h>;` or `include "x.h";`, quotes or brackets included. */
struct include {
    const char *text;
    struct location location;
};
struct include_list VEC(struct include);

struct procedure_decl {
    struct name name;
    struct VEC(struct method *) methods;
    struct include_list includes;
    struct attribute_list attributes;
};

enum interface_kind {
    INTERFACE_USES,
    INTERFACE_PROVIDES,
    INTERFACE_EMITS,
    INTERFACE_CONSUMES,
    INTERFACE_DATAPORT,
};

struct interface_decl {
    enum interface_kind kind;
    bool maybe;
    struct name type;      /* "Buf" for Buf and Buf(n) */
    struct expr *buf_size; /* Buf(n) */
    struct name name;
    struct procedure_decl *procedure; /* resolved later */
};

/* "uses", "provides", … */
const char *interface_kind_word(enum interface_kind kind);

enum lock_kind { LOCK_MUTEX, LOCK_SEMAPHORE, LOCK_BINARY_SEMAPHORE };

/* "mutex", … */
const char *lock_kind_word(enum lock_kind kind);

struct lock_decl {
    enum lock_kind kind;
    struct name name;
};

struct instance_decl {
    struct name type, name;
    const char *group; /* "" or NULL: in none with a name */
};

struct end_decl {
    bool from;
    struct path *path; /* interface, or instance.interface */
};

struct connection_decl {
    struct name connector, name;
    struct VEC(struct end_decl *) ends;
};

struct export_decl {
    struct path *inner; /* instance.interface */
    struct name outer;
};

struct setting_decl {
    struct path *target; /* instance … attribute */
    struct expr *value;  /* or, where it is a reference: */
    struct path *reference;
    struct VEC(struct expr *) keys; /* reference[key]… */
    struct location location;
};

struct composition {
    struct name name; /* empty where it has none */
    bool used;
    struct VEC(struct instance_decl *) instances;
    struct VEC(struct connection_decl *) connections;
    struct VEC(struct export_decl *) exports;
    struct location location;
};

struct configuration {
    struct name name;
    bool used;
    struct VEC(struct setting_decl *) settings;
    struct location location;
};

struct composition_list VEC(struct composition *);
struct configuration_list VEC(struct configuration *);
struct name_list VEC(struct name);

/* What an assembly is made of; also the inside of a hierarchical component. */
struct assembly {
    struct name name;
    struct composition_list compositions;
    struct configuration_list configurations;
    struct name_list composition_names, configuration_names; /* `composition x;` */
    struct location location;
};

struct component_decl {
    struct name name;
    bool control, hardware;
    struct attribute_list attributes;
    struct VEC(struct interface_decl *) interfaces;
    struct VEC(struct lock_decl *) locks;
    struct include_list includes;
    struct assembly *assembly; /* NULL where it has no inside */
    bool instantiated, busy;
    unsigned inside; /* instances in one of it, memo for the limit */
};

struct connector_side {
    enum { END_PROCEDURE, END_EVENT, END_DATAPORT } kind;
    bool multiple, hardware;
    int threads; /* -1 = not said */
    struct location location;
};

struct connector_decl {
    struct name name;
    bool has_from, has_to;
    struct connector_side from, to;
    struct attribute_list attributes;
    struct connector_spec *spec; /* its attributes, evaluated */
};

struct import {
    const char *name; /* without quotes or brackets */
    bool search;      /* <…> */
    struct location location;
};

struct ast {
    struct VEC(struct component_decl *) components;
    struct VEC(struct connector_decl *) connectors;
    struct VEC(struct procedure_decl *) procedures;
    struct VEC(struct struct_decl *) structs;
    struct VEC(struct assembly *) assemblies;
    struct composition_list compositions;
    struct configuration_list configurations;
    struct VEC(struct import) imports; /* not yet followed ones are those from `imports_done` on */
    size_t imports_done;
};

struct compiler;

/* Look-ups by name; the _or_error ones report what is unknown, with a suggestion. */
struct component_decl *ast_component_or_error(struct compiler *cc, const struct name *name);
struct connector_decl *ast_connector_or_error(struct compiler *cc, const struct name *name);
struct procedure_decl *ast_procedure_or_error(struct compiler *cc, const struct name *name);
struct struct_decl *ast_struct(struct compiler *cc, const char *name);
/* A type by its name: builtin, struct, or else a C typedef. */
struct type *ast_type(struct compiler *cc, const char *name, struct location at);
struct struct_decl *ast_new_struct(struct compiler *cc, struct name name,
                                   const struct attribute_list *members);
struct interface_decl *ast_new_interface(struct compiler *cc, enum interface_kind kind, bool maybe,
                                         struct name type, struct name name);
/* What is inside of a component; made where it has nothing yet. */
struct assembly *ast_inside(struct compiler *cc, struct component_decl *component);
struct expr *ast_expr(struct compiler *cc, enum expr_kind kind, struct location at);
/* An operation; sets the depth, and past the limit reports and returns a number. */
struct expr *ast_operation(struct compiler *cc, enum operator_kind op, struct expr *a,
                           struct expr *b, struct location at);
struct expr *ast_conditional(struct compiler *cc, struct expr *condition, struct expr *yes,
                             struct expr *no, struct location at);
/* To a list, or a dictionary's keys and values in turn. */
void ast_add_item(struct compiler *cc, struct expr *list, struct expr *item);
/* Reports an expression that is nested too deeply and replaces it. */
struct expr *ast_limit(struct compiler *cc, struct expr *expr);
const char *path_text(struct compiler *cc, const struct path *path, size_t count);
