# SPDX-License-Identifier: BSD-2-Clause
#
# Compiler and linker flags, as interface libraries: caisson_kernel for the microkernel,
# caisson_native for every program that runs on it.

add_library(caisson_warnings INTERFACE)
target_compile_options(caisson_warnings INTERFACE $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Werror>)

add_library(caisson_freestanding INTERFACE)
target_compile_options(caisson_freestanding INTERFACE
    -ffreestanding -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer
    -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -fdata-sections
    -fno-strict-aliasing -g)
target_link_options(caisson_freestanding INTERFACE
    -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections -Wl,-z,noexecstack
    -Wl,-z,max-page-size=0x1000 -Wl,--no-warn-rwx-segments)

add_library(caisson_kernel INTERFACE)
target_link_libraries(caisson_kernel INTERFACE caisson_freestanding)
# No floating point in the kernel: the FPU registers always belong to a thread.
target_compile_options(caisson_kernel INTERFACE -mcmodel=kernel -mno-red-zone -mgeneral-regs-only)

add_library(caisson_native INTERFACE)
target_link_libraries(caisson_native INTERFACE caisson_freestanding)
target_compile_options(caisson_native INTERFACE -march=x86-64)
target_link_options(caisson_native INTERFACE -Wl,-Ttext-segment=0x400000)
