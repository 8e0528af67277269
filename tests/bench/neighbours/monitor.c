/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitors' side: words of the board for all guests, and what a monitor that was taken over
 * would do with the servers it is connected to.
 */
#include "board.h"

#include <init.h>

#include <base/bits.h>
#include <camkes.h>
#include <serial_ring.h>
#include <string.h>

#define PERIODIC_TIMERS 11

static volatile uint64_t *words(void)
{
    return board;
}

static int on_read(vmm_vcpu_t *vcpu)
{
    uint64_t word = vmm_get_register(vcpu, seL4_VCPUReg_RBX);
    uint64_t value = 0;

    if (word == WORD_NUMBER)
        value = (uint64_t)(get_instance_name()[2] - '0');
    else if (word < WORD_COUNT)
        value = words()[word];
    vmm_set_register(vcpu, seL4_VCPUReg_RAX, value);
    return 0;
}

static int on_write(vmm_vcpu_t *vcpu)
{
    uint64_t word = vmm_get_register(vcpu, seL4_VCPUReg_RBX);

    if (word < WORD_COUNT)
        words()[word] = vmm_get_register(vcpu, seL4_VCPUReg_RCX);
    return 0;
}

static void timer_calls(void)
{
    init_timer_oneshot_tsc(1, 0);
    init_timer_stop(1);
}

static void file_read(void)
{
    static int file = -1;

    if (file < 0)
        file = fs_open("ballast", 0);
    if (fs_read(file, UINT64_MAX) == 0)
        fs_seek(file, 0, 0);
}

static void file_open(void)
{
    fs_close(fs_open("ballast", 0));
}

static void pci_read(void)
{
    static uint8_t device;

    pci_config_read32(0, device++, 0, 0);
}

static void clock_read(void)
{
    system_rtc_time_date();
}

static void print_char(void)
{
    putchar_putchar('x');
}

/* The buffer of the output. */
extern struct serial_ring *say_buf;

static void print_batch(void)
{
    static char text[3072];

    memset(text, '.', sizeof(text));
    text[sizeof(text) - 1] = '\n';
    serial_ring_print(say_buf, say_buf_size(), text, sizeof(text), say_batch);
}

static void (*const own_part[ROW_COUNT])(void) = {
    [ROW_TIMER_CALLS] = timer_calls, [ROW_SIGNALS] = intready_connector_emit,
    [ROW_FILE_READ] = file_read,     [ROW_FILE_OPEN] = file_open,
    [ROW_PCI_CONFIG] = pci_read,     [ROW_CLOCK] = clock_read,
    [ROW_PRINT_CHAR] = print_char,   [ROW_PRINT_BATCH] = print_batch,
};

static int on_attack(vmm_vcpu_t *vcpu)
{
    static bool timers_run;
    uint64_t row = vmm_get_register(vcpu, seL4_VCPUReg_RBX);
    uint64_t end = __builtin_ia32_rdtsc() + words()[WORD_MS];

    vmm_keep_registers(vcpu);
    if (timers_run != (row == ROW_PERIODIC_TIMERS)) {
        timers_run = !timers_run;
        for (int i = 1; i <= PERIODIC_TIMERS; i++)
            timers_run ? init_timer_periodic(i, 10000) : init_timer_stop(i);
    }
    while (row < ROW_COUNT && own_part[row] && __builtin_ia32_rdtsc() < end)
        own_part[row]();
    return 0;
}

int vmm_app_init(vmm_t *vmm)
{
    return reg_new_handler(vmm, on_read, TOKEN_READ)
               ?: reg_new_handler(vmm, on_write, TOKEN_WRITE)
               ?: reg_new_handler(vmm, on_attack, TOKEN_ATTACK);
}
