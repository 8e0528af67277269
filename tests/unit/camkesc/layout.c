/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes out: the binary description satisfies the loader's own checks and holds no
 * contradiction; sizes, badges, pools and rights are those that the description asks for.
 */
#include "harness.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "description.h"

static const struct layout_instance *instance_of(const struct compiler *cc, const char *name)
{
    for (size_t i = 0; i < cc->layout->instances.count; i++)
        if (strcmp(cc->layout->instances.items[i]->instance->name, name) == 0)
            return cc->layout->instances.items[i];
    fail_msg("no instance %s", name);
    return NULL;
}

static const struct layout_end *end_of(const struct layout_instance *in, const char *interface)
{
    for (size_t i = 0; i < in->ends.count; i++)
        if (strcmp(in->ends.items[i]->end->interface->decl->name.text, interface) == 0)
            return in->ends.items[i];
    fail_msg("no end %s", interface);
    return NULL;
}

static const struct held_cap *cap_in(const struct compiler *cc, const struct layout_instance *in,
                                     uint64_t slot)
{
    const struct held_cap *found = NULL;
    for (size_t i = 0; i < cc->layout->caps.count; i++) {
        const struct held_cap *cap = &cc->layout->caps.items[i];
        if (cap->cnode == in->cnode && cap->slot == slot) {
            assert_null(found); /* a slot holds one */
            found = cap;
        }
    }
    return found;
}

static struct compiler *compiled(const char *text)
{
    struct compiler *cc = new_compiler();
    if (!compile_text(cc, text, strlen(text))) {
        diag_print(cc, stderr);
        fail_msg("does not compile");
    }
    return cc;
}

/* No slot is used twice, none is outside of its CNode; no two pages are at one address. */
static void check_consistent(const struct compiler *cc)
{
    const struct layout *layout = cc->layout;
    for (size_t i = 0; i < layout->instances.count; i++) {
        const struct layout_instance *in = layout->instances.items[i];
        bool *used = calloc(in->next_slot, 1);
        assert_true(in->next_slot <= (uint64_t)1 << in->cnode_bits);
        for (size_t j = 0; j < layout->caps.count; j++) {
            if (layout->caps.items[j].cnode != in->cnode)
                continue;
            uint64_t slot = layout->caps.items[j].slot;
            assert_true(slot > 0 && slot < in->next_slot);
            assert_false(used[slot]);
            used[slot] = true;
        }
        free(used);
    }
    for (size_t i = 0; i < layout->maps.count; i++) {
        const struct mapping *a = &layout->maps.items[i];
        uint64_t size = 1ull << layout->objects.items[a->frame].size_bits;
        assert_int_equal(a->vaddr % size, 0);
        for (size_t j = i + 1; j < layout->maps.count; j++) {
            const struct mapping *b = &layout->maps.items[j];
            uint64_t other = 1ull << layout->objects.items[b->frame].size_bits;
            if (a->vspace == b->vspace)
                assert_true(a->vaddr + size <= b->vaddr || b->vaddr + other <= a->vaddr);
        }
    }
}

/*
 * A sender without a badge could give itself any. What only one instance holds is its own affair.
 */
static void check_badges(const struct compiler *cc)
{
    const struct layout *layout = cc->layout;
    for (size_t i = 0; i < layout->caps.count; i++) {
        const struct held_cap *cap = &layout->caps.items[i];
        const struct object *object = &layout->objects.items[cap->object];
        bool message = object->type == CAPDL_ENDPOINT || object->type == CAPDL_NOTIFICATION;
        if (!message || cap->badge || !(cap->rights & CAPDL_WRITE))
            continue;
        for (size_t j = 0; j < layout->caps.count; j++)
            if (layout->caps.items[j].object == cap->object &&
                layout->caps.items[j].cnode != cap->cnode)
                fail_msg("%s is held by a sender without a badge", object->name);
    }
}

static void check_binary(struct compiler *cc)
{
    struct text bin;
    text_init(&bin, &cc->arena);
    emit_capdl_bin(cc, &bin);
    struct description description = {0};
    void *copy = aligned_alloc(8, (bin.length + 7) & ~(size_t)7);
    memcpy(copy, bin.data, bin.length);
    assert_int_equal(description_open(&description, copy, bin.length), 0);
    assert_int_equal(description.object_count, cc->layout->objects.count);
    assert_int_equal(description.cap_count, cc->layout->caps.count);
    assert_int_equal(description.map_count, cc->layout->maps.count);
    assert_int_equal(description.instance_count, cc->layout->instances.count);
    for (uint32_t i = 0; i < description.object_count; i++)
        assert_string_equal(description_string(&description, description.objects[i].name),
                            cc->layout->objects.items[i].name);
    for (uint32_t i = 0; i < description.thread_count; i++) {
        const struct capdl_thread *t = &description.threads[i];
        const struct layout_instance *in = cc->layout->instances.items[t->instance];
        const struct layout_thread *thread = &in->threads.items[t->argument];
        assert_int_equal(t->tcb, thread->tcb);
        assert_int_equal(t->stack_pointer, thread->stack + thread->stack_size);
        if (t->fault_slot)
            /* What the fault handler knows the thread by. */
            assert_int_equal(cap_in(cc, in, t->fault_slot)->badge, t->argument + 1);
        else
            assert_int_equal(thread->kind, THREAD_FAULT);
    }
    free(copy);
}

static void test_minimal(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    bool ok = compile_file(cc, MINIMAL);
    diag_print(cc, stderr);
    assert_true(ok);
    check_consistent(cc);
    check_binary(cc);
    delete_compiler(cc);
}

#define PRELUDE "import <std_connector.camkes>;\nimport <global-connectors.camkes>;\n"

static uint64_t untyped_total(const struct layout_instance *in, bool optional, const char *origin)
{
    uint64_t total = 0;
    for (size_t i = 0; i < in->untypeds.count; i++)
        if (in->untypeds.items[i].optional == optional &&
            strcmp(in->untypeds.items[i].origin, origin) == 0)
            total += (uint64_t)1 << in->untypeds.items[i].size_bits;
    return total >> 20;
}

static void test_pools(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        uint64_t pool, optional, added;
    } cases[] = {
        /* The tutorial's two, with 128 MiB of guest memory. */
        {"a.simple_untyped23_pool = 20; a.untyped_mb = 128;", 128, 32, 0},
        {"a.simple_untyped24_pool = 12; a.untyped_mb = 128;", 128, 64, 0},
        /* Too little: the rest is added. */
        {"a.simple_untyped23_pool = 2; a.untyped_mb = 128;", 16, 0, 112},
        {"a.untyped_mb = 300;", 0, 0, 300},
        /* Odd sizes are rounded up to 2 MiB. */
        {"a.untyped_mb = 3;", 0, 0, 4},
        /* Without a need everything is needed. */
        {"a.simple_untyped23_pool = 20;", 160, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct compiler *cc = new_compiler();
        char *source = in_system(cc, "", cases[i].settings);
        assert_true(compile_text(cc, source, strlen(source)));
        const struct layout_instance *a = instance_of(cc, "a");
        const char *pool =
            strstr(cases[i].settings, "24") ? "simple_untyped24_pool" : "simple_untyped23_pool";
        assert_int_equal(untyped_total(a, false, pool), cases[i].pool);
        assert_int_equal(untyped_total(a, true, pool), cases[i].optional);
        assert_int_equal(untyped_total(a, false, "untyped_mb"), cases[i].added);
        for (size_t j = 0; j < a->untypeds.count; j++)
            assert_true(a->untypeds.items[j].size_bits >= PAGE_BITS_2M);
        check_consistent(cc);
        check_binary(cc);
        delete_compiler(cc);
    }
}

/* A server that answers later gets slots and its CNode; nothing with which to map. */
static void test_kept_callers(void **state)
{
    (void)state;
    struct compiler *cc = compiled("component A { control; }\n"
                                   "assembly { composition { component A a; component A b; }\n"
                                   "configuration { a.kept_callers = 48; } }");
    const struct layout_instance *a = instance_of(cc, "a"), *b = instance_of(cc, "b");
    assert_int_equal(a->kept_callers, 48);
    assert_true(a->cnode_slot && !a->vspace_slot);
    assert_true(a->kept_slot > a->cnode_slot);
    assert_true(a->kept_slot + 48 <= a->next_slot && a->next_slot <= 1u << a->cnode_bits);
    assert_int_equal(b->kept_callers, 0);
    assert_int_equal(b->cnode_slot, 0);
    check_consistent(cc);
    check_binary(cc);
    delete_compiler(cc);
}

static struct text many_instances(struct compiler *cc, unsigned count, const char *attribute)
{
    struct text text;
    text_init(&text, &cc->arena);
    text_printf(&text, "component A { control; }\nassembly { composition {");
    for (unsigned i = 0; i < count; i++)
        text_printf(&text, "component A a%u;\n", i);
    text_printf(&text, "} configuration {");
    for (unsigned i = 0; attribute && i < count; i++)
        text_printf(&text, "a%u.%s;\n", i, attribute);
    text_printf(&text, "} }");
    return text;
}

/* The kernel has seven for all: the first seven instances have their own. */
static void test_asid_pools(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    struct text text = many_instances(cc, 9, "asid_pool = true");
    assert_true(compile_text(cc, text.data, text.length));
    const struct held_cap *held[9];
    for (unsigned i = 0; i < 9; i++) {
        const struct layout_instance *in = cc->layout->instances.items[i];
        held[i] = cap_in(cc, in, in->asid_pool_slot);
        assert_int_equal(cc->layout->objects.items[held[i]->object].type, CAPDL_ASID_POOL);
        for (unsigned j = 0; j < i; j++)
            assert_int_equal(held[j]->object == held[i]->object, i - j == 7);
    }
    check_consistent(cc);
    check_binary(cc);
    delete_compiler(cc);
}

static void test_too_many_instances(void **state)
{
    (void)state;
    struct compiler *cc = new_compiler();
    struct text text = many_instances(cc, 511, NULL);
    assert_false(compile_text(cc, text.data, text.length));
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    diag_print(cc, out);
    fclose(out);
    assert_non_null(strstr(printed, "511 instances have an address space each"));
    free(printed);
    delete_compiler(cc);
}

static void test_heap(void **state)
{
    (void)state;
    struct compiler *cc =
        compiled("component A { control; }\n"
                 "assembly { composition { component A a; component A b; component A c; }\n"
                 "configuration { a.heap_size = 0x10000; b.heap_size = 0x2000000;\n"
                 "b.simple_untyped23_pool = 20; b.untyped_mb = 128; c.heap_size = 0x400000; } }");
    const struct layout_instance *a = instance_of(cc, "a"), *b = instance_of(cc, "b"),
                                 *c = instance_of(cc, "c");
    assert_int_equal(a->heap_mapped, 0x10000);
    assert_int_equal(a->heap_limit, 0x10000);
    assert_int_equal(a->untypeds.count, 0);
    assert_int_equal(a->cnode_slot, 0); /* no authority that it has no use for */
    assert_int_equal(b->heap_limit, 0x2000000);
    assert_int_equal(b->untypeds.count, 20); /* the pools have room */
    assert_true(c->heap_mapped < c->heap_limit);
    assert_true(untyped_total(c, false, "heap_size") >= (c->heap_limit - c->heap_mapped) >> 20);
    assert_true(c->cnode_slot && c->vspace_slot);
    delete_compiler(cc);
}

static void test_rpc(void **state)
{
    (void)state;
    struct compiler *cc = compiled(
        PRELUDE
        "procedure P { void f(); }\n"
        "component C { control; uses P p; }\ncomponent S { provides P p; }\n"
        "assembly { composition { component C x; component C y; component C z; component S s;\n"
        "connection seL4RPCCall c1(from x.p, to s.p);\nconnection seL4RPCCall c2(from y.p, to "
        "s.p);\n"
        "connection seL4RPCCall c3(from z.p, to s.p); }\nconfiguration { y.p_attributes = 1; } }");
    static const struct {
        const char *name;
        uint64_t badge;
    } clients[] = {{"x", 2}, {"y", 1}, {"z", 3}};
    const struct layout_instance *server = instance_of(cc, "s");
    const struct layout_end *to = end_of(server, "p");
    assert_int_equal(to->caps.count, 3); /* one entry for each client … */
    assert_int_equal(to->caps.items[0].slot, to->caps.items[2].slot); /* … of one capability */
    assert_int_equal(cap_in(cc, server, to->caps.items[0].slot)->rights, CAPDL_READ);
    assert_int_equal(cap_in(cc, server, to->caps.items[0].slot)->badge, 0);
    unsigned endpoint = cap_in(cc, server, to->caps.items[0].slot)->object;
    for (size_t i = 0; i < 3; i++) {
        const struct layout_instance *in = instance_of(cc, clients[i].name);
        const struct layout_end *from = end_of(in, "p");
        assert_int_equal(from->caps.count, 1);
        const struct held_cap *cap = cap_in(cc, in, from->caps.items[0].slot);
        assert_int_equal(cap->object, endpoint);
        assert_int_equal(cap->rights, CAPDL_WRITE | CAPDL_GRANT_REPLY);
        assert_int_equal(cap->badge, clients[i].badge);
        assert_int_equal(to->caps.items[i].badge, clients[i].badge);
    }
    /* control and fault threads, and one that serves. */
    assert_int_equal(server->threads.count, 3);
    assert_int_equal(instance_of(cc, "x")->threads.count, 2);
    delete_compiler(cc);
}

static void test_events(void **state)
{
    (void)state;
    struct compiler *cc = compiled(
        PRELUDE "component E { control; emits X e; }\ncomponent C { control; consumes X c; }\n"
                "assembly { composition { component E e; component C a; component C b;\n"
                "connection seL4Notification n(from e.e, to a.c, to b.c); } }");
    const struct layout_end *from = end_of(instance_of(cc, "e"), "e");
    assert_int_equal(from->caps.count, 2); /* a notification for each consumer */
    for (size_t i = 0; i < 2; i++) {
        const struct held_cap *cap = cap_in(cc, instance_of(cc, "e"), from->caps.items[i].slot);
        assert_int_equal(cap->rights, CAPDL_WRITE);
        assert_true(cap->badge != 0); /* so that a poll can tell */
    }
    assert_int_equal(end_of(instance_of(cc, "a"), "c")->caps.count, 1);
    delete_compiler(cc);
}

static void test_global_badges(void **state)
{
    (void)state;
    struct compiler *cc = compiled(PRELUDE "component V { control; consumes X a; emits X b; "
                                           "consumes X c; emits X d; consumes X e; emits X f; }\n"
                                           "assembly { composition { component V v;\n"
                                           "connection seL4GlobalAsynch n1(from v.b, to v.a);\n"
                                           "connection seL4GlobalAsynch n2(from v.d, to v.c);\n"
                                           "connection seL4GlobalAsynch n3(from v.f, to v.e); }\n"
                                           "configuration { v.global_endpoint_base = 1 << 27; "
                                           "v.global_endpoint_mask = 0x1fffffff & ~0x1fffe;\n"
                                           "v.c_badge = (1 << 27) | (1 << 17); } }");
    const struct layout_instance *v = instance_of(cc, "v");
    uint64_t a = end_of(v, "b")->caps.items[0].badge, c = end_of(v, "d")->caps.items[0].badge,
             e = end_of(v, "f")->caps.items[0].badge;
    assert_int_equal(a, 1 << 27 | 1);
    assert_int_equal(c, 1 << 27 | 1 << 17);
    assert_int_equal(e, 1 << 27 | 1 << 18); /* 1…16 are outside of the mask, 17 is taken */
    unsigned bound = v->threads.items[0].bound_notification;
    assert_int_equal(bound, cap_in(cc, v, end_of(v, "a")->caps.items[0].slot)->object);
    assert_int_equal(bound, cap_in(cc, v, end_of(v, "f")->caps.items[0].slot)->object);
    delete_compiler(cc);
}

static void test_dataport_caps(void **state)
{
    (void)state;
    struct compiler *cc =
        compiled(PRELUDE "component A { control; dataport Buf(4096) d; }\n"
                         "assembly { composition { component A a; component A b;\n"
                         "connection seL4SharedDataWithCaps c(from a.d, to b.d); }\n"
                         "configuration { b.d_id = 1; b.d_size = 12288; a.d_access = \"R\"; } }");
    const struct layout_end *a = end_of(instance_of(cc, "a"), "d"),
                            *b = end_of(instance_of(cc, "b"), "d");
    assert_int_equal(a->regions.count, 1);
    assert_int_equal(b->regions.items[0].frames.count, 3);
    assert_int_equal(a->regions.items[0].frames.first, b->regions.items[0].frames.first);
    assert_true(b->regions.items[0].first_slot != 0);
    assert_false(a->regions.items[0].writable);
    for (size_t i = 0; i < cc->layout->maps.count; i++) {
        const struct mapping *map = &cc->layout->maps.items[i];
        if (map->frame == a->regions.items[0].frames.first)
            assert_int_equal(map->rights,
                             map->vspace == instance_of(cc, "a")->vspace ? CAPDL_READ : READ_WRITE);
    }
    delete_compiler(cc);
}

/* The connection's settings narrow a side, and never widen what an end's own allows. */
static void test_sides_access(void **state)
{
    (void)state;
    struct compiler *cc =
        compiled(PRELUDE "component A { control; dataport Buf(4096) d; }\n"
                         "assembly { composition { component A a; component A b;\n"
                         "connection seL4SharedData c(from a.d, to b.d); }\n"
                         "configuration { c.to_access = \"R\"; c.from_access = \"RW\"; } }");
    assert_true(end_of(instance_of(cc, "a"), "d")->regions.items[0].writable);
    assert_false(end_of(instance_of(cc, "b"), "d")->regions.items[0].writable);
    delete_compiler(cc);
}

/* Memory of a pair is its two ends' alone; each hears of the other by a bit of its own. */
static void test_pairs(void **state)
{
    (void)state;
    struct compiler *cc = compiled(
        PRELUDE
        "procedure VirtQueueDrv { } procedure VirtQueueDev { } procedure VirtQueue { }\n"
        "component A { control; uses VirtQueueDrv s1; uses VirtQueueDev r1;"
        " uses VirtQueueDrv s2; uses VirtQueueDev r2; }\n"
        "component M { provides VirtQueue m; }\n"
        "assembly { composition { component A a; component A b; component A c;"
        " component M m;\n"
        "connection seL4VirtQueues q(to m.m, from a.s1, from a.r1, from a.s2, from a.r2,"
        " from b.s1, from b.r1, from b.s2, from b.r2,"
        " from c.s1, from c.r1, from c.s2, from c.r2); }\n"
        "configuration { a.s1_shmem_size = 16384; m.m_topology = ["
        "{\"drv\": \"a.s1\", \"dev\": \"b.r1\"}, {\"drv\": \"b.s1\", \"dev\": \"a.r1\"},"
        "{\"drv\": \"b.s2\", \"dev\": \"c.r1\"}, {\"drv\": \"c.s1\", \"dev\": \"b.r2\"},"
        "{\"drv\": \"c.s2\", \"dev\": \"a.r2\"}, {\"drv\": \"a.s2\", \"dev\": \"c.r2\"}]; } }");
    check_consistent(cc);
    const struct layout_instance *a = instance_of(cc, "a"), *b = instance_of(cc, "b");
    const struct layout_end *driver = end_of(a, "s1"), *device = end_of(b, "r1");
    assert_true(driver->end->from && !device->end->from);
    assert_int_equal(driver->regions.count, 1);
    assert_int_equal(driver->regions.items[0].frames.size, 16384);
    assert_int_equal(end_of(a, "s2")->regions.items[0].frames.size, 8192);
    assert_int_equal(end_of(instance_of(cc, "m"), "m")->regions.count, 0);
    unsigned first = driver->regions.items[0].frames.first, seen = 0;
    for (size_t i = 0; i < cc->layout->maps.count; i++) {
        const struct mapping *map = &cc->layout->maps.items[i];
        seen += map->frame == first;
        assert_true(map->frame != first || map->vspace == a->vspace || map->vspace == b->vspace);
    }
    assert_int_equal(seen, 2);
    /* "driver": what it waits for; "device": what wakes the other, by that end's badge. */
    const struct layout_cap *own = &driver->caps.items[0], *wake = &driver->caps.items[1];
    assert_string_equal(own->role, "driver");
    assert_string_equal(wake->role, "device");
    assert_int_equal(cap_in(cc, a, own->slot)->rights, CAPDL_READ);
    assert_int_equal(cap_in(cc, a, own->slot)->object, a->threads.items[0].bound_notification);
    assert_int_equal(cap_in(cc, a, wake->slot)->rights, CAPDL_WRITE);
    assert_int_equal(cap_in(cc, a, wake->slot)->object, b->threads.items[0].bound_notification);
    assert_int_equal(cap_in(cc, a, wake->slot)->badge, device->end->global_badge);
    assert_true(end_of(b, "r1")->end->global_badge != end_of(b, "r2")->end->global_badge);
    delete_compiler(cc);
}

static void test_hardware(void **state)
{
    (void)state;
    struct compiler *cc = compiled(
        PRELUDE "component H { hardware; dataport Buf(4096) regs; provides IOPort ports; emits I "
                "irq; emits I line; }\n"
                "component D { control; dataport Buf(4096) regs; uses IOPort ports; consumes I "
                "irq; consumes I line; }\n"
                "assembly { composition { component H h; component D d;\n"
                "connection seL4HardwareMMIO m(from d.regs, to h.regs);\n"
                "connection seL4HardwareIOPort p(from d.ports, to h.ports);\n"
                "connection seL4HardwareInterrupt i(from h.irq, to d.irq);\n"
                "connection seL4HardwareInterrupt l(from h.line, to d.line); }\n"
                "configuration { h.regs_paddr = 0xfed00010; h.regs_size = 0x1000; "
                "h.ports_attributes = \"0x60:0x64\";\n"
                "h.irq_irq_number = 0; h.line_irq_type = \"pci\"; h.line_irq_ioapic_pin = 19; } }");
    const struct layout_instance *d = instance_of(cc, "d");
    const struct layout_region *regs = &end_of(d, "regs")->regions.items[0];
    assert_int_equal(regs->frames.count, 2); /* it crosses a page */
    assert_int_equal(regs->vaddr % 4096, 0x10);
    const struct object *first = &cc->layout->objects.items[regs->frames.first];
    assert_int_equal(first->paddr, 0xfed00000);
    assert_int_equal(first[1].paddr, 0xfed01000);
    assert_true(first->flags & CAPDL_DEVICE);
    for (size_t i = 0; i < cc->layout->maps.count; i++)
        if (cc->layout->maps.items[i].frame == regs->frames.first)
            assert_int_equal(cc->layout->maps.items[i].attributes, CAPDL_UNCACHED);
    const struct object *ports =
        &cc->layout->objects.items[cap_in(cc, d, end_of(d, "ports")->caps.items[0].slot)->object];
    assert_int_equal(ports->first_port, 0x60);
    assert_int_equal(ports->last_port, 0x64);
    const struct object *irq =
        &cc->layout->objects.items[cap_in(cc, d, end_of(d, "irq")->caps.items[0].slot)->object];
    assert_int_equal(irq->type, CAPDL_IRQ);
    assert_int_equal(irq->pin, 2); /* the timer's line, as PCs wire it */
    assert_false(irq->level);
    irq = &cc->layout->objects.items[cap_in(cc, d, end_of(d, "line")->caps.items[0].slot)->object];
    assert_int_equal(irq->pin, 19);
    assert_true(irq->level && irq->active_low);
    delete_compiler(cc);
}

static void test_hierarchy(void **state)
{
    (void)state;
    struct compiler *cc = compiled(
        PRELUDE "procedure P { void f(); }\ncomponent S { provides P p; attribute int n; }\n"
                "component W { provides P p; attribute int n = 3; composition { component S s; "
                "export s.p -> p; }\n"
                "configuration { s.n <- n; } }\n"
                "component C { control; uses P p; }\n"
                "assembly { composition { component W w; component C c; connection seL4RPCCall "
                "r(from c.p, to w.p); }\n"
                "configuration { w.n = 5; } }");
    assert_int_equal(cc->layout->instances.count, 2); /* w has no code of its own */
    const struct layout_instance *inner = instance_of(cc, "w.s");
    assert_string_equal(inner->instance->c_name, "w_s");
    assert_int_equal(find_setting(inner->instance, "n")->value->number, 5);
    assert_string_equal(end_of(instance_of(cc, "c"), "p")->caps.items[0].peer, "w.s.p");
    delete_compiler(cc);
}

/*
 * The order of declarations and of unrelated instances changes no names; the text is the same each
 * time.
 */
static void test_stable(void **state)
{
    (void)state;
    struct text texts[2];
    struct compiler *compilers[2];
    for (int i = 0; i < 2; i++) {
        compilers[i] = new_compiler();
        assert_true(compile_file(compilers[i], MINIMAL));
        text_init(&texts[i], &compilers[i]->arena);
        emit_capdl_text(compilers[i], &texts[i]);
        emit_capdl_bin(compilers[i], &texts[i]);
    }
    assert_int_equal(texts[0].length, texts[1].length);
    assert_memory_equal(texts[0].data, texts[1].data, texts[0].length);
    delete_compiler(compilers[0]);
    delete_compiler(compilers[1]);
}

static void test_readable(void **state)
{
    (void)state;
    struct compiler *cc =
        compiled(PRELUDE "procedure P { void f(); }\n"
                         "component C { control; uses P p; }\ncomponent S { provides P p; }\n"
                         "assembly { composition { component C x; component S s;\n"
                         "connection seL4RPCCall c1(from x.p, to s.p); } }");
    struct text text;
    text_init(&text, &cc->arena);
    emit_capdl_text(cc, &text);
    assert_non_null(strstr(text.data, "s.p.ep = endpoint  -- for c1\n"));
    const char *x = strstr(text.data, "\nx (C) {\n"), *s = strstr(text.data, "\ns (S) {\n");
    assert_true(x && s && x < s);
    const char *client = strstr(x, "s.p.ep (WP, badge 0x1)\n"), *server = strstr(s, "s.p.ep (R)\n");
    assert_true(client && client < s && server);
    delete_compiler(cc);
}

/* Every good description there is: those of the tests, and those of the apps. */
static void test_no_sender_without_badge(void **state)
{
    (void)state;
    glob_t found = {0};
    assert_int_equal(glob(TEST_DIR "/good/*.camkes", 0, NULL, &found), 0);
    assert_int_equal(
        glob(TEST_DIR "/../../../projects/vm-examples/*/*.camkes", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob(TEST_DIR "/../../*/app/*.camkes", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct compiler *cc = new_compiler();
        if (!compile_file(cc, found.gl_pathv[i])) {
            diag_print(cc, stderr);
            fail_msg("%s does not compile", found.gl_pathv[i]);
        }
        check_badges(cc);
        delete_compiler(cc);
    }
    globfree(&found);
    /* Connectors that ask for no badge, and ends that both send and receive. */
    struct compiler *cc = compiled(
        "connector K { from Events; to Event; attribute string symbol = \"k\";\n"
        "attribute { } objects[] = [\n"
        "{\"role\": \"a\", \"type\": \"Endpoint\", \"per\": \"to\", \"from\": \"W\", \"to\": "
        "\"R\"},\n"
        "{\"role\": \"b\", \"type\": \"Notification\", \"from\": \"RW\", \"to\": \"RW\"}]; }\n"
        "component C { control; emits E e; }\ncomponent S { control; consumes E e; }\n"
        "assembly { composition { component C x; component C y; component S s;\n"
        "connection K k(from x.e, from y.e, to s.e); } }");
    check_badges(cc);
    delete_compiler(cc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minimal),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_kept_callers),
        cmocka_unit_test(test_asid_pools),
        cmocka_unit_test(test_too_many_instances),
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_rpc),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_global_badges),
        cmocka_unit_test(test_dataport_caps),
        cmocka_unit_test(test_hardware),
        cmocka_unit_test(test_sides_access),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_hierarchy),
        cmocka_unit_test(test_stable),
        cmocka_unit_test(test_readable),
        cmocka_unit_test(test_no_sender_without_badge),
    };
    return cmocka_run_group_tests_name("camkesc layout", tests, NULL, NULL);
}
