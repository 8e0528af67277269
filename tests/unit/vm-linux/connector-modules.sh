#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The guest's connector modules build without a warning against the headers of the default guest
# kernels, and of the newest kernel of each kind that Debian has: for real time, with PAE, of a
# later series.
#   connector-modules.sh SOURCE_DIR HEADERS_DIR
# HEADERS_DIR keeps what is unpacked.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
headers=$2
sources=$vm_linux/camkes-linux-artifacts/camkes-linux-modules/camkes-connector-modules
modules="dataport consumes_event emits_event connection"

cp -r "$sources" modules
# One make for all four; default-overlay.sh uses their Makefiles.
for module in $modules; do
    echo "obj-m += $module/"
done >modules/Kbuild

# build FOLDER: against FOLDER/build
build() {
    release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' \
        "$1/build/include/generated/utsrelease.h")
    find modules -name '*.o' -delete -o -name '*.ko' -delete -o -name '.*.cmd' -delete
    # BTF would need pahole.
    make -s -C "$1/build" M="$work/modules" KCFLAGS=-Werror CONFIG_DEBUG_INFO_BTF_MODULES= modules \
        >log 2>&1 || fail "the modules for Linux $release"
    [ ! -s log ] || fail "the modules for Linux $release give warnings"
    for module in $modules; do
        grep -a -z -q "vermagic=$release " "modules/$module/$module.ko" ||
            fail "no $module.ko for Linux $release"
    done
    echo "ok: Linux $release"
}

for bits in 64 32; do
    version=$("$vm_linux/tools/linux-headers.sh" version $bits)
    md5=$("$vm_linux/tools/linux-headers.sh" md5 $bits)
    logged "$vm_linux/tools/linux-headers.sh" unpack $bits "$version" "$md5" "$headers/$version" ||
        fail "headers of Linux $version"
    build "$headers/$version"
done
while read -r arch package; do
    logged "$vm_linux/tools/linux-headers.sh" latest "$arch" "$package" "$headers/$package" ||
        fail "headers of $package for $arch"
    build "$headers/$package"
done <<LATEST
amd64 linux-headers-amd64
amd64 linux-headers-rt-amd64
amd64 linux-headers-6.12-cloud-amd64
amd64 linux-headers-6.12-rt-amd64
i386 linux-headers-686-pae
i386 linux-headers-rt-686-pae
LATEST
echo "PASS"
