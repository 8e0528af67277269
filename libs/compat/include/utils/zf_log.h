/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages by levels, by zf_log's names. */
#pragma once

#include <utils/zf_log_config.h>

#define ZF_LOG_VERBOSE 1
#define ZF_LOG_DEBUG   2
#define ZF_LOG_INFO    3
#define ZF_LOG_WARN    4
#define ZF_LOG_ERROR   5
#define ZF_LOG_FATAL   0xffff
#define ZF_LOG_NONE    0xffff

#ifndef ZF_LOG_LEVEL
#define ZF_LOG_LEVEL ZF_LOG_DEF_LEVEL
#endif
#ifndef ZF_LOG_TAG
#define ZF_LOG_TAG 0
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* At run time nothing below this level is printed. */
void zf_log_set_output_level(int level);
void zf_log_set_tag_prefix(const char *prefix);
/* For the macros below. */
extern int zf_log_output_level;
void zf_log_write(const char *function, const char *file, unsigned line, const char *tag,
                  const char *format, ...) __attribute__((__format__(printf, 5, 6)));
void zf_log_write_bytes(const char *function, const char *file, unsigned line, const char *tag,
                        const void *bytes, unsigned size, const char *format, ...)
    __attribute__((__format__(printf, 7, 8)));

#ifdef __cplusplus
}
#endif

/* What is below the level of the file is compiled and never called. */
#define ZF_LOG_ALLOW(level)  ((level) >= ZF_LOG_LEVEL)
#define ZF_LOG_OUTPUT(level) (ZF_LOG_ALLOW(level) && (level) >= zf_log_output_level)
#define ZF_LOG_AT(level, ...)                                                                      \
    do {                                                                                           \
        if (ZF_LOG_OUTPUT(level))                                                                  \
            zf_log_write(__func__, __FILE__, __LINE__, ZF_LOG_TAG, __VA_ARGS__);                   \
    } while (0)
#define ZF_LOG_BYTES_AT(level, bytes, size, ...)                                                   \
    do {                                                                                           \
        if (ZF_LOG_OUTPUT(level))                                                                  \
            zf_log_write_bytes(__func__, __FILE__, __LINE__, ZF_LOG_TAG, bytes, size,              \
                               __VA_ARGS__);                                                       \
    } while (0)

#define ZF_LOGV(...)                  ZF_LOG_AT(ZF_LOG_VERBOSE, __VA_ARGS__)
#define ZF_LOGV_MEM(bytes, size, ...) ZF_LOG_BYTES_AT(ZF_LOG_VERBOSE, bytes, size, __VA_ARGS__)
#define ZF_LOG_ALLOW_VERBOSE          ZF_LOG_ALLOW(ZF_LOG_VERBOSE)
#define ZF_LOG_OUTPUT_VERBOSE         ZF_LOG_OUTPUT(ZF_LOG_VERBOSE)
#define ZF_LOGD(...)                  ZF_LOG_AT(ZF_LOG_DEBUG, __VA_ARGS__)
#define ZF_LOGD_MEM(bytes, size, ...) ZF_LOG_BYTES_AT(ZF_LOG_DEBUG, bytes, size, __VA_ARGS__)
#define ZF_LOG_ALLOW_DEBUG            ZF_LOG_ALLOW(ZF_LOG_DEBUG)
#define ZF_LOG_OUTPUT_DEBUG           ZF_LOG_OUTPUT(ZF_LOG_DEBUG)
#define ZF_LOGI(...)                  ZF_LOG_AT(ZF_LOG_INFO, __VA_ARGS__)
#define ZF_LOGI_MEM(bytes, size, ...) ZF_LOG_BYTES_AT(ZF_LOG_INFO, bytes, size, __VA_ARGS__)
#define ZF_LOG_ALLOW_INFO             ZF_LOG_ALLOW(ZF_LOG_INFO)
#define ZF_LOG_OUTPUT_INFO            ZF_LOG_OUTPUT(ZF_LOG_INFO)
#define ZF_LOGW(...)                  ZF_LOG_AT(ZF_LOG_WARN, __VA_ARGS__)
#define ZF_LOGW_MEM(bytes, size, ...) ZF_LOG_BYTES_AT(ZF_LOG_WARN, bytes, size, __VA_ARGS__)
#define ZF_LOG_ALLOW_WARN             ZF_LOG_ALLOW(ZF_LOG_WARN)
#define ZF_LOG_OUTPUT_WARN            ZF_LOG_OUTPUT(ZF_LOG_WARN)
#define ZF_LOGE(...)                  ZF_LOG_AT(ZF_LOG_ERROR, __VA_ARGS__)
#define ZF_LOGE_MEM(bytes, size, ...) ZF_LOG_BYTES_AT(ZF_LOG_ERROR, bytes, size, __VA_ARGS__)
#define ZF_LOG_ALLOW_ERROR            ZF_LOG_ALLOW(ZF_LOG_ERROR)
#define ZF_LOG_OUTPUT_ERROR           ZF_LOG_OUTPUT(ZF_LOG_ERROR)
/* The caller cannot go on: the component's thread is stopped with a report. */
#define ZF_LOGF(...)                                                                               \
    do {                                                                                           \
        ZF_LOG_AT(ZF_LOG_FATAL, __VA_ARGS__);                                                      \
        __builtin_trap();                                                                          \
    } while (0)
#define ZF_LOGF_MEM(bytes, size, ...)                                                              \
    do {                                                                                           \
        ZF_LOG_BYTES_AT(ZF_LOG_FATAL, bytes, size, __VA_ARGS__);                                   \
        __builtin_trap();                                                                          \
    } while (0)
