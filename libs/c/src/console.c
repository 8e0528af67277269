/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where output goes: the kernel's debug console until the component says otherwise; nowhere, if the
 * kernel is built without one.
 */
#include <caisson/c.h>

static void (*putchar_hook)(int);
static void (*write_hook)(const char *, size_t);

void set_putchar(void (*putchar)(int c))
{
    putchar_hook = putchar;
}

void set_console_write(void (*write)(const char *bytes, size_t size))
{
    write_hook = write;
}

void c_debug_write(const char *bytes, size_t size)
{
#ifdef CONFIG_PRINTING
    char text[64 + 1]; /* the kernel takes text in pieces of message registers */
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != '\0')
            text[used++] = bytes[i];
        if (used == sizeof(text) - 1 || i + 1 == size) {
            text[used] = '\0';
            seL4_DebugPutString(text);
            used = 0;
        }
    }
#else
    (void)bytes, (void)size;
#endif
}

void c_console_write(const char *bytes, size_t size)
{
    if (write_hook)
        write_hook(bytes, size);
    else if (putchar_hook)
        for (size_t i = 0; i < size; i++)
            putchar_hook((unsigned char)bytes[i]);
    else
        c_debug_write(bytes, size);
}
