/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an instance's own attributes grant: its CSpace, address space and an ASID pool (`simple`,
 * `asid_pool`), slots for callers that wait (`kept_callers`), locks, boot information, device
 * memory, ports, interrupts, and pools of objects.
 */
#include "layout.h"

#include <stdlib.h>
#include <string.h>

#define MAX_KEPT_CALLERS 1024

/* The kernel's limit is eight, and in the first is every component's own address space. */
#define MAX_ASID_POOLS 7

typedef unsigned long long ull;

static void add_locks(struct layout_instance *in)
{
    const struct component_decl *component = in->instance->component;
    for (size_t i = 0; i < component->locks.count; i++) {
        const struct lock_decl *decl = component->locks.items[i];
        unsigned object = layout_object(in->cc, CAPDL_NOTIFICATION, 0,
                                        layout_name(in, "%s", decl->name.text), in->instance->name);
        int64_t unset = decl->kind == LOCK_SEMAPHORE ? 1 : 0;
        int64_t max = decl->kind == LOCK_SEMAPHORE ? INT32_MAX : 1;
        int64_t initial = decl->kind == LOCK_MUTEX
                              ? 0
                              : number_setting(in->cc, known_setting(in, decl->name.text, "value"),
                                               unset, 0, max);
        uint64_t slot = layout_cap(in, object, READ_WRITE, 0);
        vec_push(&in->cc->arena, &in->locks,
                 (struct layout_lock){.decl = decl, .slot = slot, .initial = (int)initial});
    }
}

/* The public names of the chunks of extra boot information. */
static const struct {
    const char *name;
    unsigned id;
} bootinfo_chunks[] = {
    {"SEL4_BOOTINFO_HEADER_X86_VBE", 1},       {"SEL4_BOOTINFO_HEADER_X86_MBMMAP", 2},
    {"SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP", 3}, {"SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER", 4},
    {"SEL4_BOOTINFO_HEADER_X86_TSC_FREQ", 5},  {"CAISSON_BOOTINFO_ACPI_MCFG", 0x100},
    {"CAISSON_BOOTINFO_ACPI_DMAR", 0x101},     {"CAISSON_BOOTINFO_ACPI_IVRS", 0x102},
};

static unsigned bootinfo_id(struct compiler *cc, const struct value *value)
{
    const char *name = value_string(value);
    struct suggestion near = {.name = name ? name : ""};
    for (size_t i = 0; i < ARRAY_SIZE(bootinfo_chunks); i++) {
        if (name && strcmp(name, bootinfo_chunks[i].name) == 0)
            return bootinfo_chunks[i].id;
        suggest(&near, bootinfo_chunks[i].name);
    }
    diag_error(cc, value->location,
               "'%s' is not a record of boot information that can be asked for",
               name ? name : "this");
    if (near.best)
        diag_hint(cc, "did you mean '%s'?", near.best);
    return 0;
}

/* One page for each chunk: how long they are is known at boot only. */
static void add_bootinfo(struct layout_instance *in)
{
    const struct setting *setting = known_setting(in, NULL, "simple_extra_bootinfo");
    if (!setting)
        return;
    if (setting->value->kind != VALUE_LIST) {
        diag_error(in->cc, setting->location, "simple_extra_bootinfo must be a list of names");
        return;
    }
    const char *origin = layout_name(in, "simple_extra_bootinfo");
    for (size_t i = 0; i < setting->value->items.count && i < 16; i++) {
        unsigned id = bootinfo_id(in->cc, setting->value->items.items[i]);
        const char *name = layout_name(in, "bootinfo.%zu", i);
        struct frames frames = layout_frames(in->cc, PAGE_SIZE_4K, name, origin);
        layout_map(in, &frames, BOOTINFO_BASE + in->bootinfo_size, CAPDL_READ);
        in->bootinfo_size += PAGE_SIZE_4K;
        vec_push(&in->cc->arena, &in->cc->layout->fills,
                 (struct layout_fill){.frame = frames.first, .id = id, .size = PAGE_SIZE_4K});
    }
}

static bool is_set(const struct layout_instance *in, const char *name)
{
    const struct setting *setting = known_setting(in, NULL, name);
    return setting && value_truth(setting->value);
}

static void add_resource(struct layout_instance *in, unsigned object, const char *kind,
                         uint64_t first, uint64_t last, const char *origin)
{
    uint64_t slot = layout_cap(in, object, ALL_RIGHTS, 0);
    vec_push(&in->cc->arena, &in->resources,
             (struct layout_resource){
                 .kind = kind, .slot = slot, .first = first, .last = last, .origin = origin});
}

/* tcb_pool, ep_pool, notification_pool = how many. */
static void add_pool(struct layout_instance *in, const char *attribute, enum capdl_type type,
                     const char *kind)
{
    const struct setting *setting = known_setting(in, NULL, attribute);
    int64_t count = number_setting(in->cc, setting, 0, 0, 4096);
    for (int64_t i = 0; i < count; i++) {
        const char *name = layout_name(in, "%s.%lld", attribute, (long long)i);
        unsigned object = layout_object(in->cc, type, 0, name, in->instance->name);
        add_resource(in, object, kind, (uint64_t)i, 0, attribute);
    }
}

/* Splits "a:b:c" into at most `max` numbers in `base`; their count, or 0 if it is not that. */
static unsigned split_numbers(const char *text, size_t length, int base, uint64_t *numbers,
                              unsigned max)
{
    char copy[128];
    if (length >= sizeof(copy))
        return 0;
    memcpy(copy, text, length);
    copy[length] = '\0';
    unsigned count = 0;
    for (char *p = copy;; p++) {
        char *end;
        if (count == max || *p == '-')
            return 0;
        numbers[count++] = strtoull(p, &end, base);
        if (end == p)
            return 0;
        while (*end == ' ')
            end++;
        if (!*end)
            return count;
        if (*end != ':')
            return 0;
        p = end;
    }
}

typedef void (*grant_fn)(struct layout_instance *in, const struct setting *setting,
                         const uint64_t *numbers);

struct grant_syntax {
    const char *attribute;
    unsigned fields;
    int base; /* of numbers without 0x */
    const char *form;
    grant_fn grant;
};

static void grant_one(struct layout_instance *in, const struct setting *setting,
                      const struct grant_syntax *syntax, const char *text, size_t length,
                      struct location at)
{
    uint64_t numbers[8] = {0};
    if (split_numbers(text, length, syntax->base, numbers, 8) != syntax->fields) {
        diag_error(in->cc, at, "'%.*s' is not of the form %s", (int)length, text, syntax->form);
        return;
    }
    syntax->grant(in, setting, numbers);
}

/* A list of strings, or one string with commas between. */
static void grant_all(struct layout_instance *in, const struct grant_syntax *syntax)
{
    const struct setting *setting = known_setting(in, NULL, syntax->attribute);
    if (!setting || setting->decl)
        return; /* declared by the component: its own affair */
    const struct value *value = setting->value;
    if (value->kind == VALUE_LIST) {
        for (size_t i = 0; i < value->items.count; i++) {
            const struct value *item = value->items.items[i];
            const char *text = value_string(item);
            if (text)
                grant_one(in, setting, syntax, text, strlen(text), item->location);
            else
                diag_error(in->cc, item->location, "%s takes strings of the form %s",
                           syntax->attribute, syntax->form);
        }
        return;
    }
    const char *text = value_string(value);
    if (!text) {
        diag_error(in->cc, setting->location, "%s takes strings of the form %s", syntax->attribute,
                   syntax->form);
        return;
    }
    while (*text) {
        size_t length = strcspn(text, ",");
        grant_one(in, setting, syntax, text, length, value->location);
        text += length + (text[length] == ',');
    }
}

/* The object of a grant; it is for the attribute that asked for it. */
static unsigned grant_object(struct layout_instance *in, const struct setting *setting,
                             enum capdl_type type, uint64_t bits, const char *name)
{
    return layout_object(in->cc, type, (unsigned)bits, name, layout_name(in, "%s", setting->name));
}

static unsigned grant_device(struct layout_instance *in, const struct setting *setting,
                             enum capdl_type type, uint64_t bits, const char *name, uint64_t paddr)
{
    unsigned index = grant_object(in, setting, type, bits, name);
    struct object *object = &in->cc->layout->objects.items[index];
    object->flags |= CAPDL_DEVICE;
    object->paddr = paddr;
    return index;
}

static void grant_untyped_mmio(struct layout_instance *in, const struct setting *setting,
                               const uint64_t *n)
{
    uint64_t paddr = n[0], bits = n[1];
    if (bits < PAGE_BITS_4K || bits > 47 || paddr & MASK(bits)) {
        diag_error(in->cc, setting->location, "untyped_mmios: 0x%llx is not aligned to %llu bits",
                   (ull)paddr, (ull)bits);
        return;
    }
    claim_hardware(in->cc, "device memory", paddr, paddr + MASK(bits), in->instance->name,
                   setting->location);
    unsigned object = grant_device(in, setting, CAPDL_UNTYPED, bits,
                                   layout_name(in, "device.%llx", (ull)paddr), paddr);
    /* As with all devices that are for a guest. */
    bool optional = is_monitor(in->instance);
    if (optional)
        in->cc->layout->objects.items[object].flags |= CAPDL_OPTIONAL;
    uint64_t slot = layout_cap(in, object, ALL_RIGHTS, 0);
    vec_push(&in->cc->arena, &in->untypeds,
             (struct layout_untyped){.slot = slot,
                                     .size_bits = (unsigned)bits,
                                     .device = true,
                                     .optional = optional,
                                     .paddr = paddr,
                                     .origin = setting->name});
}

static void grant_mmio(struct layout_instance *in, const struct setting *setting, const uint64_t *n)
{
    uint64_t paddr = n[0], size = n[1], bits = n[2];
    if ((bits != PAGE_BITS_4K && bits != PAGE_BITS_2M && bits != PAGE_BITS_1G) || size == 0 ||
        size >> bits > 65536 || paddr >> 52 || paddr & MASK(bits)) {
        diag_error(in->cc, setting->location,
                   "mmios: pages of 12, 21 or 30 bits, and an address aligned to them");
        return;
    }
    claim_hardware(in->cc, "device memory", paddr, paddr + size - 1, in->instance->name,
                   setting->location);
    for (uint64_t at = paddr; at < paddr + size; at += BIT(bits)) {
        const char *name = layout_name(in, "mmio.%llx", (ull)at);
        unsigned object = grant_device(in, setting, CAPDL_FRAME, bits, name, at);
        add_resource(in, object, "FRAME", at, bits, setting->name);
    }
}

static void grant_ioports(struct layout_instance *in, const struct setting *setting,
                          const uint64_t *n)
{
    if (n[0] > n[1] || n[1] > 0xffff) {
        diag_error(in->cc, setting->location, "ports are 0 to 0xffff, the first before the last");
        return;
    }
    claim_hardware(in->cc, "I/O ports", n[0], n[1], in->instance->name, setting->location);
    const char *name = layout_name(in, "ports.%llx", (ull)n[0]);
    unsigned index = grant_object(in, setting, CAPDL_IOPORTS, 0, name);
    struct object *object = &in->cc->layout->objects.items[index];
    object->first_port = (uint16_t)n[0];
    object->last_port = (uint16_t)n[1];
    add_resource(in, index, "IOPORTS", n[0], n[1], setting->name);
}

static void grant_iospace(struct layout_instance *in, const struct setting *setting,
                          const uint64_t *n)
{
    if (n[0] > 0xffff || n[1] > 0xff || n[2] > 31 || n[3] > 7) {
        diag_error(in->cc, setting->location,
                   "iospaces: domain:bus:device:function, in hexadecimal");
        return;
    }
    uint64_t pci = n[1] << 8 | n[2] << 3 | n[3];
    claim_hardware(in->cc, "PCI devices", pci, pci, in->instance->name, setting->location);
    const char *name = layout_name(in, "iospace.%llx", (ull)pci);
    unsigned index = grant_object(in, setting, CAPDL_IOSPACE, 0, name);
    struct object *object = &in->cc->layout->objects.items[index];
    object->domain = n[0];
    object->pci = pci;
    add_resource(in, index, "IOSPACE", n[0], pci, setting->name);
}

static void grant_irq(struct layout_instance *in, const struct setting *setting, const uint64_t *n)
{
    if (n[0] > 63 || n[1] > 255 || n[2] > 1 || n[3] > 1) {
        diag_error(in->cc, setting->location,
                   "irqs: ioapic:pin:level:active_low, the last two 0 or 1");
        return;
    }
    claim_hardware(in->cc, "interrupts", n[0] << 8 | n[1], n[0] << 8 | n[1], in->instance->name,
                   setting->location);
    const char *name = layout_name(in, "irq.%llu.%llu", (ull)n[0], (ull)n[1]);
    unsigned index = grant_object(in, setting, CAPDL_IRQ, 0, name);
    struct object *object = &in->cc->layout->objects.items[index];
    object->ioapic = (unsigned)n[0];
    object->pin = (unsigned)n[1];
    object->level = n[2];
    object->active_low = n[3];
    add_resource(in, index, "IRQ", n[0], n[1], setting->name);
}

/* PCI's configuration space in memory, in large pages of two buses each. */
static void grant_config_space(struct layout_instance *in)
{
    static const char attribute[] = "config_space_buses";
    const struct setting *setting = known_setting(in, NULL, attribute);
    int64_t buses = number_setting(in->cc, setting, 0, 0, 256);
    if (buses == 0)
        return;
    struct frames frames = {.bits = PAGE_BITS_2M,
                            .count = (unsigned)(buses + 1) / 2,
                            .first = (unsigned)in->cc->layout->objects.count};
    for (unsigned i = 0; i < frames.count; i++) {
        const char *name = layout_name(in, "config_space.%u", i);
        uint64_t offset = (uint64_t)i << PAGE_BITS_2M;
        unsigned object = grant_device(in, setting, CAPDL_FRAME, PAGE_BITS_2M, name, offset);
        in->cc->layout->objects.items[object].flags |= CAPDL_OPTIONAL | CAPDL_CONFIG_SPACE;
        add_resource(in, object, "FRAME", offset, PAGE_BITS_2M, attribute);
        in->resources.items[in->resources.count - 1].optional = true;
    }
    layout_map(in, &frames, CONFIG_BASE, READ_WRITE);
    in->has_config_space = true;
}

/* A pool of its own, of 512 numbers, while the kernel has one; later instances share in turn. */
static void add_asid_pool(struct layout_instance *in)
{
    struct layout *layout = in->cc->layout;
    if (layout->asid_pools.count < MAX_ASID_POOLS)
        vec_push(&in->cc->arena, &layout->asid_pools,
                 layout_object(in->cc, CAPDL_ASID_POOL, PAGE_BITS_4K, layout_name(in, "asid_pool"),
                               layout_name(in, "asid_pool")));
    unsigned pool = layout->asid_pools.items[layout->asid_pool_users++ % MAX_ASID_POOLS];
    in->asid_pool_slot = layout_cap(in, pool, ALL_RIGHTS, 0);
}

void layout_resources(struct layout_instance *in)
{
    static const struct grant_syntax grants[] = {
        {"untyped_mmios", 2, 0, "\"address:bits\"", grant_untyped_mmio},
        {"mmios", 3, 0, "\"address:size:page bits\"", grant_mmio},
        {"ioports", 2, 0, "\"first:last\"", grant_ioports},
        {"iospaces", 4, 16, "\"domain:bus:device:function\"", grant_iospace},
        {"irqs", 4, 0, "\"ioapic:pin:level:active_low\"", grant_irq},
    };
    add_locks(in);
    for (size_t i = 0; i < ARRAY_SIZE(grants); i++)
        grant_all(in, &grants[i]);
    add_pool(in, "tcb_pool", CAPDL_TCB, "TCB");
    add_pool(in, "ep_pool", CAPDL_ENDPOINT, "ENDPOINT");
    add_pool(in, "notification_pool", CAPDL_NOTIFICATION, "NOTIFICATION");
    grant_config_space(in);
    add_bootinfo(in);
    /* Whoever makes objects needs slots to put them in, and whoever owns memory wants to map it. */
    bool makes_objects = is_set(in, "simple") || in->untypeds.count;
    in->kept_callers = (unsigned)number_setting(in->cc, known_setting(in, NULL, "kept_callers"), 0,
                                                0, MAX_KEPT_CALLERS);
    if (makes_objects || in->kept_callers)
        in->cnode_slot = layout_cap(in, in->cnode, ALL_RIGHTS, 0);
    if (makes_objects)
        in->vspace_slot = layout_cap(in, in->vspace, ALL_RIGHTS, 0);
    in->kept_slot = in->next_slot;
    in->next_slot += in->kept_callers;
    if (is_set(in, "asid_pool"))
        add_asid_pool(in);
}
