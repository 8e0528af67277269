#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Says if a kernel module was built for another kernel than it should run on.
#
#   check-module.sh MODULE.ko KERNEL_DIR|RELEASE
set -eu

module=$1
release=$2
if [ -d "$release" ]; then
    release=$(cat "$release/include/config/kernel.release")
fi
[ -e "$module" ] || {
    echo "check-module: error: make has built no $module; the Makefile should say obj-m += $(basename "$module" .ko).o" >&2
    exit 1
}
magic=$(grep -a -o 'vermagic=[^ ]*' "$module" | head -n 1 | cut -d= -f2)
if [ "$magic" != "$release" ]; then
    echo "check-module: error: $module is for Linux '${magic:-unknown}', and the guest's kernel is $release: it would not load." >&2
    echo "    Build it against that kernel: LINUX_KERNEL_DIR is the folder that DownloadLinux() gives." >&2
    exit 1
fi
