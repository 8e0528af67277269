#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Makes a Linux source tree ready for building out-of-tree modules.
#
#   configure-linux.sh FOLDER CONFIG SYMVERS [ARCH=…] [CROSS_COMPILE=…]
#
# CONFIG and SYMVERS are the .config and Module.symvers of the kernel that boots; they may be the
# tree's own. Nothing is done if they and the settings are the same as the last time, nor for
# headers, which are ready as they are.
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
if [ ! -e "$folder/Kconfig" ]; then
    [ ! -e "$folder/include/generated/utsrelease.h" ] || exit 0
    die "linux_dir $folder is no Linux source tree: it has no Kconfig"
fi
[ -f "$config" ] ||
    die "linux_config_location $config does not exist; it should be the .config of the kernel" \
        "that boots"
[ -f "$symvers" ] ||
    die "linux_symvers_location $symvers does not exist; 'make bzImage modules' of the kernel" \
        "that boots leaves it as Module.symvers"
[ -w "$folder" ] || die "linux_dir $folder: no permission to write there; configure a copy of it"

# A configuration made with ARCH=i386 does not say that it is for 32 bits in a way that ARCH=x86, or
# none, would keep.
word_size_of() {
    sed -n 's/^CONFIG_X86_32=y$/i386/p; s/^CONFIG_X86_64=y$/x86_64/p' "$1"
}
arch=$(word_size_of "$config")
for setting in "$@"; do
    shift
    case $setting in
    ARCH= | ARCH=x86) setting=ARCH=${arch:-${setting#ARCH=}} ;;
    esac
    case $setting in *=?*) set -- "$@" "$setting" ;; esac
done

done=$folder/.caisson-configured
state() {
    echo "$*"
    cksum <"$config"
    cksum <"$symvers"
}
if [ -e "$done" ] && [ -e "$folder/include/generated/utsrelease.h" ] &&
    [ "$(state "$@")" = "$(cat "$done")" ]; then
    exit 0
fi
rm -f "$done"
cmp -s "$config" "$folder/.config" || cp "$config" "$folder/.config"
cmp -s "$symvers" "$folder/Module.symvers" || cp "$symvers" "$folder/Module.symvers"
for goal in olddefconfig prepare modules_prepare; do
    make -s -C "$folder" "$@" $goal ||
        die "linux_dir $folder: 'make $goal' failed; what it lacks is said above"
    [ "$(word_size_of "$folder/.config")" = "$arch" ] ||
        die "linux_config_location $config is for ARCH=$arch, but '$*' makes it one for another"
done
state "$@" >"$done"
