#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds a kernel module with its own Makefile:
#
#   build-module.sh SOURCES FOLDER MODULE.ko OUTPUT KERNEL_DIR [MAKE_SETTING…]
#
# FOLDER is a copy of SOURCES, where the build may leave its files; make leaves MODULE.ko there.
# What it says names SOURCES. The kernel's build system knows what has changed and is asked each
# time. What it does not know is that KERNEL_DIR is another one than before: then it begins anew.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sources=$1
folder=$2
module=$folder/$3
output=$4
kernel=$5
shift 5

"$here/check-module.sh" kernel "$kernel"
state=$(
    echo "$kernel $*"
    cat "$kernel/include/generated/utsrelease.h"
    cksum "$kernel/include/generated/autoconf.h" 2>/dev/null || true
)
built_for=$folder/.built-for
if [ "$state" != "$(cat "$built_for" 2>/dev/null)" ]; then
    rm -f "$built_for"
    make -s -C "$kernel" M="$folder" clean
fi
# Otherwise the last build's module would hide that this one makes none.
rm -f "$module"
# Modules' Makefiles take PWD from the environment.
(cd "$folder" &&
    "$here/external-command.sh" "$sources" "$folder" make --no-print-directory KHEAD="$kernel" "$@")
"$here/check-module.sh" built "$module" "$kernel"
echo "$state" >"$built_for"
cmp -s "$module" "$output" || cp "$module" "$output"
