/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task's ELF file: which pages are used in place, how the others are filled, and what is
 * refused.
 */
#include "fakes.h"
#include "image.h"
#include "suites.h"

#include <base/bits.h>
#include <stdlib.h>
#include <string.h>

#define FILE_AT MIB(1)

struct sample {
    struct elf64_header header;
    struct elf64_segment segment[3];
};

static struct sample *sample;
static struct image image;

/* Text of two and a half pages; a gap; data from the same page of the file, with zeros after it. */
static int reset(void **state)
{
    (void)state;
    machine_reset();
    sample = (struct sample *)(host_memory + FILE_AT);
    sample->header = (struct elf64_header){
        .ident = {.bytes = {0x7f, 'E', 'L', 'F', ELF_CLASS_64, ELF_DATA_LITTLE},
                  .type = ELF_TYPE_EXECUTABLE,
                  .machine = ELF_MACHINE_X86_64},
        .entry = 0x400123,
        .phoff = sizeof(struct elf64_header),
        .phentsize = sizeof(struct elf64_segment),
        .phnum = 3,
    };
    sample->segment[0] = (struct elf64_segment){
        .type = ELF_SEGMENT_LOAD, .vaddr = 0x400000, .filesz = 0x2800, .memsz = 0x2800};
    sample->segment[1] = (struct elf64_segment){.type = ELF_SEGMENT_LOAD,
                                                .offset = 0x2800,
                                                .vaddr = 0x403800,
                                                .filesz = 0x1900,
                                                .memsz = 0x4000};
    sample->segment[2] = (struct elf64_segment){.type = 0x6474e551}; /* a stack's, to be ignored */
    for (unsigned i = sizeof(*sample); i < 0x4100; i++)
        host_memory[FILE_AT + i] = (char)(i * 7 + i / 256);
    image = (struct image){0};
    return 0;
}

static void test_pages(void **state)
{
    (void)state;
    image_read(&image, FILE_AT, 0x4100);
    assert_int_equal(image.entry, 0x400123);
    assert_int_equal(image.start, 0x400000);
    assert_int_equal(image.end, 0x408000);
    assert_int_equal(image_page_in_place(&image, 0x400000), FILE_AT);
    assert_int_equal(image_page_in_place(&image, 0x401000), FILE_AT + PAGE_SIZE_4K);
    assert_int_equal(image_page_in_place(&image, 0x402000), 0); /* its end is missing */
    assert_int_equal(image_page_in_place(&image, 0x403000), 0); /* its start is missing */
    assert_int_equal(image_page_in_place(&image, 0x404000), FILE_AT + 0x3000);
    assert_int_equal(image_page_in_place(&image, 0x405000), 0); /* zeros follow */
    assert_int_equal(image_page_in_place(&image, 0x407000), 0);
}

/* Every byte of every page, against the definition. */
static void test_fill(void **state)
{
    (void)state;
    image_read(&image, FILE_AT, 0x4100);
    char *page = malloc(PAGE_SIZE_4K);
    for (uint64_t v = image.start; v < image.end; v += PAGE_SIZE_4K) {
        memset(page, 0, PAGE_SIZE_4K);
        image_fill_page(&image, v, page);
        for (unsigned i = 0; i < PAGE_SIZE_4K; i++) {
            char wanted = 0;
            for (unsigned s = 0; s < 2; s++) {
                const struct elf64_segment *g = &sample->segment[s];
                if (v + i >= g->vaddr && v + i < g->vaddr + g->filesz)
                    wanted = host_memory[FILE_AT + g->offset + (v + i - g->vaddr)];
            }
            assert_int_equal(page[i], wanted);
        }
    }
    free(page);
}

/* A file that the loader put at an odd place cannot be used where it lies. */
static void test_unaligned_file(void **state)
{
    (void)state;
    memmove(host_memory + FILE_AT + 8, host_memory + FILE_AT, 0x4100);
    image_read(&image, FILE_AT + 8, 0x4100);
    for (uint64_t v = image.start; v < image.end; v += PAGE_SIZE_4K)
        assert_int_equal(image_page_in_place(&image, v), 0);
}

static bool refused_at(uint64_t paddr, uint64_t size)
{
    image = (struct image){0};
    console_text[0] = '\0';
    return PANICS(image_read(&image, paddr, size));
}

static bool refused(uint64_t size)
{
    return refused_at(FILE_AT, size);
}

static void test_refused(void **state)
{
    assert_true(refused(10));
    assert_true(refused(0x4000));
    assert_non_null(strstr(console_text, "cut off"));
    sample->header.ident.machine = 3;
    assert_true(refused(0x4100));
    reset(state);
    sample->header.ident.type = 3;
    assert_true(refused(0x4100));
    reset(state);
    sample->header.phoff = ~0ul - 16;
    assert_true(refused(0x4100));
    reset(state);
    sample->header.phnum = 0xffff;
    assert_true(refused(0x4100));
    reset(state);
    sample->segment[0].offset = ~0ul - 0x1000;
    assert_true(refused(0x4100));
    reset(state);
    sample->segment[1].vaddr = 0xffff800000000000;
    assert_true(refused(0x4100));
    reset(state);
    sample->segment[1].memsz = 0x100; /* less than in the file */
    assert_true(refused(0x4100));
    reset(state);
    sample->segment[1].vaddr = 0x700000000000; /* too far from the other */
    assert_true(refused(0x4100));
    reset(state);
    sample->header.entry = 0x800000000000;
    assert_true(refused(0x4100));
    reset(state);
    sample->header.phnum = 0;
    assert_true(refused(0x4100));
}

/* Flipped bits: either refused, or every page can be made without a stray access. */
static void test_fuzz(void **state)
{
    char *page = malloc(PAGE_SIZE_4K);
    for (int round = 0; round < 3000; round++) {
        reset(state);
        for (unsigned n = random_next() % 6 + 1; n > 0; n--)
            ((uint8_t *)sample)[random_next() % sizeof(*sample)] = (uint8_t)random_next();
        /* A copy of its own, so that the sanitizer sees where the file ends. */
        char *memory = host_memory;
        host_memory = malloc(0x4100);
        memcpy(host_memory, memory + FILE_AT, 0x4100);
        if (!refused_at(0, 0x4100)) {
            uint64_t pages = (image.end - image.start) / PAGE_SIZE_4K;
            for (uint64_t i = 0; i < pages && i < 64; i++) {
                image_page_in_place(&image, image.start + i * PAGE_SIZE_4K);
                image_fill_page(&image, image.start + i * PAGE_SIZE_4K, page);
                image_fill_page(&image, image.end - (i + 1) * PAGE_SIZE_4K, page);
            }
        }
        free(host_memory);
        host_memory = memory;
    }
    free(page);
}

int image_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_pages, reset),
        cmocka_unit_test_setup(test_fill, reset),
        cmocka_unit_test_setup(test_unaligned_file, reset),
        cmocka_unit_test_setup(test_refused, reset),
        cmocka_unit_test_setup(test_fuzz, reset),
    };
    return cmocka_run_group_tests_name("root task's file", tests, NULL, NULL);
}
