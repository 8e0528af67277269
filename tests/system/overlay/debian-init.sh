#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# /init of a test image that does what initramfs-tools' own does: mount a root file system (read-only, at
# $rootmnt) and run the scripts that init-bottom/ORDER lists. Then it says what has become of the root.
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
exec >/dev/console 2>&1
export rootmnt=/root
mount -t tmpfs disk "$rootmnt"
cp -a /disk/. "$rootmnt/"
mount -o remount,ro none "$rootmnt"

# shellcheck disable=SC1091 # a file of the image
. /scripts/init-bottom/ORDER

# shellcheck disable=SC2154 # set by read
while read -r device where type options _; do
    [ "$where" != "$rootmnt" ] || echo "RESULT root $device $type ${options%%,*}"
done </proc/mounts
echo "RESULT program $(chroot "$rootmnt" /usr/sbin/program)"
echo "RESULT marker $(cat "$rootmnt/etc/marker")"
echo "RESULT lib $(readlink "$rootmnt/lib") $(ls "$rootmnt/usr/lib")"
echo "RESULT mnt $(ls "$rootmnt/mnt")"
echo "RESULT below $(cat /run/guest-overlay/1/lower/etc/marker 2>/dev/null)"
echo "RESULT last $(cat /run/last)"
poweroff -f
