#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Tests of the lint: a deliberate fault of each kind must be found, and nothing in clean files.
set -eu -o pipefail
lint=$(cd "$(dirname "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree"
cd "$work/tree"
failed=0

# expect TEXT COMMAND...: the command fails, and says TEXT. An empty TEXT: it succeeds.
expect() {
    text=$1
    shift
    result=0
    "$@" >"$work/output" 2>&1 || result=$?
    if [ -z "$text" ] && [ $result -ne 0 ]; then
        echo "in clean files, '$*' finds:"
        cat "$work/output"
        failed=1
    elif [ -n "$text" ] && { [ $result -eq 0 ] || ! grep -qF "$text" "$work/output"; }; then
        echo "'$*' does not find '$text' (exit $result) in"
        find . -type f -exec head -n 20 {} + | sed 's/^/    /'
        failed=1
    fi
}

# fault CHECK FILE TEXT <CONTENT: the check must say TEXT of a tree with only this file.
fault() {
    mkdir -p "$(dirname "$2")"
    cat >"$2"
    expect "$3" "$lint/lint" "$1"
    rm "$2"
}
clean() {
    fault "$1" "$2" ''
}

# --- Style ---

clean style good.c <<'END'
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file as it is to be: "quoted", it's fine; http://not.a.comment/ and err, rc, ret == NULL are
 * words here.
 */
#include <err.h>

/* --- Numbers --- */

static const char *text = "x == NULL, sizeof x, /* no comment, // nor this";
static const char quote = '"'; /* "ret" */

int good(const char *p, int error)
{
    return !p || error ? -1 : (int)(sizeof(*p) + 100 / sizeof(text)); /* a count of no array */
}
END
clean style good.S <<'END'
/* One line. */
    xor %eax, %eax
    ret
END
long=$(printf '%0101d' 0)
clean style good.sh <<END
    'a string, which cannot be wrapped, $long' \\
END
clean style good.md <<END
| a table may be wider | $long |
\`\`\`
a block, too $long
\`\`\`
[a link]($long)
One hundred characters, some of more than one byte: ─────────────────────────────────────────────→ …
END

own_line="on a line of its own"
printf '/* Two\n * lines.\n */\n' | fault style a.c "begins with /* $own_line"
printf '/*\n * Two\n * lines. */\n' | fault style a.c "ends with */ $own_line"
printf 'int a; /* after\n        * code */\n' | fault style a.h "begins with /* $own_line"
printf '/* Text\n */\n' | fault style a.S "begins with /* $own_line"
printf '/* Text\n */\n%%%%\n' | fault style a.l "begins with /* $own_line"
printf '%%{\n/* Text\n */\n%%}\n' | fault style a.y "begins with /* $own_line"
printf 'int a; // C++\n' | fault style a.c "a comment is /*"
printf '/* ---- Name ---- */\n' | fault style a.c "ruler"
printf '/* --- Name ------------- */\n' | fault style a.c "ruler"
printf '/* ===================== */\n' | fault style a.c "ruler"
printf 'if (p == NULL)\n' | fault style a.c "NULL"
printf 'if (NULL != p)\n' | fault style a.c "NULL"
printf 'size = sizeof x;\n' | fault style a.c "sizeof takes"
printf 'size = sizeof *x;\n' | fault style a.c "sizeof takes"
printf 'count = sizeof(a) / sizeof(a[0]);\n' | fault style a.c "ARRAY_SIZE"
printf 'count = (sizeof(a)/sizeof(*a));\n' | fault style a.c "ARRAY_SIZE"
for name in err rc ret; do
    printf 'int %s = f();\n' $name | fault style a.c "not err, rc or ret"
done
printf '#include "internal.h"\n' | fault style a.c "_private.h"
printf 'int f(void);\n' | fault style src/internal.h "_private.h"
for file in a.c a.h a.S a.l a.y a.md CMakeLists.txt a.cmake a.sh a.awk; do
    echo "$long" | fault style $file "longer than 100 columns"
done
printf '#!/bin/sh\n# %s\n' "$long" | fault style script "longer than 100 columns"

# --- Ground floor ---

clean ground-floor good.c <<'END'
/* memcpy(…) of 070701 and 146097 are words here. */
#include <base/string.h>
#define BIT_RATE 115200
int good(char *to, struct elf64_header *h)
{
    memcpy(to, h, sizeof(*h));
    return strlen(to);
}
END
clean ground-floor libs/base/src/string.c <<'END'
size_t strlen(const char *s)
END
for name in memcpy memmove memset memcmp strlen strcmp strncmp; do
    printf 'void *%s(void *p)\n' $name | fault ground-floor a.c "<base/string.h>"
    printf '%s:\n' $name | fault ground-floor a.S "<base/string.h>"
done
for name in elf_header elf64_ehdr elf64_program_header elf64_sym loader_elf64_phdr; do
    printf 'struct %s {\n' $name | fault ground-floor a.h "<base/elf.h>"
done
printf '#define MAGIC "\\177ELF"\n' | fault ground-floor a.c "<base/elf.h>"
printf '#define MAGIC 0x464c457fu\n' | fault ground-floor a.c "<base/elf.h>"
printf 'x = memcmp(p, "070701", 6);\n' | fault ground-floor a.c "<base/cpio.h>"
printf 'days = era * 146097;\n' | fault ground-floor a.c "<base/calendar.h>"
printf 'x = va_arg(*args, int);\n' | fault ground-floor a.c "<base/format.h>"
for name in 'BIT(n)' 'MASK(n)' 'ARRAY_SIZE(a)' 'ROUND_UP(a, b)' 'ROUND_DOWN(a, b)' 'MIN(a, b)' \
    'MAX(a, b)' 'PAGE_SIZE' 'PAGE_SIZE_4K' 'PAGE_BITS' 'KIB(n)' 'CONTAINER_OF(p)'; do
    printf '#define %s 1\n' "$name" | fault ground-floor a.h "<base/bits.h>"
done

# --- Dead symbols ---

mkdir build
cat >a.c <<'END'
int used(void) { return 0; }
int alone(void) { return 0; }
int published(void) { return alone(); }
END
cat >b.c <<'END'
int used(void);
int main(void) { return used(); }
END
for file in a b; do
    gcc -c $file.c -o build/$file.c.o
done
echo '"command": "gcc -o a.c.o -c a.c", "command": "gcc -o b.c.o -c b.c"' \
    >build/compile_commands.json
printf 'main # the start\npublish.*\n' >allowed
expect "a.c: alone is used by no other file" "$lint/dead" allowed build
echo alone >>allowed
expect '' "$lint/dead" allowed build

# --- Files for clang-tidy ---

mkdir -p apps/one here
cat >here/unknown.c <<'END'
int nobody(void) { return missing; }
END
entry() {
    printf '{\n  "directory": "%s",\n  "command": "gcc %s -c %s",\n  "file": "%s/%s"\n}' \
        "$PWD" "$2" "$1" "$PWD" "$1"
}
database() {
    printf '[\n%s\n]\n' "$(entry "$1" "")"
}
tidy() {
    printf './here/unknown.c\n./there/unknown.c\n' | "$lint/tidy" allowed . "$@"
}
: >allowed
database other.c >compile_commands.json
expect "here/unknown.c: error: no build compiles it" tidy here
echo 'here/unknown.c --' >allowed
expect "use of undeclared identifier 'missing'" tidy here
echo 'here/unknown.c - # for a reason' >allowed
expect '' tidy here
database here/unknown.c >apps/one/compile_commands.json
expect '' tidy here # whichever apps have been built by now
: >allowed
expect "use of undeclared identifier 'missing'" tidy here
printf '#ifdef OTHER\nint nobody(void) { return missing; }\n#endif\n' >here/unknown.c
printf '[\n%s,\n%s\n]\n' "$(entry here/unknown.c -DONE)" "$(entry here/unknown.c -DOTHER)" \
    >apps/one/compile_commands.json
expect '' tidy here # once, as the first target compiles it
echo 'here/nobody.c -' >allowed
expect "here/nobody.c: error: it is gone" tidy here
expect "there/unknown.c: error: no build compiles it" tidy here there
rm -r apps compile_commands.json here

# --- Layers of the kernel ---

mkdir -p kernel/cpu kernel/sched
printf '#include "state/core.h"\n#include "sched.h"\n#include <sched/a.h>\n' >kernel/sched/a.c
expect '' "$lint/layers" kernel
printf '\n#include "sched/a.h"\n' >kernel/cpu/a.c
expect "kernel/cpu/a.c:2: error: includes upwards: cpu lies below sched" "$lint/layers" kernel
printf '#include "other/a.h"\n' >kernel/cpu/a.c
expect "no folder of the kernel" "$lint/layers" kernel
rm -r kernel/cpu
mkdir kernel/other
echo >kernel/other/a.c
expect "has no layer yet" "$lint/layers" kernel
rm -r kernel

# --- Commit messages ---

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
if command -v git >/dev/null; then
    git init -q .
    commit() {
        git -c user.name=t -c user.email=t@localhost commit -q --allow-empty -F -
    }
    # message TEXT EXPECTED
    message() {
        printf '%b' "$1" | commit
        expect "$2" "$lint/commits" 'HEAD~1..HEAD'
    }
    echo 'first: Commit' | commit
    message 'scope: Say what it does\n\nBecause of a reason.\n' ''
    message 'Say what it does\n\nBecause of a reason.\n' 'the subject is not'
    message "scope: Say $long\n\nBecause of a reason.\n" 'longer than 72'
    message 'scope: Say what it does\n' 'the body with the reason is missing'
fi

exit $failed
