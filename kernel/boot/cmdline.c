/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's command line. It is read before the console exists, since it names the console; so
 * complaints are kept and printed by cmdline_report().
 */
#include "cmdline.h"
#include "cpu/console.h"
#include "cpu/memory.h"
#include "cpu/print.h"
#include <base/bits.h>
#include <base/number.h>
#include <base/string.h>

#include <stdbool.h>
#include <stddef.h>

#define COMPLAINTS_MAX 8
#define WORD_MAX       48

struct boot_options boot_options = {.console_port = CONSOLE_DEFAULT_PORT, .max_ram = ~0ul};

static const struct {
    const char *name;
    uint64_t *value, most;
} options[] = {
    {"console_port", &boot_options.console_port, 0xfff8},
    {"debug", &boot_options.debug, 1},
    {"max_ram", &boot_options.max_ram, UINT64_MAX},
};

static BOOT_DATA char complaints[COMPLAINTS_MAX][WORD_MAX] = {""};
static BOOT_DATA int complaint_count = 0;

static BOOT_CODE bool parse_word(const char *word, const char *end)
{
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        size_t length = strlen(options[i].name);
        if ((size_t)(end - word) <= length || strncmp(word, options[i].name, length) != 0 ||
            word[length] != '=')
            continue;
        uint64_t value;
        if (!number_parse(word + length + 1, end, &value) || value > options[i].most)
            return false;
        *options[i].value = value;
        return true;
    }
    return false;
}

/* Loaders put the image's own name first: a word without '='. */
static BOOT_CODE bool is_image_name(const char *word, const char *end)
{
    for (const char *p = word; p < end; p++)
        if (*p == '=')
            return false;
    return true;
}

BOOT_CODE void cmdline_parse(const char *text)
{
    if (!text)
        return;
    bool first = true;
    for (const char *p = text; *p != '\0'; first = false) {
        while (*p == ' ')
            p++;
        const char *end = p;
        while (*end != '\0' && *end != ' ')
            end++;
        if (p == end)
            break;
        bool fine = (first && is_image_name(p, end)) || parse_word(p, end);
        if (!fine && complaint_count < COMPLAINTS_MAX) {
            size_t length = MIN((size_t)(end - p), (size_t)WORD_MAX - 1);
            memcpy(complaints[complaint_count], p, length);
            complaints[complaint_count++][length] = '\0';
        }
        p = end;
    }
}

BOOT_CODE void cmdline_report(void)
{
    for (int i = 0; i < complaint_count; i++)
        kprintf("Caisson: kernel option '%s' is not understood (known: console_port=, debug=, "
                "max_ram=)\n",
                complaints[i]);
}
