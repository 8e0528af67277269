#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# DefineLinuxModule: a project of modules, built against a false kernel. modules.sh SOURCE_DIR
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
kernel=$work/kernel
kernel_release "$kernel" $release
kernel_makefile >"$kernel/Makefile"

mkdir -p modules/poke modules/empty modules/include
echo version-1 >modules/poke/poke.c
# shellcheck disable=SC2016 # make's variables
{
    printf 'INCLUDED := $(MODULE_INCLUDES)\nexport INCLUDED\n'
    printf 'all:\n\tmake -C $(KHEAD) M=$(PWD) modules\n'
} >modules/poke/Makefile
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
make_modules() {
    ninja -C build-modules >log 2>&1
}

configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE' || fail "the signature of 2018"
DefineLinuxModule(poke INCLUDES include)
CMAKE
make_modules || fail "building the module"
grep -a -q "vermagic=$release" build-modules/poke.ko || fail "the module's release"
grep -a -q "includes=-I$work/modules/include" build-modules/poke.ko || fail "MODULE_INCLUDES"
[ "$(find modules/poke -type f | sort | tr '\n' ' ')" = \
    "modules/poke/Makefile modules/poke/poke.c " ] || fail "the build left files beside the sources"
echo version-2 >modules/poke/poke.c
make_modules || fail "building the module again"
grep -a -q version-2 build-modules/poke.ko || fail "an edit was not built"
echo "ok: a module, and an edit"

# What the compiler says names the file that can be mended.
echo '#error broken' >modules/poke/poke.c
refuses "$work/modules/poke/poke.c:1:#error" make_modules
! grep -q '/sources/poke/poke\.c:1' log || fail "the error names the copy"
echo version-2 >modules/poke/poke.c

# The kernel's build system does not notice that it is another kernel's.
cp -r "$kernel/" another-kernel
sed -i 's/6.1.0-77/6.1.0-76/' another-kernel/include/generated/utsrelease.h
cmake -DLINUX_KERNEL_DIR="$work/another-kernel" build-modules >log 2>&1
make_modules || fail "the module for another kernel"
grep -a -q 'vermagic=6.1.0-76-cloud' build-modules/poke.ko ||
    fail "the module is still for the old kernel"
sed -i 's/6.1.0-76/6.1.0-75/' another-kernel/include/generated/utsrelease.h
make_modules || fail "the module for a kernel that has changed"
grep -a -q 'vermagic=6.1.0-75-cloud' build-modules/poke.ko ||
    fail "the module is still for the old kernel in that folder"
touch -d '2 hours ago' build-modules/sources/poke/poke.c
touch -d '1 hour ago' build-modules/sources/poke/poke.o
make_modules || fail "once more"
[ -n "$(find build-modules/sources/poke/poke.o -mmin +30)" ] ||
    fail "built again for the same kernel"
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

# Modules of one project reach one another by relative paths; a folder from elsewhere is copied
# alone.
mkdir -p elsewhere
# shellcheck disable=SC2016 # make's variables
sed 's|\$(MODULE_INCLUDES)|$(shell cat ../include/shared)|' modules/poke/Makefile \
    >modules/poke/Makefile.shared
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
refuses 'make has built no .*/elsewhere.ko; the Makefile should say obj-m += elsewhere.o' logged \
    ninja -C build-modules from-elsewhere
grep -a -q from-elsewhere build-modules/sources-of-elsewhere/poke.ko ||
    fail "the folder from elsewhere"
rm -r build-modules
cmake -G Ninja -S modules -B modules/build -DLINUX_KERNEL_DIR="$kernel" >log 2>&1 ||
    fail "a build within the sources"
ninja -C modules/build poke-module >log 2>&1 || fail "a build within the sources"
[ ! -e modules/build/sources/build ] || fail "the build was taken for sources"
rm -r modules/build
mv modules/poke/Makefile.plain modules/poke/Makefile
echo "ok: modules that share files"

refuses 'give the folder alone' configure_modules -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke location)
CMAKE
refuses 'empty/Makefile. It needs two things' configure_modules -DLINUX_KERNEL_DIR="$kernel" \
    <<'CMAKE'
DefineLinuxModule(empty)
CMAKE
refuses 'DefineLinuxModule(): dir is empty' configure_modules <<'CMAKE'
DefineLinuxModule("")
CMAKE
refuses 'DefineLinuxModule(poke): out_target "a/b" cannot be a target' configure_modules \
    -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke location a/b)
CMAKE
refuses 'DefineLinuxModule(poke): the target poke-module makes poke.ko already' configure_modules \
    -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke)
DefineLinuxModule(poke location other-target)
CMAKE
configure_modules -DLINUX_KERNEL_DIR="$work/nowhere" <<'CMAKE' || fail "a kernel not there yet"
DefineLinuxModule(poke)
CMAKE
refuses \
    "there is no $work/nowhere/include/generated/utsrelease.h: KERNEL_DIR or LINUX_KERNEL_DIR is not ready" \
    make_modules

refuses 'DefineLinuxModule(poke): Linux cannot build modules in or against a folder with a blank' \
    configure_modules \
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
refuses 'DefineLinuxModule(poke): there is a target poke-module already' configure_modules \
    -DLINUX_KERNEL_DIR="$kernel" <<'CMAKE'
DefineLinuxModule(poke)
DefineLinuxModule(poke)
CMAKE

# What make has built against something else than KHEAD.
check() {
    logged "$vm_linux/tools/check-module.sh" built "$@"
}
module other.ko '6.1.0-76-cloud-amd64 SMP '
refuses "is for Linux '6.1.0-76-cloud-amd64', and KHEAD is the folder of $release" check other.ko \
    "$kernel"
echo no module >none.ko
refuses "is for Linux ''" check none.ko "$kernel"
refuses 'make has built no absent.ko' check absent.ko "$kernel"
refuses "not ready for building modules" check other.ko "$work/modules"
module right.ko "$release SMP "
check right.ko "$kernel" || fail "a module for the right release"
echo "PASS"
