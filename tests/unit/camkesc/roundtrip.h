/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

struct camkes_procedure;
extern const struct camkes_procedure *server_procedure(void);
/* Calls every method through the stubs and asserts what comes back. */
void client_calls(void);
void client_calls_damaged(void);
