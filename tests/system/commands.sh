#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What a person types: ./run and ./simulate with good and with bad options.
#   commands.sh BUILD_DIR_OF_A_32_BIT_MINIMAL
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
out=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$out" "$work"' EXIT

fail() {
    cat "$out" >&2
    echo "FAIL: $*" >&2
    exit 1
}

# expect STATUS PATTERN COMMAND...: exit status and a line of the output
expect() {
    status=$1
    pattern=$2
    shift 2
    got=0
    "$@" >"$out" 2>&1 </dev/null || got=$?
    [ $got = "$status" ] || fail "exit status $got instead of $status: $*"
    grep -q -e "$pattern" "$out" || fail "no line with '$pattern': $*"
    echo "ok: $*"
}

expect 0 'Apps: .*minimal' "$source/run" --help
expect 1 "no app 'nope'. Apps: .*minimal" "$source/run" nope
expect 1 'no CMakeLists.txt' "$source/run" ./nowhere/at/all
expect 1 "unknown option '-x'" "$source/run" -x
expect 1 'two apps given' "$source/run" minimal other
expect 1 '--mem needs a value' "$source/run" --mem
expect 0 'usage: ./test' "$source/test" --help
expect 1 'unknown option' "$source/test" --nonsense
expect 0 'usage: ./bench' "$source/bench" --help
expect 1 "unknown part 'speed'" "$source/bench" speed

simulate=$build/simulate
expect 0 '--extra-qemu-args' "$simulate" --help
expect 1 "unknown option '--nonsense'" "$simulate" --nonsense
expect 1 '--cpu needs a value' "$simulate" --cpu
expect 1 '--gdb takes no value' "$simulate" --gdb=1
expect 1 'run: ninja iso' "$simulate" --iso
expect 1 'no-such-qemu is not installed' "$simulate" -b no-such-qemu
expect 0 "-m 2G .*-kernel $build/images/kernel.* -s -S -device e1000 -netdev none" "$simulate" \
    --print --mem=2G --gdb \
    --extra-qemu-args '-device e1000' --extra-qemu-args '-netdev none'
expect 0 '-machine q35' "$simulate" --print -M q35

# QEMU would end the name of a module at a blank or a comma; and what --print shows, a shell
# understands.
ln -s "$build" "$work/it's, a build"
sed "s|^build=.*|build=\"$work/it's, a build\"|" "$simulate" >"$work/simulate"
cat >"$work/qemu" <<'QEMU'
#!/bin/sh
while [ "$1" != -initrd ]; do
    shift
done
case $2 in *[\ ,]*) exit 1 ;; esac
cksum <"$2"
QEMU
chmod +x "$work/qemu" "$work/simulate"
sum=$(cksum <"$build/images/capdl-loader-image-x86_64-pc99")
expect 0 "^$sum\$" "$work/simulate" -b "$work/qemu"
"$work/simulate" -b "$work/qemu" --print >"$work/command"
expect 0 "^$sum\$" sh "$work/command"

# ./run from end to end but for the machine's start; what it does not know itself goes on to
# simulate.
expect 0 'the default guest images are 32-bit' "$source/run" --build-dir "$build" \
    -D KernelX86Sel4Arch=ia32 \
    --print --mem 1G
grep -q -e "-m 1G .*-kernel $build/images/kernel-x86_64-pc99" "$out" ||
    fail "run did not pass --mem on"
