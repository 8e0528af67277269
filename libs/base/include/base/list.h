/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive doubly linked lists, which serve as queues, too: the links lie in the members, so
 * nothing is allocated and every step takes constant time. Zeroed memory is an empty list and an
 * unlinked member. A member is in at most one list by the same link.
 */
#pragma once

#include <base/bits.h>

#include <stdbool.h>
#include <stddef.h>

struct list_link {
    struct list_link *next, *previous;
};

struct list {
    struct list_link *first, *last;
};

/* The member around `link`, or NULL for none. */
#define LIST_ENTRY(link, type, member)                                                             \
    ({                                                                                             \
        __typeof__(link) entry_ = (link);                                                          \
        entry_ ? CONTAINER_OF(entry_, type, member) : NULL;                                        \
    })
#define LIST_FIRST(list, type, member) LIST_ENTRY((list)->first, type, member)
#define LIST_NEXT(entry, type, member) LIST_ENTRY((entry)->member.next, type, member)

/* The body may remove nothing but members that it has passed. */
#define LIST_FOR_EACH(entry, list, type, member)                                                   \
    for (type *entry = LIST_FIRST(list, type, member); entry;                                      \
         entry = LIST_NEXT(entry, type, member))

static inline bool list_is_empty(const struct list *list)
{
    return !list->first;
}

/* Before `next`; NULL: at the end. */
static inline void list_insert(struct list *list, struct list_link *next, struct list_link *link)
{
    struct list_link *previous = next ? next->previous : list->last;
    link->next = next;
    link->previous = previous;
    *(next ? &next->previous : &list->last) = link;
    *(previous ? &previous->next : &list->first) = link;
}

static inline void list_append(struct list *list, struct list_link *link)
{
    link->next = NULL;
    link->previous = list->last;
    if (list->last)
        list->last->next = link;
    else
        list->first = link;
    list->last = link;
}

static inline void list_prepend(struct list *list, struct list_link *link)
{
    list_insert(list, list->first, link);
}

static inline void list_remove(struct list *list, struct list_link *link)
{
    if (link->previous)
        link->previous->next = link->next;
    else
        list->first = link->next;
    if (link->next)
        link->next->previous = link->previous;
    else
        list->last = link->previous;
    link->next = link->previous = NULL;
}
