# SPDX-License-Identifier: BSD-2-Clause
#
# For the tests about kernels and modules: what refuses must say, and a false kernel that is built
# against in no time. The first argument of such a test is the folder of the sources.
# shellcheck shell=sh
# shellcheck disable=SC2034 # for the scripts that read this file
set -eu

vm_linux=$(cd "$1" && pwd -P)/projects/vm-linux
# shellcheck source-path=SCRIPTDIR source=../../lib.sh
. "$(dirname "$0")/../../lib.sh"
release=6.1.0-77-cloud-amd64

# refuses PATTERN COMMAND…: it fails, and the log says so (CMake breaks long lines)
refuses() {
    pattern=$1
    shift
    if "$@"; then
        fail "no error with: $pattern"
    fi
    tr -s ' \n' ' ' <log | grep -q -e "$pattern" || fail "no error with '$pattern'"
    echo "ok: refused: $pattern"
}

# logged COMMAND…: what it prints goes to the log
logged() {
    "$@" >log 2>&1
}

# module FILE VERMAGIC
module() {
    mkdir -p "$(dirname "$1")"
    printf '\1\2license=GPL\0vermagic=%s\0name=poke\0' "$2" >"$1"
}

# The Makefile of a kernel: the module poke.ko says which release it is for, and what the module's
# Makefile INCLUDED. As in Linux, an object is built again if its source has changed, but not
# because the kernel is another one, and errors name the file.
kernel_makefile() {
    cat <<'MAKE'
FOR := $(shell sed -n 's/.*"\(.*\)"/\1/p' include/generated/utsrelease.h)
modules: $(M)/poke.o
	cp $(M)/poke.o $(M)/poke.ko
$(M)/poke.o: $(M)/poke.c
	@! grep -H -n '^#error' $<
	{ cat $(M)/poke.c; printf 'vermagic=%s SMP\0includes=%s\0' "$(FOR)" "$(INCLUDED)"; } >$@
clean:
	rm -f $(M)/poke.o $(M)/poke.ko
MAKE
}

# kernel_release FOLDER RELEASE
kernel_release() {
    mkdir -p "$1/include/generated"
    echo "#define UTS_RELEASE \"$2\"" >"$1/include/generated/utsrelease.h"
}
