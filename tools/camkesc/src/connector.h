/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a connector's attributes say (docs/adl.md, "Connectors"): which kernel objects a connection
 * needs and which parts of the runtime implement it. The compiler knows no connector by name.
 */
#pragma once

#include "compiler.h"
#include "value.h"

enum role_type {
    ROLE_ENDPOINT,
    ROLE_NOTIFICATION,
    ROLE_MEMORY,
    ROLE_DEVICE_MEMORY,
    ROLE_IOPORTS,
    ROLE_IRQ,
};

/* Who has one object: each connection, each end of a side, or each instance at a side. */
enum role_per { PER_CONNECTION, PER_FROM, PER_TO, PER_FROM_INSTANCE, PER_TO_INSTANCE };

enum role_badge { BADGE_NONE, BADGE_CLIENT, BADGE_GLOBAL };

#define RIGHTS_ABSENT (-1)

struct role {
    const char *name;
    const char *same_as; /* by which an instance's one object is known to all connectors */
    enum role_type type;
    enum role_per per;
    int from_rights, to_rights; /* CAPDL_…, or RIGHTS_ABSENT: no capability */
    enum role_badge badge;
    bool by_interface; /* the badge's upper half says which interface it is for */
    bool bind_from, bind_to;
    const char *size_key; /* interface attribute with the size; NULL: the dataport's type */
    int64_t default_size; /* where that is not set; 0: the dataport's, else a page */
    bool map;
    bool caps_from, caps_to;
    struct location location;
};

/* Groups of functions that an end gets (emit_functions.c), or names of the connector's own. */
struct api VEC(const char *);

/* Is it one of ours? */
bool functions_known(const char *group);

/* Which of the ends that are connected with each other: by the procedure's name. */
struct pair_kind {
    const char *key, *type;
};

struct connector_spec {
    const char *symbol; /* camkes_connector_<symbol> */
    const char *header; /* of its own CAMKES_DECLARE_<api>() and CAMKES_DEFINE_<api>() */
    struct api from_api, to_api;
    bool stubs;                   /* emit RPC stubs */
    bool any_type;                /* ends may differ in type */
    const char *refused, *warned; /* why it cannot be used, or what to know when it is */
    struct pair_kind pairs[2];    /* keys are NULL: `from` ends are connected with `to` ends */
    struct VEC(struct role) roles;
};

/* Sets connector->spec; reports what is wrong with the attributes. */
void connector_evaluate(struct compiler *cc, struct connector_decl *connector);
