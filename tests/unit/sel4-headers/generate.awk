# SPDX-License-Identifier: BSD-2-Clause
# Makes of the list of names a file, C and C++ alike, that uses each of them. What must hold when it
# is compiled is asserted there; <language>_names() looks at the rest, at run time.
#     awk -v language=c -f generate.awk names

function fail(why)
{
    print FILENAME ":" FNR ": " why > "/dev/stderr"
    failed = 1
    exit 1
}

# The text after the first `count` fields.
function rest(count,    i, text)
{
    text = $0
    for (i = 0; i < count; i++)
        sub(/^[ \t]*[^ \t]+[ \t]+/, "", text)
    return text
}

function assertion(expression)
{
    printf "SEL4_COMPILE_ASSERT(line_%d, %s)\n", FNR, expression
}

# At run time.
function check(differences)
{
    checks = checks "    failures += " differences ";\n"
}

function block(    name, type, i, part, parameters, arguments)
{
    name = $2
    type = $3
    printf "BLOCK(%s, %s)\n", name, type
    printf "static const struct %s_field %s_fields[] = {\n", name, name
    for (i = 4; i <= NF; i++) {
        split($i, part, ":")
        printf "    BLOCK_FIELD(%s, %s, %s),\n", name, part[1], part[2]
        parameters = parameters (i > 4 ? ", " : "") "seL4_Word"
        arguments = arguments (i > 4 ? ", " : "") "BLOCK_VALUE(" i - 4 ")"
    }
    print "};"
    printf "BLOCK_TEST(%s, %s, (%s), (%s),\n", name, type, parameters, arguments
    printf "    (%s *, %s), (&again, %s))\n", type, parameters, arguments
    check(name "_test()")
}

BEGIN {
    print "/* Made from tests/unit/sel4-headers/names. */"
    print "#include \"names.h\"\n"
}

/^[ \t]*(#|$)/ || $1 == "header" || $1 == "assembly" { next }
$1 == "type" {
    same = $3
    gsub("_", " ", same)
    if ($3 !~ /^(un)?signed_/)
        same = $3
    printf "static LIBSEL4_UNUSED const %s *const line_%d = (%s *)0;\n", same, FNR, $2
    next
}
$1 == "size" { assertion("sizeof(" $2 ") == " $3); next }
$1 == "field" { assertion("SEL4_OFFSETOF(" $2 ", " $3 ") == " $4); next }
$1 == "value" { assertion("(long)(" $2 ") == (long)(" $3 ")"); next }
$1 == "defined" { printf "#ifndef %s\n#error %s\n#endif\n", $2, $2; next }
$1 == "absent" { printf "#ifdef %s\n#error %s\n#endif\n", $2, $2; next }
$1 == "text" { check("text_differs(" $2 ", " $3 ", \"" $2 "\")"); next }
$1 == "rights" { check("word_differs(" $2 ".words[0], " $3 ", \"" $2 "\")"); next }
$1 == "function" {
    name = $3
    sub(/\(.*/, "", name)
    parameters = rest(2)
    sub(/^[^(]*/, "", parameters)
    printf "static LIBSEL4_UNUSED %s (*const line_%d)%s = %s;\n", $2, FNR, parameters, name
    next
}
$1 == "block" { block(); next }
{ fail("what is '" $1 "'?") }

END {
    if (failed)
        exit 1
    printf "\nint %s_names(void)\n{\n    int failures = 0;\n", language
    printf "%s    return failures;\n}\n", checks
}
