/* SPDX-License-Identifier: BSD-2-Clause */
/* A singly linked list of pointers. */
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct list_node {
    void *data;
    struct list_node *next;
};

typedef struct {
    struct list_node *head;
} list_t;

/* An int that is returned is 0, or something else on failure; `cmp` returns 0 for equal ones. */
int list_init(list_t *list);
int list_prepend(list_t *list, void *data);
int list_append(list_t *list, void *data);
bool list_is_empty(list_t *list);
bool list_exists(list_t *list, void *data, int (*cmp)(void *, void *));
int list_length(list_t *list);
/* -1: it is not there. */
int list_index(list_t *list, void *data, int (*cmp)(void *, void *));
/* Ends with the first result that is not 0. */
int list_foreach(list_t *list, int (*action)(void *, void *), void *token);
int list_remove(list_t *list, void *data, int (*cmp)(void *, void *));
int list_remove_all(list_t *list);
int list_destroy(list_t *list);

/* The same for nodes that the caller keeps. */
int list_prepend_node(list_t *list, struct list_node *node);
int list_append_node(list_t *list, struct list_node *node);
int list_remove_node(list_t *list, void *data, int (*cmp)(void *, void *));
int list_remove_all_nodes(list_t *list);

#ifdef __cplusplus
}
#endif
