# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034
#
# The Debian packages that building, running and testing need. Sourced by run, test, bench,
# init-build.sh.

# Compilers for host and guests (apps that name no language enable C and C++), build system, C
# library sources, and what unpacks and packs guest images, disks with their file systems included.
CAISSON_BUILD_PACKAGES="gcc g++ gcc-multilib g++-multilib libc6-dev binutils make cmake ninja-build
    ccache flex bison newlib-source bzip2 xz-utils libelf1 zstd lz4 lzop cpio libarchive-tools
    e2fsprogs fdisk"
# Users other than root install guests' systems in a user namespace.
[ "$(id -u)" = 0 ] || CAISSON_BUILD_PACKAGES="$CAISSON_BUILD_PACKAGES uidmap"
# The machine.
CAISSON_RUN_PACKAGES="qemu-system-x86"
# What draws ./run --picture, and the letters that it measures.
CAISSON_PICTURE_PACKAGES="graphviz fonts-dejavu-core"
# Test libraries, decoders that serve as oracles, libFuzzer, console driver, CD image, linters.
CAISSON_TEST_PACKAGES="libcmocka-dev libcapstone-dev libzydis-dev libasan8 libubsan1 clang-14
    libclang-rt-14-dev expect grub-common grub-pc-bin xorriso mtools clang-format-14
    clang-tidy-14 cppcheck libxml2-utils $CAISSON_PICTURE_PACKAGES"
