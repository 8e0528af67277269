#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What out-of-tree modules for the default guest kernels are built against: Debian's headers
# packages of exactly that kernel, in one private root.
#
#   linux-headers.sh version 32|64           print the kernel's release (as uname -r says it)
#   linux-headers.sh md5 32|64               print the MD5 sum of the package with the headers of
#                                            that kernel
#   linux-headers.sh download 32|64 RELEASE MD5
#                                            fetch the packages, if these are them
#   linux-headers.sh unpack 32|64 RELEASE MD5 FOLDER
#                                            unpack, if these are them; FOLDER/build is the tree to
#                                            give to make -C
#   linux-headers.sh latest ARCH PACKAGE FOLDER
#                                            unpack those of another kernel, to which Debian's meta
#                                            package PACKAGE leads
#
# Nothing is installed on this system. The kernel's build tools (linux-kbuild) are the host's,
# amd64, for both word sizes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
die() {
    echo "linux-headers: error: $*" >&2
    exit 1
}

fetch() {
    "$here/fetch-package.sh" "$@"
}

# depends_on DEB PATTERN: the first package it depends on that matches the regular expression
depends_on() {
    dpkg-deb --field "$1" Depends | tr ', |' '\n' | grep -m 1 -x -e "$2" ||
        die "$1 depends on no $2"
}

# fetch_rest ARCH HEADERS: what belongs to a headers package: the architecture-independent headers,
# and the build tools, which are the host's
fetch_rest() {
    common=$(depends_on "$2" 'linux-headers-.*-common.*')
    common=$(fetch "$1" "$common")
    kbuild=$(depends_on "$2" 'linux-kbuild-.*')
    kbuild=$(fetch amd64 "$kbuild")
}

# unpack RELEASE MD5 FOLDER HEADERS
unpack() {
    part=$3.$$.part
    trap 'rm -rf "$part"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir -p "$part"
    for deb in "$4" "$common" "$kbuild"; do
        dpkg-deb -x "$deb" "$part"
    done
    # The packages expect to lie in /usr/src.
    makefile=$part/usr/src/linux-headers-$1/Makefile
    [ -s "$makefile" ] || die "the package linux-headers-$1 has no $makefile"
    sed "s|/usr/src/|$3/usr/src/|" "$makefile" >"$makefile.new"
    mv "$makefile.new" "$makefile"
    ln -s "usr/src/linux-headers-$1" "$part/build"
    echo "$1 $2" >"$part/.release"
    rm -rf "$3"
    mv "$part" "$3"
}

md5_of() {
    md5sum <"$1" | cut -d' ' -f1
}

if [ "${1:-}" = latest ]; then
    [ $# -eq 4 ] || die "usage: linux-headers.sh latest ARCH PACKAGE FOLDER"
    headers=$(fetch "$2" "$3" 'linux-headers-*')
    release=$(dpkg-deb --field "$headers" Package)
    release=${release#linux-headers-}
    md5=$(md5_of "$headers")
    if [ "$(cat "$4/.release" 2>/dev/null)" != "$release $md5" ]; then
        fetch_rest "$2" "$headers"
        unpack "$release" "$md5" "$4" "$headers"
    fi
    exit 0
fi

case ${2:-} in
64) arch=amd64 package=linux-image-cloud-amd64 pattern='linux-image-[0-9]*-cloud-amd64' ;;
32) arch=i386 package=linux-image-686 pattern='linux-image-[0-9]*-686' ;;
*) die "word size '${2:-}' is neither 32 nor 64" ;;
esac

command=${1:-}
case $command:$# in
version:2 | md5:2) ;;
download:4 | unpack:5)
    wanted=$3
    wanted_md5=$4
    ;;
*) die "usage: linux-headers.sh version|md5|download|unpack 32|64 [RELEASE MD5 [FOLDER]]" ;;
esac
if [ "$command" = unpack ]; then
    folder=$5
    # What is unpacked once needs no package any more.
    [ "$(cat "$folder/.release" 2>/dev/null)" != "$wanted $wanted_md5" ] || exit 0
fi

image=$(fetch $arch $package "$pattern")
release=$(dpkg-deb --field "$image" Package)
release=${release#linux-image-}
if [ "$command" = version ]; then
    echo "$release"
    exit 0
fi
headers=$(fetch $arch "linux-headers-$release")
md5=$(md5_of "$headers")
if [ "$command" = md5 ]; then
    echo "$md5"
    exit 0
fi
[ "$release" = "$wanted" ] ||
    die "the default guest kernel has become $release since this build was configured for $wanted
    Start a new build folder."
[ "$md5" = "$wanted_md5" ] ||
    die "DownloadLinux: the package linux-headers-$release has the MD5 sum $md5," \
        "linux_md5 is $wanted_md5
    GetDefaultLinuxMd5() gives it. If linux_md5 is from there, the package is a newer one by now:" \
        "start a new build folder."

fetch_rest $arch "$headers"
[ "$command" = download ] || unpack "$release" "$md5" "$folder" "$headers"
