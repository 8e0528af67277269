/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's checks and plans on the host: what a good description and program yield, what
 * damaged ones are refused for, and that no damage of any kind makes it leave its bounds (the build
 * has AddressSanitizer).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"
#include "loader/image.h"
#include "place.h"
#include "plan.h"
#include "sample.h"

/* --- the arena's memory --- */

static size_t taken; /* by the arena, in bytes */

static void *more(struct arena *arena, size_t *size)
{
    void **piece;
    taken += *size;
    *size = *size < 65536 ? 65536 : *size;
    piece = calloc(1, *size + 16); /* the link takes 16 bytes, to keep the alignment */
    assert_non_null(piece);
    *piece = arena->pieces;
    arena->pieces = piece;
    return (uint8_t *)piece + 16;
}

struct arena loader_arena = {.more = more};

/* --- helpers --- */

static struct sample_description description __attribute__((aligned(4096)));
static struct sample_program program __attribute__((aligned(4096)));
static struct plan plan;

static int make_plan(size_t description_size, size_t program_size)
{
    /* Exact copies on the heap, so that any read outside of them is caught. */
    uint8_t *d = aligned_alloc(8, (description_size + 7) & ~7ul);
    uint8_t *p = malloc(program_size ? program_size : 1);
    memcpy(d, &description, description_size);
    memcpy(p, &program, program_size);
    const struct loader_file files[] = {
        {LOADER_DESCRIPTION, d, d + description_size},
        {"a", p, p + program_size},
    };
    loader_message[0] = 0;
    int result = plan_make(&plan, files, files + 2);
    if (result) {
        free(d);
        free(p);
    }
    return result;
}

static void release_plan(void)
{
    free((void *)(uintptr_t)(plan.description.strings -
                             offsetof(struct sample_description, strings)));
    free((void *)(uintptr_t)plan.programs[0].elf.data);
}

static int set_up(void **state)
{
    (void)state;
    sample_description(&description);
    sample_program(&program);
    return 0;
}

static void expect_refusal(const char *part)
{
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), -1);
    if (!strstr(loader_message, part))
        fail_msg("message \"%s\" does not mention \"%s\"", loader_message, part);
}

static const struct plan_page *page_at(uint64_t vaddr)
{
    for (uint32_t i = 0; i < plan.pages.count; i++) {
        const struct plan_page *p = &plan.pages.items[i];
        if (p->vaddr == vaddr)
            return p;
    }
    return NULL;
}

/* --- plans --- */

static void test_good_plan(void **state)
{
    (void)state;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    const uint8_t *file = plan.programs[0].elf.data;
    /* Text is shared, also the page that its end does not fill. */
    assert_ptr_equal(page_at(0x400000)->image, file);
    assert_int_equal(page_at(0x400000)->count, 2);
    assert_null(page_at(0x402000));
    /* Data and the zeros behind it have frames of their own. */
    assert_int_not_equal(page_at(0x403000)->object, CAPDL_NONE);
    assert_int_not_equal(page_at(0x404000)->object, CAPDL_NONE);
    assert_null(page_at(0x405000));
    assert_int_equal(plan.programs[0].start, 0x400000);
    assert_int_equal(plan.programs[0].end, 0x405000);
    /* The symbols' page is mapped, and the tables point into it. */
    assert_ptr_equal(page_at(0x500000000)->image, file);
    assert_int_equal(plan.programs[0].symbols.symtab,
                     0x500000000 + offsetof(struct sample_program, symbols));
    assert_int_equal(elf_symbol(&plan.programs[0].elf, "start"), SAMPLE_TEXT + 0x100);
    assert_int_equal(elf_symbol(&plan.programs[0].elf, "absent"), 0);
    /* One PML4 entry; tables for the program, the IPC buffer and the symbols. */
    unsigned levels[3] = {0};
    for (uint32_t i = 0; i < plan.tables.count; i++)
        levels[plan.tables.items[i].level]++;
    assert_int_equal(levels[PLAN_PDPT], 1);
    assert_int_equal(levels[PLAN_PD], 3);
    assert_int_equal(levels[PLAN_PT], 3);
    assert_int_equal(plan_object(&plan, SAMPLE_UNTYPED)->holders, 1);
    release_plan();
}

static void test_large_zero_pages(void **state)
{
    (void)state;
    program.segments[1].memsz = 0x800000;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    const struct plan_page *large = page_at(0x600000);
    assert_non_null(large);
    assert_int_equal(plan_object(&plan, large->object)->mem_bits, 21);
    assert_null(page_at(0x601000));
    assert_int_equal(plan_object(&plan, page_at(0x5ff000)->object)->mem_bits, 12);
    release_plan();
}

static void test_page_of_two_segments(void **state)
{
    (void)state;
    /* Text that ends in the page where data begins: that page must be private. */
    program.segments[1].vaddr = 0x401800;
    program.segments[1].offset = 0x1800;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    assert_null(page_at(0x401000)->image);
    assert_non_null(page_at(0x400000)->image);
    release_plan();
}

/* What the loader needs for itself hardly depends on how large a program is. */
static void test_programs_of_all_sizes(void **state)
{
    (void)state;
    static const uint64_t around[] = {0, 1, 4095, 4096, 780 << 10, 900 << 10, 1000 << 10};
    size_t most = 0;
    for (uint64_t size = 1 << 20; size <= 1 << 29; size *= 2) {
        for (unsigned i = 0; i < ARRAY_SIZE(around); i++) {
            uint64_t bytes = size + around[i];
            set_up(NULL);
            program.segments[0].filesz = program.segments[0].memsz = bytes;
            program.segments[1].vaddr += 2ull << 30;
            uint8_t *large = calloc(1, bytes);
            assert_non_null(large);
            memcpy(large, &program, sizeof(program));
            const struct loader_file files[] = {
                {LOADER_DESCRIPTION, (uint8_t *)&description,
                 (uint8_t *)&description + sizeof(description)},
                {"a", large, large + bytes},
            };
            size_t before = taken;
            assert_int_equal(plan_make(&plan, files, files + 2), 0);
            most = MAX(most, taken - before);
            const struct plan_page *run = page_at(SAMPLE_TEXT);
            assert_ptr_equal(run->image, large);
            assert_int_equal(run->count, ROUND_UP(bytes, 4096) / 4096);
            free(large);
        }
    }
    assert_in_range(most, 0, 512 << 10);
}

/* --- refusals --- */

static void test_bad_programs(void **state)
{
    (void)state;
    program.header.ident.bytes[0] = 0;
    expect_refusal("not an ELF file");
    set_up(NULL);
    program.header.ident.machine = 3;
    expect_refusal("x86-64");
    set_up(NULL);
    program.header.phoff = ~0ul - 8;
    expect_refusal("headers");
    set_up(NULL);
    program.segments[0].filesz = ~0ul;
    expect_refusal("bad addresses");
    set_up(NULL);
    program.segments[0].offset = ~0ul - 4095;
    expect_refusal("bad addresses");
    set_up(NULL);
    program.segments[1].memsz = ELF_TOP;
    expect_refusal("bad addresses");
    set_up(NULL);
    program.segments[1].vaddr = SAMPLE_TEXT + 0x800;
    expect_refusal("bad addresses"); /* overlap */
    set_up(NULL);
    program.segments[0].vaddr = 0;
    expect_refusal("bad addresses"); /* the page at 0 stays empty */
    set_up(NULL);
    program.header.entry = SAMPLE_DATA + SAMPLE_DATA_SIZE;
    expect_refusal("entry");
}

static void test_bad_descriptions(void **state)
{
    (void)state;
    description.header.magic++;
    expect_refusal("no capability description");
    set_up(NULL);
    description.header.version++;
    expect_refusal("version");
    set_up(NULL);
    description.header.caps.count = ~0ul / 8;
    expect_refusal("table bounds");
    set_up(NULL);
    description.strings[sizeof(description.strings) - 1] = 'x';
    expect_refusal("strings");
    set_up(NULL);
    description.caps[0].slot = 64;
    expect_refusal("capability 0");
    set_up(NULL);
    description.caps[1].cnode = SAMPLE_EP;
    expect_refusal("capability 1");
    set_up(NULL);
    description.maps[0].vaddr = 0x800000000000;
    expect_refusal("mapping");
    set_up(NULL);
    description.objects[SAMPLE_IPC].size_bits = 13;
    expect_refusal("object 3");
    set_up(NULL);
    description.threads[0].ipc_frame = SAMPLE_EP;
    expect_refusal("thread");
    set_up(NULL);
    description.fills[0].offset = 4000;
    expect_refusal("fill");
    set_up(NULL);
    description.signals[0].object = SAMPLE_EP;
    expect_refusal("signal");
    set_up(NULL);
    description.signals[0].notification = SAMPLE_EP;
    expect_refusal("signal");
    set_up(NULL);
    description.instances[0].name = 3;
    expect_refusal("a.pool: the image has no program");
}

static void test_random_damage(void **state)
{
    (void)state;
    srand(1);
    for (unsigned i = 0; i < 20000; i++) {
        set_up(NULL);
        size_t description_size = sizeof(description), program_size = sizeof(program);
        for (int n = rand() % 6; n >= 0; n--) {
            /* The tables are small and the program's headers come first: aim there. */
            uint8_t *at = rand() % 2 ? (uint8_t *)&description + rand() % sizeof(description)
                                     : (uint8_t *)&program + (size_t)rand() % 0x180;
            *at = rand() % 3 ? (uint8_t)rand() : rand() % 2 ? 0xff : 0;
        }
        if (rand() % 4 == 0)
            description_size = (size_t)rand() % (sizeof(description) + 1);
        if (rand() % 4 == 0)
            program_size = (size_t)rand() % (sizeof(program) + 1);
        /* A program may ask for gigabytes of zeros; the list of pages would only cost time. */
        if (program.segments[1].memsz > 0x10000000 || program.segments[0].memsz > 0x10000000)
            continue;
        if (make_plan(description_size, program_size) == 0)
            release_plan();
        else
            assert_int_not_equal(loader_message[0], 0);
    }
}

/* --- placement --- */

static struct place_untyped untypeds[3];

static int place(struct placement *p, unsigned count)
{
    *p = (struct placement){.untypeds = untypeds, .untyped_count = count};
    return place_objects(p, &plan);
}

/*
 * Every object is in exactly one run, and replaying the runs as the kernel would stays in bounds.
 */
static void check_runs(const struct placement *p, const uint64_t *used_before)
{
    uint64_t used[3];
    memcpy(used, used_before, sizeof(used));
    uint32_t placed = 0;
    for (uint32_t i = 0; i < p->runs.count; i++) {
        const struct place_run *run = &p->runs.items[i];
        assert_int_equal(run->first, placed);
        placed += run->count;
        const struct plan_object *first = plan_object(&plan, p->order[run->first]);
        for (uint32_t n = 0; n < run->count; n++) {
            const struct plan_object *o = plan_object(&plan, p->order[run->first + n]);
            uint64_t size = 1ull << o->mem_bits;
            assert_int_equal(o->type, first->type);
            assert_int_equal(o->mem_bits, first->mem_bits);
            assert_false(o->left_out);
            used[run->untyped] = ROUND_UP(used[run->untyped], size) + size;
        }
        assert_in_range(used[run->untyped], 0, 1ull << untypeds[run->untyped].bits);
    }
    assert_int_equal(placed, p->order_count);
    for (unsigned i = 0; i < p->untyped_count; i++)
        assert_int_equal(used[i], untypeds[i].used);
}

static void test_placement_is_exact(void **state)
{
    (void)state;
    struct placement p;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    uint64_t total = 0;
    for (uint32_t i = 0; i < plan.objects.count; i++) {
        const struct plan_object *o = plan_object(&plan, i);
        total += o->optional ? 0 : 1ull << o->mem_bits;
    }
    /*
     * The mandatory untyped takes one block whole; the rest has a block with not a byte to spare
     * but what rounding to a power of two leaves.
     */
    unsigned bits = 12;
    while ((1ull << bits) < total - (1 << 21))
        bits++;
    untypeds[0] = (struct place_untyped){1, 0x200000, 0, 21};
    untypeds[1] = (struct place_untyped){2, 0x100000, 0, (uint8_t)bits};
    uint64_t before[3] = {0};
    assert_int_equal(place(&p, 2), 0);
    check_runs(&p, before);
    assert_true(plan_object(&plan, SAMPLE_OPTIONAL)->left_out);
    assert_int_equal(untypeds[0].used, 1 << 21);
    /* With one more block the optional one gets it. */
    untypeds[0].used = untypeds[1].used = 0;
    untypeds[2] = (struct place_untyped){3, 0x400000, 0, 21};
    assert_int_equal(place(&p, 3), 0);
    check_runs(&p, before);
    assert_false(plan_object(&plan, SAMPLE_OPTIONAL)->left_out);
    release_plan();
}

static void test_placement_after_use(void **state)
{
    (void)state;
    struct placement p;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    untypeds[0] = (struct place_untyped){1, 0x800000, 0x3000, 23};
    untypeds[1] = (struct place_untyped){2, 0x100000, 0x5000, 16};
    uint64_t before[3] = {0x3000, 0x5000, 0};
    assert_int_equal(place(&p, 2), 0);
    check_runs(&p, before);
    release_plan();
}

/* The loader's own lists: from the smallest blocks, and while there is any memory left. */
static void test_own_memory(void **state)
{
    (void)state;
    const uint64_t step = 128 << 10;
    srand(2);
    for (unsigned i = 0; i < 2000; i++) {
        struct place_untyped blocks[8];
        struct placement p = {.untypeds = blocks, .untyped_count = 1 + (uint32_t)rand() % 8};
        uint64_t steps = 0, got = 0;
        for (uint32_t n = 0; n < p.untyped_count; n++) {
            blocks[n] = (struct place_untyped){.bits = (uint8_t)(12 + rand() % 14)};
            steps += BIT(blocks[n].bits) / step;
        }
        for (uint32_t u; (u = place_bytes(&p, step)) != p.untyped_count; got++) {
            for (uint32_t n = 0; n < p.untyped_count; n++) {
                uint64_t room = BIT(blocks[n].bits) - blocks[n].used;
                assert_true(room < step || room >= BIT(blocks[u].bits) - blocks[u].used);
            }
            blocks[u].used += step;
        }
        assert_int_equal(got, steps);
    }
}

/* Once objects have places, the lists about them are complete: none of them takes memory. */
static void test_placement_reserves_its_lists(void **state)
{
    (void)state;
    struct placement p;
    program.segments[1].memsz = 0x100000;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    untypeds[0] = (struct place_untyped){1, 0x800000, 0, 23};
    assert_int_equal(place(&p, 1), 0);
    assert_true(p.runs.count > 1 && p.runs.capacity >= plan.objects.count);
    release_plan();
}

static void test_shortage_names_the_culprit(void **state)
{
    (void)state;
    struct placement p;
    description.objects[SAMPLE_UNTYPED].size_bits = 30;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    untypeds[0] = (struct place_untyped){1, 0x800000, 0, 23};
    assert_int_equal(place(&p, 1), -1);
    assert_non_null(strstr(loader_message, "a.pool"));
    assert_non_null(strstr(loader_message, "1024 MiB"));
    assert_non_null(strstr(loader_message, "8 MiB"));
    assert_non_null(strstr(loader_message, "--mem"));
    release_plan();
}

/* Where a small object is what fails, the message still names who used the memory up. */
static void test_shortage_of_small_objects(void **state)
{
    (void)state;
    struct placement p;
    assert_int_equal(make_plan(sizeof(description), sizeof(program)), 0);
    untypeds[0] = (struct place_untyped){1, 0x200000, 0, 21};
    assert_int_equal(place(&p, 1), -1);
    assert_non_null(strstr(loader_message, "a.pool"));
    release_plan();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_good_plan, set_up),
        cmocka_unit_test_setup(test_large_zero_pages, set_up),
        cmocka_unit_test_setup(test_page_of_two_segments, set_up),
        cmocka_unit_test_setup(test_programs_of_all_sizes, set_up),
        cmocka_unit_test_setup(test_bad_programs, set_up),
        cmocka_unit_test_setup(test_bad_descriptions, set_up),
        cmocka_unit_test_setup(test_random_damage, set_up),
        cmocka_unit_test_setup(test_placement_is_exact, set_up),
        cmocka_unit_test_setup(test_placement_after_use, set_up),
        cmocka_unit_test_setup(test_own_memory, set_up),
        cmocka_unit_test_setup(test_placement_reserves_its_lists, set_up),
        cmocka_unit_test_setup(test_shortage_names_the_culprit, set_up),
        cmocka_unit_test_setup(test_shortage_of_small_objects, set_up),
    };
    return cmocka_run_group_tests_name("loader", tests, NULL, NULL);
}
