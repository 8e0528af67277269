#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The CMake helpers for overlays, in a project made here: what they build, what they refuse, what an
# edit does.
#   overlay-helpers.sh PROGRAM SOURCE_DIR
set -eu

program=$1
source=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$here/../../lib.sh"
# shellcheck source-path=SCRIPTDIR source=project.sh
. "$here/project.sh"
mkdir -p app/pkg app/other
cp "$program" overlay-rootfs
prelude='AddFileToOverlayDir("one" one "etc" overlay)'

mkdir root
(cd root && mkdir -p dev usr && find . | cpio --quiet -o -H newc) >app/image.cpio
echo one >app/one
echo two >app/other/two
cat >app/pkg/main.c <<'C'
const char *text = "version 1";
int main(void)
{
    return sizeof(void *) != 4 || !text;
}
C
# No project(): C and C++ both, as the tutorial's module folder has it, and CMake keeps its advice.
cat >app/pkg/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.8.2)
add_executable(prog main.c)
target_link_libraries(prog -static)
CMAKE
cat >app/other/CMakeLists.txt <<'CMAKE'
AddFileToOverlayDir("two" two "/etc/" late-overlay)
AddFileToOverlayDir("three" two "/etc/" overlay)
CMAKE

build() {
    ninja -C build >log 2>&1 || fail "ninja"
}

# added N IMAGE: the names in the Nth added archive of an image, whose first archive is
# app/image.cpio
added() {
    rm -rf tree
    mkdir tree
    (
        cd tree
        i=0
        while [ $i -lt "$1" ]; do
            cpio --quiet -idu 2>/dev/null
            i=$((i + 1))
        done
        cpio --quiet -it 2>/dev/null | tr '\n' ' '
    ) <"$2"
}

begin <<'CMAKE'
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image first_target)
# The same again is nothing new.
AddFileToOverlayDir("one" ${CMAKE_CURRENT_SOURCE_DIR}/one "etc" overlay)
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" same first_target)
if(NOT same STREQUAL image)
    message(FATAL_ERROR "${same} is not ${image}")
endif()
AddLinkToOverlayDir("link" "one" "etc" overlay)
file(WRITE ${CMAKE_BINARY_DIR}/first.txt "${image}")
# A second overlay over the first one's result, under the same target; its files come from another
# project.
AddOverlayDirToRootfs(late-overlay ${image} "buildroot" "rootfs_install" image first_target GZIP
    CUSTOM_INIT one)
file(WRITE ${CMAKE_BINARY_DIR}/second.txt "${image}")
FindCustomPollyToolchain(toolchain "linux-gcc-32bit-pic")
ExternalProject_Add(ext URL file:///${CMAKE_CURRENT_SOURCE_DIR}/pkg
    BINARY_DIR ${CMAKE_BINARY_DIR}/ext-build BUILD_ALWAYS ON
    STAMP_DIR ${CMAKE_CURRENT_BINARY_DIR}/ext-stamp EXCLUDE_FROM_ALL INSTALL_COMMAND ""
    CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${toolchain})
AddExternalProjFilesToOverlay(ext ${CMAKE_BINARY_DIR}/ext-build ext-overlay "usr/sbin" FILES prog)
AddOverlayDirToRootfs(ext-overlay image.cpio "buildroot" "rootfs_install" ext_image ext_target)
file(WRITE ${CMAKE_BINARY_DIR}/ext.txt "${ext_image}")
add_custom_target(everything ALL DEPENDS ${ext_image} ${image})
AddOverlayToRootfs(pkg image.cpio "buildroot" "rootfs_install" dir_image dir_target)
file(WRITE ${CMAKE_BINARY_DIR}/dir.txt "${dir_image}")
add_custom_target(dir_also ALL DEPENDS ${dir_image})
add_custom_target(mk COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/image.cpio
    ${CMAKE_CURRENT_BINARY_DIR}/made.cpio)
AddOverlayDirToRootfs(overlay ${CMAKE_CURRENT_BINARY_DIR}/made.cpio "buildroot" "rootfs_install"
    made_image made_target
    DEPENDS mk)
file(WRITE ${CMAKE_BINARY_DIR}/made.txt "${made_image}")
add_custom_target(made_also ALL DEPENDS ${made_image})
add_subdirectory(other)
CMAKE
configure || fail "the helpers' own project was not configured"
build
! grep -q 'CMake Warning' log || fail "CMake gives developers advice"
first=$(cat build/first.txt)
second=$(cat build/second.txt)
ext=$(cat build/ext.txt)
expect_equal "first overlay" "$(added 1 "$first")" "etc etc/one etc/link etc/three "
gzip -dc "$second" >unpacked
expect_equal "second overlay" "$(added 2 unpacked)" "etc/two init "
expect_equal "external project's file" "$(added 1 "$ext")" "usr/sbin usr/sbin/prog "

# An edit reaches the image; nothing edited, nothing made; what was deleted is gone from the copy.
grep -q 'version 1' "$ext" || fail "the program is not in the image"
stamp=$(stat -c %y "$ext")
build
expect_equal "time stamp without an edit" "$(stat -c %y "$ext")" "$stamp"
sed -i 's/version 1/version 2/' app/pkg/main.c
touch app/pkg/more.h
build
grep -q 'version 2' "$ext" || fail "an edit did not reach the image"
rm app/pkg/more.h
build
[ -z "$(find build -name more.h)" ] || fail "a deleted file stays in the copy"
echo changed >app/one
build
grep -q changed "$first" || fail "an edit of an overlay's file did not reach the image"
gzip -dc "$second" | grep -q changed || fail "an edit did not reach the image over the image"
# A new file through an edit of a CMakeLists.txt.
echo 'AddFileToOverlayDir("four" two "/etc/" overlay)' >>app/other/CMakeLists.txt
build
expect_equal "after one more file" "$(added 1 "$first")" "etc etc/one etc/link etc/three etc/four "

# What ninja does not see by itself: modes, where links lead, and what is in a folder, whatever its
# name.
touched() {
    before=$(stat -c %y "$1")
    build
    [ "$(stat -c %y "$1")" != "$before" ] || fail "$2 did not reach the image"
    before=$(stat -c %y "$1")
    build
    expect_equal "time stamp when nothing changed any more" "$(stat -c %y "$1")" "$before"
}
chmod +x app/one
touched "$first" "a new mode"
dir=$(cat build/dir.txt)
ln -s /etc/nowhere app/pkg/dangling
touched "$dir" "a link that leads nowhere on this machine"
ln -sfn /etc/elsewhere app/pkg/dangling
touched "$dir" "a link's new target"
mkdir "app/pkg/em;pty
folder"
touched "$dir" "an empty folder of an odd name"
echo x >'app/pkg/we$ird;na'"'me"
touched "$dir" "a file of an odd name"
chmod 700 'app/pkg/we$ird;na'"'me"
touched "$dir" "a new mode in a folder"
rm -rf app/pkg/em* app/pkg/we* app/pkg/dangling
touched "$dir" "a removed file"

# An image that a target makes on the side.
made=$(cat build/made.txt)
cp app/image.cpio app/second.cpio
touch app/second.cpio
cat app/second.cpio >>app/image.cpio
touched "$made" "an image made by a target"

# No image from a program that does not compile, and the old one is not taken for the new.
sed -i 's/int main/not C/' app/pkg/main.c
if ninja -C build >log 2>&1; then
    fail "a program that does not compile was built"
fi
# The error names the file that can be mended.
grep -q "^$work/app/pkg/main.c:2:1: error: " log || fail "the error is in another file"
! grep -q 'prefix/src/ext/main.c' log || fail "the error names the copy"
sed -i 's/not C/int main/' app/pkg/main.c
build

# What the project has made once is not taken for what it makes.
sed -i 's/(prog /(other /' app/pkg/CMakeLists.txt
if ninja -C build >log 2>&1; then
    fail "a program that the project does not make any more was packed"
fi
grep -q 'AddExternalProjFilesToOverlay(ext): error: .* no .*/ext-build/prog; correct FILES' log ||
    fail "no clear message"

rm -rf build app/other/CMakeLists.txt
mkdir build
: >app/other/CMakeLists.txt
bind='AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image target)'
refused 'AddFileToOverlayDir(x): file_location .*/app/missing does not exist' <<CMAKE
AddFileToOverlayDir("x" missing "etc" overlay)
CMAKE
refused 'AddFileToOverlayDir(x): "../up/x" leaves the root' <<CMAKE
AddFileToOverlayDir("x" one "../up" overlay)
CMAKE
refused 'AddFileToOverlayDir(../x): .* leaves the root' <<CMAKE
AddFileToOverlayDir("../x" one "etc" overlay)
CMAKE
refused 'AddFileToOverlayDir(a;b): "etc/a;b" is no name for a file of an overlay' <<CMAKE
AddFileToOverlayDir("a;b" one "etc" overlay)
CMAKE
refused 'AddFileToOverlayDir(a$<b>): "etc/a$<b>" is no name' <<CMAKE
AddFileToOverlayDir("a$<b>" one "etc" overlay)
CMAKE
refused 'AddLinkToOverlayDir(a): link_target "$<b>" is no path' <<CMAKE
AddLinkToOverlayDir("a" "$<b>" "etc" overlay)
CMAKE
refused 'AddFileToOverlayDir(x): overlay_name "" cannot be a target' <<CMAKE
AddFileToOverlayDir("x" one "etc" "")
CMAKE
refused 'AddFileToOverlayDir(x): overlay_name "my overlay/x" cannot be a target' <<CMAKE
AddFileToOverlayDir("x" one "etc" "my overlay/x")
CMAKE
refused 'AddFileToOverlayDir(x): file_location is "one;two"; give the path of one file' <<CMAKE
AddFileToOverlayDir("x" "one;two" "etc" overlay)
CMAKE
refused 'AddFileToOverlayDir(x): file_location is ""; give the path of one file' <<CMAKE
AddFileToOverlayDir("x" "" "etc" overlay)
CMAKE
refused 'rootfs_image is ""; give the path of one image' <<CMAKE
AddOverlayDirToRootfs(overlay "" "buildroot" "rootfs_install" image target)
CMAKE
refused 'AddOverlayDirToRootfs(a/b): target_name "a/b" cannot be a target' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image a/b)
CMAKE
refused 'target_name "" cannot be a target' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image "")
CMAKE
refused 'CUSTOM_INIT has no value; give the file' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image target CUSTOM_INIT)
CMAKE
refused 'AddOverlayToRootfs(target): rootfs_overlay is ""; give the path of one folder' <<CMAKE
AddOverlayToRootfs("" image.cpio "buildroot" "rootfs_install" image target)
CMAKE
refused 'AddFileToOverlayDir(x): file_location .* is a folder' <<CMAKE
AddFileToOverlayDir("x" other "etc" overlay)
CMAKE
refused 'has a file "etc/one" already; give one of the two another' <<CMAKE
AddFileToOverlayDir("one" other/two "/etc" overlay)
CMAKE
refused 'overlay_name taken is a target already' <<CMAKE
add_custom_target(taken)
AddFileToOverlayDir("x" one "etc" taken)
CMAKE
refused "unknown arguments 'more'" <<CMAKE
AddFileToOverlayDir("x" one "etc" overlay more)
CMAKE
refused 'AddOverlayDirToRootfs(target): rootfs_distro is "gentoo"; give "buildroot"' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "gentoo" "rootfs_install" image target)
CMAKE
refused 'rootfs_overlay_mode is "glue"; give "rootfs_install", "overlay" or "fs_install"' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "debian" "glue" image target)
CMAKE
refused 'a "buildroot" initrd is the root file system itself: use "rootfs_install"' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "overlay" image target)
CMAKE
refused 'rootfs_image .*/app/missing.cpio does not exist and no DEPENDS' <<CMAKE
AddOverlayDirToRootfs(overlay missing.cpio "buildroot" "rootfs_install" image target)
CMAKE
refused 'AddOverlayDirToRootfs(target): there is a target of this name already; give another' \
    <<CMAKE
add_custom_target(target)
$bind
CMAKE
refused 'there is a target of this name already; give another target_name' <<CMAKE
$bind
AddOverlayDirToRootfs(overlay other/two "buildroot" "rootfs_install" image target)
CMAKE
refused 'SPLITGZ and GZIP exclude each other' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image target SPLITGZ GZIP)
CMAKE
refused 'CUSTOM_INIT .*/app/gone does not exist' <<CMAKE
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image target CUSTOM_INIT gone)
CMAKE
refused 'AddOverlayDirToRootfs(target): there is no overlay nothing; AddFileToOverlayDir' <<CMAKE
AddOverlayDirToRootfs(nothing image.cpio "buildroot" "rootfs_install" image target)
CMAKE
refused 'AddExternalProjFilesToOverlay(ext): no files given; add FILES' <<CMAKE
AddExternalProjFilesToOverlay(ext dir overlay "usr")
CMAKE
refused 'there is no external project of this name; call ExternalProject_Add(ext' <<CMAKE
AddExternalProjFilesToOverlay(ext dir overlay "usr" FILES x)
CMAKE
refused "ExternalProject_Add(ext): URL is file://.*/pgk, but there is no folder $work/app/pgk" \
    <<'CMAKE'
ExternalProject_Add(ext URL file:///${CMAKE_CURRENT_SOURCE_DIR}/pgk INSTALL_COMMAND "")
CMAKE
dependency='DEPENDS names "mine", which is neither a target nor a file. Targets of .*/app: .*mien'
for line in 'ExternalProject_Add(ext URL file://${CMAKE_CURRENT_SOURCE_DIR}/pkg DEPENDS mine)' \
    'AddFileToOverlayDir(x one "etc" overlay DEPENDS mine)' \
    'AddFileToOverlayDir(x made "etc" overlay DEPENDS mine)' \
    'AddOverlayDirToRootfs(overlay image.cpio buildroot rootfs_install image t DEPENDS mine)' \
    'AddToFileServer(x one DEPENDS mine)' 'DefineCAmkESVMFileServer(FILES one DEPENDS mine)' \
    'DecompressLinuxKernel(x out one DEPENDS mine)' \
    'include($ENV{linux_sources})
ConfigureLinux(one two three x DEPENDS mine)'; do
    linux_sources=$source/projects/vm-linux/linux-source-helpers.cmake
    export linux_sources
    refused "[A-Za-z]*([a-z]*): $dependency" 'add_custom_target(mien)' "$line"
done
refused 'there is no toolchain "linux-tcc"; there are: linux-gcc-32bit-pic, linux-gcc-64bit-pic' \
    <<CMAKE
FindCustomPollyToolchain(toolchain "linux-tcc")
CMAKE

# An app's own /init stays, also if it is named later than the overlay that is bound; that of the
# default overlay is for images without.
(mkdir plain && cd plain && mkdir dev && find . | cpio --quiet -o -H newc) >app/plain.cpio
begin <<'CMAKE'
set(default default_buildroot_overlay)
AddFileToOverlayDir("init" one "." ${default})
AddFileToOverlayDir("two" one "etc" ${default})
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/folder)
file(WRITE ${CMAKE_BINARY_DIR}/folder/init "")
AddOverlayDirToRootfs(own plain.cpio "buildroot" "rootfs_install" with mine)
AddOverlayToRootfs(${CMAKE_BINARY_DIR}/folder plain.cpio "buildroot" "rootfs_install" of_folder
    folder)
AddOverlayDirToRootfs(overlay plain.cpio "buildroot" "rootfs_install" without other)
foreach(twice 1 2)
    AddOverlayDirToRootfs(${default} ${with} "buildroot" "rootfs_install" with_default mine)
endforeach()
AddOverlayDirToRootfs(${default} ${of_folder} "buildroot" "rootfs_install" folder_default folder)
AddOverlayDirToRootfs(${default} ${without} "buildroot" "rootfs_install" other_default other)
AddFileToOverlayDir("init" one "/" own)
file(WRITE ${CMAKE_BINARY_DIR}/images.txt "${with_default}\n${folder_default}\n${other_default}\n")
CMAKE
configure || fail "configuring"
ninja -C build mine folder other >log 2>&1 || fail "ninja"
while read -r names; do
    read -r image <&3
    [ "$(added 2 "$image")" = "$names " ] || fail "$image has $(added 2 "$image")"
done 3<build/images.txt <<'NAMES'
etc etc/two
etc etc/two
init etc/two
NAMES

# What only the build can find: it stops, and leaves no image.
begin <<'CMAKE'
AddOverlayDirToRootfs(overlay one "buildroot" "rootfs_install" image target)
file(WRITE ${CMAKE_BINARY_DIR}/image.txt "${image}")
CMAKE
configure || fail "configuring"
if ninja -C build target >log 2>&1; then
    fail "what is no image was taken for one"
fi
grep -q 'AddOverlayDirToRootfs(target): error: rootfs_image .*/app/one: neither a cpio archive' \
    log || fail "no clear message"
[ ! -e "$(cat build/image.txt)" ] || fail "an image was left behind"

begin <<'CMAKE'
FindCustomPollyToolchain(toolchain "linux-gcc-64bit-pic")
ExternalProject_Add(ext URL ${CMAKE_CURRENT_SOURCE_DIR}/pkg
    BINARY_DIR ${CMAKE_BINARY_DIR}/ext-build BUILD_ALWAYS ON
    INSTALL_COMMAND "" CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${toolchain})
AddExternalProjFilesToOverlay(ext ${CMAKE_BINARY_DIR}/ext-build overlay "usr/sbin" FILES prgo)
AddOverlayDirToRootfs(overlay image.cpio "buildroot" "rootfs_install" image target)
CMAKE
configure || fail "configuring"
if ninja -C build target >log 2>&1; then
    fail "a file that the external project does not make was found"
fi
grep -q 'AddExternalProjFilesToOverlay(ext): error: .* no .*/ext-build/prgo; correct FILES' log ||
    fail "no clear message"
echo "all helpers as expected"
