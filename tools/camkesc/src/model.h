/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system that a description means: instances, their interfaces and settings, and the
 * connections between them. Hierarchy is flat here (an inner instance is called "outer.inner"),
 * exports are followed and connections that share an end are one.
 */
#pragma once

#include "compiler.h"
#include "value.h"

struct connection;
struct interface;

struct setting {
    const char *name;
    struct value *value;
    struct attribute_decl *decl; /* NULL where the component declares no such attribute */
    struct location location;
    const char *source; /* "instance.attribute" where the value is that of another attribute */
    bool is_default;    /* from the declaration */
};
struct setting_list VEC(struct setting);

/* A setting before its value is known. */
struct pending_setting {
    struct instance *instance;     /* the target … */
    struct connection *connection; /* … or a connection */
    const char *name;
    struct setting_decl *decl;
    struct instance *scope; /* in which its reference is looked up */
    struct value *value;
    enum { PENDING, EVALUATING, DONE } state;
    bool absent; /* a reference to something that is not set */
};

struct instance {
    const char *name;   /* "outer.inner" */
    const char *c_name; /* "outer_inner" */
    const char *own_name;
    const char *group;                /* its name where it is in one */
    struct component_decl *component; /* NULL for the whole system */
    struct instance *parent;
    struct location location;
    bool broken;   /* of no known component: only its parent knows it */
    bool has_code; /* runs a program of its own: neither hardware nor purely composed of others */
    struct VEC(struct instance *) children;
    struct VEC(struct interface *) interfaces;
    struct VEC(struct connection *) local_connections; /* as declared in its composition, by name */
    struct setting_list settings;
    struct layout_instance *layout;
};

struct interface {
    struct instance *instance;
    struct interface_decl *decl;
    struct interface *exported; /* the inner interface that stands behind it */
    struct location export_location;
    struct end *end;       /* NULL while unconnected */
    bool mentioned;        /* by a connection, good or not */
    int64_t dataport_size; /* Buf(n), 0 = said elsewhere */
};

struct end {
    struct interface *interface;
    struct connection *connection;
    const struct connection *written; /* in which it was written, before that was merged */
    const struct end *again;          /* the same interface in another connection */
    bool from;
    unsigned index;        /* among the ends of its side */
    uint64_t client;       /* number by which a server knows it */
    uint64_t global_badge; /* on its instance's global notification, once it has one */
    struct location location;
};
struct end_list VEC(struct end *);

struct pair {
    struct end *from, *to;
    const char *name; /* of the connection as it was written */
};

struct connection {
    const char *name; /* "outer.conn" */
    struct name local_name;
    struct connector_decl *connector;
    struct end_list from, to;
    struct VEC(struct pair) pairs; /* who talks to whom: connections that share an end are merged */
    struct connection *merged;     /* into this one */
    struct setting_list settings;
    struct location location;
    unsigned index;
};

struct system {
    struct instance root;
    struct VEC(struct instance *) instances; /* all, in order of declaration, outer before inner */
    struct VEC(struct connection *) connections;
    struct VEC(struct pending_setting *) pending;
};

/* instances.c, connections.c, settings.c, pairs.c, check*.c, unique.c, types.c: the passes. */
void check_unique_names(struct compiler *cc);
void resolve_types(struct compiler *cc);
void build_instances(struct compiler *cc);
void build_connections(struct compiler *cc);
void build_settings(struct compiler *cc);
void pair_ends(struct compiler *cc);
void check_system(struct compiler *cc);
void check_guests(struct compiler *cc);
void check_sizes(struct compiler *cc);

/*
 * Walks `count` names of a path from `scope`. NULL after a message of that severity, maybe one of
 * before: a component that is not known.
 */
struct instance *find_instance(struct compiler *cc, struct instance *scope, const struct path *path,
                               size_t count, enum severity severity);
struct instance *find_child(struct instance *scope, const char *name);
struct interface *find_interface(struct instance *instance, const char *name);

/* Of a guest: what takes a kernel to boot. */
bool is_monitor(const struct instance *instance);
/* Memory that the end's monitor can show to its guest, since it has the frames' capabilities. */
bool is_shown(const struct end *end);

/* The compositions and configurations of an instance's inside (or of the whole system). */
struct inside {
    struct composition_list compositions;
    struct configuration_list configurations;
};
struct inside inside_of(struct compiler *cc, struct instance *instance);

const struct setting *find_setting(const struct instance *instance, const char *name);
/* `<interface>_<suffix>` of an interface. */
const struct setting *interface_setting(struct compiler *cc, const struct interface *interface,
                                        const char *suffix);
const struct setting *connection_setting(const struct connection *connection, const char *name);
/* A number among the settings; reports another type or a number outside min … max. */
int64_t number_setting(struct compiler *cc, const struct setting *setting, int64_t unset,
                       int64_t min, int64_t max);
bool type_accepts(struct compiler *cc, struct type *type, bool array, const struct value *value,
                  const char *what);
/* "vm0.fs" */
const char *interface_name(struct compiler *cc, const struct interface *interface);
