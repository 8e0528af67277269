/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest whose devices are not those of this machine: says what it has of them. */
#include "edu.h"

#define MEMORY 0x2000000u
#define WORDS  64u

#define COPY_TICKS 50000000u

volatile uint32_t bench_interrupts;
static struct gate idt[256];

static void await_copy(const volatile uint32_t *edu)
{
    while (edu[EDU_COMMAND] & EDU_RUN) {
        uint32_t before = bench_interrupts;

        lapic_write(LAPIC_TIMER_COUNT, COPY_TICKS);
        await_interrupt(before);
    }
}

/* From memory into the device, and from there to the next place. */
static bool reaches_memory(volatile uint32_t *edu)
{
    volatile uint32_t *words = (volatile uint32_t *)(uintptr_t)MEMORY;

    for (unsigned i = 0; i < WORDS; i++)
        words[i] = i + 1;
    edu_copy(edu, false, MEMORY, WORDS * 4);
    await_copy(edu);
    edu_copy(edu, true, MEMORY + WORDS * 4, WORDS * 4);
    await_copy(edu);
    return words[2 * WORDS - 1] == WORDS;
}

void bench_main(void)
{
    unsigned functions = 0, slot = edu_slot();
    bool reaches;

    start_interrupts(idt, VECTOR, VECTOR);
    reaches = slot < 32 && reaches_memory(edu_start(slot));
    for (unsigned i = 0; i < 32; i++)
        functions += pci_read(i, 0) != UINT32_MAX;
    put_string("misfit: sees ");
    put_number(functions);
    put_string(" functions, its device reaches ");
    put_string(reaches ? "memory\r\n" : "nothing\r\n");
}
