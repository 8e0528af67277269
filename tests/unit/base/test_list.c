/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists: every place to insert at and to remove from, checked from both ends. */
#include "suites.h"

#include <base/list.h>

struct member {
    int number;
    struct list_link link;
};

static void assert_order(const struct list *list, const int *numbers)
{
    const struct list_link *previous = NULL;
    LIST_FOR_EACH(m, list, struct member, link) {
        assert_int_equal(m->number, *numbers++);
        assert_ptr_equal(m->link.previous, previous);
        previous = &m->link;
    }
    assert_int_equal(*numbers, 0);
    assert_ptr_equal(list->last, previous);
}

static void test_places(void **state)
{
    (void)state;
    struct member m[6] = {{1, {0}}, {2, {0}}, {3, {0}}, {4, {0}}, {5, {0}}, {6, {0}}};
    struct list list = {0};
    assert_true(list_is_empty(&list));
    assert_null(LIST_FIRST(&list, struct member, link));
    list_append(&list, &m[1].link);
    list_append(&list, &m[3].link);
    list_prepend(&list, &m[0].link);
    list_insert(&list, &m[3].link, &m[2].link);
    list_insert(&list, NULL, &m[4].link);
    list_insert(&list, list.first, &m[5].link);
    assert_order(&list, (int[]){6, 1, 2, 3, 4, 5, 0});
    list_remove(&list, &m[5].link);
    list_remove(&list, &m[2].link);
    list_remove(&list, &m[4].link);
    assert_order(&list, (int[]){1, 2, 4, 0});
    assert_null(m[2].link.next);
    assert_null(m[2].link.previous);
    list_append(&list, &m[2].link);
    assert_order(&list, (int[]){1, 2, 4, 3, 0});
    while (!list_is_empty(&list))
        list_remove(&list, list.first);
    assert_order(&list, (int[]){0});
}

int list_tests(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places)};
    return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
