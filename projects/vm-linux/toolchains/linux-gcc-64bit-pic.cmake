# SPDX-License-Identifier: BSD-2-Clause
#
# Programs for 64-bit Linux guests, position independent, with Debian's own compiler (packages gcc,
# g++).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++)
foreach(language C CXX ASM)
    set(CMAKE_${language}_FLAGS_INIT -m64)
endforeach()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
