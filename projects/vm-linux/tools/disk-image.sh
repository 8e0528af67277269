#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Install a Debian 12 system on a disk image, with its kernel and the initrd that its mkinitramfs
# makes.
#
#   disk-image.sh 32|64 OUTPUT_DIR
#
# OUTPUT_DIR gets disk.img (one partition, ext4), vmlinuz and initrd.img: copies of what is kept
# beside the cached packages, and made anew when a script here changes. A disk that is there
# already, and comes from the same installation, stays with all that has been written on it. The
# packages' own scripts run in a chroot of the new system. That is all root needs, so any container
# will do; other users need a user namespace with a range of ids (newuidmap, /etc/subuid).
#
# CAISSON_CACHE    as for fetch-package.sh
# CAISSON_REFRESH  if set and not empty, install again, with packages that may be newer
set -eu

die() {
    echo "disk-image: error: $*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
bits=${1:-}
out=${2:-}
case $bits in
64) arch=amd64 kernel=linux-image-amd64 libraries=lib64 ;;
32) arch=i386 kernel=linux-image-686 libraries= ;;
*) die "word size '$bits' is neither 32 nor 64" ;;
esac
[ -n "$out" ] || die "no output folder given"

packages="$kernel systemd-sysv udev kmod initramfs-tools busybox zstd e2fsprogs passwd apt
    iproute2 netcat-openbsd pciutils procps fio"
# In sectors of 512 bytes.
disk_size=$((480 * 2048))
partition_start=2048
# What would otherwise differ from one build to the next.
disk_id=0xca155012
filesystem_id=ca155012-0000-4000-8000-0000000000$bits
machine_id=ca1550120000400080000000000000$bits
export E2FSPROGS_FAKE_TIME=1700000000

cache=${CAISSON_CACHE:-}
[ -n "$cache" ] ||
    cache=${XDG_CACHE_HOME:-${HOME:?neither CAISSON_CACHE nor HOME is set}/.cache}/caisson
kept=$cache/debian-disk/$bits
recipe=$(grep -h -v '^ *#' "$0" "$here/fetch-package.sh" | sha256sum | cut -c 1-16)
images="disk.img vmlinuz initrd.img"

copy_images() {
    origin="$(cat "$kept/recipe") $(stat -c %Y "$kept/recipe")"
    mkdir -p "$out"
    for image in $images; do
        if [ -e "$out/$image" ] && [ "$(cat "$out/origin" 2>/dev/null)" = "$origin" ]; then
            touch "$out/$image"
        else
            cp --sparse=always --reflink=auto "$kept/$image" "$out/$image.part"
            mv -f "$out/$image.part" "$out/$image"
        fi
    done
    echo "$origin" >"$out/origin"
}

mkdir -p "$kept" ||
    die "cannot create the cache folder $kept; set CAISSON_CACHE to a folder of yours"
exec 9>"$kept/.lock"
flock 9
if [ "$(cat "$kept/recipe" 2>/dev/null)" = "$recipe" ] && [ -z "${CAISSON_REFRESH:-}" ]; then
    copy_images
    exit 0
fi

if [ "$(id -u)" != 0 ]; then
    unshare --map-root-user --map-auto --mount true 2>/dev/null ||
        die "not root, and there is no user namespace with a range of ids (unshare --map-auto):" \
            "install uidmap and have this user in /etc/subuid and /etc/subgid, or build as root"
    exec unshare --map-root-user --map-auto --mount "$0" "$@"
fi

work=$(mktemp -d "$kept/.make.XXXXXX")
tree=$work/tree
trap 'umount "$tree"/dev/* 2>/dev/null || :; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM

# What a guest of this kind never needs. Of two patterns that match a file, dpkg obeys the last one.
left_out="/usr/share/doc /usr/share/man /usr/share/info /usr/share/locale /usr/share/lintian
    /usr/share/bug"
drivers_left_out="arch sound drivers net/batman-adv net/bluetooth net/can net/ceph net/mac80211
    net/netfilter net/sched net/sctp net/sunrpc net/tipc net/wireless fs/btrfs fs/ceph fs/f2fs
    fs/gfs2 fs/jfs fs/nfs fs/nfsd fs/ocfs2 fs/reiserfs fs/smb fs/xfs"
drivers_kept="drivers/acpi drivers/ata drivers/block drivers/cdrom drivers/md/dm-mod
    drivers/net/ethernet/intel/e1000 drivers/net/mii drivers/net/virtio drivers/pps drivers/ptp
    drivers/scsi/s drivers/uio drivers/virtio"

dpkg_rules() {
    echo force-unsafe-io
    for folder in $left_out; do
        echo "path-exclude=$folder/*"
    done
    for folder in $drivers_left_out; do
        echo "path-exclude=/lib/modules/*/kernel/$folder/*"
    done
    for name in $drivers_kept; do
        echo "path-include=/lib/modules/*/kernel/$name*"
    done
}

in_tree() {
    chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 HOME=/root INITRD=No \
        DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true SYSTEMD_OFFLINE=1 "$@" \
        >>"$work/log" 2>&1 </dev/null || {
        tail -n 30 "$work/log" | tr -d '\r' >&2
        die "in the new system, ${1##*/} failed; its last words are above"
    }
}

# The nodes that packages' scripts use: of its own, or else the machine's.
make_nodes() {
    for node in null:3 zero:5 random:8 urandom:9; do
        minor=${node#*:}
        node=$tree/dev/${node%:*}
        mknod -m 666 "$node" c 1 "$minor" 2>/dev/null && continue
        : >"$node"
        mount --bind "/dev/${node##*/}" "$node" ||
            die "neither mknod nor mount gives the new system its /dev/${node##*/}"
    done
}

install_debs() {
    # shellcheck disable=SC2016 # the inner shell's variables
    in_tree sh -c 'cd /var/cache/debs && dpkg --force-depends --skip-same-version --install $0' "$1"
}

# What every system has, and dpkg with it, is laid out by hand; then dpkg installs these properly,
# and then the rest.
install_debian() {
    debs=$tree/var/cache/debs
    mkdir -p "$debs" "$tree/dev" "$tree/etc/dpkg/dpkg.cfg.d" "$tree/var/lib/dpkg"
    : >"$tree/var/lib/dpkg/status"
    dpkg_rules >"$tree/etc/dpkg/dpkg.cfg.d/caisson"
    for folder in bin sbin lib $libraries; do
        mkdir -p "$tree/usr/$folder"
        ln -s "usr/$folder" "$tree/$folder"
    done
    "$here/fetch-package.sh" --all-into "$debs" "$arch" base-files
    first=$(cd "$debs" && echo *.deb)
    for deb in $first; do
        # shellcheck disable=SC2046,SC2086 # an option for each folder
        dpkg-deb --fsys-tarfile "$debs/$deb" | tar -x -C "$tree" --keep-directory-symlink \
            $(printf -- '--exclude=.%s ' $left_out)
    done
    make_nodes
    # shellcheck disable=SC2086 # a list of words
    "$here/fetch-package.sh" --all-into "$debs" "$arch" $packages
    rest=$(cd "$debs" && echo *.deb)
    install_debs "$first"
    install_debs "$rest"
    # Now all is there, so nothing need be forced.
    in_tree dpkg --configure --pending
    in_tree dpkg --audit
    rm -rf "$debs"
}

set_up_system() {
    echo debian >"$tree/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 debian\n' >"$tree/etc/hosts"
    echo "$machine_id" >"$tree/etc/machine-id"
    echo '/dev/sda1 / ext4 errors=remount-ro 0 1' >"$tree/etc/fstab"
    echo 'deb http://deb.debian.org/debian bookworm main' >"$tree/etc/apt/sources.list"
    printf '[Match]\nName=en* eth*\n\n[Network]\nDHCP=ipv4\n\n[DHCPv4]\nUseMTU=yes\n' \
        >"$tree/etc/systemd/network/80-dhcp.network"
    # On a busy host an emulated machine takes longer than systemd waits for the console.
    mkdir -p "$tree/etc/systemd/system.conf.d"
    printf '[Manager]\nDefaultTimeoutStartSec=15min\nDefaultDeviceTimeoutSec=15min\n' \
        >"$tree/etc/systemd/system.conf.d/patience.conf"
    in_tree sh -c 'echo root:root | chpasswd'
    in_tree systemctl enable systemd-networkd.service
    # A system that may have no network does not wait for it. What runs at its own times would
    # disturb measurements, and there is one console.
    in_tree systemctl disable systemd-networkd-wait-online.service
    in_tree systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
        e2scrub_all.timer e2scrub_reap.service getty-static.service
}

make_initrd() {
    version=$(ls "$tree/lib/modules")
    # For the overlay mode of that name (docs/guests.md).
    echo overlay >>"$tree/etc/initramfs-tools/modules"
    in_tree mkinitramfs -o "/boot/initrd.img-$version" "$version"
    cp "$tree/boot/vmlinuz-$version" "$work/vmlinuz"
    cp "$tree/boot/initrd.img-$version" "$work/initrd.img"
}

make_disk() {
    umount "$tree"/dev/* 2>/dev/null || :
    rm -rf "${tree:?}"/dev/* "$tree"/var/log/*.log "$tree"/var/cache/debconf/*-old
    truncate -s $((disk_size * 512)) "$work/disk.img"
    printf 'label: dos\nlabel-id: %s\nstart=%s, type=83, bootable\n' $disk_id $partition_start |
        sfdisk -q "$work/disk.img"
    mke2fs -q -t ext4 -m 0 -U "$filesystem_id" -d "$tree" \
        -E "offset=$((partition_start * 512)),hash_seed=$filesystem_id,lazy_itable_init=0" \
        "$work/disk.img" $(((disk_size - partition_start) / 2))k ||
        die "mke2fs could not make the file system"
}

echo "disk-image: installing Debian 12 ($arch)" >&2
install_debian
set_up_system
make_initrd
make_disk
rm -f "$kept/recipe"
for image in $images; do
    mv -f "$work/$image" "$kept"
done
echo "$recipe" >"$kept/recipe"
copy_images
