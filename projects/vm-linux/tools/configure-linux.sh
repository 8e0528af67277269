#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes a Linux source tree ready for building out-of-tree modules.
#
#   configure-linux.sh FOLDER CONFIG SYMVERS [ARCH=…] [CROSS_COMPILE=…]
#
# A tree of linux-headers.sh is ready as it is.
set -eu

folder=$1
config=$2
symvers=$3
shift 3
die() {
    echo "configure-linux: error: $*" >&2
    exit 1
}

[ -d "$folder/" ] || die "linux_dir $folder is not a folder"
[ ! -e "$folder/../.release" ] && [ ! -e "$folder/../../../.release" ] || exit 0
done=$folder/.caisson-configured
[ ! -e "$done" ] || [ -n "$(find "$config" -newer "$done" 2>/dev/null)" ] || exit 0
[ -e "$folder/Kconfig" ] || die "linux_dir $folder is no Linux source tree: it has no Kconfig"
[ -e "$config" ] || die "linux_config_location $config does not exist"
for setting in "$@"; do
    shift
    case $setting in *=?*) set -- "$@" "$setting" ;; esac
done
cp "$config" "$folder/.config"
[ ! -e "$symvers" ] || cp "$symvers" "$folder/Module.symvers"
make -s -C "$folder" "$@" olddefconfig
make -s -C "$folder" "$@" prepare
make -s -C "$folder" "$@" modules_prepare
touch "$done"
