#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Says if a kernel module was built for another kernel than it should run on.
#
#   check-module.sh kernel KERNEL_DIR
#       before make: headers or a source tree
#   check-module.sh built MODULE.ko KERNEL_DIR
#       after make: the module is for that kernel
#   check-module.sh boots VM.ATTRIBUTE PLACE KERNEL KERNEL_FILE INITRD RELEASES SOURCE...
#       the image that the file server calls INITRD. Its guest boots KERNEL, as PLACE in the
#       description says, which is KERNEL_FILE, a bzImage or an ELF file. RELEASES is a file: the
#       kernels that the image has modules for, a line each. SOURCE is what an overlay adds: --list
#       FILE (kind, name in the image, file) or --dir FOLDER; a later one goes over an earlier one.
#
# An image may be for several kernels: a module that is added is refused if none of its name is for
# the kernel that boots. Of an image that has modules for other kernels only, the user is told; it
# may do without them.
set -eu
LC_ALL=C
export LC_ALL

die() {
    echo "check-module: error: $*" >&2
    exit 1
}

# For each file named on standard input: the file, a tab, and its vermagic, which is the release and
# what else must agree: "6.1.0-56-cloud-amd64 SMP preempt mod_unload modversions ". No line for a
# file without one.
magics() {
    tr '\n' '\0' | xargs -0 grep -a -z -o -m 1 -H --null 'vermagic=[ -~]*' |
        tr '\0' '\n' | paste - - |
        sed 's/	vermagic=/	/'
}

# The same for "name <tab> file" of compressed modules; the name in the image says how.
packed_magics() {
    while IFS='	' read -r name file; do
        case $name in
        *.gz) unpack=gzip ;;
        *.xz) unpack=xz ;;
        *) unpack=zstd ;;
        esac
        magic=$($unpack -dc <"$file" 2>/dev/null |
            grep -a -z -o -m 1 'vermagic=[ -~]*' | tr -d '\0')
        [ -z "$magic" ] || printf '%s\t%s\n' "$file" "${magic#vermagic=}"
    done
}

# The release that a bzImage's header points to, or that stands in an ELF kernel's banner.
release_of() {
    if [ "$(tail -c +515 "$1" | head -c 4)" = HdrS ]; then
        pointer=$(od -An -tu2 -j526 -N2 "$1")
        tail -c +$((pointer + 512 + 1)) "$1" | head -c 200 |
            tr '\0' '\n' | head -n 1 | cut -d' ' -f1
    else
        grep -a -o -m 1 'Linux version [0-9][^ ]* (' "$1" | head -n 1 | cut -d' ' -f3
    fi
}

# Debian's kernel.release is the upstream version; what uname -r says is in utsrelease.h.
release_of_folder() {
    header=$1/include/generated/utsrelease.h
    release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$header" 2>/dev/null || true)
    [ -n "$release" ] ||
        die "there is no $header: KERNEL_DIR or LINUX_KERNEL_DIR is not ready for building modules
    DownloadLinux() gives a folder that is, ConfigureLinux() makes a source tree ready."
    echo "$release"
}

check_built() {
    release=$(release_of_folder "$2")
    [ -e "$1" ] ||
        die "make has built no $1; the Makefile should say obj-m += $(basename "$1" .ko).o"
    magic=$(echo "$1" | magics | cut -f2)
    [ "${magic%% *}" = "$release" ] ||
        die "$1 is for Linux '${magic%% *}', and KHEAD is the folder of $release
    The Makefile should build with make -C \$(KHEAD) M=\$(PWD) modules."
}

# The modules of the overlays, "name in the image <tab> file": the last one of a name counts.
modules() {
    while [ $# -gt 0 ]; do
        case $1 in
        --list) sed -n 's/^F	//p' "$2" ;;
        --dir) find "$2/" -type f -printf '%P\t%p\n' ;;
        *) die "unknown source '$1'" ;;
        esac
        shift 2
    done | awk -F '\t' '
        $1 ~ /\.ko(\.(gz|xz|zst))?$/ { file[$1] = $2 }
        END { for (name in file) print name "\t" file[name] }' | sort
}

# says KERNEL RELEASE MAGIC: the ELF kernel has this vermagic, all of it
says() {
    pattern=$(echo "$2" | sed 's/[^A-Za-z0-9_-]/[&]/g')
    grep -a -z -o "$pattern [ -~]*" "$1" | tr '\0' '\n' | grep -q -x -F -e "$3"
}

# judge KERNEL RELEASE: for each vermagic on standard input, itself, a tab, and what is wrong with
# it, if anything
judge() {
    is_elf=
    [ "$(head -c 4 "$1" | tail -c 3)" != ELF ] || is_elf=yes
    while IFS= read -r magic; do
        verdict=
        if [ "${magic%% *}" != "$2" ]; then
            verdict="is for Linux '${magic%% *}'"
        elif [ -n "$is_elf" ] && ! says "$1" "$2" "$magic"; then
            verdict="is for that release with another configuration: its vermagic is '$magic'"
        fi
        printf '%s\t%s\n' "$magic" "$verdict"
    done
}

# wrong_modules KERNEL RELEASE: those of the modules on standard input of whose name none is for
# that kernel
wrong_modules() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cat >"$work/modules"
    {
        sed -n 's/^[^	]*\.ko	//p' "$work/modules" | magics
        sed '/^[^	]*\.ko	/d' "$work/modules" | packed_magics
    } >"$work/magics"
    cut -f2 "$work/magics" | sort -u | judge "$1" "$2" >"$work/verdicts"
    awk -F '\t' '
        FILENAME ~ /verdicts$/ { verdict[$1] = $2; next }
        FILENAME ~ /magics$/ { magic[$1] = $2; next }
        {
            base = $1
            sub(/.*\//, "", base)
            sub(/\.ko\..*/, ".ko", base)
            what = $2 in magic ? verdict[magic[$2]] : "does not say what Linux it is for"
            if (what == "")
                good[base] = 1
            line[++count] = "        " $1 " " what
            name[count] = base
        }
        END {
            for (i = 1; i <= count; i++)
                if (!(name[i] in good) && ++wrong <= 5)
                    print line[i]
            if (wrong > 5)
                print "        and " wrong - 5 " more"
        }' "$work/verdicts" "$work/magics" "$work/modules"
}

check_boots() {
    attribute=$1
    place=$2
    kernel=$3
    kernel_file=$4
    initrd=$5
    releases=$(cat "$6")
    shift 6
    found=$(modules "$@")
    [ -n "$found$releases" ] || return 0
    release=$(release_of "$kernel_file")
    if [ -z "$release" ]; then
        echo "check-module: warning: $place: $attribute \"$kernel\" does not say what Linux it" \
            "is; the modules in \"$initrd\" are not checked" >&2
        return 0
    fi
    if [ -n "$releases" ] && ! echo "$releases" | grep -q -x -F -e "$release"; then
        echo "check-module: warning: $place: $attribute \"$kernel\" is Linux $release, but the" \
            "image of \"$initrd\" has modules for" \
            "$(echo "$releases" | paste -s -d , | sed 's/,/, /g') only: modprobe will find none." \
            "Boot the kernel that the image is for, or add the modules of this one." >&2
    fi
    [ -n "$found" ] || return 0
    wrong=$(echo "$found" | wrong_modules "$kernel_file" "$release")
    [ -z "$wrong" ] || die "$place: $attribute \"$kernel\" is Linux $release, but" \
        "\"$initrd\" has modules for another kernel:
$wrong
    Build them against Linux $release: its tree or headers belong into LINUX_KERNEL_DIR" \
        "(or KERNEL_DIR of DefineLinuxModule).
    Or set $attribute to the kernel that they are for."
}

case ${1:-} in
kernel) release_of_folder "$2" >/dev/null ;;
built) check_built "$2" "$3" ;;
boots)
    shift
    check_boots "$@"
    ;;
*) die "usage: check-module.sh kernel KERNEL_DIR | built MODULE KERNEL_DIR |" \
    "boots VM.ATTRIBUTE PLACE KERNEL KERNEL_FILE INITRD RELEASES SOURCE..." ;;
esac
