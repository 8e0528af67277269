/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest: has each dataport shown at many places, finds there what the peer wrote and its own
 * RAM afterwards, asks for all that it may not have, floods and is flooded, restarts in the middle,
 * and sees that its monitor loses nothing by all that.
 */
#include "board.h"

#include <guest.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    PAGE = 4096,
    RAM_END = 64 * MIB,
    /* RAM for dataports: [PLAYGROUND, RAM_END). The guest itself is at 16 MiB. */
    PLAYGROUND = 24 * MIB,
    BUSY = -16,
    NO_ENTRY = -2,
    INVALID = -22,
    FAULT = -14,
    NOT_SUPPORTED = -95,
    ROUNDS = 2000,
    BREAK_UPS = 20,
    FLOODED = 5000,
    PIC_COMMAND = 0x20,
    PIC2_COMMAND = 0xa0,
    PIC_VECTOR = 0x20,
    RESET_PORT = 0xcf9,
    LAPIC_LINT0 = 0x350,
    LINT_EXTINT = 0x700,
};

volatile uint32_t bench_interrupts;
static struct gate idt[256];
static struct {
    volatile uint32_t id, magic;
} page __attribute__((aligned(8)));
static unsigned checks;
static const uint64_t sizes[] = {0, ONE_SIZE, THREE_SIZE, MANY_SIZE, LARGE_SIZE, ONE_SIZE};

static int64_t call(uint64_t token, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint64_t rsi)
{
    __asm__ volatile("vmmcall" : "+a"(token) : "b"(rbx), "c"(rcx), "d"(rdx), "S"(rsi) : "memory");
    return (int64_t)token;
}

static int64_t share(uint64_t id, uint64_t address, uint64_t size)
{
    return call(1, 1, id, address, size);
}

static int64_t give_back(uint64_t id)
{
    return call(1, 2, id, 0, 0);
}

static void say(const char *text, const char *what)
{
    put_string(text);
    put_string(what);
    put_string("\r\n");
}

static void check(const char *what, bool holds)
{
    checks++;
    if (holds)
        return;
    say("crossvm: FAIL: ", what);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void equal(const char *what, int64_t is, int64_t should)
{
    if (is != should) {
        put_string(is < 0 ? "crossvm: got -" : "crossvm: got ");
        put_number((uint64_t)(is < 0 ? -is : is));
        put_string("\r\n");
    }
    check(what, is == should);
}

/* --- Events --- */

static void start_pic(uint16_t command, uint8_t vector, uint8_t wiring, uint8_t mask)
{
    out8(command, 0x11);
    out8(command + 1, vector);
    out8(command + 1, wiring);
    out8(command + 1, 0x03); /* ends interrupts by itself */
    out8(command + 1, mask);
}

static uint32_t await_event(void)
{
    uint32_t id;

    while (!page.id) {
        __asm__ volatile("cli");
        if (!page.id)
            __asm__ volatile("sti\n\thlt");
        __asm__ volatile("sti");
    }
    id = page.id;
    page.id = 0;
    return id;
}

static void done(void)
{
    check("an event is seen to", call(2, 2, 0, 0, 0) == 0);
}

/* --- The peer --- */

static volatile uint64_t *words;

/* The first dataport must be shown, at `words`. */
static void command(enum command what, uint64_t argument)
{
    words[WORD_ARGUMENT] = argument;
    words[WORD_ANSWER] = 0;
    words[WORD_COMMAND] = what;
    check("the event is emitted", call(3, 1, 1, 0, 0) == 0);
}

static uint64_t ask(enum command what, uint64_t argument)
{
    command(what, argument);
    while (!words[WORD_ANSWER]) {
        check("it is the peer's event", await_event() == 1);
        done();
    }
    return words[WORD_ANSWER];
}

/* --- Dataports --- */

static volatile uint64_t *at(uint64_t address)
{
    return (volatile uint64_t *)(uintptr_t)address;
}

static uint64_t own(uint64_t address)
{
    return address * 0x9e3779b97f4a7c15u;
}

static void mark(uint64_t address, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 64)
        *at(address + i) = own(address + i);
}

static bool is_own(uint64_t address, uint64_t size)
{
    for (uint64_t i = 0; i < size; i += 64)
        if (*at(address + i) != own(address + i))
            return false;
    return true;
}

static bool has_pattern(uint64_t id, uint64_t address, bool guest)
{
    for (uint64_t i = WORD_COUNT; i < sizes[id] / 8; i++)
        if (at(address)[i] != PATTERN(id, i, guest))
            return false;
    return true;
}

static void exchange(uint64_t id, uint64_t address)
{
    equal("a dataport is shown", share(id, address, sizes[id]), 0);
    ask(FILL, id);
    check("the guest sees what the peer wrote", has_pattern(id, address, false));
    for (uint64_t i = WORD_COUNT; i < sizes[id] / 8; i++)
        at(address)[i] = PATTERN(id, i, true);
    check("the peer sees what the guest wrote", ask(CHECK, id) == 1);
    check("pages before and after are the guest's own",
          is_own(address - PAGE, PAGE) && is_own(address + sizes[id], PAGE));
    equal("it is given back", give_back(id), 0);
    check("the RAM has what was in it", is_own(address, sizes[id]));
}

static void every_place(void)
{
    static const uint64_t places[] = {
        PLAYGROUND + PAGE,           PLAYGROUND + 2 * MIB - 2 * PAGE, PLAYGROUND + 4 * MIB,
        PLAYGROUND + 6 * MIB - PAGE, RAM_END - 4 * MIB - 2 * PAGE,    0,
    };

    for (unsigned i = 0; places[i]; i++)
        exchange(THREE, places[i]);
    exchange(MANY, PLAYGROUND + 5 * MIB + PAGE);
    exchange(MANY, RAM_END - 12 * MIB);
    exchange(LARGE, PLAYGROUND + 8 * MIB);
    equal("the last page of RAM", share(THREE, RAM_END - THREE_SIZE, THREE_SIZE), 0);
    equal("and back", give_back(THREE), 0);
    equal("a page below 1 MiB", share(THREE, 0x90000, THREE_SIZE), 0);
    equal("a part of it, elsewhere", share(THREE, 0x98000, PAGE), 0);
    equal("and back", give_back(THREE), 0);
    equal("once more does no harm", give_back(THREE), 0);
    equal("and it can be shown again", share(THREE, PLAYGROUND, THREE_SIZE), 0);
    equal("and given back", give_back(THREE), 0);
    say("crossvm: ", "every place");
}

static void together(void)
{
    uint64_t region = PLAYGROUND + 12 * MIB;

    equal("two in one large page", share(THREE, region + PAGE, THREE_SIZE), 0);
    equal("the other", share(READ_ONLY, region + 5 * PAGE, ONE_SIZE), 0);
    equal("no large one there", share(LARGE, region, LARGE_SIZE), BUSY);
    ask(FILL, THREE);
    equal("one goes", give_back(READ_ONLY), 0);
    check("the other stays", has_pattern(THREE, region + PAGE, false));
    check("and the RAM is back", is_own(region + 4 * PAGE, 4 * PAGE));
    equal("and goes", give_back(THREE), 0);
    check("all of it is back", is_own(region, 2 * MIB));
    equal("a large one there", share(LARGE, region, LARGE_SIZE), 0);
    equal("and back", give_back(LARGE), 0);
    check("all of it is back", is_own(region, LARGE_SIZE));
    say("crossvm: ", "together");
}

static void refused(void)
{
    static const struct {
        uint64_t id, address, size;
        int error;
    } wrong[] = {
        {0, PLAYGROUND, PAGE, NO_ENTRY},
        {6, PLAYGROUND, PAGE, NO_ENTRY},
        {256, PLAYGROUND, PAGE, NO_ENTRY},
        {UINT64_MAX, PLAYGROUND, PAGE, NO_ENTRY},
        {THREE, PLAYGROUND, 0, INVALID},
        {THREE, PLAYGROUND, 100, INVALID},
        {THREE, PLAYGROUND, 4 * PAGE, INVALID},
        {MANY, PLAYGROUND, UINT64_MAX - PAGE + 1, INVALID},
        {THREE, PLAYGROUND + 8, PAGE, INVALID},
        {LARGE, PLAYGROUND + PAGE, LARGE_SIZE, INVALID},
        {LARGE, PLAYGROUND, PAGE, INVALID},
        {THREE, RAM_END, PAGE, FAULT},
        {THREE, RAM_END - PAGE, THREE_SIZE, FAULT},
        {THREE, LAPIC, PAGE, FAULT},
        {THREE, 0xfec00000, PAGE, FAULT},
        {THREE, UINT64_MAX - PAGE + 1, PAGE, FAULT},
        {THREE, 1ull << 32, PAGE, FAULT},
        {0},
    };

    mark(PLAYGROUND, LARGE_SIZE);
    for (unsigned round = 0; round < 100; round++)
        for (unsigned i = 0; wrong[i].error; i++)
            equal("what is wrong is refused", share(wrong[i].id, wrong[i].address, wrong[i].size),
                  wrong[i].error);
    equal("where one is already", share(THREE, (uint64_t)(uintptr_t)words, PAGE), BUSY);
    equal("on the page for events", share(THREE, (uint64_t)(uintptr_t)&page & ~0xfffull, PAGE),
          BUSY);
    equal("the page for events in a dataport", call(2, 1, (uint64_t)(uintptr_t)words, 0, 0), FAULT);
    equal("the page for events in a device", call(2, 1, LAPIC, 0, 0), FAULT);
    check("no event of another number", call(3, 1, 2, 0, 0) == NO_ENTRY);
    check("no other command", call(1, 3, 1, 0, 0) < 0 && call(3, 2, 1, 0, 0) < 0);
    check("nothing has changed", is_own(PLAYGROUND, LARGE_SIZE));
    say("crossvm: ", "refused");
}

static void read_only(void)
{
    uint64_t place = PLAYGROUND + 2 * PAGE;
    void *target = (void *)(uintptr_t)(place + 512);
    uint64_t count = 256;

    equal("one to read only is shown", share(READ_ONLY, place, ONE_SIZE), 0);
    ask(FILL, READ_ONLY);
    check("the guest reads it", has_pattern(READ_ONLY, place, false));
    *at(place + 256) = 1;
    *(volatile uint8_t *)(uintptr_t)(place + 300) = 1;
    *(volatile uint32_t *)(uintptr_t)(place + 400) = 1;
    __asm__ volatile("lock addq $1, 256(%0)" : : "r"(place) : "memory");
    __asm__ volatile("rep stosb" : "+D"(target), "+c"(count) : "a"(0x55) : "memory");
    check("what the guest writes is not there", has_pattern(READ_ONLY, place, false));
    check("nor for the peer", ask(CHECK, READ_ONLY | 0x100) == 1);
    equal("it is given back", give_back(READ_ONLY), 0);
    check("nor in the RAM", is_own(place, PAGE));
    say("crossvm: ", "read only");
}

/* --- Often --- */

static void resources(uint64_t now[3])
{
    now[0] = (uint64_t)call(TOKEN_MEMORY, 0, 0, 0, 0);
    now[1] = (uint64_t)call(TOKEN_SLOTS, 0, 0, 0, 0);
    now[2] = (uint64_t)call(TOKEN_HEAP, 0, 0, 0, 0);
}

/* Of each dataport alone in its 2 MiB: the longest time that it took to show it. */
static uint64_t break_up(uint64_t place)
{
    uint64_t longest = 0;

    for (unsigned i = 0; i < BREAK_UPS; i++) {
        uint64_t start = rdtsc();

        equal("a dataport alone", share(THREE, place + i % 16 * 2 * MIB, THREE_SIZE), 0);
        start = rdtsc() - start;
        longest = start > longest ? start : longest;
        equal("goes", give_back(THREE), 0);
    }
    return longest;
}

static void often(void)
{
    uint64_t before[3], after[3], place = PLAYGROUND + 2 * MIB, longest;

    break_up(place); /* what is made once has been made */
    resources(before);
    longest = break_up(place);
    equal("one stays", share(READ_ONLY, place, ONE_SIZE), 0);
    for (unsigned i = 0; i < ROUNDS; i++)
        equal("another moves", share(THREE, place + (1 + i % 400) * PAGE, THREE_SIZE), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        equal("another comes", share(THREE, place + (1 + i % 400) * PAGE, THREE_SIZE), 0);
        equal("and goes", give_back(THREE), 0);
    }
    equal("and the one", give_back(READ_ONLY), 0);
    resources(after);
    check("no memory is lost", after[0] == before[0]);
    check("no slot is lost", after[1] == before[1]);
    check("no heap is lost", after[2] == before[2]);
    check("the RAM has what was in it", is_own(place, 34 * MIB));
    put_string("crossvm: breaking up 2 MiB took at most ");
    put_number(longest);
    put_string(" ticks\r\n");
}

static void floods(void)
{
    uint64_t seen = ask(SEEN, 0);
    unsigned count = 0;

    for (unsigned i = 0; i < FLOODED; i++)
        check("an event is emitted", call(3, 1, 1, 0, 0) == 0);
    check("the peer is woken, and not more often than that",
          ask(SEEN, 0) - seen >= 1 && ask(SEEN, 0) - seen <= FLOODED + 3);
    command(FLOOD, FLOODED);
    while (!words[WORD_ANSWER]) {
        check("it is the peer's event", await_event() == 1);
        done();
        count++;
    }
    check("the guest hears of a flood", count >= 1 && count <= FLOODED + 2);
    equal("nobody listens", call(2, 3, 0, 0, 0), 0);
    equal("again", call(2, 3, 0, 0, 0), 0);
    command(FILL, THREE);
    while (!words[WORD_ANSWER])
        __asm__ volatile("pause");
    equal("listening again", call(2, 1, (uint64_t)(uintptr_t)&page, 0, 0), 0);
    check("the event has waited", await_event() == 1);
    done();
    say("crossvm: ", "floods");
}

/* --- Two lives --- */

static void first_life(void)
{
    mark(PLAYGROUND - PAGE, RAM_END - PLAYGROUND + PAGE);
    every_place();
    together();
    refused();
    mark(PLAYGROUND, RAM_END - PLAYGROUND);
    read_only();
    often();
    floods();
    equal("all are shown", share(THREE, PLAYGROUND + 2 * MIB - PAGE, THREE_SIZE), 0);
    equal("all are shown", share(MANY, PLAYGROUND + 5 * MIB, MANY_SIZE), 0);
    equal("all are shown", share(LARGE, PLAYGROUND + 12 * MIB, LARGE_SIZE), 0);
    ask(FILL, THREE);
    command(FILL, MANY);
    check("an event comes", await_event() == 1);
    say("crossvm: ", "restarts within an event");
    out8(RESET_PORT, 6);
    for (;;)
        __asm__ volatile("hlt");
}

static void second_life(void)
{
    /* Written to RAM, this does not reach the peer. */
    mark(PLAYGROUND, RAM_END - PLAYGROUND);
    check("all RAM is the guest's", is_own(PLAYGROUND, RAM_END - PLAYGROUND));
    equal("listening", call(2, 1, (uint64_t)(uintptr_t)&page, 0, 0), 0);
    check("the event that was not seen to comes again", await_event() == 1);
    done();
    equal("the first is shown", share(ONE, (uint64_t)(uintptr_t)words, ONE_SIZE), 0);
    exchange(THREE, PLAYGROUND + 2 * MIB - PAGE);
    exchange(MANY, PLAYGROUND + 6 * MIB);
    exchange(LARGE, PLAYGROUND + 12 * MIB);
    put_string("crossvm: PASS, ");
    put_number(checks);
    put_string(" checks in this life\r\n");
}

void bench_main(void)
{
    start_interrupts(idt, PIC_VECTOR, VECTOR);
    start_pic(PIC_COMMAND, PIC_VECTOR, 4, 0xfb);
    start_pic(PIC2_COMMAND, PIC_VECTOR + 8, 2, 0xef);
    lapic_write(LAPIC_LINT0, LINT_EXTINT);
    words = at(20 * MIB);
    if (call(TOKEN_LIVES, 0, 0, 0, 0) != 1) {
        second_life();
        return;
    }
    equal("listening", call(2, 1, (uint64_t)(uintptr_t)&page, 0, 0), 0);
    equal("the first is shown", share(ONE, (uint64_t)(uintptr_t)words, ONE_SIZE), 0);
    first_life();
}
