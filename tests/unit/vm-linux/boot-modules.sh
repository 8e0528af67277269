#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The modules in a guest's image and the kernel that this guest boots. boot-modules.sh SOURCE_DIR
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
module other.ko '6.1.0-76-cloud-amd64 SMP '
module right.ko "$release SMP "
echo no module >none.ko

# A bzImage's header: "HdrS" at 514, at 526 a pointer to the version, counted from 512. An ELF
# kernel: its banner.
{
    head -c 514 /dev/zero
    printf 'HdrS\0\0\0\0\0\0\0\0\20\1'
    head -c 256 /dev/zero
    printf '%s (someone@somewhere) #1 SMP\0' "$release"
} >bzimage
{
    printf '\177ELF'
    head -c 1000 /dev/zero
    printf 'Linux version %%s (%%s)\0Linux version %s (someone) #1\0%s SMP \0' "$release" "$release"
} >vmlinux
echo 'no kernel at all' >strange

# The image's own modules are for the kernels in the file releases.
: >releases
boots() {
    kernel_file=$1
    shift
    logged "$vm_linux/tools/check-module.sh" boots vm0.kernel_image app.camkes:7 "$kernel_file" \
        "./$kernel_file" rootfs.cpio \
        releases "$@"
}
# overlay FILE NAME=MODULE…: an overlay's list
overlay() {
    list=$1
    shift
    printf 'F\tinit\t%s\nL\tlink.ko\tnowhere\n' "$work/none.ko" >"$list"
    for entry in "$@"; do
        printf 'F\t%s\t%s\n' "${entry%%=*}" "$work/${entry#*=}" >>"$list"
    done
}
overlay good.list lib/poke.ko=right.ko
overlay bad.list lib/poke.ko=other.ko
overlay both.list lib/76/poke.ko=other.ko lib/77/poke.ko=right.ko
overlay two.list lib/poke.ko=other.ko lib/more.ko=other.ko lib/good.ko=right.ko
mkdir -p 'a folder/lib'
cp other.ko 'a folder/lib/poke.ko'
for k in bzimage vmlinux; do
    boots $k --list good.list || fail "$k: a module for the kernel that boots"
    [ ! -s log ] || fail "$k: something to say about a good module"
    refuses "app.camkes:7: vm0.kernel_image \"$k\" is Linux $release, but \"rootfs.cpio\" has\
 modules for another kernel: lib/poke.ko is for Linux '6.1.0-76-cloud-amd64' Build them against\
 Linux $release" boots $k --list bad.list
    boots $k --list both.list || fail "$k: an image for two kernels"
    boots $k --list bad.list --list good.list || fail "$k: a file that another overlay replaces"
    refuses 'lib/poke.ko is for' boots $k --list good.list --list bad.list
    refuses 'lib/poke.ko is for' boots $k --list good.list --dir "$work/a folder"
    boots $k --dir "$work/a folder" --list good.list ||
        fail "$k: a file of a folder that an overlay replaces"
done
refuses 'lib/more.ko is for .* lib/poke.ko is for' boots vmlinux --list two.list
if grep -q good.ko log; then
    fail "a good module is called wrong"
fi
overlay none.list lib/poke.ko=none.ko
refuses 'lib/poke.ko does not say what Linux it is for' boots vmlinux --list none.list
mkdir many
for i in 1 2 3 4 5 6 7; do
    cp other.ko many/$i.ko
done
refuses '5.ko is for .* and 2 more' boots vmlinux --dir "$work/many"
# Compressed modules are looked into; what is not compressed as its name says is no module.
cp other.ko packed.ko
cp right.ko good.ko
for end in gz:gzip xz:xz zst:zstd; do
    ${end#*:} -c packed.ko >"packed.ko.${end%:*}" 2>/dev/null
    ${end#*:} -c good.ko >"good.ko.${end%:*}" 2>/dev/null
    end=${end%:*}
    overlay packed.list "lib/good.ko.$end=good.ko.$end"
    boots vmlinux --list packed.list || fail "a module for the kernel that boots, .$end"
    overlay packed.list "lib/good.ko.$end=good.ko.$end" "lib/packed.ko.$end=packed.ko.$end"
    refuses "lib/packed.ko.$end is for Linux '6.1.0-76-cloud-amd64' Build" boots vmlinux \
        --list packed.list
    overlay packed.list "lib/76/poke.ko.$end=packed.ko.$end" lib/77/poke.ko=good.ko
    boots vmlinux --list packed.list || fail "an image for two kernels, one with .$end"
    overlay packed.list "lib/good.ko.$end=good.ko"
    refuses "lib/good.ko.$end does not say what Linux it is for" boots vmlinux --list packed.list
done
module flags.ko "$release SMP preempt "
overlay flags.list lib/poke.ko=flags.ko
refuses "another configuration: its vermagic is '$release SMP preempt '" boots vmlinux \
    --list flags.list
# The other way round: the beginning of the kernel's is not enough.
sed 's/ SMP / SMP 686 /' vmlinux >vmlinux-686
refuses "another configuration: its vermagic is '$release SMP '" boots vmlinux-686 --list good.list
# The image's own modules, for this kernel among others, or for others only.
printf '4.9\n%s\n' "$release" >releases
boots vmlinux || fail "an image of a distribution"
[ ! -s log ] || fail "something to say about a distribution's image"
printf '4.9\n5.10-686\n' >releases
boots vmlinux --list good.list || fail "an image with modules for other kernels"
grep -q "warning: app.camkes:7: vm0.kernel_image \"vmlinux\" is Linux $release, but the image of\
 \"rootfs.cpio\" has modules for\
 4.9, 5.10-686 only: modprobe will find none" log || fail "no warning about the image's modules"
boots strange || fail "a kernel that is not known, and an image with modules"
: >releases
boots strange --list good.list || fail "a kernel that is not known"
grep -q 'warning: app.camkes:7: vm0.kernel_image "strange" does not say what Linux it is' log ||
    fail "no warning"
echo "PASS"
