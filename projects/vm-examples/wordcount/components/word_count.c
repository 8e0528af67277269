/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts lines and words of the text that a guest has written. */
#include <camkes.h>
#include <string.h>
#include <wordcount.h>

static char copy[WORDCOUNT_MAX];

/* What the guest has written, as it is now; the guest may change it at any moment. */
static uint32_t take_text(void)
{
    const volatile struct wordcount_text *shared = text;
    uint32_t size = shared->size; /* read once: what is checked is what is used */

    if (size > sizeof(copy))
        size = sizeof(copy);
    memcpy(copy, (const char *)shared->text, size);
    return size;
}

static struct wordcount_counts count(uint32_t size)
{
    struct wordcount_counts result = {.bytes = size};
    bool inside = false;

    for (uint32_t i = 0; i < size; i++) {
        bool space = copy[i] == ' ' || copy[i] == '\t' || copy[i] == '\n';

        result.lines += copy[i] == '\n';
        result.words += !space && !inside;
        inside = !space;
    }
    return result;
}

int run(void)
{
    uint32_t texts = 0;

    for (;;) {
        struct wordcount_counts result;

        ready_wait();
        if (guest_stopped_poll())
            texts = 0;
        result = count(take_text());
        result.texts = ++texts;
        *(struct wordcount_counts *)counts = result;
        done_emit();
    }
}
