/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for errors of the kernel. */
#pragma once

#include <sel4utils/strerror.h>
#include <utils/zf_log_if.h>

#define ZF_LOGV_IFERR(error, ...) ZF_LOGV_IF((error) != seL4_NoError, __VA_ARGS__)
#define ZF_LOGD_IFERR(error, ...) ZF_LOGD_IF((error) != seL4_NoError, __VA_ARGS__)
#define ZF_LOGI_IFERR(error, ...) ZF_LOGI_IF((error) != seL4_NoError, __VA_ARGS__)
#define ZF_LOGW_IFERR(error, ...) ZF_LOGW_IF((error) != seL4_NoError, __VA_ARGS__)
#define ZF_LOGE_IFERR(error, ...) ZF_LOGE_IF((error) != seL4_NoError, __VA_ARGS__)
#define ZF_LOGF_IFERR(error, ...) ZF_LOGF_IF((error) != seL4_NoError, __VA_ARGS__)
