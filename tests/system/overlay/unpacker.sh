#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What overlay-rootfs takes an image to contain, against what Linux makes of it: one image of
# archives in every compression and with odd entries, an overlay whose files go through all of it,
# and Debian's kernel on the bare emulated machine, which unpacks both and shows the result.
#   unpacker.sh PROGRAM SOURCE_DIR
set -eu

program=$1
source=$2
tools=$source/projects/vm-linux/tools
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"

kernel=$("$tools/fetch-package.sh" amd64 linux-image-cloud-amd64 'linux-image-[0-9]*-cloud-amd64')
busybox=$("$tools/fetch-package.sh" amd64 busybox-static)
dpkg-deb --fsys-tarfile "$kernel" | tar -x --wildcards './boot/vmlinuz-*'

# entry NAME MODE(hexadecimal) LINKS INODE DATA: one entry of a cpio archive, without what cpio
# would mend
entry() {
    printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x' \
        "$4" "0x$2" 0 0 "$3" 0 ${#5} 0 0 0 0 $((${#1} + 1)) 0
    printf '%s\0' "$1"
    zeros $((-(110 + ${#1} + 1) & 3))
    printf '%s' "$5"
    zeros $((-${#5} & 3))
}

zeros() {
    head -c "$1" /dev/zero
}

trailer() {
    entry 'TRAILER!!!' 0 1 0 ''
}

# part NAME: an archive with a folder, a file, and a link to the folder
part() {
    entry "$1" 41ed 2 1 ''
    entry "$1/old" 81a4 1 2 "old $1"
    entry "to-$1" a1ff 1 3 "$1"
    trailer
}

align() {
    zeros $((-$(stat -c %s image) & 3)) >>image
}

mkdir -p first/bin first/real/deep
dpkg-deb --fsys-tarfile "$busybox" | tar -xO ./bin/busybox >first/bin/busybox
chmod 755 first/bin/busybox
cat >first/init <<'INIT'
#!/bin/busybox sh
cd /
/bin/busybox find . -xdev -type f | /bin/busybox sort | while read -r file; do
    case $file in
    ./bin/busybox | ./init) ;;
    *) echo "RESULT $file $(/bin/busybox head -c 60 "$file")" ;;
    esac
done
/bin/busybox find . -xdev -type d | /bin/busybox sort | while read -r folder; do
    echo "RESULT $folder $(/bin/busybox stat -c %a "$folder")"
done
/bin/busybox poweroff -f
INIT
chmod 755 first/init
chmod 711 first/real/deep
(cd first && find . | sort | cpio --quiet -o -H newc -R 0:0) >image
part gzip | gzip -c >>image
zeros 100 >>image
part xz | xz -c --check=crc32 >>image
part zstd | zstd -cq >>image
part bzip2 | bzip2 -c >>image
part lzma | xz -c --format=lzma >>image
part lzop | lzop -c >>image
align
{
    # Without a folder to lie in there is no file; names go through links; of two with one name the
    # last counts.
    entry no/folder 41ed 2 1 ''
    entry no/file 81a4 1 2 'lost'
    entry way a1ff 1 3 '/real/./deep/'
    entry ./way/inside/ 41c0 2 4 ''
    entry twice 81a4 1 5 'first'
    entry twice 41ed 2 6 ''
    entry twice/file 81a4 1 7 'in a folder'
    # A folder that is not empty stays one.
    entry twice a1ff 1 8 'real'
    # A folder with contents is none.
    entry odd 41ed 2 9 'contents'
    trailer
    # The archive goes on behind its trailer; two names of one file.
    entry one 81a4 2 10 ''
    entry two 81a4 2 10 'shared'
    entry up a1ff 1 11 '../../real/../way'
    trailer
} >>image
part plain >>image
part lz4 | lz4 -lcq >>image

: >list
for name in gzip xz zstd bzip2 lzma lzop plain lz4; do
    printf 'new %s' $name >new-$name
    printf 'F\tto-%s/new\t%s/new-%s\n' $name "$work" $name >>list
done
printf 'added' >added
for name in no/folder/x way/inside/x twice/x odd/x two up/y root/x dev/x; do
    printf 'F\t%s\t%s/added\n' $name "$work" >>list
done
"$program" --for test --image image --output out --mode rootfs_install --list list

timeout 400 qemu-system-x86_64 -accel tcg -cpu max -m 256 -nographic -no-reboot \
    -kernel boot/vmlinuz-* -initrd out \
    -append "console=ttyS0 quiet" >log </dev/null ||
    fail "the machine did not stop by itself; it said: $(tail -n 30 log)"
tr -d '\r' <log | sed -n 's/.*RESULT //p' | sort >results

{
    for name in gzip xz zstd bzip2 lzma lzop plain lz4; do
        echo "./$name/old old $name"
        echo "./$name/new new $name"
        echo "./$name 755"
    done
    cat <<'RESULTS'
. 755
./bin 755
./dev 755
./dev/x added
./no 755
./no/folder 755
./no/folder/x added
./odd 755
./odd/x added
./one shared
./real 755
./real/deep 711
./real/deep/inside 700
./real/deep/inside/x added
./real/deep/y added
./root 700
./root/x added
./twice 755
./twice/file in a folder
./twice/x added
./two added
RESULTS
} | sort >expected
diff -u expected results ||
    fail "Linux made something else of the image (+) than the overlay's files need (-)"
echo "ok: $(wc -l <results) files and folders as expected"
