#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# GetDefaultLinux…, DownloadLinux and ConfigureLinux without a network: small packages made here
# stand for Debian's.
#   linux-sources.sh SOURCE_DIR
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
export CAISSON_CACHE="$work/cache"

# package FILE NAME [DEPENDS]: the folder `content` as a package
package() {
    mkdir -p content/DEBIAN cache/packages/amd64
    {
        [ -z "${3:-}" ] || echo "Depends: $3"
        printf 'Package: %s\nVersion: 1\nArchitecture: amd64\nMaintainer: a\nDescription: a\n' "$2"
    } >content/DEBIAN/control
    dpkg-deb -b content "cache/packages/amd64/$1.deb" >/dev/null
    rm -rf content
}

package linux-image-cloud-amd64 linux-image-$release
headers=content/usr/src/linux-headers-$release
kernel_release $headers $release
echo "include /usr/src/linux-headers-6.1.0-77-common/Makefile" >$headers/Makefile
needed="linux-headers-6.1.0-77-common (= 6.1.1), linux-kbuild-6.1 (>= 6.1), linux-compiler"
package linux-headers-$release linux-headers-$release "$needed"
mkdir -p content/usr/src/linux-headers-6.1.0-77-common
kernel_makefile >content/usr/src/linux-headers-6.1.0-77-common/Makefile
package linux-headers-6.1.0-77-common linux-headers-6.1.0-77-common
mkdir content
package linux-kbuild-6.1 linux-kbuild-6.1

mkdir app
configure_app() {
    {
        cat <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(test NONE)
set(KernelX86Sel4Arch x86_64)
include($vm_linux/linux-source-helpers.cmake)
CMAKE
        cat
    } >app/CMakeLists.txt
    cmake -G Ninja -S app -B build >log 2>&1
}
configure_app <<'CMAKE' || fail "the helpers in the tutorial's order"
GetDefaultLinuxMajor(major)
GetDefaultLinuxMinor(minor)
GetDefaultLinuxMd5(md5)
GetDefaultLinuxVersion(version)
file(WRITE ${CMAKE_BINARY_DIR}/version "${major} ${minor} ${version} ${md5}")
foreach(twice 1 2)
    DownloadLinux(${major} ${minor} ${md5} folder download)
    ConfigureLinux(${folder} absent/config absent/Module.symvers configure DEPENDS download)
endforeach()
DownloadLinux(${major} ${minor} ${md5} same another_download)
if(NOT same STREQUAL folder)
    message(FATAL_ERROR "${same} is not ${folder}")
endif()
file(WRITE ${CMAKE_BINARY_DIR}/folder "${folder}")
CMAKE
md5=$(md5sum <cache/packages/amd64/linux-headers-$release.deb)
md5=${md5%% *}
[ "$(cat build/version)" = "6 1.0-77-cloud-amd64 $release $md5" ] ||
    fail "version: $(cat build/version), md5: $md5"
ninja -C build configure another_download >log 2>&1 || fail "unpacking"
kernel=$(cat build/folder)
[ -e "$kernel/include/generated/utsrelease.h" ] || fail "no headers in $kernel"
ninja -C build configure >log 2>&1 || fail "once more"
if grep -q Unpacking log; then
    fail "unpacked twice"
fi
ninja -C build clean-download >log 2>&1 || fail "clean-download"
[ ! -e "$kernel" ] || fail "clean-download leaves $kernel"
ninja -C build download_download >log 2>&1 || fail "download_download"
[ ! -e "$kernel" ] || fail "download_download unpacks"
ninja -C build extract_another_download >log 2>&1 || fail "extract_another_download"
[ -e "$kernel/include/generated/utsrelease.h" ] ||
    fail "no headers in $kernel after extract_another_download"
echo "ok: sources, repeated calls, their parts"

refuses "Linux 4.8.16 is not the default guest kernel, which is $release" configure_app <<'CMAKE'
DownloadLinux(4 8.16 5230b0185b5f4916feab86c450207606 folder download)
CMAKE
refuses "DownloadLinux(download): unknown arguments 'more'" configure_app <<'CMAKE'
DownloadLinux(6 1.0-77-cloud-amd64 11 folder download more)
CMAKE
refuses 'DownloadLinux(download): linux_minor is empty' configure_app <<'CMAKE'
DownloadLinux(6 "" 11 folder download)
CMAKE
refuses 'DownloadLinux(a b): linux_out_target "a b" cannot be a target' configure_app <<'CMAKE'
DownloadLinux(6 1.0-77-cloud-amd64 11 folder "a b")
CMAKE
refuses 'DownloadLinux(download): there is another target of this name' configure_app <<'CMAKE'
add_custom_target(download)
DownloadLinux(6 1.0-77-cloud-amd64 5230b0185b5f4916feab86c450207606 folder download)
CMAKE
refuses 'linux_md5 is 00, but another call for the same kernel says 11' configure_app <<'CMAKE'
DownloadLinux(6 1.0-77-cloud-amd64 11 folder download)
DownloadLinux(6 1.0-77-cloud-amd64 00 folder another_download)
CMAKE
# The wrong sum is noticed before and after the package is unpacked, and leaves what there is.
configure_app <<'CMAKE' || fail "a wrong sum is not known before the package is there"
DownloadLinux(6 1.0-77-cloud-amd64 5230b0185b5f4916feab86c450207606 folder download)
CMAKE
download() {
    ninja -C build download >log 2>&1
}
fetch() {
    ninja -C build download_download >log 2>&1
}
says="linux-headers-$release has the MD5 sum $md5, linux_md5 is 5230b0185b5f4916feab86c450207606"
refuses "$says" download
refuses "$says" fetch
[ -e "$kernel/include/generated/utsrelease.h" ] || fail "the headers are gone"
rm -r build/vm-linux
refuses "$says" download
[ ! -e build/vm-linux/headers/$release/build ] || fail "unpacked in spite of the wrong sum"
configure_app <<CMAKE || fail "the right sum, written down"
DownloadLinux(6 1.0-77-cloud-amd64 $md5 folder download)
CMAKE
download || fail "the right sum"
# A package cache that has gone on to another kernel.
mv cache/packages/amd64/linux-image-cloud-amd64.deb image.deb
mv cache/packages/amd64/linux-headers-$release.deb headers.deb
ninja -C build download >log 2>&1 || fail "what is unpacked needs no package"
package linux-image-cloud-amd64 linux-image-6.1.0-78-cloud-amd64
cp headers.deb cache/packages/amd64/linux-headers-6.1.0-78-cloud-amd64.deb
rm -r build/vm-linux
refuses \
    "the default guest kernel has become 6.1.0-78-cloud-amd64 since this build was configured for $release" \
    download
mv image.deb cache/packages/amd64/linux-image-cloud-amd64.deb
mv headers.deb cache/packages/amd64/linux-headers-$release.deb
download || fail "unpacking again"
refuses "ConfigureLinux(configure): unknown arguments 'CONFIG'" configure_app <<'CMAKE'
ConfigureLinux(somewhere config symvers configure CONFIG)
CMAKE
refuses 'ConfigureLinux(configure): there is another target of this name' configure_app <<'CMAKE'
ConfigureLinux(somewhere config symvers configure)
ConfigureLinux(elsewhere config symvers configure)
CMAKE
refuses 'ConfigureLinux(configure): linux_config_location is empty' configure_app <<'CMAKE'
ConfigureLinux(somewhere "" symvers configure)
CMAKE

# A source tree of one's own, by names relative to the app's folder. This one counts how often it is
# prepared.
mkdir app/tree
cat >app/tree/Makefile <<'MAKE'
olddefconfig:
	echo "# by olddefconfig" >>.config
prepare:
	@! grep -q BROKEN .config || { echo "libelf is missing"; exit 1; }
modules_prepare:
	echo "$(ARCH) prepared" >>count
	mkdir -p include/generated
	echo '#define UTS_RELEASE "7.7.7"' >include/generated/utsrelease.h
MAKE
configure_app <<'CMAKE' || fail "a tree of one's own"
ConfigureLinux(tree my-config my-symvers configure ARCH x86)
CMAKE
own_tree() {
    ninja -C build configure >log 2>&1
}
prepared() {
    own_tree || fail "$2"
    [ "$(grep -c '^x86 prepared$' app/tree/count)" = "$1" ] ||
        fail "$2: prepared $(cat app/tree/count)"
}
refuses "linux_dir $work/app/tree is no Linux source tree: it has no Kconfig" own_tree
touch app/tree/Kconfig
refuses "linux_config_location $work/app/my-config does not exist" own_tree
echo CONFIG_ONE=y >app/my-config
refuses "linux_symvers_location $work/app/my-symvers does not exist" own_tree
echo 0x1234 symbol >app/my-symvers
prepared 1 "preparing"
cmp app/my-symvers app/tree/Module.symvers || fail "Module.symvers"
grep -q CONFIG_ONE app/tree/.config || fail ".config"
prepared 1 "once more"
echo 0x5678 symbol >app/my-symvers
prepared 2 "another Module.symvers"
echo CONFIG_TWO=y >app/my-config
prepared 3 "another .config"
rm -r app/tree/include
prepared 4 "a tree that was cleaned"
# Made with ARCH=i386: without that it would become a configuration for 64 bits.
echo CONFIG_X86_32=y >app/my-config
own_tree || fail "a 32-bit configuration"
grep -q '^i386 prepared$' app/tree/count ||
    fail "a 32-bit configuration: prepared $(cat app/tree/count)"
cp app/tree/Makefile Makefile.good
sed -i 's/^olddefconfig:/&\n\techo CONFIG_X86_64=y >.config/' app/tree/Makefile
rm -r app/tree/include
refuses 'my-config is for ARCH=i386, but .ARCH=i386. makes it one for another' own_tree
mv Makefile.good app/tree/Makefile
echo BROKEN=y >app/my-config
refuses "libelf is missing .*'make prepare' failed" own_tree
refuses "libelf is missing .*'make prepare' failed" own_tree
configure_app <<'CMAKE' || fail "a tree with its own files"
ConfigureLinux(tree tree/.config tree/Module.symvers configure ARCH x86)
CMAKE
echo CONFIG_THREE=y >app/tree/.config
prepared 5 "a tree with its own files"
prepared 5 "a tree with its own files, once more"
echo "ok: a source tree of one's own"
echo "PASS"
