/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <utils/zf_log.h>

#define ZF_LOGV_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGV(__VA_ARGS__);                                                                  \
    } while (0)
#define ZF_LOGD_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGD(__VA_ARGS__);                                                                  \
    } while (0)
#define ZF_LOGI_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGI(__VA_ARGS__);                                                                  \
    } while (0)
#define ZF_LOGW_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGW(__VA_ARGS__);                                                                  \
    } while (0)
#define ZF_LOGE_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGE(__VA_ARGS__);                                                                  \
    } while (0)
#define ZF_LOGF_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (condition)                                                                             \
            ZF_LOGF(__VA_ARGS__);                                                                  \
    } while (0)

/* For what assert() is for: of the condition, the message says nothing. */
#define ZF_LOG_ASSERT(condition, ...) ZF_LOGF_IF(!(condition), __VA_ARGS__)
