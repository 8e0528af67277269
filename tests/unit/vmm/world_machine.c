/* SPDX-License-Identifier: BSD-2-Clause */
#include "world_machine.h"

#include <stdlib.h>

vmm_t *vmm;
uint8_t *ram;
char logged[8192];
unsigned emitted;

static uint64_t fake_tsc(void)
{
    return 0;
}

static int64_t fake_time(vmm_t *machine)
{
    (void)machine;
    return 0;
}

static void fake_timer(vmm_t *machine, uint64_t deadline)
{
    (void)machine;
    (void)deadline;
}

static void fake_write(vmm_t *machine, const char *text, size_t size)
{
    (void)machine;
    (void)text;
    (void)size;
}

static void fake_log(vmm_t *machine, const char *line)
{
    (void)machine;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 2);
    strcat(logged, "\n");
}

void machine_set_up(uint64_t low_bytes, uint64_t high_bytes)
{
    const struct vmm_config config = {"vm0", "", "", "", ""};
    const struct vmm_platform platform = {.tsc = fake_tsc,
                                          .tsc_hz = 1000000000,
                                          .set_timer = fake_timer,
                                          .unix_time = fake_time,
                                          .console_write = fake_write,
                                          .log = fake_log};
    struct guest_memory memory = {.low = low_bytes, .high = high_bytes};

    fake_reset();
    logged[0] = 0;
    emitted = 0;
    ram = calloc(1, low_bytes + high_bytes);
    memory.low_base = ram;
    memory.high_base = ram + low_bytes;
    vmm = calloc(1, sizeof(*vmm));
    assert_int_equal(vmm_init(vmm, &config, &platform, &memory), 0);
}

void machine_tear_down(void)
{
    free(vmm);
    free(ram);
}

unsigned count_lines(const char *part)
{
    unsigned count = 0;

    for (const char *at = logged; (at = strstr(at, part)); at++)
        count++;
    return count;
}

void emit(void)
{
    emitted++;
}
