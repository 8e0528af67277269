# SPDX-License-Identifier: BSD-2-Clause
#
# What an app needs to declare virtual machines and the files that the monitor boots.
include_guard(GLOBAL)

set(CAMKES_VM_HELPERS_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
include(argument-checks)
include(external-project-helpers)

# DeclareCAmkESVM(<InitN> [EXTRA_SOURCES …] [EXTRA_INCLUDES …] [EXTRA_LIBS …] [EXTRA_C_FLAGS …]
#                 [EXTRA_LD_FLAGS …])
# Declares component InitN: the monitor of guest N, plus the app's own sources.
function(DeclareCAmkESVM name)
    cmake_parse_arguments(PARSE_ARGV 1 arg ""
        "" "EXTRA_SOURCES;EXTRA_INCLUDES;EXTRA_LIBS;EXTRA_C_FLAGS;EXTRA_LD_FLAGS")
    caisson_check_rest("DeclareCAmkESVM(${name})"
        "it takes EXTRA_SOURCES, EXTRA_INCLUDES, EXTRA_LIBS, EXTRA_C_FLAGS and EXTRA_LD_FLAGS"
        ${arg_UNPARSED_ARGUMENTS})
    if(NOT name MATCHES "^Init[0-9]+$")
        message(FATAL_ERROR "DeclareCAmkESVM(${name}): guest N's component must be named InitN, "
            "e.g. Init0.")
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${CAMKES_VM_HELPERS_DIR}/components/Init/src/*.c)
    caisson_absolute(extra_sources ${arg_EXTRA_SOURCES})
    caisson_absolute(extra_includes ${arg_EXTRA_INCLUDES})
    set_property(GLOBAL APPEND PROPERTY CAMKES_VM_COMPONENTS ${name})
    DeclareCAmkESComponent(${name}
        SOURCES ${sources} ${extra_sources}
        INCLUDES ${CAMKES_VM_HELPERS_DIR}/components/Init/include ${extra_includes}
        C_FLAGS ${arg_EXTRA_C_FLAGS}
        LD_FLAGS ${arg_EXTRA_LD_FLAGS}
        LIBS ${arg_EXTRA_LIBS} vmm)
endfunction()

# AddToFileServer(<name> <file> [DEPENDS …])
# Puts <file> under <name> into the archive that the file server offers; the monitor finds it by
# that name.
function(AddToFileServer name file)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "DEPENDS")
    set(who "AddToFileServer(${name})")
    caisson_check_rest("${who}" "after the file it takes DEPENDS" ${arg_UNPARSED_ARGUMENTS})
    string(LENGTH "${name}" length)
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$" OR name MATCHES "^\\.+$" OR length GREATER 255)
        message(FATAL_ERROR "${who}: \"${name}\" cannot be a name in the archive: use at most 255 "
            "letters, digits and . _ + -")
    endif()
    get_property(names GLOBAL PROPERTY CAMKES_VM_FILES)
    if(name IN_LIST names)
        message(FATAL_ERROR "${who}: the archive has a file of this name already; give one of the "
            "two another name.")
    endif()
    if("${file}" STREQUAL "" OR "${file}" MATCHES ";")
        message(FATAL_ERROR "${who}: file is \"${file}\"; give the path of one file.")
    endif()
    caisson_absolute(file "${file}")
    get_source_file_property(generated "${file}" GENERATED)
    if(IS_DIRECTORY "${file}")
        message(FATAL_ERROR "${who}: ${file} is a folder; give a file.")
    elseif(NOT EXISTS "${file}" AND NOT generated AND NOT arg_DEPENDS)
        message(FATAL_ERROR "${who}: ${file} does not exist and no DEPENDS says what makes it.")
    endif()
    set_property(GLOBAL PROPERTY CAMKES_VM_FILE_${name} ${file})
    if(NOT generated AND arg_DEPENDS)
        caisson_made_file(file "${who}" ${file} ${arg_DEPENDS})
    endif()
    set(link ${CMAKE_BINARY_DIR}/files/${name})
    add_custom_command(OUTPUT ${link}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${file} ${link}
        DEPENDS ${file} ${arg_DEPENDS} COMMENT "Adding ${name} to the file server" VERBATIM)
    set(target file_server_${name})
    add_custom_target(${target} DEPENDS ${link})
    set_property(GLOBAL APPEND PROPERTY CAMKES_VM_FILES ${name})
    set_property(GLOBAL APPEND PROPERTY CAMKES_VM_FILE_TARGETS ${target})
endfunction()

# Makes the archive and links it, page aligned, into the file server.
function(caisson_file_server_archive)
    get_property(names GLOBAL PROPERTY CAMKES_VM_FILES)
    get_property(targets GLOBAL PROPERTY CAMKES_VM_FILE_TARGETS)
    set(archive ${CMAKE_BINARY_DIR}/files.cpio)
    set(paths "")
    foreach(name ${names})
        list(APPEND paths ${CMAKE_BINARY_DIR}/files/${name})
    endforeach()
    list(JOIN names "\n" lines)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/files.list CONTENT "${lines}\n")
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/files)
    # A file that is replaced by an older one is another file too. Ninja would not see it, so sizes
    # and times are looked at in each build, and the list of them is written where it differs.
    set(seen ${CMAKE_BINARY_DIR}/files.seen)
    add_custom_target(file_server_look
        COMMAND stat -L -c "%n %s %y" ${paths} ${CMAKE_BINARY_DIR}/files.list > ${seen}.part
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${seen}.part ${seen}
        BYPRODUCTS ${seen} VERBATIM)
    if(targets)
        add_dependencies(file_server_look ${targets})
    endif()
    add_custom_command(OUTPUT ${archive}
        COMMAND cpio --quiet --reproducible -o -L -H newc -O ${archive}.part
            < ${CMAKE_BINARY_DIR}/files.list
        COMMAND ${CMAKE_COMMAND} -E rename ${archive}.part ${archive}
        WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/files
        DEPENDS ${targets} ${paths} ${CMAKE_BINARY_DIR}/files.list ${seen}
        COMMENT "Packing the file server's archive" VERBATIM)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/file_archive.S CONTENT
".section .rodata.cpio, \"a\", @progbits
.balign 4096
.global _cpio_archive, _cpio_archive_end
_cpio_archive:
.incbin \"${archive}\"
_cpio_archive_end:
.balign 4096
.section .note.GNU-stack, \"\", @progbits
")
    add_library(file_archive OBJECT ${CMAKE_BINARY_DIR}/file_archive.S)
    set_source_files_properties(${CMAKE_BINARY_DIR}/file_archive.S PROPERTIES
        GENERATED TRUE OBJECT_DEPENDS ${archive})
    ExtendCAmkESComponentInstance(FileServer fserv LIBS file_archive)
endfunction()

# A guest's initrd must be one, and the kernel modules that overlays add to it must be for the
# kernel that the guest boots. Both files are known only when they have been built, so this is a
# rule, which the archive waits for.
function(caisson_check_vm_images vm)
    set(kernel "${CAMKES_${vm}_VALUE_kernel_image}")
    set(initrd "${CAMKES_${vm}_VALUE_initrd_image}")
    get_property(kernel_file GLOBAL PROPERTY CAMKES_VM_FILE_${kernel})
    get_property(file GLOBAL PROPERTY CAMKES_VM_FILE_${initrd})
    if(NOT file OR NOT kernel_file)
        return()
    endif()
    get_property(overlay GLOBAL PROPERTY VM_OVERLAY_OF_${file})
    set(sources "")
    set(releases ${CMAKE_BINARY_DIR}/camkes/${vm}.releases)
    set(look COMMAND overlay-rootfs --for
        "${CAMKES_${vm}_PLACE_initrd_image}: ${vm}.initrd_image \"${initrd}\""
        --image ${file} --releases ${releases})
    while(overlay)
        # Whoever added to the image has looked at it.
        set(releases ${file}.releases)
        set(look "")
        # The image below, and --list FILE or --dir FOLDER.
        list(POP_FRONT overlay file)
        list(PREPEND sources ${overlay})
        get_property(overlay GLOBAL PROPERTY VM_OVERLAY_OF_${file})
    endwhile()
    set(script ${CAMKES_VM_HELPERS_DIR}/../vm-linux/tools/check-module.sh)
    set(files ${CMAKE_BINARY_DIR}/files/${kernel} ${CMAKE_BINARY_DIR}/files/${initrd})
    set(checked ${CMAKE_BINARY_DIR}/camkes/${vm}.images-checked)
    set(kernel_target file_server_${kernel})
    set(initrd_target file_server_${initrd})
    add_custom_command(OUTPUT ${checked}
        ${look}
        COMMAND ${script} boots ${vm}.kernel_image ${CAMKES_${vm}_PLACE_kernel_image} ${kernel}
            ${kernel_file} ${initrd} ${releases} ${sources}
        COMMAND ${CMAKE_COMMAND} -E touch ${checked}
        DEPENDS overlay-rootfs ${script} ${files} ${kernel_target} ${initrd_target}
            ${CMAKE_BINARY_DIR}/files.seen
        COMMENT "Looking whether initrd and kernel of ${vm} fit together" VERBATIM)
    add_custom_target(${vm}.images DEPENDS ${checked})
    add_dependencies(file_archive ${vm}.images)
endfunction()

# Every virtual machine names files that the archive has. Runs when the description has been read.
function(caisson_check_vm_files)
    get_property(names GLOBAL PROPERTY CAMKES_VM_FILES)
    get_property(components GLOBAL PROPERTY CAMKES_VM_COMPONENTS)
    list(JOIN names ", " offered)
    set(unserved init_cons config_init_cons vswitch_layout vswitch_mac_address serial_layout
        socket_layout guest_cid)
    foreach(vm ${CAMKES_INSTANCES})
        if(NOT CAMKES_${vm}_COMPONENT IN_LIST components)
            continue()
        endif()
        foreach(attribute kernel_image guest_ram_mb)
            if(attribute IN_LIST CAMKES_${vm}_UNSET)
                message(SEND_ERROR "${CAMKES_${vm}_PLACE}: ${vm}.${attribute} is not set; add "
                    "'${vm}.${attribute} = …;' to the configuration.")
            endif()
        endforeach()
        foreach(attribute kernel_image kernel_relocs initrd_image)
            set(value "${CAMKES_${vm}_VALUE_${attribute}}")
            if(value AND NOT value IN_LIST names)
                message(SEND_ERROR "${CAMKES_${vm}_PLACE_${attribute}}: ${vm}.${attribute} = "
                    "\"${value}\", but the file server has no such file; add it with "
                    "AddToFileServer(\"${value}\" <file>), or choose one of: ${offered}.")
            endif()
        endforeach()
        foreach(attribute ${unserved})
            if(DEFINED CAMKES_${vm}_PLACE_${attribute})
                message(SEND_ERROR "${CAMKES_${vm}_PLACE_${attribute}}: ${vm}.${attribute}: there "
                    "are no virtio devices yet; remove the setting.")
            endif()
        endforeach()
        caisson_check_vm_images(${vm})
    endforeach()
endfunction()

# DeclareCAmkESVMRootServer(<file.camkes> [CPP_INCLUDES …] [CPP_FLAGS …])
# The app's description; call it once, after all AddToFileServer() calls.
function(DeclareCAmkESVMRootServer adl)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CPP_INCLUDES;CPP_FLAGS")
    caisson_file_server_archive()
    CAmkESAddImportPath(${CAMKES_VM_HELPERS_DIR}/components)
    set_property(GLOBAL APPEND PROPERTY CAMKES_CHECKS caisson_check_vm_files)
    DeclareCAmkESRootserver(${adl}
        CPP_FLAGS ${arg_CPP_FLAGS}
        CPP_INCLUDES ${CAMKES_VM_HELPERS_DIR}/components/VM ${arg_CPP_INCLUDES})
endfunction()
