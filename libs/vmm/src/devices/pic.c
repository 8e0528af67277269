/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 8259A pair (pic.h). Section names in comments are those of the 8259A data sheet.
 */
#include <vmm/pic.h>

#include <string.h>

#define MASTER       0
#define SLAVE        1
#define CASCADE_LINE 2
#define SPURIOUS     7
#define NOT_CASCADED 8

#define BIOS_MASTER_BASE 0x08
#define BIOS_SLAVE_BASE  0x70

#define ICW1_INIT   0x10
#define ICW1_SINGLE 0x02
#define ICW1_ICW4   0x01
#define ICW4_AEOI   0x02
#define ICW4_SFNM   0x10
#define OCW3_SELECT 0x08

/* Lines that a PC's ELCR holds at edge: timer, keyboard, cascade; RTC and FPU on the slave. */
static const uint8_t elcr_writable[2] = {0xf8, 0xde};

static unsigned rank_of(const struct pic_chip *chip, unsigned input)
{
    return (input - chip->lowest - 1u) & 7;
}

/* The set input of highest priority, or -1. */
static int highest(const struct pic_chip *chip, uint8_t set)
{
    unsigned first = (chip->lowest + 1u) & 7;
    unsigned in_order = (set | (unsigned)set << 8) >> first; /* `first` is bit 0 */

    return set ? (__builtin_ctz(in_order) + (int)first) & 7 : -1;
}

/* The input that this chip would present now, or -1 ("Interrupt sequence", "Special mask mode"). */
static int chip_pending(const struct pic_chip *chip, bool master)
{
    int request = highest(chip, chip->irr & (uint8_t)~chip->imr);
    uint8_t in_service = chip->isr;
    int serving;

    if (request < 0)
        return -1;
    if (chip->special_mask)
        in_service &= (uint8_t)~chip->imr;
    /* In special fully nested mode the master lets more requests of the slave through. */
    if (master && chip->nested && request == CASCADE_LINE)
        in_service &= (uint8_t)~BIT(CASCADE_LINE);
    serving = highest(chip, in_service);
    if (serving >= 0 && rank_of(chip, (unsigned)request) >= rank_of(chip, (unsigned)serving))
        return -1;
    return request;
}

static void chip_set_line(struct pic_chip *chip, unsigned input, bool high)
{
    uint8_t mask = (uint8_t)BIT(input);

    if (chip->elcr & mask)
        chip->irr = high ? chip->irr | mask : chip->irr & (uint8_t)~mask;
    else if (high && !(chip->lines & mask))
        chip->irr |= mask;
    else if (!high)
        chip->irr &= (uint8_t)~mask; /* the request must stay until it is acknowledged */
    chip->lines = high ? chip->lines | mask : chip->lines & (uint8_t)~mask;
}

/*
 * Before the outputs are computed: whoever held the level up may let it go. Until all have, as
 * several may share the line, the outputs stay.
 */
static void tell_ended(struct pic *pic)
{
    pic->telling = true;
    for (unsigned line = 0; line < 16; line++) {
        struct pic_chip *chip = &pic->chip[line / 8];
        uint8_t mask = (uint8_t)BIT(line % 8);

        if (!(chip->ended & (uint8_t)~chip->imr & mask))
            continue;
        chip->ended &= (uint8_t)~mask;
        if (pic->line_ended && line != CASCADE_LINE)
            pic->line_ended(pic->ctx, line);
    }
    pic->telling = false;
}

static void pic_update(struct pic *pic)
{
    bool output;

    if (pic->telling)
        return;
    if (pic->chip[MASTER].ended | pic->chip[SLAVE].ended)
        tell_ended(pic);
    chip_set_line(&pic->chip[MASTER], CASCADE_LINE, chip_pending(&pic->chip[SLAVE], false) >= 0);
    output = chip_pending(&pic->chip[MASTER], true) >= 0;
    if (output != pic->output) {
        pic->output = output;
        pic->intr(pic->ctx, output);
    }
}

void pic_set_line(struct pic *pic, unsigned line, bool high)
{
    if (line >= 16 || line == CASCADE_LINE)
        return;
    chip_set_line(&pic->chip[line / 8], line % 8, high);
    pic_update(pic);
}

/*
 * The chip's output falls with the acknowledgement, and rises anew for what else waits: with
 * automatic end of interrupt that may be at once, and whoever takes edges must see it.
 */
static void acknowledge(struct pic *pic, unsigned which, unsigned input)
{
    struct pic_chip *chip = &pic->chip[which];
    uint8_t mask = (uint8_t)BIT(input);

    if (!(chip->elcr & mask))
        chip->irr &= (uint8_t)~mask;
    if (!chip->auto_eoi) {
        chip->isr |= mask;
    } else {
        chip->ended |= mask;
        if (chip->rotate_auto)
            chip->lowest = (uint8_t)input;
    }
    if (which == SLAVE) {
        chip_set_line(&pic->chip[MASTER], CASCADE_LINE, false);
    } else if (pic->output) {
        pic->output = false;
        pic->intr(pic->ctx, false);
    }
}

/* The slave's input that the master's `input` stands for, -1 if that is gone; or NOT_CASCADED. */
static int cascaded(const struct pic *pic, int input)
{
    if (input != CASCADE_LINE || pic->chip[MASTER].single)
        return NOT_CASCADED;
    return chip_pending(&pic->chip[SLAVE], false);
}

/* A request that is gone is the spurious one ("Edge and level triggered modes"). */
static uint8_t vector_of(const struct pic *pic, int input, int slave)
{
    const struct pic_chip *chip = &pic->chip[slave == NOT_CASCADED ? MASTER : SLAVE];
    int which = slave == NOT_CASCADED ? input : slave;

    return (uint8_t)(chip->base + (which < 0 ? SPURIOUS : which));
}

uint8_t pic_vector(const struct pic *pic)
{
    int input = chip_pending(&pic->chip[MASTER], true);

    return vector_of(pic, input, cascaded(pic, input));
}

uint8_t pic_acknowledge(struct pic *pic)
{
    int input = chip_pending(&pic->chip[MASTER], true), slave = cascaded(pic, input);
    uint8_t vector = vector_of(pic, input, slave);

    if (input >= 0)
        acknowledge(pic, MASTER, (unsigned)input);
    if (slave != NOT_CASCADED && slave >= 0)
        acknowledge(pic, SLAVE, (unsigned)slave);
    pic_update(pic);
    return vector;
}

/* OCW2: end of interrupt and rotation. */
static void chip_ocw2(struct pic_chip *chip, uint8_t value)
{
    bool rotate = value & 0x80, specific = value & 0x40, eoi = value & 0x20;
    /* In special mask mode, what is masked ends only by name ("Special mask mode"). */
    uint8_t ending = chip->special_mask ? chip->isr & (uint8_t)~chip->imr : chip->isr;
    int input = specific ? value & 7 : highest(chip, ending);

    if (eoi) {
        if (input >= 0) {
            chip->ended |= chip->isr & (uint8_t)BIT(input);
            chip->isr &= (uint8_t)~BIT(input);
            if (rotate)
                chip->lowest = (uint8_t)input;
        }
    } else if (specific && rotate) {
        chip->lowest = value & 7; /* set priority */
    } else if (!specific) {
        chip->rotate_auto = rotate;
    }
}

static void chip_command(struct pic_chip *chip, uint8_t value)
{
    if (value & ICW1_INIT) {
        chip->imr = chip->isr = chip->irr = chip->ended = 0;
        chip->lowest = 7;
        chip->special_mask = chip->read_isr = chip->poll = false;
        chip->auto_eoi = chip->rotate_auto = chip->nested = false;
        chip->single = value & ICW1_SINGLE;
        chip->icw4_needed = value & ICW1_ICW4;
        chip->icw_step = 2;
        chip->irr = chip->lines & chip->elcr;
    } else if (value & OCW3_SELECT) {
        if (value & 0x04)
            chip->poll = true;
        else if (value & 0x02)
            chip->read_isr = value & 0x01;
        if (value & 0x40)
            chip->special_mask = value & 0x20;
    } else {
        chip_ocw2(chip, value);
    }
}

static void chip_data(struct pic_chip *chip, uint8_t value)
{
    switch (chip->icw_step) {
    case 2:
        chip->base = value & 0xf8;
        chip->icw_step = chip->single ? (chip->icw4_needed ? 4 : 0) : 3;
        break;
    case 3: /* the cascade is wired; its description is accepted as given */
        chip->icw_step = chip->icw4_needed ? 4 : 0;
        break;
    case 4:
        chip->auto_eoi = value & ICW4_AEOI;
        chip->nested = value & ICW4_SFNM;
        chip->icw_step = 0;
        break;
    default:
        chip->imr = value;
    }
}

static void pic_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pic *pic = ctx;
    struct pic_chip *chip = &pic->chip[port & 0x80 ? SLAVE : MASTER];

    (void)size;
    if (port & 1)
        chip_data(chip, (uint8_t)value);
    else
        chip_command(chip, (uint8_t)value);
    pic_update(pic);
}

static uint8_t chip_poll(struct pic *pic, unsigned which)
{
    struct pic_chip *chip = &pic->chip[which];
    int input = chip_pending(chip, which == MASTER);

    chip->poll = false;
    if (input < 0)
        return 0;
    acknowledge(pic, which, (unsigned)input);
    pic_update(pic);
    return (uint8_t)(0x80 | input);
}

static uint32_t pic_in(void *ctx, uint16_t port, unsigned size)
{
    struct pic *pic = ctx;
    unsigned which = port & 0x80 ? SLAVE : MASTER;
    struct pic_chip *chip = &pic->chip[which];

    (void)size;
    if (chip->poll)
        return chip_poll(pic, which);
    if (port & 1)
        return chip->imr;
    return chip->read_isr ? chip->isr : chip->irr;
}

static uint32_t elcr_in(void *ctx, uint16_t port, unsigned size)
{
    struct pic *pic = ctx;

    (void)size;
    return pic->chip[port & 1].elcr;
}

static void elcr_out(void *ctx, uint16_t port, unsigned size, uint32_t value)
{
    struct pic *pic = ctx;
    struct pic_chip *chip = &pic->chip[port & 1];

    (void)size;
    chip->elcr = (uint8_t)value & elcr_writable[port & 1];
    chip->irr = (chip->irr & (uint8_t)~chip->elcr) | (chip->lines & chip->elcr);
    pic_update(pic);
}

void pic_init(struct pic *pic, void (*intr)(void *, bool), void *ctx)
{
    memset(pic, 0, sizeof(*pic));
    pic->intr = intr;
    pic->ctx = ctx;
    /* As a BIOS leaves them: programmed, its own devices masked again. */
    pic->chip[MASTER] = (struct pic_chip){.lowest = 7, .imr = 0xfb, .base = BIOS_MASTER_BASE};
    pic->chip[SLAVE] = (struct pic_chip){.lowest = 7, .imr = 0xff, .base = BIOS_SLAVE_BASE};
}

void pic_set_level_triggered(struct pic *pic, unsigned line)
{
    pic->chip[line / 8].elcr |= (uint8_t)BIT(line % 8) & elcr_writable[line / 8];
}

int pic_attach(struct pic *pic, struct port_bus *ports)
{
    const struct port_range ranges[] = {
        {"8259 master", 0x20, 0x21, 1, pic_in, pic_out, pic},
        {"8259 slave", 0xa0, 0xa1, 1, pic_in, pic_out, pic},
        {"ELCR", 0x4d0, 0x4d1, 1, elcr_in, elcr_out, pic},
    };

    return port_bus_add_all(ports, ranges, ARRAY_SIZE(ranges));
}
