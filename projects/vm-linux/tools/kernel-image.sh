#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Write the default guest kernel for a word size: the bzImage of Debian's kernel package. Or one of
# the modules in that package, by its name.
#
#   kernel-image.sh [--drivers] 32|64 OUTPUT [MODULE]
#
# 64: the amd64 cloud kernel; 32: the i386 kernel for the 686 (without PAE).
# With --drivers, the kernel whose modules drive real devices, too. For 32 that is the same one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
drivers=
if [ "${1:-}" = --drivers ]; then
    drivers=-drivers
    shift
fi
bits=${1:-}
out=${2:-}
module=${3:-}
case $bits$drivers in
64) arch=amd64 package=linux-image-cloud-amd64 pattern='linux-image-[0-9]*-cloud-amd64' ;;
64-drivers) arch=amd64 package=linux-image-amd64 pattern='linux-image-[0-9]*-amd64' ;;
32*) arch=i386 package=linux-image-686 pattern='linux-image-[0-9]*-686' ;;
*)
    echo "kernel-image: error: word size '$bits' is neither 32 nor 64" >&2
    exit 1
    ;;
esac
[ -n "$out" ] || {
    echo "kernel-image: error: no output file given" >&2
    exit 1
}

file=vmlinuz
member='./boot/vmlinuz-*'
if [ -n "$module" ]; then
    file=$module.ko
    member="./lib/modules/*/$module.ko"
fi

deb=$("$here/fetch-package.sh" "$arch" "$package" "$pattern")
part=
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM
# Unpacking takes seconds, so the file is kept beside its package, with what it was unpacked from.
kept=${deb%.deb}.$file
package_is=$(stat -c '%s %Y %Z' "$deb")
if [ "$(cat "$kept.from" 2>/dev/null)" != "$package_is" ]; then
    part=$kept.$$.part
    dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards "$member" >"$part" || :
    [ -s "$part" ] || {
        echo "kernel-image: error: $deb contains no ${member#./}" >&2
        exit 1
    }
    mv -f "$part" "$kept"
    echo "$package_is" >"$kept.from"
fi
mkdir -p "$(dirname "$out")"
part=$out.$$.part
cp "$kept" "$part"
mv -f "$part" "$out"
