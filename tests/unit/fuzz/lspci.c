/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text as what lspci printed; all that can be chosen becomes settings. From a piece of the
 * input, lines that lspci prints are made, else nothing would ever come out.
 */
#include "input.h"
#include "read.h"

#include <base/bits.h>

#include <stdlib.h>
#include <string.h>

static const char *const lines[] = {
    "00:05.0 SATA controller: a (prog-if 01)\n",
    "05:00.0 Ethernet controller [0200]: b [8086:10d3]\n",
    "00:1f.0 ISA bridge: c\n",
    "0001:00:01.1 IDE interface: d\n",
    "\tRegion 0: Memory at febd5000 (64-bit, prefetchable) [size=4K]\n",
    "\tRegion 5: I/O ports at c040 [size=32]\n",
    "\tInterrupt: pin A routed to IRQ 21\n",
    "\tCapabilities: [80] MSI: Enable+ Count=1/8\n",
    "\tCapabilities: [a0] MSI-X: Enable- Count=5 Masked-\n",
    "\tBus: primary=00, secondary=05\n",
    "\tIOMMU group: 4\n",
    "\tKernel driver in use: x\n",
    "00: 86 80 22 29 07 01 10 00 02 01 06 01 00 00 00 00\n",
    "10: 01 c0 00 00 05 00 bd fe 00 00 00 00 00 00 00 00\n",
    "20: 00 00 00 00 00 00 00 00 00 00 00 00 f4 1a 00 11\n",
    "30: 00 00 00 00 40 00 00 00 00 00 00 00 0a 01 00 00\n",
};

static size_t make_text(char *text, size_t size)
{
    size_t length = 0;
    while (input_size() && length + 256 < size) {
        uint64_t choice = input_number(1);
        if (choice < 128) {
            const char *line = lines[choice % ARRAY_SIZE(lines)];
            size_t count = strlen(line);
            snprintf(text + length, size - length, "%s", line);
            /* With one letter changed. */
            if (choice >= 64)
                text[length + input_number(1) % count] = (char)input_number(1);
            length += count;
        } else {
            size_t count = MIN((size_t)choice - 127, input_size());
            input_copy(text + length, count);
            length += count;
        }
    }
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct pci_machine machine;
    struct pci_style style = {.vm = "vm0", .of_2018 = size & 1, .without_iommu = size & 2};
    struct pci_choice choices[32] = {{NULL, NULL}};
    char names[32][32], buffer[1 << 14], *text, *out_text = NULL;
    size_t out_size;
    unsigned count = 0;

    input_start(bytes, size);
    size_t length = make_text(buffer, sizeof(buffer));
    text = malloc(length ? length : 1); /* AddressSanitizer knows its end */
    memcpy(text, buffer, length);
    machine.count = 0;
    if (!lspci_read(&machine, text, length)) {
        for (unsigned i = 0; i < machine.count && count < ARRAY_SIZE(choices); i++)
            if (!pcilist_refusal(&machine.functions[i]))
                choices[count++].function = &machine.functions[i];
        pcilist_name_choices(choices, count, names);
        FILE *out = open_memstream(&out_text, &out_size);
        pcilist_print_list(out, &machine);
        pcilist_print_stanzas(out, &machine, choices, count, &style);
        fclose(out);
        free(out_text);
    }
    free(text);
    return 0;
}
