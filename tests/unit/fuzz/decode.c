/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's instructions are refused, or have the length that they seem to have. */
#include "input.h"

#include <vmm/decode.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    unsigned length = (unsigned)(size < DECODE_MAX_BYTES ? size : DECODE_MAX_BYTES);
    uint8_t *code = malloc(length ?: 1); /* AddressSanitizer knows its end */

    memcpy(code, bytes, length);
    for (unsigned mode = INSN_MODE_16; mode <= INSN_MODE_64; mode++) {
        struct insn insn, again;
        int error = decode(code, length, mode, &insn);

        if (error == 0 && (insn.length == 0 || insn.length > length))
            abort();
        /* What it needs is enough for it; a byte less is not. */
        if (error == 0 && (decode(code, insn.length, mode, &again) || again.op != insn.op ||
                           !decode(code, insn.length - 1u, mode, &again)))
            abort();
    }
    free(code);
    return 0;
}
