#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Configures a build in the current directory:
#
#   mkdir build_vm; cd build_vm; ../init-build.sh -DCAMKES_VM_APP=minimal; ninja; ./simulate
#
# CAMKES_VM_APP is an example's name or the path of an app's folder. All arguments go to CMake.
set -eu

fail() {
    echo "init-build.sh: error: $*" >&2
    exit 1
}

source=$(cd "$(dirname "$0")" && pwd -P)
here=$(pwd -P)
if [ -e "$here/CMakeLists.txt" ]; then
    fail "$here holds source files. Build in a directory of its own:
    mkdir build_vm; cd build_vm; $source/init-build.sh -DCAMKES_VM_APP=minimal; ninja; ./simulate"
fi
[ -w "$here" ] || fail "cannot write to $here; build in a directory of yours"
for tool in cmake ninja; do
    command -v $tool >/dev/null ||
        fail "$tool is not installed. ./run installs what is missing, or: apt install $(
        . "$source/tools/packages.sh"
        echo "$CAISSON_BUILD_PACKAGES" | tr -s '\n ' ' '
    )"
done
# Whoever has called cmake without a generator first has been told to come here.
if grep -qs '^CMAKE_GENERATOR:INTERNAL=Unix Makefiles' CMakeCache.txt; then
    rm -rf CMakeCache.txt CMakeFiles
fi
app_given=no
for argument in "$@"; do
    case $argument in
    -DCAMKES_VM_APP=?* | -DCAMKES_VM_APP:*=?*) app_given=yes ;;
    -DCAMKES_APP=?* | -DCAMKES_APP:*=?*) app_given=yes ;;
    # The kernel's and the host's tests need no app.
    -DCAISSON_TESTS=ON) app_given=yes ;;
    esac
done
if [ $app_given = no ] && ! grep -qs '^CAMKES_VM_APP:[A-Z]*=.' CMakeCache.txt; then
    fail "no app given: $0 -DCAMKES_VM_APP=minimal
    Apps: $(cd "$source/projects/vm-examples" &&
        for app in */CMakeLists.txt; do printf '%s ' "${app%/*}"; done)"
fi
exec cmake -G Ninja "$@" "$source"
