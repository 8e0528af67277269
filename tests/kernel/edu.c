/* SPDX-License-Identifier: BSD-2-Clause */
#include "edu.h"

#define CONFIG_ADDRESS      0xcf8
#define CONFIG_DATA         0xcfc
#define EDU_ID              0x11e81234u
#define EDU_BAR_BITS        20
#define CAPABILITY_MSI      5
#define CLASS_IOMMU         0x0806
#define CLASS_BRIDGE_TO_PCI 0x0604

#define EDU_ACKNOWLEDGE (0x64 / 4)
#define EDU_SOURCE      (0x80 / 4)
#define EDU_TARGET      (0x88 / 4)
#define EDU_COUNT       (0x90 / 4)
#define EDU_COMMAND     (0x98 / 4)
#define COMMAND_RUN     1
#define COMMAND_WRITE   2 /* to memory */
#define COMMAND_MESSAGE 4 /* when it is done */
#define BUFFER          0x40000u
#define MESSAGE_DONE    0x100

static seL4_CPtr ports;

uint32_t edu_config_read(const struct edu *e, unsigned offset)
{
    seL4_X86_IOPort_Out32(ports, CONFIG_ADDRESS,
                          0x80000000 | e->bus << 16 | e->number << 11 | offset);
    return seL4_X86_IOPort_In32(ports, CONFIG_DATA).result;
}

void edu_config_write(const struct edu *e, unsigned offset, uint32_t value)
{
    seL4_X86_IOPort_Out32(ports, CONFIG_ADDRESS,
                          0x80000000 | e->bus << 16 | e->number << 11 | offset);
    seL4_X86_IOPort_Out32(ports, CONFIG_DATA, value);
}

bool edu_machine_has_amdvi(void)
{
    struct edu function = {0};
    for (; function.number < 32; function.number++)
        if (edu_config_read(&function, 8) >> 16 == CLASS_IOMMU)
            return true;
    return false;
}

/* Its registers appear where nothing else is: in an untyped of device memory that is large. */
static bool place_registers(struct edu *e)
{
    seL4_BootInfo *bi = boot_info();
    for (seL4_Word i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        const seL4_UntypedDesc *d = &bi->untypedList[i];
        seL4_CPtr untyped = bi->untyped.start + i, frame = new_slot();
        e->untyped = new_slot();
        if (!d->isDevice || d->paddr < 0x40000000 || d->paddr > 0xf0000000 ||
            d->sizeBits <= EDU_BAR_BITS)
            continue;
        if (seL4_Untyped_Retype(untyped, seL4_UntypedObject, EDU_BAR_BITS, ROOT, 0, 0, e->untyped,
                                1) ||
            seL4_Untyped_Retype(e->untyped, seL4_X86_4K, 0, ROOT, 0, 0, frame, 1))
            continue;
        e->frame = frame;
        edu_config_write(e, 0x10, (uint32_t)seL4_X86_Page_GetAddress(frame).paddr);
        edu_config_write(e, 0x04, 2);
        e->registers = map_frame(frame, seL4_PageBits);
        return e->registers;
    }
    return false;
}

static bool find_on_bus(struct edu *e, unsigned which)
{
    while (e->number < 32 && (edu_config_read(e, 0) != EDU_ID || which-- > 0))
        e->number++;
    e->device = e->bus << 8 | e->number << 3;
    return e->number < 32;
}

static bool find_messages(struct edu *e)
{
    e->msi = edu_config_read(e, 0x34) & 0xfc;
    while (e->msi && (edu_config_read(e, e->msi) & 0xff) != CAPABILITY_MSI)
        e->msi = edu_config_read(e, e->msi) >> 8 & 0xfc;
    return e->msi != 0;
}

bool edu_find(struct edu *e, unsigned which)
{
    *e = (struct edu){0};
    if (which == 0) {
        ports = new_slot();
        if (seL4_X86_IOPortControl_Issue(seL4_CapIOPortControl, CONFIG_ADDRESS, CONFIG_DATA + 3,
                                         ROOT, ports, DEPTH) != seL4_NoError)
            return false;
    }
    return find_on_bus(e, which) && place_registers(e) && find_messages(e);
}

/* The bridge lets through what is for its device: 1 MiB, as large as the registers. */
bool edu_find_behind(struct edu *e, struct edu *bridge)
{
    *bridge = *e = (struct edu){0};
    while (bridge->number < 32 && edu_config_read(bridge, 8) >> 16 != CLASS_BRIDGE_TO_PCI)
        bridge->number++;
    if (bridge->number == 32)
        return false;
    e->bus = edu_config_read(bridge, 0x18) >> 8 & 0xff;
    if (!find_on_bus(e, 0) || !place_registers(e) || !find_messages(e))
        return false;
    uint32_t megabyte = edu_config_read(e, 0x10) >> 16;
    edu_config_write(bridge, 0x20, megabyte | megabyte << 16);
    edu_config_write(bridge, 0x04, 6);
    return true;
}

void edu_leave(struct edu *e)
{
    edu_config_write(e, 0x04, 0);
    seL4_CNode_Revoke(ROOT, e->untyped, DEPTH);
    seL4_CNode_Delete(ROOT, e->untyped, DEPTH);
}

/* 64-bit addresses. */
void edu_start_messages(const struct edu *e, uint64_t address, uint32_t data)
{
    edu_config_write(e, 0x04, (edu_config_read(e, 0x04) & 0xffff) | 6);
    edu_config_write(e, e->msi + 4, (uint32_t)address);
    edu_config_write(e, e->msi + 8, (uint32_t)(address >> 32));
    edu_config_write(e, e->msi + 12, data);
    edu_config_write(e, e->msi, edu_config_read(e, e->msi) | 1u << 16);
}

bool edu_listen(struct edu *e, unsigned vector)
{
    e->handler = new_slot();
    e->notification = make(seL4_NotificationObject, 0);
    if (seL4_IRQControl_GetMSI(seL4_CapIRQControl, ROOT, e->handler, DEPTH, e->bus, e->number, 0, 0,
                               vector) ||
        seL4_IRQHandler_SetNotification(e->handler, e->notification))
        return false;
    seL4_X86_IRQHandler_GetMessage_t m = seL4_X86_IRQHandler_GetMessage(e->handler);
    edu_start_messages(e, m.address, (uint32_t)m.data);
    return m.error == seL4_NoError;
}

void edu_start_copy(const struct edu *e, bool to_memory, uint64_t address, unsigned size)
{
    volatile uint64_t *source = (volatile uint64_t *)&e->registers[EDU_SOURCE];
    volatile uint64_t *target = (volatile uint64_t *)&e->registers[EDU_TARGET];
    *(to_memory ? target : source) = address;
    *(to_memory ? source : target) = BUFFER;
    e->registers[EDU_COUNT] = size;
    e->registers[EDU_COMMAND] = COMMAND_RUN | COMMAND_MESSAGE | (to_memory ? COMMAND_WRITE : 0);
}

void edu_wait(const struct edu *e)
{
    seL4_Wait(e->notification, NULL);
    e->registers[EDU_ACKNOWLEDGE] = MESSAGE_DONE;
    seL4_IRQHandler_Ack(e->handler);
}

void edu_copy(const struct edu *e, bool to_memory, uint64_t address, unsigned size)
{
    edu_start_copy(e, to_memory, address, size);
    edu_wait(e);
}
