# SPDX-License-Identifier: BSD-2-Clause
#
# Toolchains for programs that run in guests. The top CMakeLists.txt includes this, so apps need
# not.
include_guard(GLOBAL)

set(CAISSON_TOOLCHAINS_DIR ${CMAKE_CURRENT_LIST_DIR}/../projects/vm-linux/toolchains CACHE INTERNAL
    "")

# FindCustomPollyToolchain(<outvar> "linux-gcc-32bit-pic"|"linux-gcc-64bit-pic")
# The path of a CMake toolchain file, to be given to an external project as CMAKE_TOOLCHAIN_FILE.
function(FindCustomPollyToolchain outvar name)
    get_filename_component(folder ${CAISSON_TOOLCHAINS_DIR} ABSOLUTE)
    if(NOT EXISTS ${folder}/${name}.cmake)
        file(GLOB known RELATIVE ${folder} ${folder}/linux-gcc-*.cmake)
        list(TRANSFORM known REPLACE "\\.cmake$" "")
        list(JOIN known ", " known)
        message(FATAL_ERROR
            "FindCustomPollyToolchain: there is no toolchain \"${name}\"; there are: ${known}.")
    endif()
    set(${outvar} ${folder}/${name}.cmake PARENT_SCOPE)
endfunction()
