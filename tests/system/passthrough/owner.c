/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest that has a device: uses it in every way, points it at memory that is not the guest's,
 * restarts while it is at work, and floods its monitor with interrupts. On the bare machine, where
 * nothing holds the device back, it only measures.
 */
#include "board.h"
#include "edu.h"

enum {
    MIB = 1024 * 1024,
    RAM_END = 64 * MIB,
    BUFFER = 48 * MIB, /* of its RAM, for the device */
    SIZE = 2048,
    ROUNDS = 50,
    FLOOD_TICKS = 200 * 1000 * 1000,
    STALE_TICKS = 150 * 1000 * 1000,
    RESET_PORT = 0xcf9,
    /* The firmware's first instruction, a far jump, in the page that guest_mappings names. */
    FIRMWARE = 0xfffffff0,
    JUMP_FAR = 0xea,
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];
static volatile uint32_t *edu;
static unsigned slot, line, checks;
static volatile uint64_t arrived;

static int64_t call_with(uint64_t token, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
    __asm__ volatile("vmmcall" : "+a"(token) : "b"(rbx), "c"(rcx), "d"(rdx), "S"(rsi) : "memory");
    return (int64_t)token;
}

static int64_t call(uint64_t token)
{
    return call_with(token, 0, 0, 0, 0);
}

static void say(const char *text, const char *what)
{
    put_string(text);
    put_string(what);
    put_string("\r\n");
}

static void say_number(const char *text, uint64_t number, const char *more)
{
    put_string(text);
    put_number(number);
    put_string(more);
    put_string("\r\n");
}

static void check(const char *what, bool holds)
{
    checks++;
    if (holds)
        return;
    say("owner: FAIL: ", what);
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* --- Interrupts --- */

struct frame;

static void acknowledge(void)
{
    arrived = rdtsc();
    edu[EDU_ACKNOWLEDGE] = edu[EDU_STATUS];
    bench_interrupts++;
}

__attribute__((interrupt)) static void on_line(struct frame *frame)
{
    (void)frame;
    acknowledge();
    pic_end(line);
}

__attribute__((interrupt)) static void on_message(struct frame *frame)
{
    (void)frame;
    acknowledge();
    lapic_write(0xb0, 0);
}

static uint64_t raise(void)
{
    uint32_t before = bench_interrupts;
    uint64_t start = rdtsc();

    edu[EDU_RAISE] = 1;
    while (bench_interrupts == before)
        __asm__ volatile("pause");
    return arrived - start;
}

/* Instructions from the register's write to the handler's begin, at best. */
static void measure(const char *what)
{
    uint64_t best = UINT64_MAX;

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t ticks = raise();

        best = ticks < best ? ticks : best;
    }
    put_string("bench: ");
    put_string(what);
    say_number(" ", best, "");
}

/* --- Memory --- */

static void copy(bool to_memory, uint64_t address, uint32_t size)
{
    uint32_t before = bench_interrupts;

    edu_copy(edu, to_memory, address, size);
    await_interrupt(before);
}

static volatile uint64_t *at(uint64_t address)
{
    return (volatile uint64_t *)(uintptr_t)address;
}

static void fill(uint64_t address, uint64_t seed)
{
    for (unsigned i = 0; i < SIZE / 8; i++)
        at(address)[i] = seed * (i + 1);
}

static bool has(uint64_t address, uint64_t seed)
{
    for (unsigned i = 0; i < SIZE / 8; i++)
        if (at(address)[i] != seed * (i + 1))
            return false;
    return true;
}

static void use_memory(void)
{
    fill(BUFFER, 3);
    fill(RAM_END - SIZE, 5);
    copy(false, BUFFER, SIZE);
    copy(true, RAM_END - SIZE, SIZE);
    check("the device copies the guest's memory to its end", has(RAM_END - SIZE, 3));
    copy(true, 0x8000, SIZE);
    check("and below 1 MiB", has(0x8000, 3));
}

/* The dataport is shown in place of a page of RAM, which the device goes on reaching. */
static void use_memory_below(void)
{
    fill(BUFFER, 17);
    check("a dataport is shown", call_with(1, 1, 1, BUFFER, 4096) == 0);
    check("what is in it is the peer's", *at(BUFFER) == PEERS);
    copy(true, BUFFER, SIZE);
    check("and no device's", *at(BUFFER) == PEERS);
    check("it is given back", call_with(1, 2, 1, 0, 0) == 0);
    check("the device has reached the memory below", has(BUFFER, 3));
}

static void grasp(void)
{
    uint64_t secret = (uint64_t)call(TOKEN_SECRET);
    const uint64_t places[] = {secret, RAM_END, 0x7ffff000, 0xfea00000, 0xfffff000, 0};

    check("the monitor has a secret", secret && !call(TOKEN_CHANGED));
    for (unsigned i = 0; places[i]; i++)
        copy(true, places[i], 8);
    check("the secret is unchanged", !call(TOKEN_CHANGED));
    fill(BUFFER, 7);
    copy(false, BUFFER, SIZE);
    for (unsigned i = 0; i < 3; i++)
        copy(false, secret, 8);
    copy(true, BUFFER, 8);
    check("the secret is unread", at(BUFFER)[0] != SECRET);
    use_memory();
    say("owner: ", "grasped in vain");
}

static void send(uint32_t message)
{
    *(volatile uint32_t *)(uintptr_t)BUFFER = message;
    copy(false, BUFFER, 4);
    copy(true, LAPIC, 4);
}

/* Messages to the processor, with vectors of exceptions and of nobody, and as an NMI. */
static void forge(void)
{
    static const uint32_t others[] = {0x9c, 0xe0, 0xe1, 0xff, 0x400, 0};

    for (uint32_t vector = 1; vector < 32; vector++)
        send(vector);
    for (unsigned i = 0; others[i] != 0; i++)
        send(others[i]);
    use_memory();
    say("owner: ", "forged messages in vain");
}

/* --- Lives --- */

static void find(void)
{
    uint32_t address, size;
    unsigned others = 0;

    slot = edu_slot();
    check("there is an edu", slot < 32);
    for (unsigned i = 1; i < 32; i++)
        others += i != slot && pci_read(i, 0) != UINT32_MAX;
    address = pci_read(slot, PCI_BAR);
    pci_write(slot, PCI_BAR, UINT32_MAX);
    size = ~(pci_read(slot, PCI_BAR) & ~0xfu) + 1;
    pci_write(slot, PCI_BAR, address);
    check("its memory has 1 MiB", size == MIB);
    line = pci_read(slot, PCI_LINE) & 0xff;
    check("its interrupt has a line", line > 2 && line < 16);
    check("there is nothing else", others == 0);
}

static void start(void)
{
    set_gate(&idt[PIC_VECTOR + line], (void *)on_line);
    set_gate(&idt[VECTOR + 1], (void *)on_message);
    edu = edu_start(slot);
    edu[EDU_INVERT] = 0x12345678;
    check("its registers answer", edu[EDU_INVERT] == ~0x12345678u);
    edu[EDU_ACKNOWLEDGE] = edu[EDU_STATUS];
    pic_start(line);
}

static void use_interrupts(void)
{
    measure("intx");
    edu_use_messages(slot, true, VECTOR + 1);
    measure("msi");
    edu_use_messages(slot, false, 0);
    raise();
    check("INTx after MSI", true);
}

/* Its registers are where it says, and nowhere else. */
static void move(void)
{
    uint32_t before = pci_read(slot, PCI_BAR);

    pci_write(slot, PCI_BAR, before + 16 * MIB);
    check("nothing is left where its registers were", *(volatile uint32_t *)edu == UINT32_MAX);
    edu = edu_start(slot);
    check("they are where they should be", edu[EDU_INVERT] == ~0x12345678u);
    pci_write(slot, PCI_BAR, before);
    edu = edu_start(slot);
    check("and back again", edu[EDU_INVERT] == ~0x12345678u);
}

static void flood(const char *what)
{
    uint64_t end = rdtsc() + FLOOD_TICKS;
    uint32_t before = bench_interrupts;

    say("owner: floods by ", what);
    while (rdtsc() < end)
        edu[EDU_RAISE] = 1;
    say_number("owner: flooded with ", bench_interrupts - before, " interrupts");
}

/* Ends by an interrupt. */
static void sleep(uint32_t ticks)
{
    uint32_t before = bench_interrupts;

    lapic_write(LAPIC_TIMER_COUNT, ticks);
    await_interrupt(before);
}

static void first_life(void)
{
    check("the firmware's page is there", *(volatile uint8_t *)(uintptr_t)FIRMWARE == JUMP_FAR);
    move();
    use_memory();
    use_memory_below();
    use_interrupts();
    grasp();
    forge();
    fill(BUFFER, 11);
    copy(false, BUFFER, SIZE);
    say("owner: ", "restarts while its device is at work");
    edu_copy(edu, true, BUFFER, SIZE);
    out8(RESET_PORT, 6);
    for (;;)
        __asm__ volatile("hlt");
}

static void second_life(void)
{
    fill(BUFFER, 13);
    sleep(STALE_TICKS);
    check("what the device was at is not done", has(BUFFER, 13) && bench_interrupts == 1);
    start();
    use_memory();
    use_interrupts();
    say("owner: ", "uses its device again");
    flood("INTx");
    edu_use_messages(slot, true, VECTOR + 1);
    flood("MSI");
    edu_use_messages(slot, false, 0);
    use_memory();
    say_number("owner: PASS, ", checks, " checks in this life");
    __asm__ volatile("cli; hlt");
}

static bool is_guest(void)
{
    uint32_t regs[4];

    cpuid(0x40000000, regs);
    return regs[1] == 0x4b4d564b; /* "KVMK", under which our monitor is known */
}

void bench_main(void)
{
    start_interrupts(idt, PIC_VECTOR, VECTOR);
    if (!is_guest()) {
        put_string("\r\n"); /* ends firmware's line */
        slot = edu_slot();
        line = pci_read(slot, PCI_LINE) & 0xff;
        start();
        use_interrupts();
        return;
    }
    find();
    if (call(TOKEN_LIVES) > 1) {
        second_life();
        return;
    }
    start();
    first_life();
}
