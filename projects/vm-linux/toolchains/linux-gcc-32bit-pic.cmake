# SPDX-License-Identifier: BSD-2-Clause
#
# Programs for 32-bit Linux guests, position independent, with Debian's own compiler (packages
# gcc-multilib, g++-multilib).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++)
foreach(language C CXX ASM)
    set(CMAKE_${language}_FLAGS_INIT -m32)
endforeach()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
