/* SPDX-License-Identifier: BSD-2-Clause */
/* What C code elsewhere expects of camkes.h; compiled only. */
#include <camkes.h>

_Static_assert(sizeof(nums) == 3 * sizeof(*nums), "an array attribute has a length");
_Static_assert(sizeof(none) == 0, "also an empty one");
_Static_assert(sizeof(words) == 2 * sizeof(*words), "also of strings");

char room[CAMKES_CONST_ATTR(single)];
_Static_assert(sizeof(room) == 4, "an attribute is a constant");

bool shapes_is(bool a, char c)
{
    return a && c;
}

double shapes_scale(double a, float b)
{
    return a * (double)b;
}

void shapes_all(size_t a_sz, const int *a, const size_t *b_sz, int **b, const size_t *c_sz,
                char ***c, size_t *d_sz, int **d, size_t *e_sz, char ***e)
{
    *d_sz = a_sz + *b_sz + *c_sz + *e_sz + (size_t)(a[0] + (*b)[0] + (*c)[0][0] + (*e)[0][0]);
    *d = calloc(*d_sz, sizeof(**d));
}

static camkes_error_action_t decide(camkes_error_t *error)
{
    if (error->lineno > 0 && error->filename)
        return CEA_HALT;
    return error->type == CE_MALFORMED_RPC_PAYLOAD && error->length == 0 ? CEA_DISCARD : CEA_ABORT;
}

void pre_init(void)
{
    (void)shapes_register_error_handler(decide);
    if (get_instance_affinity() != 0)
        abort();
}
