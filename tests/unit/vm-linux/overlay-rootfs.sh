#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# overlay-rootfs on images made here, every compression and mode, and on what is no image:
#   overlay-rootfs.sh PROGRAM HOOK
set -eu

program=$1
hook=$2
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"

# overlay IMAGE ARGUMENT...: makes ./out
overlay() {
    image=$1
    shift
    rm -f out
    "$program" --for 'Helper(target)' --image "$image" --output out --mode rootfs_install "$@"
}

# refused PATTERN COMMAND...: status 1, one line, nothing left behind
refused() {
    pattern=$1
    shift
    rm -f out
    status=0
    "$@" >log 2>&1 || status=$?
    expect_equal "exit status of: $*" $status 1
    tail -n 1 log | grep -q "^Helper(target): error: .*$pattern" ||
        fail "no error with '$pattern' in: $(cat log)"
    for file in out out.*; do
        [ ! -e "$file" ] || fail "$* left $file behind"
    done
}

# An image of its own kind: devices, a merged /usr, links that lead anywhere, one program under two
# names.
echo 'the old program' >old
cat >image.mtree <<MTREE
#mtree
/set uid=0 gid=0 time=0.0
. type=dir mode=0755
./usr type=dir mode=0755
./usr/lib type=dir mode=0700
./usr/lib/keep type=file mode=0640 contents=$work/old
./lib type=link mode=0777 link=usr/lib
./bin type=link mode=0777 link=/usr/bin
./usr/bin type=dir mode=0755
./usr/bin/tool type=file mode=0755 contents=$work/old
./up type=link mode=0777 link=usr/../usr/bin
./circle type=link mode=0777 link=circle
./dev type=dir mode=0755
./dev/console type=char mode=0600 device=native,5,1
./link type=link mode=0777 link=usr/lib/keep
MTREE
bsdtar -c --format=newc -f plain "@image.mtree"
mkdir hard
echo shared >hard/one
ln hard/one hard/two
(cd hard && printf '%s\n' one two | cpio --quiet -o -H newc) >hardlinks
cat plain hardlinks >two-archives

echo 'new contents' >new
printf '#!/bin/sh\nexit 0\n' >script
chmod 755 script
printf 'F\tlib/modules/6.1/new.ko\t%s/new\nF\tbin/tool\t%s/script\nL\tlink\telsewhere\n' \
    "$work" "$work" >list
printf 'F\tup/x\t%s/new\n' "$work" >>list

# names FILE: of an archive, in order
names() {
    cpio --quiet -it <"$1" 2>/dev/null | tr '\n' ' '
}

# What is added goes where the links lead; folders that exist are not made anew.
check_added() {
    expect_equal "names of what was added" "$(names added)" \
        "usr/lib/modules usr/lib/modules/6.1 usr/lib/modules/6.1/new.ko usr/bin/tool link usr/bin/x "
    rm -rf tree
    mkdir tree
    (cd tree && cpio --quiet -idm <../added 2>/dev/null)
    cmp tree/usr/lib/modules/6.1/new.ko new || fail "other contents"
    expect_equal "mode of a file" "$(stat -c %a tree/usr/lib/modules/6.1/new.ko)" 644
    expect_equal "mode of a program" "$(stat -c %a tree/usr/bin/tool)" 755
    expect_equal "target of a link" "$(readlink tree/link)" elsewhere
    expect_equal "owners" "$(cpio --quiet -itvn <added | awk '{ print $3 $4 }' | sort -u)" 00
}

# The image's bytes stay, whatever they are; behind them is one archive of the same kind.
for kind in plain two-archives gzip xz zstd bzip2 lz4 lzop lzma; do
    case $kind in
    plain | two-archives) cp $kind image ;;
    xz) xz -c --check=crc32 plain >image ;;
    lz4) lz4 -lcq plain >image ;;
    lzop) lzop -c plain >image ;;
    *) "$kind" -cq plain >image ;;
    esac
    before=$(stat -c %s image)
    overlay image --list list || fail "$kind: refused"
    cmp -n "$before" image out || fail "$kind: the image's own bytes changed"
    tail -c +$((before + 1)) out >behind
    case $kind in
    plain | two-archives | lzma) tail -c +$(((before + 3) / 4 * 4 + 1)) out >added ;;
    lzop) lzop -dc <behind >added ;;
    *) "$kind" -dcq <behind >added ;;
    esac
    check_added
    # And what came out is an image again.
    cp out again
    overlay again --dir hard || fail "$kind: its own output is refused"
    # Zeros behind it, as boot loaders' tools leave them, whatever the decompressor thinks of them.
    head -c 1000 /dev/zero >>image
    overlay image --dir hard || fail "$kind: refused with zeros behind it"
done

# A name that shares its contents with others is broken off first: a link, then the file.
cp two-archives image
printf 'F\t%s\t%s/new\n' two "$work" >list-two
overlay image --list list-two
tail -c +$(($(stat -c %s image) + 1)) out >added
expect_equal "names for a hard link" "$(names added)" "two two "
expect_equal "kinds for a hard link" "$(cpio --quiet -itv <added | cut -c 1 | tr -d '\n')" "l-"

# Early microcode, plain, and the compressed main archive behind it.
mkdir -p early/kernel/x86/microcode
(cd early && find kernel | cpio --quiet -o -H newc) >two-part
gzip -c plain >>two-part
overlay two-part --list list --compress splitgz
cmp -n "$(stat -c %s two-part)" two-part out || fail "a split image changed"
tail -c +$(($(stat -c %s two-part) + 1)) out | gzip -dc >added
check_added
overlay plain --list list --compress gzip
gzip -dc out >unpacked
cmp -n "$(stat -c %s plain)" plain unpacked || fail "GZIP: the image's own bytes changed"
xz -c --check=crc32 plain >plain.xz
refused 'leave out GZIP' overlay plain.xz --list list --compress gzip
refused 'as SPLITGZ says: leave it out' overlay plain --list list --compress splitgz

# A folder, with its own folders and links; an /init of the user's.
mkdir -p dir/etc/init.d dir/empty
cp script dir/etc/init.d/S50x
ln -s nowhere dir/dangling
cp new dir/init
overlay plain --dir "$work/dir" --init "$work/script"
tail -c +$((($(stat -c %s plain) + 3) / 4 * 4 + 1)) out >added
expect_equal "names of a folder" "$(names added)" \
    "dangling empty etc etc/init.d etc/init.d/S50x init init "
expect_equal "mode of init" "$(cpio --quiet -itv init <added | cut -c 1-10 | sort -u)" -rwxr-xr-x

# initramfs-tools: files for the root that it mounts, and a script in front of the others.
mkdir -p debian/scripts/init-bottom
: >debian/scripts/functions
cat >debian/scripts/init-bottom/ORDER <<'ORDER'
/scripts/init-bottom/udev "$@"
[ -e /conf/param.conf ] && . /conf/param.conf
ORDER
(cd debian && find . | cpio --quiet -o -H newc) | gzip -c >initrd
cp initrd image
for mode in overlay fs_install; do
    "$program" --for 'Helper(target)' --image image --output out --mode $mode --hook "$hook" \
        --list list
    mv out image
done
gzip -dc image >unpacked
rm -rf tree
mkdir tree
# Three archives, one over the other, as Linux unpacks them.
(cd tree && cpio --quiet -idu && cpio --quiet -idu && cpio --quiet -idu) <unpacked 2>/dev/null
expect_equal "scripts" "$(tr '\n' ' ' <tree/scripts/init-bottom/ORDER)" \
    "/scripts/init-bottom/guest-overlay-1 \"\$@\" \
/scripts/init-bottom/guest-overlay-2 \"\$@\" /scripts/init-bottom/udev \"\$@\" \
[ -e /conf/param.conf ] && . /conf/param.conf "
expect_equal "modes" "$(cat tree/guest-overlay/1/mode)-$(cat tree/guest-overlay/2/mode)" \
    overlay-fs_install
cmp tree/scripts/init-bottom/guest-overlay-2 "$hook"
cmp tree/guest-overlay/2/files/lib/modules/6.1/new.ko new
# The commands that install them, with another folder as the root.
mkdir -p root/usr/lib root/mnt
ln -s usr/lib root/lib
sed -e "s|/mnt/files/'|'$work/tree/guest-overlay/2/files/|; s| '/| '$work/root/|g" \
    -e "s|'$work/root$work|'$work|" \
    tree/guest-overlay/2/install >install
sh ./install
cmp root/usr/lib/modules/6.1/new.ko new ||
    fail "fs_install: the file is not where the root's link leads"
[ -h root/lib ] || fail "fs_install: a link of the root was replaced"
expect_equal "installed link" "$(readlink root/link)" elsewhere
refused 'was not made by initramfs-tools.*use "rootfs_install"' "$program" --for 'Helper(target)' \
    --image plain \
    --output out --mode overlay --hook "$hook" --list list

# What is refused.
entry() {
    printf '%s\t%s\t%s\n' "$1" "$2" "$3" >bad-list
}
refused 'missing: No such file' overlay missing --list list
refused 'not a file' overlay dir --list list
: >empty
refused 'empty' overlay empty --list list
echo 'not an image' >text
refused 'neither a cpio archive (newc) nor' overlay text --list list
gzip -c text >text.gz
refused 'not a cpio archive' overlay text.gz --list list
# One byte after a multiple of four.
cp two-part together
head -c $((-$(stat -c %s together) & 3)) /dev/zero >>together
printf '\0' >>together
cat plain >>together
refused 'begins at byte [0-9]*, and Linux wants a multiple of 4' overlay together --list list
(cd hard && ls | cpio --quiet -o -H odc) >odc
refused 'old format "odc".*cpio -o -H newc' overlay odc --list list
(cd hard && ls | cpio --quiet -o -H bin) >binary
refused 'old binary format.*cpio -o -H newc' overlay binary --list list
gzip -c binary >binary.gz
refused 'unpacked with gzip: a cpio archive of the old binary format' overlay binary.gz --list list
tar -C hard -cf tar .
refused 'a tar archive' overlay tar --list list
lz4 -cq plain >frames.lz4
refused "use 'lz4 -l'" overlay frames.lz4 --list list
{
    gzip -c hardlinks
    printf 'garbage'
    head -c 200 /dev/zero
} >unknown-behind
refused 'cannot unpack it: the image is truncated or damaged' overlay unknown-behind --list list
head -c 700 plain >short
refused 'truncated or damaged' overlay short --list list
gzip -c plain | head -c 150 >short.gz
refused 'truncated or damaged' overlay short.gz --list list
refused 'unpack\|truncated' overlay short.gz --dir dir
expect_equal "messages about one fault" "$(wc -l <log)" 1
# What is wrong with an image that nothing is added to; file systems may be for a kernel with RAM
# disks.
look() {
    "$program" --for 'Helper(target)' --image "$1" --releases releases
}
refused 'text: neither a cpio archive (newc) nor' look text
refused 'tar: a tar archive; Linux takes cpio' look tar
refused 'empty: the file is empty' look empty
refused 'short: .*truncated or damaged' look short
gzip -c tar >tar.gz
refused 'tar.gz, unpacked with gzip: a tar archive' look tar.gz
refused 'missing: No such file' look missing
for image in unknown-behind together short.gz; do
    look $image 2>log || fail "$image is refused although Linux takes what comes first: $(cat log)"
    grep -q "^Helper(target): warning: $image: .*Linux will complain, and have what comes before" \
        log || fail "no warning: $(cat log)"
done
file_system() {
    head -c "$2" /dev/zero >"$1"
    printf '%b' "$3" >>"$1"
    head -c 4096 /dev/zero >>"$1"
    gzip -c "$1" >"$1.gz"
    for form in "$1" "$1.gz"; do
        refused "a file system ($1.*), not an initrd; let Buildroot make a cpio" overlay "$form" \
            --list list
        look "$form" 2>log || fail "$form is refused: $(cat log)"
        grep -q \
            "^Helper(target): warning: $form.*: a file system ($1.*(BR2_.*)\. Only a kernel with" \
            log || fail "no warning: $(cat log)"
        expect_equal "the releases in $form" "$(cat releases)" ""
    done
}
file_system ext2 1080 '\0123\0357'
file_system minix 1040 '\0217\0023'
file_system squashfs 0 hsqs
file_system cramfs 0 '\0105\0075\0315\0050'
file_system romfs 0 -rom1fs-
# The kernels that an image has modules for, in whichever archive, with or without a merged /usr.
mkdir -p modules/lib/modules/6.1.0-1/kernel modules/usr/lib/modules/4.9 \
    modules/usr/share/lib/modules/no
: >modules/lib/modules/a-file
(cd modules && find . -type d -o -type f | sort | cpio --quiet -o -H newc) |
    xz --check=crc32 >modules.xz
cat hardlinks modules.xz >both
look both || fail "an image with modules"
expect_equal "the releases in an image" "$(tr '\n' ' ' <releases)" "6.1.0-1 4.9 "
overlay both --list list --releases releases || fail "an overlay over an image with modules"
expect_equal "the releases in an image, without what is added" "$(tr '\n' ' ' <releases)" \
    "6.1.0-1 4.9 "
look plain || fail "an image without modules"
expect_equal "the releases in an image without modules" "$(cat releases)" ""
mkdir merged
ln -s usr/lib merged/lib
mkdir -p merged/usr/lib/modules/5.10
(cd merged && printf '%s\n' usr usr/lib lib usr/lib/modules lib/modules/5.10 |
    cpio --quiet -o -H newc) >merged.cpio
look merged.cpio || fail "an image with a merged /usr"
expect_equal "the releases in an image with a merged /usr" "$(cat releases)" "5.10"

(cd hard && ls | cpio --quiet -o -H crc) >crc
overlay crc --list list-two
expect_equal "names over an archive with check sums" "$(tail -c +$(($(stat -c %s crc) + 1)) out |
    cpio --quiet -it | tr '\n' ' ')" \
    "two two "
part=$(head -c 255 /dev/zero | tr '\0' x)
path=$part
while [ ${#path} -lt 4095 ]; do
    path=$path/$part
done
entry F "$path" "$work/new"
overlay plain --list bad-list || fail "a name of ${#path} bytes is refused"
mv out long
overlay long --list bad-list || fail "its own output with a name of ${#path} bytes is refused"
entry F "$path/y" "$work/new"
refused 'more than 4095 bytes' overlay plain --list bad-list
entry F "etc/x$part" "$work/new"
refused 'a part of the name has more than 255 bytes' overlay plain --list bad-list
truncate -s 5G huge
entry F huge "$work/huge"
refused 'huge has more than 4 GiB' overlay plain --list bad-list
entry F ../../etc/shadow "$work/new"
refused 'leaves the root' overlay plain --list bad-list
entry F usr/bin "$work/new"
refused 'is a folder in the image' overlay plain --list bad-list
entry F usr/lib/keep/x "$work/new"
refused 'is a file in the image' overlay plain --list bad-list
entry F circle/x "$work/new"
refused 'in a circle' overlay plain --list bad-list
entry F x "$work/gone"
refused 'gone: No such file' overlay plain --list bad-list
entry F x "$work/dir"
refused 'not a regular file' overlay plain --list bad-list
refused 'No such file' overlay plain --dir "$work/no-dir"
refused 'not a folder' overlay plain --dir "$work/new"
mkdir occupied
refused 'cannot write occupied' "$program" --for 'Helper(target)' --image plain --output occupied \
    --mode rootfs_install --list list
refused 'cannot write no/such/out.*build in a directory' "$program" \
    --for 'Helper(target)' --image plain \
    --output no/such/out --mode rootfs_install --list list

# Programs for a dynamic linker that the guest has not, of both word sizes.
echo 'int main(void) { return 0; }' >program.c
for bits in 32 64; do
    gcc -m$bits program.c -o dynamic-$bits
    gcc -m$bits -static program.c -o static-$bits
    entry F bin/prog "$work/static-$bits"
    overlay plain --list bad-list 2>log || fail "a static program is refused"
    expect_equal "words about a static program" "$(cat log)" ""
    entry F bin/prog "$work/dynamic-$bits"
    overlay plain --list bad-list 2>log || fail "a dynamic program is refused"
    tell='^Helper(target): warning: the guest cannot start /bin/prog: .* dynamic linker /lib'
    grep -q "$tell[64]*/ld-linux.*, .* in the image plain\. Link the program with -static" log ||
        fail "no warning: $(cat log)"
    # The linker is added, too, after the program, or the image is not the root file system.
    linker=$(sed 's/.*linker \(.*\), and.*/\1/' log)
    printf 'F\t%s\t%s\n' "${linker#/}" "$work/new" >>bad-list
    overlay plain --list bad-list 2>log || fail "a dynamic program with its linker is refused"
    expect_equal "words about a program with its linker" "$(cat log)" ""
    entry F bin/prog "$work/dynamic-$bits"
    overlay initrd --mode overlay --hook "$hook" --list bad-list 2>log || fail "another root"
    expect_equal "words about a program for another root" "$(cat log)" ""
done
i=0
entry F prog "$work/fuzz"
while [ $i -lt 40 ]; do
    head -c $((i * 25)) dynamic-64 >fuzz
    overlay plain --list bad-list 2>log || fail "a program that ends at byte $((i * 25))"
    cp dynamic-64 fuzz
    printf '\377' | dd of=fuzz bs=1 seek=$((i * 5)) conv=notrunc status=none
    overlay plain --list bad-list 2>log || fail "a program with byte $((i * 5)) damaged"
    i=$((i + 1))
done

# Any damaged byte: an image or an error, never a crash.
i=0
while [ $i -lt 150 ]; do
    cp plain fuzz
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((i * 37 % 256)))" |
        dd of=fuzz bs=1 seek=$((i * 3)) conv=notrunc status=none
    status=0
    overlay fuzz --list list >log 2>&1 || status=$?
    [ $status -le 1 ] || fail "byte $((i * 3)): exit status $status: $(cat log)"
    i=$((i + 1))
done
echo "all images as expected"
