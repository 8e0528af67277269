#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The guest's connector modules build without a warning against the headers of the default guest
# kernels, of both word sizes.
#   connector-modules.sh SOURCE_DIR HEADERS_DIR
# HEADERS_DIR keeps what is unpacked.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
headers=$2
sources=$vm_linux/camkes-linux-artifacts/camkes-linux-modules/camkes-connector-modules

# build RELEASE: against headers/RELEASE/build
build() {
    cp -r "$sources" "$1"
    for module in dataport consumes_event emits_event; do
        make -s -C "$1/$module" PWD="$work/$1/$module" KHEAD="$headers/$1/build" \
            KCFLAGS=-Werror >log 2>&1 || fail "$module for Linux $1"
        if grep -v -e 'Skipping BTF generation' log | grep -q .; then
            fail "$module for Linux $1 gives warnings"
        fi
        [ -s "$1/$module/$module.ko" ] || fail "no $module.ko for Linux $1"
    done
    echo "ok: Linux $1"
}

for bits in 64 32; do
    version=$("$vm_linux/tools/linux-headers.sh" version $bits)
    md5=$("$vm_linux/tools/linux-headers.sh" md5 $bits)
    logged "$vm_linux/tools/linux-headers.sh" unpack $bits "$version" "$md5" "$headers/$version" ||
        fail "headers of Linux $version"
    build "$version"
done
echo "PASS"
