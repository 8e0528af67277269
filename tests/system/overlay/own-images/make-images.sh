#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What a user might bring, made of Debian's packages: make-images.sh FETCH_PACKAGE ROOTFS OUTPUT_DIR
#
#   vmlinuz     a distribution's kernel
#   modules/    a folder with one of its modules, lib/modules/VERSION/…
#   initrd.img  early microcode, plain, and behind it a root file system compressed with xz
set -eu

fetch=$1
rootfs=$2
out=$3
part=$out.part
rm -rf "$part" "$out"
mkdir -p "$part/modules" "$part/early/kernel/x86/microcode"
deb=$("$fetch" amd64 linux-image-cloud-amd64 'linux-image-[0-9]*-cloud-amd64')
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$part/modules" --wildcards './boot/vmlinuz-*' \
    './lib/modules/*/kernel/fs/overlayfs/*'
mv "$part"/modules/boot/vmlinuz-* "$part/vmlinuz"
rmdir "$part/modules/boot"
# A processor's name that no processor has: the kernel reads it and finds nothing to load.
echo none >"$part/early/kernel/x86/microcode/NoSuchVendor.bin"
(cd "$part/early" && find kernel | cpio --quiet -o -H newc) >"$part/initrd.img"
xz -c --check=crc32 "$rootfs" >>"$part/initrd.img"
mv "$part" "$out"
