#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Fetch one Debian package by name through apt and print the path of the cached .deb.
#
#   fetch-package.sh ARCH NAME [PATTERN]
#   fetch-package.sh --all-into DIR ARCH NAME...
#
# With PATTERN, NAME is a meta package: the package fetched is its first dependency that matches the
# shell pattern (linux-image-cloud-amd64 names the current kernel that way). apt checks the
# archive's signatures and the package's hash. The system's own apt state and architectures are
# neither read nor changed: lists, cache and status live in the cache folder, so no root is needed,
# and i386 packages can be had on an amd64 system.
#
# With --all-into, the packages, all that they depend on and what every system has go into the
# folder DIR, and not into the cache.
#
# CAISSON_CACHE    the cache folder (default: ${XDG_CACHE_HOME:-$HOME/.cache}/caisson)
# CAISSON_REFRESH  if set and not empty, fetch again although the package is cached
set -eu

die() {
    echo "fetch-package: error: $*" >&2
    exit 1
}

into=
if [ "${1:-}" = --all-into ]; then
    [ $# -ge 4 ] || die "usage: fetch-package.sh --all-into DIR ARCH NAME..."
    into=$2
    arch=$3
    shift 3
else
    [ $# -eq 2 ] || [ $# -eq 3 ] || die "usage: fetch-package.sh ARCH NAME [PATTERN]"
    arch=$1
    name=$2
    pattern=${3:-}
fi
cache=${CAISSON_CACHE:-}
[ -n "$cache" ] ||
    cache=${XDG_CACHE_HOME:-${HOME:?neither CAISSON_CACHE nor HOME is set}/.cache}/caisson
folder=$cache/packages/$arch
apt=$cache/apt/$arch
deb=$folder/${name:-}.deb

mkdir -p "$folder" ||
    die "cannot create the cache folder $folder; set CAISSON_CACHE to a folder of yours"

# A complete .deb appears under its name in one step, so a reader needs no lock.
if [ -z "$into" ] && [ -s "$deb" ] && [ -z "${CAISSON_REFRESH:-}" ]; then
    echo "$deb"
    exit 0
fi

# One fetch per architecture at a time; whoever waited finds the work done.
exec 9>"$folder/.lock"
flock 9
if [ -z "$into" ] && [ -s "$deb" ] && [ -z "${CAISSON_REFRESH:-}" ]; then
    echo "$deb"
    exit 0
fi

mkdir -p "$apt/lists/partial" "$apt/archives/partial"
: >"$apt/status"
cat >"$apt/apt.conf" <<CONF
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache::archives "$apt/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF

# The name of the package to download: NAME itself or the dependency that NAME points to.
resolve() {
    if [ -z "$pattern" ]; then
        apt-cache -c "$apt/apt.conf" show --no-all-versions "$name" 2>/dev/null |
            sed -n 's/^Package: //p' | head -n 1
        return
    fi
    apt-cache -c "$apt/apt.conf" depends "$name" 2>/dev/null | sed -n 's/^ *Depends: //p' |
        while read -r candidate; do
            # shellcheck disable=SC2254 # the caller's pattern is meant as one
            case $candidate in $pattern)
                echo "$candidate"
                break
                ;;
            esac
        done
}

work=$(mktemp -d "$folder/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

echo "fetch-package: fetching ${name:-$*} ($arch) from the Debian archive" >&2
# A suite that is just being mirrored may fail while the others are good: what counts is whether the
# package is found afterwards.
updated=yes
apt-get -c "$apt/apt.conf" -qq update >"$work/update.log" 2>&1 </dev/null || updated=no
if [ -n "$into" ]; then
    mkdir -p "$into/partial" || die "cannot create the folder $into"
    if ! apt-get -c "$apt/apt.conf" -qq -o "Dir::Cache::archives=$into" -y \
        --no-install-recommends --download-only \
        install '?essential' "$@" >"$work/download.log" 2>&1 </dev/null; then
        cat "$work/update.log" "$work/download.log" >&2
        die "apt could not download '$*' for $arch and what they depend on"
    fi
    rm -rf "$into/partial" "$into/lock"
    exit 0
fi
real=$(resolve)
if [ -z "$real" ]; then
    [ $updated = yes ] || cat "$work/update.log" >&2
    die "package '$name' for $arch is not in this system's apt sources;" \
        "check /etc/apt/sources.list and the network"
fi
if ! (cd "$work" &&
    apt-get -c "$apt/apt.conf" -qq download "$real" >download.log 2>&1 </dev/null); then
    cat "$work/update.log" "$work/download.log" >&2
    die "apt could not download '$real' for $arch"
fi
set -- "$work"/*.deb
{ [ $# -eq 1 ] && [ -s "$1" ]; } || die "apt reported success but left no package '$real'"
# shellcheck disable=SC2016 # dpkg-deb's own variables
dpkg-deb --show --showformat='${Package} ${Version} ${Architecture}\n' "$1" >"$work/origin"
mv -f "$work/origin" "$folder/$name.origin"
mv -f "$1" "$deb"
echo "$deb"
