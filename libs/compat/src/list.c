/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <utils/list.h>

int list_init(list_t *list)
{
    list->head = NULL;
    return 0;
}

bool list_is_empty(list_t *list)
{
    return !list->head;
}

int list_length(list_t *list)
{
    int length = 0;
    for (const struct list_node *node = list->head; node; node = node->next)
        length++;
    return length;
}

int list_index(list_t *list, void *data, int (*cmp)(void *, void *))
{
    int index = 0;
    for (const struct list_node *node = list->head; node; node = node->next, index++)
        if (cmp(node->data, data) == 0)
            return index;
    return -1;
}

bool list_exists(list_t *list, void *data, int (*cmp)(void *, void *))
{
    return list_index(list, data, cmp) >= 0;
}

int list_foreach(list_t *list, int (*action)(void *, void *), void *token)
{
    struct list_node *next;
    for (struct list_node *node = list->head; node; node = next) {
        next = node->next;
        int result = action(node->data, token);
        if (result != 0)
            return result;
    }
    return 0;
}

int list_prepend_node(list_t *list, struct list_node *node)
{
    node->next = list->head;
    list->head = node;
    return 0;
}

int list_append_node(list_t *list, struct list_node *node)
{
    struct list_node **end = &list->head;
    while (*end)
        end = &(*end)->next;
    node->next = NULL;
    *end = node;
    return 0;
}

/* Takes the first equal one out; NULL: there is none. */
static struct list_node *take(list_t *list, void *data, int (*cmp)(void *, void *))
{
    for (struct list_node **place = &list->head; *place; place = &(*place)->next) {
        struct list_node *node = *place;
        if (cmp(node->data, data) == 0) {
            *place = node->next;
            return node;
        }
    }
    return NULL;
}

int list_remove_node(list_t *list, void *data, int (*cmp)(void *, void *))
{
    return take(list, data, cmp) ? 0 : -ENOENT;
}

int list_remove_all_nodes(list_t *list)
{
    return list_init(list);
}

static struct list_node *make(void *data)
{
    struct list_node *node = malloc(sizeof(*node));
    if (node)
        node->data = data;
    return node;
}

int list_prepend(list_t *list, void *data)
{
    struct list_node *node = make(data);
    return node ? list_prepend_node(list, node) : -ENOMEM;
}

int list_append(list_t *list, void *data)
{
    struct list_node *node = make(data);
    return node ? list_append_node(list, node) : -ENOMEM;
}

int list_remove(list_t *list, void *data, int (*cmp)(void *, void *))
{
    struct list_node *node = take(list, data, cmp);
    free(node);
    return node ? 0 : -ENOENT;
}

int list_remove_all(list_t *list)
{
    while (list->head) {
        struct list_node *node = list->head;
        list->head = node->next;
        free(node);
    }
    return 0;
}

int list_destroy(list_t *list)
{
    return list_is_empty(list) ? 0 : -EBUSY;
}
