/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Power states and the PCI Express capability of a passed-through function. The guest may send it
 * to D3hot and bring it back, reset it, and set what concerns its own transfers only; the size of
 * packets, links and errors are the real machine's.
 * Rests on: PCI Bus Power Management Interface Specification 1.2, 3.2; PCI Express Base
 * Specification 3.0, 7.8.
 */
#include "pass_private.h"

/* --- Power --- */

#define PM_CAPS          0x02
#define PM_CONTROL       0x04
#define PM_VERSION       0x07 /* and nothing of D1, D2 and wake-up events */
#define PM_STATE         0x03
#define PM_NO_SOFT_RESET BIT(3)

int pass_show_power(struct pass_function *function, const struct pass_cap *cap)
{
    uint8_t *config = &function->pci.config[cap->offset];

    function->pm = *cap;
    config[PM_CAPS] = pass_read(function, cap->offset + PM_CAPS, 1) & PM_VERSION;
    config[PM_CONTROL] = pass_read(function, cap->offset + PM_CONTROL, 1) & PM_NO_SOFT_RESET;
    function->pci.writable[cap->offset + PM_CONTROL] = PM_STATE;
    return 0;
}

/* False: it has no power states. */
bool pass_set_power(struct pass_function *function, unsigned state)
{
    unsigned offset = function->pm.offset + PM_CONTROL;
    uint32_t control;

    if (!function->pm.offset)
        return false;
    control = pass_read(function, offset, 2);
    if ((control & PM_STATE) != state) {
        pass_write(function, offset, 2, (control & ~(uint32_t)PM_STATE) | state);
        pass_sleep(function->vmm, PASS_D3_MS);
    }
    return true;
}

bool pass_forgets_in_d3(const struct pass_function *function)
{
    return function->pm.offset &&
           !(function->pci.config[function->pm.offset + PM_CONTROL] & PM_NO_SOFT_RESET);
}

static void update_power(struct pass_function *function)
{
    uint8_t *control = &function->pci.config[function->pm.offset + PM_CONTROL];
    uint8_t state = *control & PM_STATE;

    if (state == function->power)
        return;
    if (state != PASS_D0 && state != PASS_D3HOT) { /* it has no other: it stays where it is */
        *control = (uint8_t)((*control & ~PM_STATE) | function->power);
        return;
    }
    function->power = state;
    (void)pass_set_power(function, state);
    if (state == PASS_D0)
        pass_come_back(function);
}

/* --- PCI Express --- */

#define EXPRESS_FLAGS    0x02
#define EXPRESS_CAPS     0x04
#define EXPRESS_CONTROL  0x08
#define EXPRESS_STATUS   0x0a
#define EXPRESS_LINK     0x0c
#define EXPRESS_LINK_CTL 0x10
#define EXPRESS_CONTROL2 0x28

#define FLAGS_VERSION    0x000f
#define FLAGS_TYPE       0x00f0
#define TYPE_LEGACY      0x0010
#define TYPE_INTEGRATED  0x0090 /* an endpoint that has no link */
#define CAPS_FLR         BIT(28)
#define CONTROL_RELAXED  BIT(4)
#define CONTROL_NO_SNOOP BIT(11)
#define CONTROL_READ     (7u << 12) /* Max_Read_Request_Size */
#define CONTROL_FLR      BIT(15)
#define CONTROL_PASSED   (CONTROL_RELAXED | CONTROL_NO_SNOOP | CONTROL_READ)

#define SIZE_1 0x14
#define SIZE_2 0x3c

static unsigned express_flags(const struct pass_function *function, unsigned offset)
{
    return pass_read(function, offset + EXPRESS_FLAGS, 2);
}

unsigned pass_express_size(const struct pass_function *function, unsigned offset)
{
    return (express_flags(function, offset) & FLAGS_VERSION) < 2 ? SIZE_1 : SIZE_2;
}

/*
 * On the guest's bus there is no port above it: an endpoint becomes one without a link, which
 * guests look for nowhere.
 */
int pass_show_express(struct pass_function *function, const struct pass_cap *cap)
{
    uint8_t *config = &function->pci.config[cap->offset];
    uint8_t *writable = &function->pci.writable[cap->offset];
    unsigned flags = express_flags(function, cap->offset), passed = CONTROL_PASSED | CONTROL_FLR;
    uint32_t caps = pass_read(function, cap->offset + EXPRESS_CAPS, 4);

    function->express = *cap;
    if ((flags & FLAGS_TYPE) <= TYPE_LEGACY)
        flags = (flags & ~(unsigned)FLAGS_TYPE) | TYPE_INTEGRATED;
    function->device_control =
        (uint16_t)(pass_read(function, cap->offset + EXPRESS_CONTROL, 2) & ~CONTROL_FLR);
    function->device_control_now = function->device_control;
    function->link_control = (uint16_t)pass_read(function, cap->offset + EXPRESS_LINK_CTL, 2);
    memcpy(&config[EXPRESS_FLAGS], &flags, 2);
    memcpy(&config[EXPRESS_CAPS], &caps, 4);
    pass_forget_express(function);
    if (!(caps & CAPS_FLR))
        passed &= ~(unsigned)CONTROL_FLR;
    memcpy(&writable[EXPRESS_CONTROL], &passed, 2);
    memset(&function->access[cap->offset + EXPRESS_STATUS], PASS_THROUGH, 2);
    if (cap->size >= SIZE_2) {
        function->device_control2 =
            (uint16_t)pass_read(function, cap->offset + EXPRESS_CONTROL2, 2);
        memset(&function->access[cap->offset + EXPRESS_CONTROL2 - 4], PASS_READ, 8);
    }
    return 0;
}

/* Firmware's values, at first and after each reset. */
void pass_forget_express(struct pass_function *function)
{
    function->power = PASS_D0;
    if (function->express.offset)
        memcpy(&function->pci.config[function->express.offset + EXPRESS_CONTROL],
               &function->device_control, 2);
}

void pass_restore_express(struct pass_function *function)
{
    unsigned offset = function->express.offset;

    if (!offset)
        return;
    pass_write(function, offset + EXPRESS_CONTROL, 2, function->device_control);
    pass_write(function, offset + EXPRESS_LINK_CTL, 2, function->link_control);
    if (function->express.size >= SIZE_2)
        pass_write(function, offset + EXPRESS_CONTROL2, 2, function->device_control2);
    function->device_control_now = function->device_control;
}

static void update_express(struct pass_function *function)
{
    unsigned offset = function->express.offset + EXPRESS_CONTROL;
    uint8_t *config = &function->pci.config[offset];
    unsigned control = config[0] | (unsigned)config[1] << 8, real;

    if (control & CONTROL_FLR) {
        config[1] &= (uint8_t) ~(CONTROL_FLR >> 8);
        pass_guest_resets(function);
        return;
    }
    real = (function->device_control & ~CONTROL_PASSED) | (control & CONTROL_PASSED);
    if (real != function->device_control_now)
        pass_write(function, offset, 2, real);
    function->device_control_now = (uint16_t)real;
}

void pass_update_express(struct pass_function *function)
{
    if (function->pm.offset)
        update_power(function);
    if (function->express.offset)
        update_express(function);
}
