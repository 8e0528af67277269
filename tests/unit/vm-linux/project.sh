# SPDX-License-Identifier: BSD-2-Clause
#
# For the tests about CMake helpers: a project that has them all, in app/, configured and built in
# build/. $source is the folder of the sources, $prelude what each such project begins with;
# programs of the build lie beside app/.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2120,SC2119 # for the scripts that read this file
mkdir -p app build

# begin [LINE…]: the project has these lines, or those on standard input
begin() {
    {
        cat <<CMAKE
cmake_minimum_required(VERSION 3.18)
project(test NONE)
list(APPEND CMAKE_MODULE_PATH $source/cmake)
include(ExternalProject)
include(camkes)
include(cross_compiling)
include($source/projects/vm/camkes_vm_helpers.cmake)
include($source/projects/vm-linux/vm-linux-helpers.cmake)
foreach(program overlay-rootfs extract-vmlinux)
    add_executable(\${program} IMPORTED GLOBAL)
    set_target_properties(\${program} PROPERTIES IMPORTED_LOCATION $work/\${program})
endforeach()
${prelude:-}
CMAKE
        if [ $# -gt 0 ]; then
            printf '%s\n' "$@"
        else
            cat
        fi
    } >app/CMakeLists.txt
}

configure() {
    (cd build && cmake -G Ninja "$@" ../app) >log 2>&1
}

# refused PATTERN [LINE…]: with these lines the configuration stops and says so, in one error
refused() {
    pattern=$1
    shift
    begin "$@"
    ! configure || fail "no error with: $pattern"
    # CMake breaks long lines.
    tr -s ' \n' ' ' <log | grep -q "$pattern" || fail "no error with '$pattern'"
    [ "$(grep -c '^CMake Error' log)" = 1 ] || fail "more than one error with '$pattern'"
}
