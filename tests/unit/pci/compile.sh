#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What pci-stanzas prints goes into a description of a guest, in both spellings, and compiles.
# Usage: compile.sh pci-stanzas camkesc source-dir
set -eu
tool=$1 camkesc=$2 root=$3
machines=$root/tests/unit/pci/machines
vm=$root/projects/vm/components
. "$root/tests/lib.sh"

# settings FILE ARGUMENT…: compiles them.
settings() {
    file=$1
    shift
    "$tool" "$@" >settings 2>log || fail "pci-stanzas $*"
    cat >"$file.camkes" <<END
import <VM/vm.camkes>;
#include <configurations/vm.h>
component Init0 { VM_INIT_DEF() }
assembly {
    composition { VM_COMPOSITION_DEF() VM_PER_VM_COMP_DEF(0) }
    configuration {
        VM_CONFIGURATION_DEF()
        VM_PER_VM_CONFIG_DEF(0)
        vm0.guest_ram_mb = 64;
        vm0.kernel_image = "bzimage";
$(cat settings)
    }
}
END
    "$camkesc" -I "$root/libs/camkes/adl" -I "$root/components" -I "$root/components/interfaces" \
        -I "$vm" -I "$vm/VM" --list list "$file.camkes" >log 2>&1 || fail "$* does not compile"
    ! grep -q 'error\|warning' log || fail "$*: the compiler has something to say"
}

for spelling in "" --2018; do
    # shellcheck disable=SC2086 # perhaps no word
    {
        settings q35 $spelling "$machines/q35.lspci" 00:05.0 ethernet 00:1f.2 vga
        settings messages $spelling "$machines/q35-messages.lspci" disk=00:05.0 10=01:00.0
        settings hex $spelling "$machines/q35.hex" 00:05.0 8086:10d3
        settings pc $spelling "$machines/pc.lspci" ide ethernet
        settings cma34cr $spelling "$machines/cma34cr.lspci" sata ethernet
        settings without $spelling --without-iommu "$machines/cma34cr.lspci" sata
    }
done

# The command line.
cat "$machines/q35.lspci" | "$tool" --vm 7 - ethernet >out 2>log || fail "standard input"
grep -q '^vm7.vm_irqs' out || fail "--vm has no effect"
"$tool" "$machines/q35.lspci" >out 2>log || fail "a list"
grep -q 'Not for a guest: a bridge' out || fail "the list does not say what must stay"
refused() {
    wanted=$1
    shift
    ! "$tool" "$@" >out 2>log || fail "pci-stanzas $* is taken"
    grep -q "^pci-stanzas: error: .*$wanted" log || fail "pci-stanzas $*: no word of '$wanted'"
    [ ! -s out ] || fail "pci-stanzas $* prints something"
}
refused 'a bridge leads to other devices' "$machines/q35.lspci" 00:1f.0
refused 'several functions are meant' "$machines/q35.lspci" sata
refused 'there is no such function' "$machines/q35.lspci" modem
refused 'has been named already' "$machines/q35.lspci" 00:05.0 00:05.0
refused 'No such file' ./absent
refused 'unknown option' --frobnicate
refused '0 to 99' --vm x "$machines/q35.lspci"
: >empty
refused 'no PCI function' ./empty 00:05.0
refused 'no PCI function' . 00:05.0
