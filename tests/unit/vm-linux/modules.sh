#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernel sources and modules, without a network: small packages made here stand for Debian's, and their "kernel" makes
# a module that says which release it is for. modules.sh SOURCE_DIR
set -eu

vm_linux=$(cd "$1" && pwd -P)/projects/vm-linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
release=6.1.0-77-cloud-amd64
export CAISSON_CACHE="$work/cache"

fail() {
    echo "FAIL: $*" >&2
    [ ! -e log ] || tail -n 30 log >&2
    exit 1
}

# package FILE NAME: the folder `content` as a package
package() {
    mkdir -p content/DEBIAN cache/packages/amd64
    printf 'Package: %s\nVersion: 1\nArchitecture: amd64\nMaintainer: a test\nDescription: a test\n' "$2" \
        >content/DEBIAN/control
    dpkg-deb -b content "cache/packages/amd64/$1.deb" >/dev/null
    rm -rf content
}

package linux-image-cloud-amd64 linux-image-$release
headers=content/usr/src/linux-headers-$release
mkdir -p $headers/include/generated
echo "include /usr/src/linux-headers-6.1.0-77-common/Makefile" >$headers/Makefile
echo "#define UTS_RELEASE \"$release\"" >$headers/include/generated/utsrelease.h
package linux-headers-$release linux-headers-$release
mkdir -p content/usr/src/linux-headers-6.1.0-77-common
cat >content/usr/src/linux-headers-6.1.0-77-common/Makefile <<'MAKE'
FOR := $(shell sed -n 's/.*"\(.*\)"/\1/p' include/generated/utsrelease.h)
modules: $(M)/poke.o
	cp $(M)/poke.o $(M)/poke.ko
$(M)/poke.o: $(M)/poke.c
	{ cat $(M)/poke.c; printf 'vermagic=%s SMP\0includes=%s\0' "$(FOR)" "$(INCLUDED)"; } >$@
clean:
	rm -f $(M)/poke.o $(M)/poke.ko
MAKE
package linux-headers-6.1.0-77-common linux-headers-6.1.0-77-common
mkdir content
package linux-kbuild-6.1 linux-kbuild-6.1

# --- the app's side ---
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
# refuses PATTERN COMMAND…: fails, and the log says so (CMake breaks long lines)
refuses() {
    pattern=$1
    shift
    if "$@"; then
        fail "no error with: $pattern"
    fi
    tr -s ' \n' ' ' <log | grep -q -e "$pattern" || fail "no error with '$pattern'"
    echo "ok: refused: $pattern"
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
[ "$(cat build/version)" = "6 1.0-77-cloud-amd64 $release $md5" ] || fail "version: $(cat build/version), md5: $md5"
ninja -C build configure another_download >log 2>&1 || fail "unpacking"
kernel=$(cat build/folder)
[ -e "$kernel/include/generated/utsrelease.h" ] || fail "no headers in $kernel"
ninja -C build configure >log 2>&1 || fail "once more"
if grep -q Unpacking log; then
    fail "unpacked twice"
fi
echo "ok: sources, repeated calls"

refuses "Linux 4.8.16 is not the default guest kernel, which is $release" configure_app <<'CMAKE'
DownloadLinux(4 8.16 5230b0185b5f4916feab86c450207606 folder download)
CMAKE
refuses "DownloadLinux(download): unknown arguments 'more'" configure_app <<'CMAKE'
DownloadLinux(6 1.0-77-cloud-amd64 11 folder download more)
CMAKE
refuses 'DownloadLinux(download): linux_minor is empty' configure_app <<'CMAKE'
DownloadLinux(6 "" 11 folder download)
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
says="linux-headers-$release has the MD5 sum $md5, linux_md5 is 5230b0185b5f4916feab86c450207606"
refuses "$says" download
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
refuses "the default guest kernel has become 6.1.0-78-cloud-amd64 since this build was configured for $release" download
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

# A source tree of one's own, by names relative to the app's folder. This one counts how often it is prepared.
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
    [ "$(grep -c '^x86 prepared$' app/tree/count)" = "$1" ] || fail "$2: prepared $(cat app/tree/count)"
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

# --- the modules' side ---
mkdir -p modules/poke modules/empty modules/include
echo version-1 >modules/poke/poke.c
# shellcheck disable=SC2016 # make's variables
printf 'INCLUDED := $(MODULE_INCLUDES)\nexport INCLUDED\nall:\n\tmake -C $(KHEAD) M=$(PWD) modules\n' >modules/poke/Makefile
configure_modules() {
    {
        cat <<CMAKE
cmake_minimum_required(VERSION 3.8.2)
project(modules NONE)
include($vm_linux/linux-module-helpers.cmake)
CMAKE
        cat
    } >modules/CMakeLists.txt
    rm -rf build-modules
    cmake -G Ninja -S modules -B build-modules "$@" >log 2>&1
}
ninja_logged() {
    ninja "$@" >log 2>&1
}
make_modules() {
    ninja -C build-modules >log 2>&1
}

configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE' || fail "the signature of 2018"
DefineLinuxModule(poke INCLUDES include)
CMAKE
make_modules || fail "building the module"
grep -a -q "vermagic=$release" build-modules/poke.ko || fail "the module's release"
grep -a -q "includes=-I$work/modules/include" build-modules/poke.ko || fail "MODULE_INCLUDES"
[ "$(find modules/poke -type f | sort | tr '\n' ' ')" = "modules/poke/Makefile modules/poke/poke.c " ] || fail "the build left files beside the sources"
echo version-2 >modules/poke/poke.c
make_modules || fail "building the module again"
grep -a -q version-2 build-modules/poke.ko || fail "an edit was not built"
echo "ok: a module, and an edit"

# The kernel's build system does not notice that it is another kernel's.
cp -r "$kernel/" another-kernel
sed -i 's/6.1.0-77/6.1.0-76/' another-kernel/include/generated/utsrelease.h
cmake -DLINUX_KERNEL_DIR="$work/another-kernel" build-modules >log 2>&1
make_modules || fail "the module for another kernel"
grep -a -q 'vermagic=6.1.0-76-cloud' build-modules/poke.ko || fail "the module is still for the old kernel"
sed -i 's/6.1.0-76/6.1.0-75/' another-kernel/include/generated/utsrelease.h
make_modules || fail "the module for a kernel that has changed"
grep -a -q 'vermagic=6.1.0-75-cloud' build-modules/poke.ko || fail "the module is still for the old kernel in that folder"
touch -d '2 hours ago' build-modules/sources/poke/poke.c
touch -d '1 hour ago' build-modules/sources/poke/poke.o
make_modules || fail "once more"
[ -n "$(find build-modules/sources/poke/poke.o -mmin +30)" ] || fail "built again for the same kernel"
echo "ok: a module for another kernel than before"

configure_modules <<CMAKE || fail "today's signature"
DefineLinuxModule(\${CMAKE_CURRENT_SOURCE_DIR}/poke location built KERNEL_DIR $kernel)
file(WRITE \${CMAKE_BINARY_DIR}/location "\${location}")
add_custom_target(after)
add_dependencies(after built)
CMAKE
ninja -C build-modules after >log 2>&1 || fail "the target of today's signature"
[ -s "$(cat build-modules/location)" ] || fail "nothing at $(cat build-modules/location)"
echo "ok: today's signature"

# Modules of one project reach one another by relative paths; a folder from elsewhere is copied alone.
mkdir -p elsewhere
# shellcheck disable=SC2016 # make's variables
sed 's|\$(MODULE_INCLUDES)|$(shell cat ../include/shared)|' modules/poke/Makefile >modules/poke/Makefile.shared
mv modules/poke/Makefile modules/poke/Makefile.plain
mv modules/poke/Makefile.shared modules/poke/Makefile
echo shared-header >modules/include/shared
cp modules/poke/Makefile.plain elsewhere/Makefile
echo from-elsewhere >elsewhere/poke.c
configure_modules -DLINUX_KERNEL_DIR="$kernel" <<CMAKE || fail "modules that share files"
DefineLinuxModule(poke)
DefineLinuxModule($work/elsewhere location from-elsewhere)
CMAKE
ninja -C build-modules poke-module >log 2>&1 || fail "a module that includes ../include"
grep -a -q 'includes=shared-header' build-modules/poke.ko || fail "../include was not there"
refuses 'make has built no .*/elsewhere.ko; the Makefile should say obj-m += elsewhere.o' ninja_logged -C build-modules from-elsewhere
grep -a -q from-elsewhere build-modules/sources-of-elsewhere/poke.ko || fail "the folder from elsewhere"
rm -r build-modules
cmake -G Ninja -S modules -B modules/build -DLINUX_KERNEL_DIR="$kernel" >log 2>&1 || fail "a build within the sources"
ninja -C modules/build poke-module >log 2>&1 || fail "a build within the sources"
[ ! -e modules/build/sources/build ] || fail "the build was taken for sources"
rm -r modules/build
mv modules/poke/Makefile.plain modules/poke/Makefile
echo "ok: modules that share files"

refuses 'give the folder alone' configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke location)
CMAKE
refuses 'empty/Makefile. It needs two things' configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(empty)
CMAKE
refuses 'DefineLinuxModule(poke): the target poke-module makes poke.ko already' configure_modules \
    -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke)
DefineLinuxModule(poke location other-target)
CMAKE
configure_modules -DLINUX_KERNEL_DIR="$work/nowhere" <<'CMAKE' || fail "a kernel that is not there yet"
DefineLinuxModule(poke)
CMAKE
refuses "there is no $work/nowhere/include/generated/utsrelease.h: KERNEL_DIR or LINUX_KERNEL_DIR is not ready" make_modules

refuses 'DefineLinuxModule(poke): Linux cannot build modules in or against a folder with a blank' configure_modules \
    -DLINUX_KERNEL_DIR="$work/a kernel" <<'CMAKE'
DefineLinuxModule(poke)
CMAKE

# A module that is not built any more.
configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE' || fail "a good module"
DefineLinuxModule(poke)
CMAKE
make_modules || fail "a good module"
cp modules/poke/Makefile Makefile.good
printf 'all:\n\t@true\n' >modules/poke/Makefile
refuses 'make has built no .*/poke.ko' make_modules
mv Makefile.good modules/poke/Makefile

refuses 'neither KERNEL_DIR nor LINUX_KERNEL_DIR says' configure_modules <<'CMAKE'
DefineLinuxModule(poke)
CMAKE
refuses 'DefineLinuxModule(poke): there is a target poke-module already' configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke)
DefineLinuxModule(poke)
CMAKE

# What make has built against something else than KHEAD.
check() {
    "$vm_linux/tools/check-module.sh" "$@" >log 2>&1
}
# module FILE VERMAGIC
module() {
    mkdir -p "$(dirname "$1")"
    printf '\1\2license=GPL\0vermagic=%s\0name=poke\0' "$2" >"$1"
}
module other.ko '6.1.0-76-cloud-amd64 SMP '
refuses "is for Linux '6.1.0-76-cloud-amd64', and KHEAD is the folder of $release" check built other.ko "$kernel"
echo no module >none.ko
refuses "is for Linux ''" check built none.ko "$kernel"
refuses 'make has built no absent.ko' check built absent.ko "$kernel"
refuses "not ready for building modules" check built other.ko "$work/app"
module right.ko "$release SMP "
check built right.ko "$kernel" || fail "a module for the right release"

# --- modules in an image, and the kernel that boots with it ---
# A bzImage's header: "HdrS" at 514, at 526 a pointer to the version, counted from 512. An ELF kernel: its banner.
{
    head -c 514 /dev/zero
    printf 'HdrS\0\0\0\0\0\0\0\0\20\1'
    head -c 256 /dev/zero
    printf '%s (someone@somewhere) #1 SMP\0' $release
} >bzimage
{
    printf '\177ELF'
    head -c 1000 /dev/zero
    printf 'Linux version %%s (%%s)\0Linux version %s (someone) #1\0%s SMP \0' $release $release
} >vmlinux
echo 'no kernel at all' >strange

boots() {
    kernel_file=$1
    shift
    check boots vm0.kernel_image app.camkes:7 "$kernel_file" rootfs.cpio "$@"
}
# overlay FILE NAME=MODULE…: an overlay's list
overlay() {
    list=$1
    shift
    printf 'F\tinit\t%s\nL\tlink.ko\tnowhere\n' "$work/none.ko" >"$list"
    for entry in "$@"; do
        printf 'F\t%s\t%s\n' "${entry%%=*}" "$work/${entry#*=}" >>"$list"
    done
}
overlay good.list lib/poke.ko=right.ko
overlay bad.list lib/poke.ko=other.ko
overlay both.list lib/76/poke.ko=other.ko lib/77/poke.ko=right.ko
overlay two.list lib/poke.ko=other.ko lib/more.ko=other.ko lib/good.ko=right.ko
mkdir -p 'a folder/lib'
cp other.ko 'a folder/lib/poke.ko'
for k in bzimage vmlinux; do
    boots $k --list good.list || fail "$k: a module for the kernel that boots"
    [ ! -s log ] || fail "$k: something to say about a good module"
    refuses "app.camkes:7: vm0.kernel_image \"$k\" is Linux $release, but \"rootfs.cpio\" has modules for another kernel:\
 lib/poke.ko is for Linux '6.1.0-76-cloud-amd64' Build them against Linux $release" boots $k --list bad.list
    boots $k --list both.list || fail "$k: an image for two kernels"
    boots $k --list bad.list --list good.list || fail "$k: a file that another overlay replaces"
    refuses 'lib/poke.ko is for' boots $k --list good.list --list bad.list
    refuses 'lib/poke.ko is for' boots $k --list good.list --dir "$work/a folder"
    boots $k --dir "$work/a folder" --list good.list || fail "$k: a file of a folder that an overlay replaces"
done
refuses 'lib/more.ko is for .* lib/poke.ko is for' boots vmlinux --list two.list
if grep -q good.ko log; then
    fail "a good module is called wrong"
fi
module flags.ko "$release SMP preempt "
overlay flags.list lib/poke.ko=flags.ko
refuses "another configuration: its vermagic is '$release SMP preempt '" boots vmlinux --list flags.list
boots strange --list good.list || fail "a kernel that is not known"
grep -q 'warning: app.camkes:7: vm0.kernel_image "strange" does not say what Linux it is' log || fail "no warning"
echo "PASS"
