#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The overlay modes for initramfs-tools images: an initrd of Debian's own making, its kernel and a
# disk, on the bare emulated machine (a virtual one has no disk yet). What the started system says,
# and what is on the disk afterwards.
#   debian-modes.sh PROGRAM SOURCE_DIR
set -eu

program=$1
source=$2
tools=$source/projects/vm-linux/tools
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"

"$source/tests/system/overlay/debian-images.sh" "$tools/fetch-package.sh" images
busybox=$("$tools/fetch-package.sh" amd64 busybox-static)

# The root file system: merged /usr, tools of its own, and an init that looks around and stops the
# machine.
mkdir -p root/usr/bin root/usr/sbin root/usr/lib root/etc root/dev root/proc root/sys root/run \
    root/mnt
for folder in bin sbin lib; do
    ln -s usr/$folder root/$folder
done
dpkg-deb --fsys-tarfile "$busybox" | tar -xO ./bin/busybox >root/usr/bin/busybox
chmod 755 root/usr/bin/busybox
for name in sh mkdir cp cat rm ln ls readlink poweroff sync; do
    ln -s busybox root/usr/bin/$name
done
echo before >root/etc/marker
cat >root/usr/sbin/init <<'INIT'
#!/bin/sh
while read -r device where type options _; do
    [ "$where" != / ] || echo "RESULT root $device $type ${options%%,*}"
done </proc/mounts
echo "RESULT program $(/usr/sbin/program)"
echo "RESULT marker $(cat /etc/marker)"
echo "RESULT lib $(readlink /lib) $(ls /usr/lib)"
echo "RESULT mnt $(ls /mnt)"
echo "RESULT below $(cat /run/guest-overlay/1/lower/etc/marker 2>/dev/null)"
echo written >/etc/written 2>/dev/null
sync
poweroff -f
INIT
chmod 755 root/usr/sbin/init

echo after >marker
printf '#!/bin/sh\necho it runs\n' >prog
chmod 755 prog
printf 'F\tusr/sbin/program\t%s/prog\nF\tetc/marker\t%s/marker\nF\tlib/added\t%s/marker\n' "$PWD" \
    "$PWD" "$PWD" >list

# run MODE: boot the image with the overlay and a fresh disk; the results to ./results
run() {
    rm -f disk.img
    truncate -s 32M disk.img
    mke2fs -q -t ext4 -d root disk.img
    "$program" --for test --image images/initrd.img --output "$1.img" --mode "$1" \
        --hook "$tools/overlay/debian-hook.sh" \
        --list list
    timeout 400 qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot \
        -kernel images/vmlinuz \
        -initrd "$1.img" -drive file=disk.img,format=raw,if=virtio \
        -append "console=ttyS0 quiet root=/dev/vda ro" \
        >log </dev/null || fail "$1: the machine did not stop by itself; it said: $(tail -n 30 log)"
    tr -d '\r' <log | sed -n 's/.*RESULT //p' >results
    echo "disk $(debugfs -R 'cat /etc/marker' disk.img 2>/dev/null)" >>results
    echo "written $(debugfs -R 'cat /etc/written' disk.img 2>/dev/null)" >>results
}

# expect_line LINE: one of the results is exactly this
expect_line() {
    grep -q -x "$1" results || {
        cat log results >&2
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
    expect_line 'written '
    if [ $mode = overlay ]; then
        expect_line 'root overlay overlay rw'
        expect_line 'below before'
        expect_line 'disk before'
    else
        # The root is left as it was mounted.
        expect_line 'root /dev/vda ext4 ro'
        expect_line 'below '
        expect_line 'disk after'
    fi
done
