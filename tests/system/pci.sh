#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The app `pci` finds on QEMU's boards what Linux found there (tests/unit/pci/machines): the
# settings that pci-stanzas makes of both are the same.
# Usage: pci.sh build-dir pci-stanzas source-dir
set -eu
build=$1 tool=$2 root=$3
. "$root/tests/lib.sh"
: >disk.img
truncate -s 16M disk.img

# boot FILE ARGUMENT…: what the app prints, up to its last line.
boot() {
    file=$1
    shift
    mkfifo fifo
    "$build/simulate" "$@" </dev/null >fifo 2>/dev/null &
    machine=$!
    timeout "${SECONDS_LIMIT:-120}" sed 's/\r//g; /^# End of the list/q' <fifo >"$file" || :
    kill "$machine" 2>/dev/null || :
    wait "$machine" 2>/dev/null || :
    rm fifo
    cp "$file" log
    grep -q '^# End of the list' "$file" || fail "the app does not come to its end"
}

# same FILE MACHINE DEVICE…: the settings, without comments.
same() {
    file=$1 linux=$root/tests/unit/pci/machines/$2
    shift 2
    "$tool" "./$file" "$@" 2>/dev/null | grep -v '^//' >ours || :
    "$tool" "$linux" "$@" 2>/dev/null | grep -v '^//' >theirs || fail "$linux"
    diff theirs ours >log || fail "the app and Linux differ on $*"
    # The app prints such settings itself.
    grep -F -x -f "$file" ours >printed || :
    [ "$(wc -l <printed)" -ge "$(($(wc -l <ours) * 3 / 4))" ] || fail "it prints no settings"
}

# groups FILE PLACE=GROUP…
groups() {
    file=$1
    shift
    for place; do
        sed -n "/^${place%=*} /,/^$/p" "$file" | grep -q "^	IOMMU group: ${place#*=}$" ||
            fail "the group of ${place%=*}"
    done
}

boot q35 --machine q35 --extra-qemu-args "-device intel-iommu -device ich9-ahci,id=disks,addr=5
    -drive if=none,id=d,file=disk.img,format=raw -device ide-hd,drive=d,bus=disks.0
    -netdev user,id=n -device e1000e,netdev=n,addr=6"
same q35 q35.lspci disk=00:05.0 Ethernet
same q35 q35.lspci 00:1f.2 VGA
grep -q '^# IOMMU: Intel VT-d, registers at 0xfed90000' q35 || fail "no IOMMU"
# Above the first 256 bytes: error reporting, a serial number.
grep -A 12 '^00:06.0' q35 | grep -q '^	Extended capabilities: 0001 0003$' ||
    fail "the network card's extended capabilities are not found"
# As Linux found them there.
groups q35 00:00.0=0 00:01.0=1 00:05.0=2 00:06.0=3 00:1f.0=4 00:1f.2=4 00:1f.3=4
grep -q '^# Configuration space of segment 0, .* bus 0 at 0xb0000000' q35 || fail "no MCFG"

boot pc --machine pc --extra-qemu-args "-drive if=ide,file=disk.img,format=raw
    -netdev user,id=n -device e1000,netdev=n"
same pc pc.lspci IDE Ethernet
grep -q '^# No IOMMU' pc || fail "an IOMMU where there is none"

# A root port has access control services, which are turned on; QEMU's switch has none.
boot ports --machine q35 --extra-qemu-args "-device intel-iommu
    -device pcie-root-port,id=one,chassis=1,slot=1,addr=3 -device e1000e,bus=one
    -device pcie-root-port,id=two,chassis=2,slot=2,addr=4 -device x3130-upstream,id=up,bus=two
    -device xio3130-downstream,id=first,bus=up,chassis=3,slot=3 -device e1000e,bus=first
    -device xio3130-downstream,id=second,bus=up,chassis=4,slot=4 -device e1000e,bus=second"
groups ports 00:03.0=3 01:00.0=6 00:04.0=4 02:00.0=7 03:00.0=8 03:01.0=8 04:00.0=8 05:00.0=8
