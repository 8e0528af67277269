#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs in the initramfs (initramfs-tools(7), init-bottom) when the real root file system is mounted
# at $rootmnt, and puts an overlay's files there; overlay-rootfs has put them beside this script.
#
# overlay:    an overlayfs over the root, whose upper layer is memory: nothing persists.
# fs_install: into the root file system itself.
[ "${1:-}" != prereqs ] || exit 0

# shellcheck disable=SC2154 # initramfs-tools exports rootmnt
root=$rootmnt
number=${0##*-}
from=/guest-overlay/$number
mode=$(cat "$from/mode")

fail() {
    echo "guest-overlay: $mode: $*" >/dev/console
    exit 1
}

case $mode in
overlay)
    layers=/run/guest-overlay/$number
    modprobe overlay 2>/dev/null || chroot "$root" /sbin/modprobe overlay 2>/dev/null
    mkdir -p "$layers"
    mount -t tmpfs -o mode=0755 tmpfs "$layers" || fail "no tmpfs for the upper layer"
    mkdir -p "$layers/lower" "$layers/upper" "$layers/work"
    mount -o move "$root" "$layers/lower" || fail "cannot move the root file system aside"
    if ! mount -t overlay \
        -o "lowerdir=$layers/lower,upperdir=$layers/upper,workdir=$layers/work" \
        overlay "$root"; then
        mount -o move "$layers/lower" "$root"
        fail "the guest's kernel has no overlayfs (module 'overlay')"
    fi
    ;;
fs_install)
    while read -r _ where _ options _; do
        [ "$where" != "$root" ] || was=${options%%,*}
    done </proc/mounts
    [ "$was" = rw ] || mount -o remount,rw none "$root" ||
        fail "cannot make the root file system writable"
    ;;
*) fail "unknown mode" ;;
esac

# The commands run with the root file system's own tools, and see its links as they are.
[ -d "$root/mnt" ] || mkdir "$root/mnt"
mount -o bind "$from" "$root/mnt" || fail "cannot show the files to the root file system"
chroot "$root" /bin/sh /mnt/install || failed=yes
umount "$root/mnt"
[ "$mode" != fs_install ] || [ "$was" = rw ] || mount -o remount,ro none "$root"
[ -z "${failed:-}" ] || fail "the files could not be copied; see above"
