#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Says if a kernel module was built for another kernel than it should run on.
#
#   check-module.sh MODULE.ko KERNEL_DIR|RELEASE
set -eu

module=$1
release=$2
# Debian's kernel.release is the upstream version; what uname -r says is in utsrelease.h.
if [ -d "$release" ]; then
    header=$release/include/generated/utsrelease.h
    release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$header" 2>/dev/null || true)
    [ -n "$release" ] || {
        echo "check-module: error: there is no $header: the kernel's folder is not ready for building modules" >&2
        echo "    DownloadLinux() gives one that is, ConfigureLinux() makes a source tree ready." >&2
        exit 1
    }
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
