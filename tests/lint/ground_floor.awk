# SPDX-License-Identifier: BSD-2-Clause
#
# What libs/base has is not written again. After source.awk; sees no file of libs/base.

BEGIN {
    structures = "header|ehdr|phdr|shdr|sym|symbol|program_header|section_header"
    macros = "BIT|MASK|ARRAY_SIZE|ROUND_(UP|DOWN)|ALIGN_(UP|DOWN)|MIN|MAX|CONTAINER_OF|" \
        "[KMG]IB|PAGE_(SIZE|BITS)(_(4K|2M|1G))?"
}

function again(what, header) {
    fault(what " comes from <base/" header ".h>")
}

# Code at the margin is no call: it declares or defines.
bare ~ /^[^ \t#].*[ *](memcpy|memmove|memset|memcmp|strlen|strcmp|strncmp)\(/ ||
        bare ~ /^(memcpy|memmove|memset|memcmp|strlen|strcmp|strncmp):/ {
    again("a function of C's <string.h>", "string")
}
bare ~ "struct[ \\t]+([a-z_]*_)?elf(32|64)?_?(" structures ")[ \\t]*[{]" ||
        (code ~ /177ELF|x7fELF|464c457f/ && FILENAME !~ /(^|\/)tests\//) {
    again("the format of ELF files", "elf")
}
code ~ /07070[12]/ && FILENAME !~ /(^|\/)tests\// {
    again("the format of cpio archives", "cpio")
}
bare ~ /(^|[^0-9])(146097|719468|719162)([^0-9]|$)/ {
    again("counting days", "calendar")
}
bare ~ "^[ \\t]*#[ \\t]*define[ \\t]+(" macros ")([( \\t]|$)" {
    again("the macro", "bits")
}
has_word(bare, "va_arg[ \t]*\\(.*") {
    again("printf-like output", "format")
}
