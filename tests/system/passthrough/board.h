/* SPDX-License-Identifier: BSD-2-Clause */
/* What the owner of the device and its monitor agree on. */
#pragma once

/* Hypercalls of the app's own. */
enum {
    TOKEN_LIVES = 0x100,   /* how often the guest has started */
    TOKEN_SECRET = 0x101,  /* where in the machine a page is that is not the guest's */
    TOKEN_CHANGED = 0x102, /* how many words of it are not what the monitor wrote there */
};

#define PEERS     0x9ee29ee29ee29ee2ull /* a word of the dataport */
#define RAM_BYTES 0x4000000             /* of the guest */
#define SECRET    0x5ec2e75ec2e75ec2ull
