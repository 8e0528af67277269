#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# camkesc as a command: exit codes, files, what a second run touches. Usage: command-line.sh camkesc
# source-dir
set -eu
camkesc=$1 root=$2
adl=$root/libs/camkes/adl good=$root/tests/unit/camkesc/good
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
status() {
    expected=$1
    shift
    code=0
    "$@" >"$dir/out" 2>&1 || code=$?
    [ "$code" -eq "$expected" ] || { cat "$dir/out"; fail "$* ended with $code, not $expected"; }
}

status 0 "$camkesc" --help
grep -q -- '--list FILE' "$dir/out" || fail "--help does not help"
status 2 "$camkesc"
status 2 "$camkesc" --nonsense x.camkes
status 2 "$camkesc" -o
status 2 "$camkesc" one.camkes two.camkes
status 1 "$camkesc" "$dir/missing.camkes"
grep -q 'missing.camkes: No such file' "$dir/out" || fail "a missing file is not named"
status 1 "$camkesc" --cpp "$dir/no-such-cpp" "$good/roundtrip.camkes"
grep -q "'$dir/no-such-cpp' could not be started" "$dir/out" ||
    fail "a missing preprocessor is not named"
status 0 "$camkesc" -I "$adl" "$good/roundtrip.camkes"
[ ! -s "$dir/out" ] || fail "a good description is talked about"

# Files, and only those that changed.
cp "$good/roundtrip.camkes" "$dir/system.camkes"
run() {
    status 0 "$camkesc" -I "$adl" -o "$dir/o" --list "$dir/list.cmake" --depfile "$dir/o/d" \
        "$dir/system.camkes"
}
run
for file in capdl.txt capdl.bin d client/camkes.h client/camkes.c server/camkes.h \
    server/camkes.c; do
    [ -s "$dir/o/$file" ] || fail "$file is missing"
done
grep -q "^$dir/o/capdl.bin:" "$dir/o/d" || fail "the depfile names no target"
grep -q "$adl/std_connector.camkes" "$dir/o/d" || fail "the depfile lacks an import"
cat >"$dir/check.cmake" <<END
include($dir/list.cmake)
if(NOT CAMKES_INSTANCES STREQUAL "client;server" OR NOT CAMKES_client_COMPONENT STREQUAL "Client")
    message(FATAL_ERROR "\${CAMKES_INSTANCES} \${CAMKES_client_COMPONENT}")
endif()
foreach(input \${CAMKES_INPUTS})
    if(NOT EXISTS \${input})
        message(FATAL_ERROR "\${input}")
    endif()
endforeach()
END
cmake -P "$dir/check.cmake" || fail "--list"
find "$dir/o" "$dir/list.cmake" -type f -exec touch -d '2001-01-01' {} +
run
[ -z "$(find "$dir/o" "$dir/list.cmake" -type f -newermt 2002-01-01)" ] ||
    fail "unchanged files were written again"
sed -i 's/component Client client;/component Client client; component Client other;/;
        s/calls(/more(from other.far, to server.near); connection seL4RPCCall calls(/' \
    "$dir/system.camkes"
run
[ -s "$dir/o/other/camkes.c" ] || fail "a new instance is not written"
[ -z "$(find "$dir/o/client" -newermt 2002-01-01 -name camkes.h)" ] ||
    fail "an unchanged header was written again"

# -D and --cpp-flag reach the preprocessor; macros that are not defined are reported where they are
# used.
cat >"$dir/macro.camkes" <<END
component A { control; attribute int n; }
assembly { composition { component A a; }
configuration { a.n = VALUE; } }
END
status 0 "$camkesc" -D VALUE=3 "$dir/macro.camkes"
status 0 "$camkesc" --cpp-flag -DVALUE=3 "$dir/macro.camkes"
status 1 "$camkesc" "$dir/macro.camkes"
grep -q "macro.camkes:3:23: error: 'VALUE' is not a value" "$dir/out" ||
    fail "no place for an undefined macro"

# Of strings over several lines the preprocessor need not be heard, of other things it is.
cat >"$dir/lines.h" <<'END'
component H { attribute string s = "three
lines"; }
END
cat >"$dir/lines.camkes" <<'END'
#include "lines.h"
component A { control; attribute string s = "two
'lines'"; }
assembly { composition { component A a; } }
END
status 0 "$camkesc" "$dir/lines.camkes"
[ ! -s "$dir/out" ] || fail "words about a string: $(cat "$dir/out")"
printf '#define B 1\n#define B 2\n#warning "mine"\n' >>"$dir/lines.h"
status 0 "$camkesc" "$dir/lines.camkes"
grep -q 'lines.h:4: warning: "B" redefined' "$dir/out" || fail "nothing about a macro"
grep -q 'lines.h:5:2: warning: #warning "mine"' "$dir/out" || fail "nothing of a warning"
! grep -q 'terminating' "$dir/out" || fail "words about a string"

# What is generated is good C, whatever the description uses.
for system in "$good"/*.camkes; do
    out=$dir/c/$(basename "$system" .camkes)
    mkdir -p "$out"
    status 0 "$camkesc" -I "$adl" -I "$root/components" -I "$root/components/interfaces" \
        -I "$root/projects/vm/components" -I "$root/projects/vm/components/VM" -o "$out" "$system"
    for instance in "$out"/*/; do
        status 0 gcc -std=gnu17 -Wall -Wextra -Werror -fsyntax-only -I "$instance" \
            -I "$root/libs/camkes/include" -I "$root/libs/compat/include" \
            -I "$root/libs/base/include" \
            -I "$root/libs/sel4/include" -I "$root/components/include" "$instance/camkes.c" \
            $(ls "${system%.camkes}.$(basename "$instance").c" 2>/dev/null || :)
    done
done

# What CMake code may check.
cat >"$dir/values.camkes" <<END
component A { control; attribute string file; attribute string other; attribute int n = 3; }
assembly { composition { component A a; }
configuration { a.file = "x;y"; a.list = [{"id": 1}, {"id": "f"}]; a.none = []; a.zero = 0; } }
END
status 0 "$camkesc" --list "$dir/values.cmake" "$dir/values.camkes"
cat >"$dir/check.cmake" <<END
include($dir/values.cmake)
if(NOT CAMKES_a_VALUE_file STREQUAL "x;y" OR DEFINED CAMKES_a_VALUE_list OR
    DEFINED CAMKES_a_VALUE_list_0_id OR NOT CAMKES_a_VALUE_list_1_id STREQUAL "f" OR
    NOT CAMKES_a_PLACE_list STREQUAL "$dir/values.camkes:3" OR DEFINED CAMKES_a_PLACE_none OR
    DEFINED CAMKES_a_PLACE_zero OR DEFINED CAMKES_a_PLACE_n OR
    NOT CAMKES_a_PLACE_file STREQUAL "$dir/values.camkes:3" OR
   NOT CAMKES_a_PLACE STREQUAL "$dir/values.camkes:2" OR NOT CAMKES_a_UNSET STREQUAL "other")
    message(FATAL_ERROR "\${CAMKES_a_VALUE_file} \${CAMKES_a_PLACE_file} "
        "\${CAMKES_a_PLACE} \${CAMKES_a_UNSET}")
endif()
END
cmake -P "$dir/check.cmake" || fail "--list does not say what is set"
