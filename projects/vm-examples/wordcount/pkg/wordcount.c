/* SPDX-License-Identifier: BSD-2-Clause */
/* In the guest: has the component count its input's lines, words and bytes, and prints them. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <consumes_event.h>
#include <dataport.h>
#include <emits_event.h>
#include <wordcount.h>

int main(void)
{
    int to = open("/dev/uio0", O_RDWR), from = open("/dev/uio1", O_RDWR);
    struct wordcount_text *text = dataport_mmap(to);
    const volatile struct wordcount_counts *counts = dataport_mmap(from);
    ssize_t got;

    if (text == MAP_FAILED || counts == MAP_FAILED) {
        perror("wordcount");
        return 1;
    }
    text->size = 0;
    while (text->size < WORDCOUNT_MAX &&
           (got = read(0, text->text + text->size, WORDCOUNT_MAX - text->size)) > 0)
        text->size += (uint32_t)got;
    (void)consumes_event_poll(from); /* of a run before this one that was not waited for */
    if (emits_event_emit(to) || consumes_event_wait(from) < 0) {
        perror("wordcount");
        return 1;
    }
    printf("%u %u %u (text %u)\n", counts->lines, counts->words, counts->bytes, counts->texts);
    return 0;
}
