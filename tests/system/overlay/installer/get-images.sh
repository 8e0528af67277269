#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The images of Debian's installer: get-images.sh FETCH_PACKAGE OUTPUT_DIR writes bzImage and
# rootfs.cpio.gz.
set -eu

fetch=$1
out=$2
deb=$("$fetch" amd64 debian-installer-12-netboot-amd64)
text=./usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
mkdir -p "$out"
dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$out" --strip-components=10 "$text/linux" \
    "$text/initrd.gz"
mv "$out/linux" "$out/bzImage"
mv "$out/initrd.gz" "$out/rootfs.cpio.gz"
# As of now, and not as old as the package.
touch "$out/bzImage" "$out/rootfs.cpio.gz"
