# SPDX-License-Identifier: BSD-2-Clause
set(BENCH_GUEST_DIR ${CMAKE_CURRENT_LIST_DIR})

# add_bench_guest(<name> <source…>): target <name>_image makes ${CMAKE_BINARY_DIR}/<name>.elf, a
# guest without an operating system (guest.h).
function(add_bench_guest name)
    add_executable(${name} ${BENCH_GUEST_DIR}/start.S ${ARGN})
    target_include_directories(${name} PRIVATE ${BENCH_GUEST_DIR})
    target_compile_options(${name} PRIVATE -O2 -g0 -Wall -Wextra -Werror -ffreestanding -fno-pic
        -fno-pie
        -fno-stack-protector -mno-red-zone -mgeneral-regs-only -fno-asynchronous-unwind-tables)
    target_link_options(${name} PRIVATE -nostdlib -static -no-pie -Wl,--build-id=none
        -Wl,-z,noexecstack
        -Wl,-z,max-page-size=0x1000 -Wl,--no-warn-rwx-segments -T ${BENCH_GUEST_DIR}/guest.ld)
    set_target_properties(${name} PROPERTIES LINK_DEPENDS ${BENCH_GUEST_DIR}/guest.ld)
    # Multiboot loaders, and the 32-bit entry, want a 32-bit ELF file; the code in it is 64-bit all
    # the same.
    set(image ${CMAKE_BINARY_DIR}/${name}.elf)
    add_custom_command(OUTPUT ${image}
        COMMAND ${CMAKE_OBJCOPY} -I elf64-x86-64 -O elf32-i386 $<TARGET_FILE:${name}> ${image}
        DEPENDS ${name} VERBATIM)
    add_custom_target(${name}_image ALL DEPENDS ${image})
endfunction()
