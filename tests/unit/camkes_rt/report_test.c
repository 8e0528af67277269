/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces over made-up stacks and symbols, and tables and dataports.
 */
#include <base/bits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <capdl.h>
#include <base/elf.h>
#include "camkes_private.h"

static char output[8192];
static size_t output_size;

void c_debug_write(const char *bytes, size_t size)
{
    assert_true(output_size + size < sizeof(output));
    memcpy(output + output_size, bytes, size);
    output_size += size;
    output[output_size] = '\0';
}

/* The "program": two functions in an array of bytes. */
static uint8_t image[256];
#define FRAMED 0x20 /* push %rbp; mov %rsp, %rbp; … call at +16 */
#define LEAF   0x60 /* no frame */

static struct elf64_symbol symtab[3];
static const char strtab[] = "\0framed\0leaf";
static struct capdl_symbols symbols;
static uintptr_t stack[64];
static struct camkes_thread thread = {.name = "t", .stack = stack, .stack_size = sizeof(stack)};

static uint64_t page[512];
static const struct camkes_region regions[] = {
    {.role = "memory", .vaddr = page, .size = 4000, .frame_count = 1, .frame_bits = 12}};
static const struct camkes_region unmapped[] = {{.role = "memory", .size = 4096}};
static const struct camkes_param params[] = {{"size", NULL, 4000}, {"name", "n", 0}};
static const struct camkes_end end_data = {.interface = "d",
                                           .connection = "conn.data",
                                           .kind = CAMKES_DATAPORT,
                                           .regions = regions,
                                           .region_count = 1,
                                           .params = params,
                                           .param_count = 2};
static const struct camkes_end end_far = {.interface = "f",
                                          .connection = "conn.far",
                                          .kind = CAMKES_DATAPORT,
                                          .regions = unmapped,
                                          .region_count = 1};
static const struct camkes_end *const ends[] = {&end_far, &end_data};
static const struct camkes_value value = {.type = CAMKES_NUMBER, .number = 4};
static const struct camkes_member attributes[] = {{"guest_ram_mb", &value}};
const struct camkes_instance camkes_instance = {.name = "test",
                                                .ends = ends,
                                                .end_count = 2,
                                                .attributes = attributes,
                                                .attribute_count = 1,
                                                .symbols_info = &symbols};

static int set_up(void **state)
{
    (void)state;
    static const uint8_t set_up_frame[] = {0x55, 0x48, 0x89, 0xe5};
    memset(image, 0x90, sizeof(image));
    memcpy(image + FRAMED, set_up_frame, sizeof(set_up_frame));
    image[FRAMED + 16] = 0xe8;                      /* call rel32 */
    image[LEAF + 8] = 0xff, image[LEAF + 9] = 0xd0; /* call *%rax */
    uintptr_t base = (uintptr_t)image;
    symtab[1] = (struct elf64_symbol){
        .name = 1, .info = ELF_SYMBOL_FUNCTION, .section = 1, .value = base + FRAMED, .size = 0x40};
    symtab[2] = (struct elf64_symbol){
        .name = 8, .info = ELF_SYMBOL_FUNCTION, .section = 1, .value = base + LEAF, .size = 0x20};
    symbols = (struct capdl_symbols){.symtab = (uintptr_t)symtab,
                                     .symtab_size = sizeof(symtab),
                                     .strtab = (uintptr_t)strtab,
                                     .strtab_size = sizeof(strtab),
                                     .image_start = base,
                                     .image_end = base + sizeof(image)};
    memset(stack, 0, sizeof(stack));
    output_size = 0;
    output[0] = '\0';
    return 0;
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *c = output; *c != '\0'; c++)
        count += *c == '\n';
    return count;
}

static void addresses_get_names(void **state)
{
    (void)state;
    uintptr_t base = (uintptr_t)image;
    char text[112];
    camkes_describe_address(base + FRAMED + 5, text, sizeof(text));
    assert_string_equal(text, "framed+0x5");
    camkes_describe_address(base + LEAF, text, sizeof(text));
    assert_string_equal(text, "leaf+0x0");
    camkes_describe_address(base + 2, text, sizeof(text)); /* before the first */
    assert_string_equal(text, "");
    camkes_describe_address(base + LEAF + 0x80, text, sizeof(text)); /* behind the last */
    assert_string_equal(text, "");
    camkes_describe_address(3, text, sizeof(text));
    assert_string_equal(text, "");
    symtab[2].name = 5000; /* a damaged table */
    camkes_describe_address(base + LEAF, text, sizeof(text));
    assert_string_equal(text, "");
}

static void frames_are_followed(void **state)
{
    (void)state;
    uintptr_t base = (uintptr_t)image;
    stack[10] = (uintptr_t)&stack[20];
    stack[11] = base + FRAMED + 21;
    stack[20] = 0;
    stack[21] = base + FRAMED + 30;
    camkes_backtrace(base + FRAMED + 8, (uintptr_t)&stack[8], (uintptr_t)&stack[10], &thread);
    assert_int_equal(lines(), 3);
    assert_non_null(strstr(output, "#0"));
    assert_non_null(strstr(output, "framed+0x8\n"));
    assert_non_null(strstr(output, "framed+0x14\n")); /* the call, not what is behind it */
}

static void a_leaf_shows_its_caller(void **state)
{
    (void)state;
    uintptr_t base = (uintptr_t)image;
    stack[8] = base + FRAMED + 21;
    stack[10] = 0;
    stack[11] = base + LEAF + 10;
    camkes_backtrace(base + LEAF + 4, (uintptr_t)&stack[8], (uintptr_t)&stack[10], &thread);
    assert_int_equal(lines(), 3);
    assert_non_null(strstr(output, "leaf+0x4\n"));
    assert_non_null(strstr(output, "framed+0x14\n"));
    assert_non_null(strstr(output, "leaf+0x9\n"));
    /* What lies on the stack is taken for a return address only behind a call. */
    output_size = 0;
    stack[8] = base + FRAMED + 8;
    camkes_backtrace(base + LEAF + 4, (uintptr_t)&stack[8], (uintptr_t)&stack[10], &thread);
    assert_int_equal(lines(), 2);
}

static void recursion_is_summed_up(void **state)
{
    (void)state;
    uintptr_t base = (uintptr_t)image;
    for (unsigned i = 0; i < 60; i += 2) {
        stack[i] = (uintptr_t)&stack[i + 2];
        stack[i + 1] = base + FRAMED + 21;
    }
    stack[61] = base + LEAF + 10;
    camkes_backtrace(base + FRAMED + 8, (uintptr_t)stack, (uintptr_t)stack, &thread);
    assert_non_null(strstr(output, "the same again, 29 times"));
    assert_non_null(strstr(output, "leaf+0x9"));
}

static void damaged_stacks_end_the_trace(void **state)
{
    (void)state;
    uintptr_t base = (uintptr_t)image;
    const uintptr_t frames[] = {0,
                                1,
                                UINTPTR_MAX,
                                (uintptr_t)&stack[3] + 1,
                                (uintptr_t)&stack[63],
                                (uintptr_t)(stack + 64)};
    for (unsigned i = 0; i < ARRAY_SIZE(frames); i++) {
        output_size = 0;
        camkes_backtrace(base + FRAMED + 8, frames[i], frames[i], &thread);
        assert_int_equal(lines(), 1);
    }
    stack[4] = (uintptr_t)&stack[2]; /* downwards: a loop */
    stack[5] = base + FRAMED + 21;
    stack[2] = (uintptr_t)&stack[4];
    stack[3] = base + LEAF + 10;
    output_size = 0;
    camkes_backtrace(base + FRAMED + 8, 0, (uintptr_t)&stack[4], &thread);
    assert_int_equal(lines(), 2);
}

static void pointers_cross_instances(void **state)
{
    (void)state;
    dataport_ptr_t p = dataport_wrap_ptr((char *)page + 100);
    assert_int_not_equal(p.id, 0);
    assert_int_equal(p.offset, 100);
    assert_ptr_equal(dataport_unwrap_ptr(p), (char *)page + 100);
    assert_ptr_equal(camkes_dataport_unwrap_ptr(&end_data, p), (char *)page + 100);
    assert_null(camkes_dataport_unwrap_ptr(&end_far, p));
    p.offset = 4000; /* just outside */
    assert_null(dataport_unwrap_ptr(p));
    p.offset = UINT64_MAX;
    assert_null(dataport_unwrap_ptr(p));
    p = (dataport_ptr_t){0};
    assert_null(dataport_unwrap_ptr(p));
    assert_int_equal(dataport_wrap_ptr((char *)page + 4000).id, 0);
    assert_int_equal(dataport_wrap_ptr(NULL).id, 0);
    dataport_caps_handle_t handle = {&end_data};
    assert_int_equal(dataport_get_num_frame_caps(&handle), 0); /* it holds none */
    assert_int_equal(dataport_get_nth_frame_cap(&handle, 0), 0);
}

static void tables_are_searched(void **state)
{
    (void)state;
    assert_int_equal(camkes_end_param(&end_data, "size")->number, 4000);
    assert_null(camkes_end_param(&end_data, "siz"));
    assert_ptr_equal(camkes_end_region(&end_data, "memory", 0), &regions[0]);
    assert_null(camkes_end_region(&end_data, "memory", 1));
    assert_null(camkes_end_cap(&end_data, NULL, 0));
    assert_int_equal(camkes_attribute("guest_ram_mb")->number, 4);
    assert_null(camkes_attribute("guest_ram"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(addresses_get_names, set_up),
        cmocka_unit_test_setup(frames_are_followed, set_up),
        cmocka_unit_test_setup(a_leaf_shows_its_caller, set_up),
        cmocka_unit_test_setup(recursion_is_summed_up, set_up),
        cmocka_unit_test_setup(damaged_stacks_end_the_trace, set_up),
        cmocka_unit_test(pointers_cross_instances),
        cmocka_unit_test(tables_are_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
