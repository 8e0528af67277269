#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The package cache against a false apt that counts how often it is asked: fetch-package.sh SCRIPT
set -eu

script=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

mkdir -p "$work/bin" "$work/tree/DEBIAN" "$work/tree/boot"
cat >"$work/tree/DEBIAN/control" <<CONTROL
Package: linux-image-7.7.7-test
Version: 7.7.7-1
Architecture: i386
Maintainer: Nobody <nobody@example.org>
Description: a package for a test
CONTROL
echo kernel >"$work/tree/boot/vmlinuz-7.7.7-test"
dpkg-deb --root-owner-group -b "$work/tree" "$work/package.deb" >/dev/null

cat >"$work/bin/apt-get" <<APT
#!/bin/sh
echo "\$*" >>"$work/calls"
[ ! -e "$work/offline" ] || { echo "E: no network" >&2; exit 100; }
case "\$*" in
*download-only*?essential*linux-image-7.7.7-test)
    for word in "\$@"; do
        case "\$word" in Dir::Cache::archives=*) cp "$work/package.deb" "\${word#*=}" ;; esac
    done
    ;;
*download*linux-image-7.7.7-test)
    sleep 0.2
    cp "$work/package.deb" ./linux-image-7.7.7-test_7.7.7-1_i386.deb ;;
*download*) exit 100 ;;
esac
APT
cat >"$work/bin/apt-cache" <<APT
#!/bin/sh
[ ! -e "$work/offline" ] || exit 100
case "\$*" in
*depends*linux-image-meta)
    printf 'linux-image-meta\n  Depends: other\n  Depends: linux-image-7.7.7-test\n' ;;
*show*linux-image-7.7.7-test) printf 'Package: linux-image-7.7.7-test\n' ;;
*) exit 100 ;;
esac
APT
chmod +x "$work/bin/apt-get" "$work/bin/apt-cache"
export PATH="$work/bin:$PATH" CAISSON_CACHE="$work/cache"
: >"$work/calls"

downloads() {
    grep -c download "$work/calls" || true
}

# Four at the same time: one download, and all get the same whole file.
for i in 1 2 3 4; do
    "$script" i386 linux-image-meta 'linux-image-[0-9]*' >"$work/path.$i" 2>/dev/null &
done
wait
[ "$(downloads)" = 1 ] || fail "four builds at once made $(downloads) downloads"
for i in 1 2 3 4; do
    cmp "$work/package.deb" "$(cat "$work/path.$i")" || fail "build $i did not get the package"
done
grep -q '^linux-image-7.7.7-test 7.7.7-1 i386$' \
    "$work/cache/packages/i386/linux-image-meta.origin" ||
    fail "the record of what was fetched is wrong"

# From now on the cache answers, without asking apt.
touch "$work/offline"
: >"$work/calls"
path=$("$script" i386 linux-image-meta 'linux-image-[0-9]*') ||
    fail "the cached package was not found"
cmp "$work/package.deb" "$path"
[ ! -s "$work/calls" ] || fail "apt was asked although the package is cached: $(cat "$work/calls")"

# A refresh asks again, and a failed one leaves the cached package alone.
if CAISSON_REFRESH=1 "$script" i386 linux-image-meta 'linux-image-[0-9]*' >/dev/null \
    2>"$work/log"; then
    fail "a refresh without a network succeeded"
fi
grep -q "package 'linux-image-meta' for i386 is not in this system's apt sources" "$work/log" ||
    fail "no clear message: $(cat "$work/log")"
cmp "$work/package.deb" "$path" || fail "the failed refresh damaged the cache"
rm "$work/offline"

# A package with all it needs goes into a folder of the caller's; a failure is not a success with
# nothing in it.
"$script" --all-into "$work/all" i386 linux-image-7.7.7-test 2>/dev/null
[ "$(ls "$work/all")" = package.deb ] ||
    fail "the folder for packages and what they need has: $(ls "$work/all")"
if "$script" --all-into "$work/none" i386 no-such-package 2>"$work/log"; then
    fail "an unknown package was found with all that it depends on"
fi
grep -q "could not download 'no-such-package' for i386 and what they depend on" "$work/log" ||
    fail "no clear message: $(cat "$work/log")"

# Unknown names; a package that does not download; no cache folder.
if "$script" amd64 no-such-package >/dev/null 2>"$work/log"; then
    fail "an unknown package was found"
fi
grep -q "error: package 'no-such-package'" "$work/log" ||
    fail "no clear message: $(cat "$work/log")"
if CAISSON_CACHE=/proc/nowhere "$script" amd64 x >/dev/null 2>"$work/log"; then
    fail "a cache in /proc was accepted"
fi
grep -q 'set CAISSON_CACHE' "$work/log" || fail "no hint about CAISSON_CACHE: $(cat "$work/log")"
# The kernel is unpacked once, and again when there is another package, however old that is.
kernel() {
    "$(dirname "$script")/kernel-image.sh" 32 "$work/out/kernel"
    [ "$(cat "$work/out/kernel")" = "$1" ] ||
        fail "the kernel is '$(cat "$work/out/kernel")', should be '$1'"
}
package=$work/cache/packages/i386/linux-image-686.deb
cp "$work/package.deb" "$package"
kernel kernel
echo 'kept beside its package' >"${package%.deb}.vmlinuz"
kernel 'kept beside its package'
echo another >"$work/tree/boot/vmlinuz-7.7.7-test"
dpkg-deb --root-owner-group -b "$work/tree" "$work/another.deb" >/dev/null
touch -d '1 year ago' "$work/another.deb"
mv "$work/another.deb" "$package"
kernel another
rm "$work/tree/boot/vmlinuz-7.7.7-test"
dpkg-deb --root-owner-group -b "$work/tree" "$package" >/dev/null
! "$(dirname "$script")/kernel-image.sh" 32 "$work/out/kernel" 2>"$work/log" ||
    fail "a package without a kernel is taken"
grep -q 'contains no boot/vmlinuz' "$work/log" || fail "no clear message: $(cat "$work/log")"
[ -z "$(find "$work/cache" "$work/out" -name '*.part')" ] || fail "parts are left"

if find "$work/cache/packages" -name '.fetch.*' | grep -q .; then
    fail "temporary folders were left behind"
fi
echo "the cache behaves"
