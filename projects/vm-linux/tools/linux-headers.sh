#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What out-of-tree modules for the default guest kernels are built against: Debian's headers packages of
# exactly that kernel, in one private root.
#
#   linux-headers.sh version 32|64           print the kernel's release (as uname -r says it)
#   linux-headers.sh unpack 32|64 FOLDER     unpack; FOLDER/build is the tree to give to make -C
#
# Nothing is installed on this system. The kernel's build tools (linux-kbuild) are the host's, amd64, for both
# word sizes.
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

image=$(fetch $arch $package "$pattern")
release=$(dpkg-deb --field "$image" Package)
release=${release#linux-image-}
case ${1:-} in
version)
    echo "$release"
    exit 0
    ;;
unpack) folder=${3:?no folder given} ;;
*) die "usage: linux-headers.sh version|unpack 32|64 [FOLDER]" ;;
esac

# 6.1.0-50-686 has its architecture-independent headers in linux-headers-6.1.0-50-common.
common=$(echo "$release" | sed 's/^\([0-9.]*-[0-9]*\)-.*/\1/')
series=$(echo "$release" | cut -d. -f1,2)
if [ "$(cat "$folder/.release" 2>/dev/null)" = "$release" ]; then
    exit 0
fi
part=$folder.$$.part
trap 'rm -rf "$part"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$part"
for deb in "$(fetch $arch "linux-headers-$release")" "$(fetch $arch "linux-headers-$common-common")" \
    "$(fetch amd64 "linux-kbuild-$series")"; do
    dpkg-deb -x "$deb" "$part"
done
# The packages expect to lie in /usr/src.
makefile=$part/usr/src/linux-headers-$release/Makefile
[ -s "$makefile" ] || die "the package linux-headers-$release has no $makefile"
sed "s|/usr/src/|$folder/usr/src/|" "$makefile" >"$makefile.new"
mv "$makefile.new" "$makefile"
ln -s "usr/src/linux-headers-$release" "$part/build"
echo "$release" >"$part/.release"
rm -rf "$folder"
mv "$part" "$folder"
