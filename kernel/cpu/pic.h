/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pair of 8259 interrupt controllers, which this kernel only silences.
 */
#pragma once

void pic_silence(void);
