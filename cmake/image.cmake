# SPDX-License-Identifier: BSD-2-Clause
#
# The bootable images: images/kernel-x86_64-pc99 (Multiboot), its module
# images/capdl-loader-image-x86_64-pc99 (loader, description and programs), ./simulate, and the
# `iso` target.

set(images ${CMAKE_BINARY_DIR}/images)
set(kernel_image ${images}/kernel-x86_64-pc99)
set(loader_image ${images}/capdl-loader-image-x86_64-pc99)
file(MAKE_DIRECTORY ${images})

# The table of what the loader carries, see loader/include/loader/image.h.
get_property(programs GLOBAL PROPERTY CAMKES_PROGRAMS)
set(files ${CMAKE_BINARY_DIR}/camkes/capdl.bin)
set(entries "    image_entry \"capdl.bin\", \"${files}\"\n")
while(programs)
    list(POP_FRONT programs name path)
    list(APPEND files ${path})
    string(APPEND entries "    image_entry \"${name}\", \"${path}\"\n")
endwhile()
set(CAISSON_IMAGE_ENTRIES "${entries}")
configure_file(${CAISSON_SOURCE_DIR}/loader/loader_image.S.in ${CMAKE_BINARY_DIR}/loader_image.S
    @ONLY)
set_source_files_properties(${CMAKE_BINARY_DIR}/loader_image.S PROPERTIES OBJECT_DEPENDS "${files}")

add_executable(capdl-loader-image ${CMAKE_BINARY_DIR}/loader_image.S)
target_link_libraries(capdl-loader-image PRIVATE caisson_loader caisson_native)
set_target_properties(capdl-loader-image PROPERTIES LINKER_LANGUAGE C)

add_custom_command(OUTPUT ${loader_image}
    COMMAND ${CMAKE_OBJCOPY} --strip-debug $<TARGET_FILE:capdl-loader-image> ${loader_image}
    DEPENDS capdl-loader-image COMMENT "Writing images/capdl-loader-image-x86_64-pc99" VERBATIM)
add_custom_command(OUTPUT ${kernel_image}
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:kernel.elf> ${kernel_image}
    DEPENDS kernel.elf COMMENT "Writing images/kernel-x86_64-pc99" VERBATIM)
add_custom_target(images ALL DEPENDS ${loader_image} ${kernel_image})

caisson_simulation()

# ninja iso: a CD image that GRUB boots, for real machines and for whole-machine emulators.
get_filename_component(iso_name ${CAMKES_VM_APP} NAME)
set(iso ${images}/caisson-${iso_name}.iso)
set(iso_root ${CMAKE_BINARY_DIR}/iso)
file(GENERATE OUTPUT ${iso_root}/boot/grub/grub.cfg CONTENT
"set timeout=0
serial --unit=0 --speed=115200
terminal_input serial console
terminal_output serial console
menuentry \"Caisson: ${iso_name}\" {
    multiboot /boot/kernel
    module /boot/loader
}
")
set(mkrescue "grub-mkrescue --output=${iso} ${iso_root} >grub-mkrescue.log 2>&1")
add_custom_command(OUTPUT ${iso}
    COMMAND ${CMAKE_COMMAND} -E copy ${kernel_image} ${iso_root}/boot/kernel
    COMMAND ${CMAKE_COMMAND} -E copy ${loader_image} ${iso_root}/boot/loader
    COMMAND sh -c "${mkrescue} || { cat grub-mkrescue.log; exit 1; }"
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    DEPENDS ${kernel_image} ${loader_image} ${iso_root}/boot/grub/grub.cfg
    COMMENT "Writing images/caisson-${iso_name}.iso" VERBATIM)
add_custom_target(iso DEPENDS ${iso})
