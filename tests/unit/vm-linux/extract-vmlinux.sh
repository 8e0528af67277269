#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# extract-vmlinux against bzImages built here byte by byte: extract-vmlinux.sh PROGRAM
set -eu

program=$1
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"

# le32 NUMBER: four bytes, little endian
le32() {
    # shellcheck disable=SC2059 # the format is the bytes
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
        $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}

# patch FILE OFFSET: overwrite with standard input
patch() {
    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# bzimage FILE PAYLOAD [OFFSET [LENGTH]]: two setup sectors, 100 bytes of code, the payload, and
# what its header says of the two if not the truth
bzimage() {
    {
        head -c 1636 /dev/zero
        cat "$2"
        printf 'something behind the payload'
    } >"$1"
    printf '\002' | patch "$1" 497
    printf '\125\252\353\152HdrS\017\002' | patch "$1" 510
    le32 "${3:-100}" | patch "$1" 584
    le32 "${4:-$(stat -c %s "$2")}" | patch "$1" 588
}

# expect_error FILE PATTERN: exit status 1, one line, no output file
expect_error() {
    status=0
    "$program" "$1" out >log 2>&1 || status=$?
    [ $status = 1 ] || fail "$1: exit status $status instead of 1: $(cat log)"
    grep -q "^extract-vmlinux: error: $1: .*$2" log || fail "$1: no error with '$2' in: $(cat log)"
    if [ -e out ] || [ -e out.part ]; then
        fail "$1: an output file was left behind"
    fi
}

{
    printf '\177ELF'
    head -c 300000 /dev/urandom
    head -c 300000 /dev/zero
} >vmlinux

for format in gzip bzip2 xz lzma lz4 zstd; do
    case $format in
    gzip) gzip -c vmlinux >payload ;;
    # As the kernel's own build does: the uncompressed size behind every format but gzip.
    lz4) { lz4 -l -q -c vmlinux && le32 "$(stat -c %s vmlinux)"; } >payload ;;
    *) { "$format" -q -c vmlinux && le32 "$(stat -c %s vmlinux)"; } >payload ;;
    esac
    bzimage "image.$format" payload
    "$program" "image.$format" out || fail "$format: refused"
    cmp out vmlinux || fail "$format: other bytes came out"
    rm out
done

bzimage image.plain vmlinux
"$program" image.plain out || fail "uncompressed payload"
cmp out vmlinux
rm out
"$program" vmlinux out || fail "an ELF kernel does not pass through"
cmp out vmlinux
rm out

# Not kernels.
expect_error missing 'No such file'
mkdir folder
expect_error folder 'not a Linux kernel'
: >empty
expect_error empty 'not a Linux kernel'
echo 'just text' >text
expect_error text 'not a Linux kernel'
head -c 100000 /dev/urandom >noise
expect_error noise 'not a Linux kernel'

# Damaged kernels.
xz -q -c vmlinux >payload
bzimage old payload
printf '\007' | patch old 518
expect_error old 'protocol 2.07 is too old'
bzimage far payload 4294967000
expect_error far 'truncated kernel'
bzimage long payload 100 4294967295
expect_error long 'truncated kernel'
bzimage wrong-size payload
expect_error wrong-size '.'
{ xz -q -c vmlinux && le32 12345; } >payload
bzimage other-size payload
expect_error other-size 'damaged: 12345 bytes expected'
head -c 150000 image.xz >short
expect_error short 'truncated kernel'
cp image.zstd hit
head -c 5000 /dev/zero | patch hit 30000
expect_error hit 'zstd could not decompress'
head -c 1000 /dev/urandom | gzip -c >payload
bzimage no-elf payload
expect_error no-elf 'not an ELF image'
printf 'QQQQ some format of the future' >payload
bzimage future payload
expect_error future 'no known compression'

# A missing tool is named with its package.
mkdir nothing
status=0
PATH=$work/nothing "$program" image.zstd out >log 2>&1 || status=$?
[ $status = 1 ] || fail "exit status $status without a decompressor"
grep -q "install the package 'zstd'" log || fail "no hint for a missing tool: $(cat log)"

# Any single damaged byte of the header: an error or a kernel, never a crash.
i=0
while [ $i -lt 120 ]; do
    cp image.gzip fuzz
    head -c 1 /dev/urandom | patch fuzz $((480 + i))
    status=0
    "$program" fuzz out >log 2>&1 || status=$?
    [ $status -le 1 ] || fail "header byte $((480 + i)): exit status $status: $(cat log)"
    rm -f out
    i=$((i + 1))
done
echo "all kernels as expected"
