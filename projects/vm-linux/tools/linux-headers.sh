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
#
# Nothing is installed on this system. The kernel's build tools (linux-kbuild) are the host's,
# amd64, for both word sizes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
die() {
    echo "linux-headers: error: $*" >&2
    exit 1
}

case ${2:-} in
64) arch=amd64 package=linux-image-cloud-amd64 pattern='linux-image-[0-9]*-cloud-amd64' ;;
32) arch=i386 package=linux-image-686 pattern='linux-image-[0-9]*-686' ;;
*) die "word size '${2:-}' is neither 32 nor 64" ;;
esac
fetch() {
    "$here/fetch-package.sh" "$@"
}

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
md5=$(md5sum <"$headers")
md5=${md5%% *}
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

# 6.1.0-50-686 has its architecture-independent headers in linux-headers-6.1.0-50-common.
common=$(echo "$release" | sed 's/^\([0-9.]*-[0-9]*\)-.*/\1/')
series=$(echo "$release" | cut -d. -f1,2)
common=$(fetch $arch "linux-headers-$common-common")
kbuild=$(fetch amd64 "linux-kbuild-$series")
[ "$command" = unpack ] || exit 0

part=$folder.$$.part
trap 'rm -rf "$part"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$part"
for deb in "$headers" "$common" "$kbuild"; do
    dpkg-deb -x "$deb" "$part"
done
# The packages expect to lie in /usr/src.
makefile=$part/usr/src/linux-headers-$release/Makefile
[ -s "$makefile" ] || die "the package linux-headers-$release has no $makefile"
sed "s|/usr/src/|$folder/usr/src/|" "$makefile" >"$makefile.new"
mv "$makefile.new" "$makefile"
ln -s "usr/src/linux-headers-$release" "$part/build"
echo "$release $md5" >"$part/.release"
rm -rf "$folder"
mv "$part" "$folder"
