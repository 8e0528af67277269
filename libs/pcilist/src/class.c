/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classes of PCI functions.
 * Rests on: PCI Local Bus Specification 3.0, appendix D; names are those that lspci prints.
 */
#include <pcilist/pcilist.h>

#include <base/bits.h>

#include <string.h>

static const char bridge[] = "a bridge leads to other devices; it belongs to the whole system";
static const char chipset[] = "it is part of the chipset, which the whole system needs";

static const struct {
    uint16_t code;
    const char *name, *short_name, *refusal;
} classes[] = {
    {0x0000, "Non-VGA unclassified device", "Device", NULL},
    {0x00ff, "Unclassified device", "Device", NULL},
    {0x0100, "SCSI storage controller", "SCSI", NULL},
    {0x0101, "IDE interface", "IDE", NULL},
    {0x0104, "RAID bus controller", "RAID", NULL},
    {0x0106, "SATA controller", "SATA", NULL},
    {0x0107, "Serial Attached SCSI controller", "SAS", NULL},
    {0x0108, "Non-Volatile memory controller", "NVMe", NULL},
    {0x0180, "Mass storage controller", "Storage", NULL},
    {0x0200, "Ethernet controller", "Ethernet", NULL},
    {0x0280, "Network controller", "Network", NULL},
    {0x0300, "VGA compatible controller", "VGA", NULL},
    {0x0302, "3D controller", "Graphics", NULL},
    {0x0380, "Display controller", "Display", NULL},
    {0x0400, "Multimedia video controller", "Video", NULL},
    {0x0401, "Multimedia audio controller", "Audio", NULL},
    {0x0403, "Audio device", "Audio", NULL},
    {0x0480, "Multimedia controller", "Multimedia", NULL},
    {0x0500, "RAM memory", "Memory", NULL},
    {0x0600, "Host bridge", "HostBridge", bridge},
    {0x0601, "ISA bridge", "ISABridge", bridge},
    {0x0604, "PCI bridge", "PCIBridge", bridge},
    {0x0607, "CardBus bridge", "CardBus", bridge},
    {0x0609, "Semi-transparent PCI-to-PCI bridge", "PCIBridge", bridge},
    {0x0680, "Bridge", "Bridge", bridge},
    {0x0700, "Serial controller", "Serial", NULL},
    {0x0701, "Parallel controller", "Parallel", NULL},
    {0x0780, "Communication controller", "Communication", NULL},
    {0x0800, "PIC", "PIC", chipset},
    {0x0801, "DMA controller", "DMA", chipset},
    {0x0802, "Timer", "Timer", chipset},
    {0x0803, "RTC", "RTC", chipset},
    {0x0805, "SD Host controller", "SD", NULL},
    {0x0806, "IOMMU", "IOMMU", "it is what holds devices back"},
    {0x0880, "System peripheral", "System", chipset},
    {0x0c00, "FireWire (IEEE 1394)", "FireWire", NULL},
    {0x0c03, "USB controller", "USB", NULL},
    {0x0c05, "SMBus", "SMBus", chipset},
    {0x0c80, "Serial bus controller", "SerialBus", NULL},
    {0x0d80, "Wireless controller", "Wireless", NULL},
    {0x1180, "Signal processing controller", "Signals", NULL},
};

const char *pcilist_class_name(uint32_t class_code)
{
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (classes[i].code == class_code >> 8)
            return classes[i].name;
    return "Device of a class unknown here";
}

const char *pcilist_short_name(uint32_t class_code)
{
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (classes[i].code == class_code >> 8)
            return classes[i].short_name;
    return "Device";
}

int pcilist_class_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (strlen(classes[i].name) == length && memcmp(classes[i].name, name, length) == 0)
            return classes[i].code << 8;
    return PCI_NONE;
}

const char *pcilist_refusal(const struct pci_function *function)
{
    if (function->segment)
        return "it is in another PCI segment, which cannot be reached here";
    if (function->header || function->class_code >> 16 == 0x06)
        return bridge;
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
        if (classes[i].code == function->class_code >> 8)
            return classes[i].refusal;
    return NULL;
}
