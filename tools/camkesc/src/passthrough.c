/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads and checks the lists of what is passed through: shapes, ranges, names that refer to each
 * other. What belongs to two owners is found by claims (hardware.c).
 */
#include "passthrough.h"

#include <string.h>

#define HOST_BRIDGE   0 /* 00:00.0 */
#define MAX_PORT      0xffff
/* Configuration mechanism 1 (PCI Local Bus Specification 3.0, 3.2.2.3.2), and reset. */
#define CONFIG_FIRST  0xcf8
#define CONFIG_LAST   0xcff
#define MAX_LINE      15 /* of the guest's 8259 pair */
#define MAX_IOAPIC    63
#define MAX_PIN       239 /* of an I/O APIC, as many as its register can say */
#define MAX_DOMAIN    0xffff
#define MAX_PAGES     65536u
#define ISA_PORTS     0x100 /* below, no PCI device has its registers */
#define PHYSICAL_BITS 52
#define MIN_RAM_BITS  PAGE_BITS_2M
#define MAX_RAM_BITS  PAGE_BITS_1G
#define MAX_RAM_END   0xc0000000ull /* BOOT_LOW_RAM_MAX of the monitor */

typedef unsigned long long ull;

struct reader {
    const struct layout_instance *in;
    struct compiler *cc;
    struct passthrough *pass;
    const char *list; /* name of the list that is being read */
};

const char *pass_setting_name(const struct layout_instance *in, const struct setting *setting)
{
    return setting->source ? setting->source : layout_name(in, "%s", setting->name);
}

/* Empty lists and zeros ask for nothing. */
static bool asks(const struct setting *setting)
{
    if (!setting)
        return false;
    const struct value *value = setting->value;
    return value->kind == VALUE_LIST ? value->items.count != 0 : value_truth(value);
}

const struct setting *pass_setting(const struct layout_instance *in, const char *today,
                                   const char *old)
{
    const struct setting *a = known_setting(in, NULL, today);
    const struct setting *b = known_setting(in, NULL, old);
    bool set_a = asks(a), set_b = asks(b);
    if (set_a && set_b) {
        diag_error(in->cc, b->location, "%s and %s are the same, in two spellings",
                   pass_setting_name(in, b), pass_setting_name(in, a));
        diag_note(in->cc, a->location, "the other one is set here");
        diag_hint(in->cc, "write everything into one of them");
    }
    return set_a ? a : set_b ? b : NULL;
}

/* --- Items of lists --- */

struct field {
    const char *key;
    ull min, max;
    const char *hint;
    bool required;
    ull unset;
};

/* False where there is none that could be used, which has been reported then. */
static bool read_field(const struct reader *r, const struct value *item, const struct field *field,
                       ull *number)
{
    const struct value *value = value_get(item, field->key);
    *number = field->unset;
    if (!value && !field->required)
        return true;
    if (!value) {
        diag_error(r->cc, item->location, "%s: \"%s\" is missing", r->list, field->key);
        diag_hint(r->cc, "%s", field->hint);
        return false;
    }
    if (value->kind != VALUE_NUMBER) {
        if (!diag_has_error(r->cc, value->location))
            diag_error(r->cc, value->location, "%s: \"%s\" must be a number, this is a %s", r->list,
                       field->key, value_kind_name(value->kind));
        return false;
    }
    *number = (ull)value->number;
    if (value->number >= 0 && *number >= field->min && *number <= field->max)
        return true;
    diag_error(r->cc, value->location, "%s: \"%s\" is %lld; it must be from %llu to %llu", r->list,
               field->key, (long long)value->number, field->min, field->max);
    diag_hint(r->cc, "%s", field->hint);
    return false;
}

/* All of them, so that each mistake is reported. */
static bool read_fields(const struct reader *r, const struct value *item,
                        const struct field *fields, size_t count, ull *numbers)
{
    bool good = true;
    if (item->kind != VALUE_DICT) {
        if (!diag_has_error(r->cc, item->location))
            diag_error(r->cc, item->location, "%s is a list of {\"%s\": …, …}, this is a %s",
                       r->list, fields[0].key, value_kind_name(item->kind));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        good &= read_field(r, item, &fields[i], &numbers[i]);
    return good;
}

#define READ_FIELDS(r, item, fields, numbers)                                                      \
    read_fields(r, item, fields, ARRAY_SIZE(fields), numbers)

static const char *name_of(const struct value *item)
{
    const char *name = value_string(value_get(item, "name"));
    return name ? name : "";
}

/* --- Ports --- */

/*
 * `end` is the last port; but where the ports up to it would be one more than a device's registers,
 * which are a power of two and begin at a multiple of that, it is the first port after them.
 */
static ull last_port(ull start, ull end)
{
    ull count = end - start;
    bool after =
        start >= ISA_PORTS && count >= 4 && (count & (count - 1)) == 0 && start % count == 0;
    return after ? end - 1 : end;
}

static void read_ports(struct reader *r, const struct value *item)
{
    static const char hint[] = "ports are 0 to 0xffff, \"start\" before \"end\"";
    static const struct field fields[] = {{"start", 0, MAX_PORT, hint, true, 0},
                                          {"end", 0, MAX_PORT + 1, hint, true, 0}};
    ull numbers[2];
    if (!READ_FIELDS(r, item, fields, numbers))
        return;
    ull start = numbers[0], last = numbers[1] < start ? 0 : last_port(start, numbers[1]);
    if (last < start || last > MAX_PORT) {
        diag_error(r->cc, item->location, "%s: ports are 0 to 0x%x, the first before the last",
                   r->list, MAX_PORT);
        return;
    }
    if (start <= CONFIG_LAST && last >= CONFIG_FIRST) {
        diag_error(r->cc, item->location,
                   "%s: by ports 0x%x to 0x%x all PCI devices can be programmed", r->list,
                   CONFIG_FIRST, CONFIG_LAST);
        diag_hint(r->cc, "a guest reaches the devices of its own by pci_devices");
        return;
    }
    vec_push(
        &r->cc->arena, &r->pass->ports,
        (struct pass_ports){
            .first = (uint16_t)start, .last = (uint16_t)last, .name = name_of(item), .item = item});
}

/* --- Interrupts --- */

static void read_irq(struct reader *r, const struct value *item)
{
    static const struct field fields[] = {
        {"source", 0, MAX_PIN, "the input of the I/O APIC, on most machines 0 to 23", true, 0},
        {"dest", 0, MAX_LINE, "the guest's 8259 pair has lines 0 to 15; free are 5, 10 and 11",
         true, 0},
        {"ioapic", 0, MAX_IOAPIC, "the first I/O APIC is 0", false, 0},
        {"level_trig", 0, 1, "1: level-triggered, as PCI devices are; 0: edge", true, 0},
        {"active_low", 0, 1, "1: active low, as PCI devices are; 0: high", true, 0},
    };
    ull n[ARRAY_SIZE(fields)];
    if (!READ_FIELDS(r, item, fields, n))
        return;
    vec_push(&r->cc->arena, &r->pass->irqs,
             (struct pass_irq){.name = name_of(item),
                               .ioapic = (unsigned)n[2],
                               .pin = (unsigned)n[0],
                               .dest = (unsigned)n[1],
                               .level = n[3],
                               .active_low = n[4],
                               .item = item});
}

/* --- Memory --- */

static void read_memory(const struct reader *r, const struct value *item,
                        struct pass_memory_list *list)
{
    static const char pages[] = "pages have 12 bits (4 KiB), 20, or 21 (2 MiB)";
    static const struct field fields[] = {
        {"paddr", 1, BIT(PHYSICAL_BITS) - 1, "the address that lspci -v shows", true, 0},
        {"size", 1, BIT(PHYSICAL_BITS) - 1, "the size in bytes that lspci -v shows", true, 0},
        {"page_bits", 12, 21, pages, false, 12},
    };
    ull n[ARRAY_SIZE(fields)];
    if (!READ_FIELDS(r, item, fields, n))
        return;
    ull paddr = n[0], size = n[1], bits = n[2];
    if (bits != 12 && bits != 20 && bits != 21) {
        diag_error(r->cc, value_get(item, "page_bits")->location, "%s: pages of %llu bits", r->list,
                   bits);
        diag_hint(r->cc, "%s", pages);
        return;
    }
    if (paddr & MASK(bits) || (bits > 12 && size & MASK(bits))) {
        diag_error(r->cc, item->location,
                   "%s: memory from 0x%llx to 0x%llx is not made of pages of %llu KiB", r->list,
                   paddr, paddr + size - 1, (ull)(BIT(bits) / KIB(1)));
        diag_hint(r->cc, bits > 12 ? "say \"page_bits\": 12"
                                   : "what shares a page with another device cannot be given away; "
                                     "let the firmware put it elsewhere");
        return;
    }
    /* This processor has no pages of 20 bits. */
    unsigned used = bits == 20 ? PAGE_BITS_4K : (unsigned)bits;
    size = ROUND_UP(size, BIT(used));
    if (size >> used > MAX_PAGES || paddr + size > BIT(PHYSICAL_BITS)) {
        diag_error(r->cc, item->location, "%s: 0x%llx bytes are more than %u pages", r->list, size,
                   MAX_PAGES);
        diag_hint(r->cc, "larger pages are fewer: \"page_bits\": 21");
        return;
    }
    vec_push(&r->cc->arena, list, (struct pass_memory){paddr, size, used, item->location});
}

static void read_mapping(struct reader *r, const struct value *item)
{
    read_memory(r, item, &r->pass->mappings);
}

/* --- PCI devices --- */

static void read_device(struct reader *r, const struct value *item)
{
    static const char hint[] = "lspci shows bus:dev.fun, in hexadecimal";
    static const struct field fields[] = {{"bus", 0, 255, hint, true, 0},
                                          {"dev", 0, 31, hint, true, 0},
                                          {"fun", 0, 7, hint, true, 0}};
    ull n[ARRAY_SIZE(fields)];
    struct pass_device device = {.name = name_of(item), .item = item};
    if (!READ_FIELDS(r, item, fields, n))
        return;
    device.pci = (unsigned)(n[0] << 8 | n[1] << 3 | n[2]);
    if (device.pci == HOST_BRIDGE) {
        diag_error(r->cc, item->location, "%s: 00:00.0 is the host bridge, behind which all is",
                   r->list);
        diag_hint(r->cc, "bridges cannot be given away; name the device itself");
        return;
    }
    const struct value *memory = value_get(item, "memory");
    if (memory && memory->kind != VALUE_LIST) {
        if (!diag_has_error(r->cc, memory->location))
            diag_error(r->cc, memory->location, "%s: \"memory\" must be a list", r->list);
        return;
    }
    for (size_t i = 0; memory && i < memory->items.count; i++)
        read_memory(r, memory->items.items[i], &device.memory);
    vec_push(&r->cc->arena, &r->pass->devices, device);
}

/* --- RAM at fixed addresses --- */

/* Blocks that follow each other: they are the guest's RAM but for what lies below 1 MiB. */
static void read_ram(struct reader *r, const struct value *item)
{
    struct pass_memory_list *list = &r->pass->ram;
    bool pair = item->kind == VALUE_LIST && item->items.count == 2 &&
                item->items.items[0]->kind == VALUE_NUMBER &&
                item->items.items[1]->kind == VALUE_NUMBER;
    ull paddr = pair ? (ull)item->items.items[0]->number : 0;
    ull bits = pair ? (ull)item->items.items[1]->number : 0;
    if (bits < MIN_RAM_BITS || bits > MAX_RAM_BITS || paddr == 0 || paddr & MASK(bits) ||
        paddr + BIT(bits) > MAX_RAM_END) {
        diag_error(r->cc, item->location,
                   "%s: [address, bits] is a block of 2^bits bytes, %u to %u bits, that begins at "
                   "a multiple of its size and ends below 0x%llx",
                   r->list, MIN_RAM_BITS, MAX_RAM_BITS, MAX_RAM_END);
        diag_hint(r->cc, "64 MiB at 128 MiB are [0x8000000, 26]");
        return;
    }
    const struct pass_memory *last = list->count ? &list->items[list->count - 1] : NULL;
    ull end = last ? last->paddr + last->size : paddr;
    if (end != paddr) {
        diag_error(r->cc, item->location, "%s: 0x%llx does not follow what ends at 0x%llx", r->list,
                   paddr, end);
        diag_hint(r->cc, "the blocks are in order, and there is nothing between them");
        return;
    }
    vec_push(&r->cc->arena, list,
             (struct pass_memory){paddr, BIT(bits), (unsigned)bits, item->location});
}

/* --- All --- */

static const struct setting *read_list(struct reader *r, const char *today, const char *old,
                                       void (*read)(struct reader *r, const struct value *item))
{
    const struct setting *setting = pass_setting(r->in, today, old);
    if (!setting)
        return NULL;
    r->list = pass_setting_name(r->in, setting);
    if (setting->value->kind != VALUE_LIST) {
        if (!diag_has_error(r->cc, setting->location))
            diag_error(r->cc, setting->location, "%s must be a list, this is a %s", r->list,
                       value_kind_name(setting->value->kind));
        return NULL;
    }
    for (size_t i = 0; i < setting->value->items.count; i++)
        read(r, setting->value->items.items[i]);
    return setting;
}

void read_passthrough(const struct layout_instance *in, struct passthrough *pass)
{
    struct reader r = {.in = in, .cc = in->cc, .pass = pass};
    *pass = (struct passthrough){0};
    pass->ports_setting = read_list(&r, "vm_ioports", "config_ioports", read_ports);
    pass->irqs_setting = read_list(&r, "vm_irqs", "config_irqs", read_irq);
    pass->devices_setting = read_list(&r, "pci_devices", "config_pci_devices", read_device);
    pass->mappings_setting = read_list(&r, "guest_mappings", "config_guest_mappings", read_mapping);
    /* One for each guest. The kernel has none of number 0. */
    pass->domain = (unsigned)number_setting(in->cc, known_setting(in, NULL, "iospace_domain"), 0, 0,
                                            MAX_DOMAIN);
    if (pass->domain == 0)
        pass->domain = in->index + 1;
    pass->trusted_setting =
        pass_setting(in, "pci_devices_without_iommu", "config_pci_devices_without_iommu");
    if (pass->trusted_setting)
        pass->ram_setting = read_list(&r, "ram", "config_ram", read_ram);
    check_passthrough(in, pass);
}
