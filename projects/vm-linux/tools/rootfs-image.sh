#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Write the default root file system for a word size as a cpio archive (newc), without root.
#
#   rootfs-image.sh 32|64 OUTPUT
#
# Everything in it comes from rootfs/manifest.mtree beside this folder (files, owners, modes, device
# nodes), Debian's static busybox for that word size, and one symbolic link for each busybox applet.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bits=${1:-}
out=${2:-}
case $bits in
64) arch=amd64 ;;
32) arch=i386 ;;
*)
    echo "rootfs-image: error: word size '$bits' is neither 32 nor 64" >&2
    exit 1
    ;;
esac
[ -n "$out" ] || {
    echo "rootfs-image: error: no output file given" >&2
    exit 1
}

deb=$("$here/fetch-package.sh" "$arch" busybox-static)
# Both architectures build the same configuration; the list is asked of the binary that runs here.
native=$("$here/fetch-package.sh" amd64 busybox-static)

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

unpack_busybox() {
    dpkg-deb --fsys-tarfile "$1" | tar -xO ./bin/busybox >"$2"
    [ -s "$2" ] || {
        echo "rootfs-image: error: $1 contains no bin/busybox" >&2
        exit 1
    }
}
unpack_busybox "$deb" "$work/busybox"
unpack_busybox "$native" "$work/busybox-native"
chmod +x "$work/busybox-native"

# contents= names are relative to the folder that bsdtar runs in: none depends on where this all
# lies.
ln -s "$here/../rootfs" "$work/rootfs"
{
    sed -e "s|@ROOTFS@|rootfs|" -e "s|@BUSYBOX@|busybox|" "$here/../rootfs/manifest.mtree"
    # /linuxrc and dpkg, rpm have no business here; busybox itself is in the manifest.
    "$work/busybox-native" --list-full |
        awk '/^linuxrc$/ || /\/(busybox|dpkg|dpkg-deb|rpm|rpm2cpio)$/ { next }
             { printf "./%s type=link mode=0777 link=/bin/busybox\n", $0 }'
} >"$work/manifest"

(cd "$work" && bsdtar -c --format=newc -f rootfs.cpio @manifest)
mv -f "$work/rootfs.cpio" "$out"
