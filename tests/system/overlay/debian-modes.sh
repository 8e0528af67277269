#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The overlay modes for initramfs-tools images, under Debian's kernel on the bare emulated machine:
#   debian-modes.sh PROGRAM SOURCE_DIR
set -eu

program=$1
source=$2
here=$source/tests/system/overlay
tools=$source/projects/vm-linux/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

kernel=$("$tools/fetch-package.sh" amd64 linux-image-cloud-amd64 'linux-image-[0-9]*-cloud-amd64')
busybox=$("$tools/fetch-package.sh" amd64 busybox-static)
mkdir -p kernel initrd/bin initrd/dev initrd/proc initrd/run initrd/root initrd/scripts/init-bottom
dpkg-deb --fsys-tarfile "$kernel" | tar -x -C kernel --wildcards './boot/vmlinuz-*' './lib/modules/*/kernel/fs/overlayfs/*'
dpkg-deb --fsys-tarfile "$busybox" | tar -xO ./bin/busybox >initrd/bin/busybox
chmod 755 initrd/bin/busybox
for name in sh mount umount mkdir cp cat rm ln ls chroot modprobe readlink poweroff; do
    ln -s busybox initrd/bin/$name
done

# The root file system: merged /usr, tools of its own.
mkdir -p initrd/disk/usr/bin initrd/disk/usr/sbin initrd/disk/usr/lib initrd/disk/etc initrd/disk/mnt
ln -s usr/bin initrd/disk/bin
ln -s usr/sbin initrd/disk/sbin
ln -s usr/lib initrd/disk/lib
cp -a initrd/bin/. initrd/disk/usr/bin
echo before >initrd/disk/etc/marker

# The image: a module with its list, the scripts.
cp -r kernel/lib initrd
for folder in initrd/lib/modules/*; do
    echo "kernel/fs/overlayfs/overlay.ko:" >"$folder/modules.dep"
done
: >initrd/scripts/functions
# shellcheck disable=SC2016 # the guest's variable, here and below
echo '/scripts/init-bottom/last "$@"' >initrd/scripts/init-bottom/ORDER
# shellcheck disable=SC2016
printf '#!/bin/sh\ncat "$rootmnt/etc/marker" >/run/last\n' >initrd/scripts/init-bottom/last
chmod 755 initrd/scripts/init-bottom/last
cp "$here/debian-init.sh" initrd/init
chmod 755 initrd/init
(cd initrd && find . | sort | cpio --quiet -o -H newc -R 0:0) | zstd -q -c >initrd.img

echo after >marker
printf '#!/bin/sh\necho it runs\n' >prog
chmod 755 prog
printf 'F\tusr/sbin/program\t%s/prog\nF\tetc/marker\t%s/marker\nF\tlib/added\t%s/marker\n' "$PWD" "$PWD" "$PWD" >list

# run MODE: boot the image with the overlay; the results to ./results
run() {
    "$program" --for test --image initrd.img --output "$1.img" --mode "$1" --hook "$tools/overlay/debian-hook.sh" \
        --list list
    timeout 400 qemu-system-x86_64 -accel tcg -cpu max -m 256 -nographic -no-reboot -kernel kernel/boot/vmlinuz-* \
        -initrd "$1.img" -append "console=ttyS0 quiet" >log </dev/null || fail "$1: the machine did not stop by itself"
    tr -d '\r' <log | sed -n 's/.*RESULT //p' >results
}

# expect_line LINE: one of the results is exactly this
expect_line() {
    grep -q -x "$1" results || {
        cat log >&2
        fail "$mode: no line '$1' in what the machine said; its console is above"
    }
    echo "ok: $mode: $1"
}

for mode in overlay fs_install; do
    run $mode
    expect_line 'program it runs'
    expect_line 'marker after'
    expect_line 'lib usr/lib added'
    expect_line 'mnt '
    expect_line 'last after'
    if [ $mode = overlay ]; then
        expect_line 'root overlay overlay rw'
        expect_line 'below before'
    else
        expect_line 'root disk tmpfs ro'
        expect_line 'below '
    fi
done
