#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Write the default guest kernel for a word size: the bzImage of Debian's kernel package.
#
#   kernel-image.sh 32|64 OUTPUT
#
# 64: the amd64 cloud kernel; 32: the i386 kernel for the 686 (without PAE).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bits=${1:-}
out=${2:-}
case $bits in
64) arch=amd64 package=linux-image-cloud-amd64 pattern='linux-image-[0-9]*-cloud-amd64' ;;
32) arch=i386 package=linux-image-686 pattern='linux-image-[0-9]*-686' ;;
*)
    echo "kernel-image: error: word size '$bits' is neither 32 nor 64" >&2
    exit 1
    ;;
esac
[ -n "$out" ] || {
    echo "kernel-image: error: no output file given" >&2
    exit 1
}

deb=$("$here/fetch-package.sh" "$arch" "$package" "$pattern")
part=
trap 'rm -f "$part"' EXIT
trap 'exit 1' HUP INT TERM
# Unpacking takes seconds, so the kernel is kept beside its package, with what it was unpacked from.
kernel=${deb%.deb}.vmlinuz
package_is=$(stat -c '%s %Y %Z' "$deb")
if [ "$(cat "$kernel.from" 2>/dev/null)" != "$package_is" ]; then
    part=$kernel.$$.part
    dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards './boot/vmlinuz-*' >"$part" || :
    [ -s "$part" ] || {
        echo "kernel-image: error: $deb contains no boot/vmlinuz" >&2
        exit 1
    }
    mv -f "$part" "$kernel"
    echo "$package_is" >"$kernel.from"
fi
mkdir -p "$(dirname "$out")"
part=$out.$$.part
cp "$kernel" "$part"
mv -f "$part" "$out"
