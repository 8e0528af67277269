#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# How apps are laid out, and where: each is configured, none is built. layout.sh SOURCE_DIR
set -eu

source=$(cd "$1" && pwd -P)
here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source-path=SCRIPTDIR source=../lib.sh
. "$here/../lib.sh"

# configure [ARGUMENT…]: of the app in app/ unless an argument says otherwise
configure() {
    mkdir -p build
    (cd build && "$source/init-build.sh" "${@:--DCAMKES_VM_APP=$work/app}") >log 2>&1
}

# accepted WHAT [ARGUMENT…]
accepted() {
    what=$1
    shift
    rm -rf build
    configure "$@" || fail "$what"
    ! grep -q '^CMake \(Warning\|Deprecation\)' log || fail "$what: a warning"
    echo "ok: $what"
}

# says PATTERN: in the last configuration (CMake breaks long lines)
says() {
    tr -s ' \n' ' ' <log | grep -q -e "$1" || fail "nothing says '$1'"
}

# refused PATTERN [ARGUMENT…]
refused() {
    pattern=$1
    shift
    ! configure "$@" || fail "no error with: $pattern"
    says "$pattern"
    echo "ok: refused: $pattern"
}

# line LINE…: the plain app with these lines in front of its components
line() {
    rm -rf app
    cp -r "$here/apps/plain" app
    printf '%s\n' "$@" >lines
    sed -i '/^includeGlobalComponents/r lines' app/CMakeLists.txt
}

# today's layout
cp -r "$here/apps/today" app
accepted "an app of today"
says 'KernelX86Sel4Arch=ia32: the default guest images are 32-bit'
says 'seen: yes'
says 'Settings that have no effect here: KernelHugePage=OFF, KernelMaxNumNodes=2 '
grep -q 'files/rootfs\.cpio' build/build.ninja || fail "the archive has no rootfs.cpio"
# What its settings have forced is not there for the next app in this folder.
(cd build && cmake -DCAMKES_VM_APP=minimal .) >log 2>&1 || fail "another app in the same folder"
says 'KernelX86Sel4Arch=x86_64'
grep -q 'KernelSel4Arch:STRING=x86_64' build/CMakeCache.txt || fail "KernelSel4Arch stays ia32"

for setting in KernelArch=arm KernelIsMCS=ON KernelSel4Arch=aarch64; do
    echo "set(${setting%=*} ${setting#*=} CACHE STRING \"\" FORCE)" >app/app_settings.cmake
    case $setting in
    KernelArch*) refused 'KernelArch is "arm": Caisson runs on x86-64 machines only' ;;
    KernelIsMCS*) refused 'KernelIsMCS is on: .* it has no scheduling contexts' ;;
    *) refused 'KernelSel4Arch is "aarch64": give "x86_64" (64-bit guests)' ;;
    esac
done
rm app/app_settings.cmake
accepted "64-bit guests by today's name" -DCAMKES_VM_APP="$work/app" -DKernelSel4Arch=x86_64 \
    -DKernelVerificationBuild=ON
says 'have no effect here: KernelVerificationBuild=ON'

# A second file server, files of one's own names, and what is wrong with them.
files='DefineCAmkESVMFileServer(INSTANCE more FILES CMakeLists.txt)'
sed -i "s/^DefineCAmkESVMFileServer.*/&\n$files/" app/CMakeLists.txt
refused 'file server more, but the description has no instance more of component FileServer'
sed -i 's/VM_COMPOSITION_DEF()/& component FileServer more;/' app/today.camkes
accepted "two file servers"
grep -q 'files-more/CMakeLists.txt' build/build.ninja || fail "the second archive is empty"
sed -i 's/FILES CMakeLists.txt/FILES a:b:c/' app/CMakeLists.txt
refused 'DefineCAmkESVMFileServer: FILES has "a:b:c"; give <file> or <name>:<file>'
sed -i 's/FILES a:b:c/TYPE MyServer/' app/CMakeLists.txt
refused 'TYPE MyServer: the archive is made for component FileServer only'

# Apps of CAmkES: settings.cmake, components and interfaces of their own, in folders of any name.
line
mv app 'an app'
accepted "an app elsewhere, by today's other name" -DCAMKES_APP="$work/an app"
accepted "an app by a relative path" -DCAMKES_VM_APP=../"an app"
mv 'an app' app
printf '%s\n' 'include(application_settings)' 'find_package(seL4 REQUIRED)' \
    'correct_platform_strings()' 'sel4_configure_platform_settings()' \
    'set(KernelIRQController PIC CACHE STRING "" FORCE)' >app/settings.cmake
accepted "an app with settings.cmake"
says 'no effect here: KernelIRQController=PIC'
printf 'function(frobnicate)\nendfunction()\n' >frobnicate.cmake
line 'find_package(camkes-tool REQUIRED)' 'camkes_tool_setup_camkes_build_environment()' \
    'find_package(camkes-vm REQUIRED)' 'find_package(camkes-vm-images REQUIRED)' \
    'find_package(global-components REQUIRED)' 'global_components_import_project()' \
    'include(${SEL4_TUTORIALS_DIR}/settings.cmake)' \
    'sel4_tutorials_regenerate_tutorial(${CMAKE_CURRENT_SOURCE_DIR})' \
    'include(external-project-helpers)' 'include(cross_compiling)' 'include(cpio)' \
    "include($work/frobnicate.cmake)" 'Frobnicate()' 'include(${LWIP_HELPERS})' \
    'SetSimulationScriptProperty(MEM_SIZE "1G")' 'GenerateCAmkESRootserver()' \
    'DeclareCAmkESConnector(seL4RPCCall FROM a.template.c TO b.template.c)' \
    'add_custom_target(first)' 'add_dependencies(CAmkESComponent_Client first)'
sed -i '/^add_dependencies/{h;d};/^DeclareCAmkESComponent(Client/{p;x}' app/CMakeLists.txt
accepted "the packages"
says 'DeclareCAmkESConnector(seL4RPCCall): Caisson has this connector'
build/simulate --print 2>&1 | grep -q -e '-m 1G\|ninja' || fail "MEM_SIZE does not count"

# Guests that are connected with each other and with a component: what is not served yet is said,
# and what the app has written for it compiles.
rm -rf app build
cp -r "$here/apps/connected" app
configure || fail "an app of connected guests"
says 'connected.camkes:[0-9]*: vm0.init_cons .*vm0.vswitch_.*: there are no virtio devices yet'
ninja -C build "$work/app/src/connections.c^" >log 2>&1 || fail "connections.c"
echo "ok: connected guests"
wall='component Firewall wall; connection seL4Ethdriver e(from vm0.card, to wall.client);'
sed -i "s/component StringReverse reverser;/& $wall/" app/connected.camkes
refused 'seL4Ethdriver: there is no Ethernet component yet; pass a network card through'
sed -i '1i #include <camkes/gdb/adl.h>' app/connected.camkes
refused "there is no debugging component; './run APP --gdb' has QEMU wait for gdb"

# An app of 2018 that finds its neighbours by relative paths has them wherever it lies.
rm -rf app
cp -r "$source/projects/vm-examples/poke" app
accepted "an app of 2018 elsewhere"

# What CMake tells developers is not for those who build somebody's app.
line 'cmake_policy(SET CMP0048 OLD)' 'message(AUTHOR_WARNING "for its author")' \
    'ExternalProject_Add(old URL https://example.org/old.zip)'
sed -i 's/^cmake_minimum_required.*/cmake_minimum_required(VERSION 2.8)/' app/CMakeLists.txt
accepted "an app of CMake's early days"

while IFS='|' read -r text pattern; do
    line "$text"
    refused "$pattern"
done <<'LINES'
DeclareCAmkESConnector(mine FROM a.c TO b.c)|DeclareCAmkESConnector(mine): Caisson has no template
AddLWIPConfiguration(x)|AddLWIPConfiguration: there is no IP stack for native
GetSupermicroLinuxKernelFile(x)|use GetArchDefaultLinuxKernelFile("32"|"64" <variable>)
DeclareRootserver(x)|DeclareRootserver: .* call DeclareCAmkESRootserver(<file.camkes>)
config_option(A B "c" DEFAULT ON)|config_option: .* use option()
ExternalProject_Add(x SOURCE_DIR ${LIBZMQ_PATH} BINARY_DIR b)|x): SOURCE_DIR has no value; is the
AddFileToOverlay(x)|AddFileToOverlay: there is no such helper, but AddFileToOverlayDir() in /
DownloadLinux(x)|DownloadLinux: include /.*/linux-source-helpers.cmake first, which has it
Frobnicate()|Frobnicate: there is no such helper. docs/from-camkes.md says what there is
MakeCPIO(a.o b)|MakeCPIO: archives are made for FileServer: AddToFileServer(
AddCamkesCPPFlag(f CONFIG_VARS X)|AddCamkesCPPFlag: list -D<NAME>=<0 or 1> among the CPP_FLAGS
RequireFile(F f)|RequireFile: use find_file()
SetSeL4Start(x)|SetSeL4Start: a component starts at run()
RustAddLibrary(x)|RustAddLibrary: components are written in C
CakeMLPP(x)|CakeMLPP: components are written in C or C++
find_package(picotcp REQUIRED)|find_package(picotcp): there is no IP stack
find_package(camkes-arm-vm REQUIRED)|find_package(camkes-arm-vm): guests here are x86 machines
find_package(cakeml_libs REQUIRED)|find_package(cakeml_libs): components are written in C
find_package(rumprun REQUIRED)|find_package(rumprun): components are written in C
SetSimulationScriptProperty(MEM_SIZE lots)|give a size as QEMU takes it
DeclareCAmkESComponent(X CAKEML_SOURCES x.sml)|X: CAKEML_SOURCES: there is no CakeML compiler
DeclareCAmkESComponent(X TEMPLATE_SOURCES x.c)|X: .*Caisson has no template language
DeclareCAmkESComponent(X SOURCES no.cpp)|SOURCES names .*/no.cpp, which does not exist
DeclareCAmkESComponent(X LIBRARIES)|X: unknown arguments 'LIBRARIES'; a component takes SOURCES
DeclareCAmkESRootserver(plain.camkes DTS_FILE_PATH x)|PCs have no device tree
DeclareCAmkESRootserver(plain.camkes more)|unknown arguments 'more'; after the file it takes CPP
LINES

refused 'CAMKES_VM_APP=/.*/build: this folder is no app' -DCAMKES_VM_APP="$work/build"
refused 'CAMKES_VM_APP=nope: no such app. There are: .*minimal' -DCAMKES_VM_APP=nope
# Without init-build.sh.
mkdir bare
! cmake -G 'Unix Makefiles' -S "$source" -B bare >log 2>&1 || fail "no error without Ninja"
says 'This build needs Ninja: /.*/init-build.sh -DCAMKES_VM_APP=minimal; or, in an empty folder'
(cd bare && "$source/init-build.sh" -DCAMKES_VM_APP=minimal) >log 2>&1 ||
    fail "what the error says does not work in the same folder"
rm -rf bare
! cmake -G Ninja -S "$source" -B bare >log 2>&1 || fail "no error without an app"
says 'CAMKES_VM_APP=: no such app. There are: '
echo PASS
