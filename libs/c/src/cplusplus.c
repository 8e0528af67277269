/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What compiled C++ expects beside the C library: new and delete, by their names in the Itanium C++
 * ABI (section 5.1), and what a pure virtual function does that is called all the same (3.2.6).
 * Rests on: Itanium C++ ABI. Without exceptions, a failed `new` ends the component.
 */
#include <stdlib.h>

void *__dso_handle;

void *_Znwm(size_t size);
void *_Znam(size_t size);
void _ZdlPv(void *object);
void _ZdlPvm(void *object, size_t size);
void _ZdaPv(void *object);
void _ZdaPvm(void *object, size_t size);
void __cxa_pure_virtual(void);

/* operator new(unsigned long) */
void *_Znwm(size_t size)
{
    void *object = malloc(size ? size : 1);
    if (!object)
        abort();
    return object;
}

/* operator new[](unsigned long) */
void *_Znam(size_t size)
{
    return _Znwm(size);
}

/* operator delete(void *) */
void _ZdlPv(void *object)
{
    free(object);
}

/* operator delete(void *, unsigned long) */
void _ZdlPvm(void *object, size_t size)
{
    (void)size;
    free(object);
}

/* operator delete[](void *) */
void _ZdaPv(void *object)
{
    free(object);
}

/* operator delete[](void *, unsigned long) */
void _ZdaPvm(void *object, size_t size)
{
    (void)size;
    free(object);
}

void __cxa_pure_virtual(void)
{
    abort();
}
