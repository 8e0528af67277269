/* SPDX-License-Identifier: BSD-2-Clause */
/* All of utils, as programs include it. */
#pragma once

#include <stdio.h>

#include <utils/ansi.h>
#include <utils/arith.h>
#include <utils/assume.h>
#include <utils/attribute.h>
#include <utils/builtin.h>
#include <utils/compile_time.h>
#include <utils/config.h>
#include <utils/fence.h>
#include <utils/force.h>
#include <utils/formats.h>
#include <utils/frequency.h>
#include <utils/io.h>
#include <utils/page.h>
#include <utils/print.h>
#include <utils/size.h>
#include <utils/stringify.h>
#include <utils/time.h>
#include <utils/ud.h>
#include <utils/verification.h>
#include <utils/zf_log.h>
#include <utils/zf_log_if.h>
