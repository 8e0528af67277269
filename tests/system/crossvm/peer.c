/* SPDX-License-Identifier: BSD-2-Clause */
/* The other end: does what the guest writes into the first dataport, and answers by an event. */
#include "board.h"

#include <camkes.h>
#include <stdbool.h>
#include <stdint.h>

static volatile uint64_t *words_of(uint64_t id, uint64_t *count)
{
    volatile void *const start[] = {one, three, many, large, read_only};
    static const uint64_t size[] = {ONE_SIZE, THREE_SIZE, MANY_SIZE, LARGE_SIZE, ONE_SIZE};

    *count = id >= 1 && id <= DATAPORTS ? size[id - 1] / 8 : 0;
    return *count ? start[id - 1] : NULL;
}

static bool check(uint64_t id, bool guest)
{
    uint64_t count;
    volatile uint64_t *words = words_of(id, &count);

    for (uint64_t i = WORD_COUNT; i < count; i++)
        if (words[i] != PATTERN(id, i, guest))
            return false;
    return count != 0;
}

static void fill(uint64_t id)
{
    uint64_t count;
    volatile uint64_t *words = words_of(id, &count);

    for (uint64_t i = WORD_COUNT; i < count; i++)
        words[i] = PATTERN(id, i, false);
}

int run(void)
{
    volatile uint64_t *words = one;
    uint64_t seen = 0;

    for (;;) {
        call_wait();
        seen++;
        uint64_t command = words[WORD_COMMAND]; /* which the guest writes last */
        uint64_t argument = words[WORD_ARGUMENT], answer = 1;

        words[WORD_COMMAND] = 0; /* the guest may call more often than it wants something */
        if (command == CHECK)
            answer = check(argument & 0xff, !(argument >> 8));
        else if (command == FILL)
            fill(argument);
        else if (command == FLOOD)
            for (uint64_t i = 0; i < argument && i < 100000; i++)
                answer_emit();
        else if (command == SEEN)
            answer = seen;
        else
            continue;
        words[WORD_ANSWER] = answer;
        answer_emit();
    }
}
