#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel and the initrd that Debian's own mkinitramfs makes for it, in a Debian tree that is
# unpacked for it:
#   debian-images.sh FETCH_PACKAGE OUTPUT_DIR
# writes vmlinuz and initrd.img. They are kept beside the cached packages, and made anew with
# CAISSON_REFRESH set. As root no more than chroot is needed, which any container allows; other
# users need user namespaces.
set -eu

fetch=$1
out=$2
cache=${CAISSON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/caisson}/debian-initrd
mkdir -p "$cache" "$out"

die() {
    echo "debian-images: error: $*" >&2
    exit 1
}

# Another user than root owns its user namespace, and has no device nodes but those of the machine.
if [ "$(id -u)" != 0 ]; then
    unshare -rm true 2>/dev/null ||
        die "not root, and the machine forbids user namespaces (unshare -rm)"
    # shellcheck disable=SC2016 # the inner shell's variables
    exec unshare -rm "$0" "$@"
fi

make_tree() {
    "$fetch" --all-into "$work/packages" amd64 linux-image-cloud-amd64 initramfs-tools busybox zstd
    mkdir -p "$work/tree/usr/bin" "$work/tree/usr/sbin" "$work/tree/usr/lib" \
        "$work/tree/usr/lib64" "$work/tree/dev"
    for folder in bin sbin lib lib64; do
        ln -s usr/$folder "$work/tree/$folder"
    done
    for package in "$work"/packages/*.deb; do
        dpkg-deb --fsys-tarfile "$package" |
            tar -x -C "$work/tree" --no-same-owner --keep-directory-symlink --exclude './dev/*' \
            --exclude './usr/share/doc/*' --exclude './usr/share/man/*' \
            --exclude './usr/share/locale/*'
    done
    # What the packages' scripts would do, and mkinitramfs needs.
    ln -sf mawk "$work/tree/usr/bin/awk"
    if ! mknod -m 666 "$work/tree/dev/null" c 1 3 2>/dev/null; then
        : >"$work/tree/dev/null"
        mount --bind /dev/null "$work/tree/dev/null"
    fi
    chroot "$work/tree" /sbin/ldconfig
    # As docs/guests.md has it, for the overlay mode of that name.
    echo overlay >>"$work/tree/etc/initramfs-tools/modules"
}

make_images() {
    version=$(ls "$work/tree/lib/modules")
    chroot "$work/tree" /sbin/depmod "$version"
    chroot "$work/tree" /usr/sbin/mkinitramfs -o /boot/initrd.img "$version" >"$work/log" 2>&1 ||
        die "mkinitramfs: $(tail -n 5 "$work/log")"
    cp "$work/tree/boot/vmlinuz-$version" "$work/vmlinuz"
    mv "$work/tree/boot/initrd.img" "$work/initrd.img"
}

exec 9>"$cache/.lock"
flock 9
if [ ! -s "$cache/initrd.img" ] || [ -n "${CAISSON_REFRESH:-}" ]; then
    work=$(mktemp -d "$cache/.make.XXXXXX")
    trap 'umount "$work/tree/dev/null" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    make_tree
    make_images
    mv "$work/vmlinuz" "$work/initrd.img" "$cache"
fi
cp "$cache/vmlinuz" "$cache/initrd.img" "$out"
