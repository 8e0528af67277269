# SPDX-License-Identifier: BSD-2-Clause
#
# What an app needs to declare virtual machines and the files that the monitor boots.
include_guard(GLOBAL)

set(CAMKES_VM_HELPERS_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "")
include(argument-checks)
include(external-project-helpers)
include(${CAMKES_VM_HELPERS_DIR}/init-cons.cmake)
include(${CAMKES_VM_HELPERS_DIR}/../vm-linux/kernel-helpers.cmake)

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
        LIBS ${arg_EXTRA_LIBS} crossvm vmm)
endfunction()

# AddToFileServer(<name> <file> [INSTANCE <instance>] [DEPENDS …])
# Puts <file> under <name> into the archive that the file server <instance> (default: fserv) offers;
# the monitor finds it by that name.
function(AddToFileServer name file)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "INSTANCE" "DEPENDS")
    set(who "AddToFileServer(${name})")
    caisson_check_rest("${who}" "after the file it takes INSTANCE and DEPENDS"
        ${arg_UNPARSED_ARGUMENTS})
    caisson_check_depends("${who}" ${arg_DEPENDS})
    set(server fserv)
    if(arg_INSTANCE)
        set(server ${arg_INSTANCE})
    endif()
    string(LENGTH "${name}" length)
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$" OR name MATCHES "^\\.+$" OR length GREATER 255)
        message(FATAL_ERROR "${who}: \"${name}\" cannot be a name in the archive: use at most 255 "
            "letters, digits and . _ + -")
    endif()
    get_property(names GLOBAL PROPERTY CAMKES_VM_FILES_${server})
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
    if(server STREQUAL "fserv")
        set_property(GLOBAL PROPERTY CAMKES_VM_FILE_${name} ${file})
    endif()
    if(NOT generated AND arg_DEPENDS)
        caisson_made_file(file "${who}" ${file} ${arg_DEPENDS})
    endif()
    caisson_file_server_paths(${server})
    set(link ${files}/${name})
    add_custom_command(OUTPUT ${link}
        COMMAND ${CMAKE_COMMAND} -E create_symlink ${file} ${link}
        DEPENDS ${file} ${arg_DEPENDS} COMMENT "Adding ${name} to the file server" VERBATIM)
    set(target ${target}_${name})
    add_custom_target(${target} DEPENDS ${link})
    set_property(GLOBAL APPEND PROPERTY CAMKES_VM_FILES_${server} ${name})
    set_property(GLOBAL APPEND PROPERTY CAMKES_VM_FILE_TARGETS_${server} ${target})
    get_property(servers GLOBAL PROPERTY CAMKES_VM_FILE_SERVERS)
    if(NOT server IN_LIST servers)
        set_property(GLOBAL APPEND PROPERTY CAMKES_VM_FILE_SERVERS ${server})
    endif()
endfunction()

# Where the files of a server are collected, and what its targets' names begin with.
macro(caisson_file_server_paths server)
    set(files ${CMAKE_BINARY_DIR}/files)
    set(target file_server)
    if(NOT ${server} STREQUAL "fserv")
        set(files ${files}-${server})
        set(target file_server-${server})
    endif()
endmacro()

# DefineCAmkESVMFileServer([TYPE <component>] [INSTANCE <instance>] [FILES [<name>:]<file>…]
#                          [DEPENDS …])
# Adds several files, under <name> or the file's own name. Empty items are skipped, so that lists
# may be empty.
function(DefineCAmkESVMFileServer)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "TYPE;INSTANCE" "FILES;DEPENDS")
    caisson_check_rest("DefineCAmkESVMFileServer" "it takes TYPE, INSTANCE, FILES and DEPENDS"
        ${arg_UNPARSED_ARGUMENTS})
    if(arg_TYPE AND NOT arg_TYPE STREQUAL "FileServer")
        message(FATAL_ERROR "DefineCAmkESVMFileServer: TYPE ${arg_TYPE}: the archive is made for "
            "component FileServer only; leave TYPE out.")
    endif()
    if(NOT arg_INSTANCE)
        set(arg_INSTANCE fserv)
    endif()
    foreach(item IN LISTS arg_FILES)
        if(item STREQUAL "")
            continue()
        elseif(item MATCHES "^([^:]+):([^:]+)$")
            set(name ${CMAKE_MATCH_1})
            set(file ${CMAKE_MATCH_2})
        elseif(item MATCHES ":")
            message(FATAL_ERROR "DefineCAmkESVMFileServer: FILES has \"${item}\"; give <file> or "
                "<name>:<file>.")
        else()
            set(file ${item})
            get_filename_component(name ${item} NAME)
        endif()
        AddToFileServer(${name} ${file} INSTANCE ${arg_INSTANCE} DEPENDS ${arg_DEPENDS})
    endforeach()
endfunction()

# Makes the archive of each file server of the description and links it, page aligned, into that
# instance. Runs when the description has been read.
function(caisson_file_server_archives)
    get_property(servers GLOBAL PROPERTY CAMKES_VM_FILE_SERVERS)
    foreach(server ${servers})
        if(NOT CAMKES_${server}_COMPONENT STREQUAL "FileServer")
            message(FATAL_ERROR "Files were added to the file server ${server}, but the "
                "description has no instance ${server} of component FileServer.")
        endif()
    endforeach()
    foreach(instance ${CAMKES_INSTANCES})
        if(CAMKES_${instance}_COMPONENT STREQUAL "FileServer")
            caisson_file_server_archive(${instance})
        endif()
    endforeach()
endfunction()

function(caisson_file_server_archive server)
    get_property(names GLOBAL PROPERTY CAMKES_VM_FILES_${server})
    get_property(targets GLOBAL PROPERTY CAMKES_VM_FILE_TARGETS_${server})
    caisson_file_server_paths(${server})
    set(archive ${files}.cpio)
    set(paths "")
    foreach(name ${names})
        list(APPEND paths ${files}/${name})
    endforeach()
    list(JOIN names "\n" lines)
    file(GENERATE OUTPUT ${files}.list CONTENT "${lines}\n")
    file(MAKE_DIRECTORY ${files})
    # A file that is replaced by an older one is another file too. Ninja would not see it, so sizes
    # and times are looked at in each build, and the list of them is written where it differs.
    set(seen ${files}.seen)
    add_custom_target(${target}_look
        COMMAND stat -L -c "%n %s %y" ${paths} ${files}.list > ${seen}.part
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${seen}.part ${seen}
        BYPRODUCTS ${seen} VERBATIM)
    if(targets)
        add_dependencies(${target}_look ${targets})
    endif()
    add_custom_command(OUTPUT ${archive}
        COMMAND cpio --quiet --reproducible -o -L -H newc -O ${archive}.part
            < ${files}.list
        COMMAND ${CMAKE_COMMAND} -E rename ${archive}.part ${archive}
        WORKING_DIRECTORY ${files}
        DEPENDS ${targets} ${paths} ${files}.list ${seen}
        COMMENT "Packing the archive of file server ${server}" VERBATIM)
    set(source ${CMAKE_BINARY_DIR}/file_archive-${server}.S)
    file(GENERATE OUTPUT ${source} CONTENT
".section .rodata.cpio, \"a\", @progbits
.balign 4096
.global _cpio_archive, _cpio_archive_end
_cpio_archive:
.incbin \"${archive}\"
_cpio_archive_end:
.balign 4096
.section .note.GNU-stack, \"\", @progbits
")
    add_library(file_archive-${server} OBJECT ${source})
    set_source_files_properties(${source} PROPERTIES GENERATED TRUE OBJECT_DEPENDS ${archive})
    ExtendCAmkESComponentInstance(FileServer ${server} LIBS file_archive-${server})
endfunction()

# A guest's initrd must be one, and the kernel modules that overlays add to it must be for the
# kernel that the guest boots. Both files are known only when they have been built, so this is a
# rule, which the archive waits for.
function(caisson_check_vm_images vm)
    set(kernel "${CAMKES_${vm}_VALUE_kernel_image}")
    set(initrd "${CAMKES_${vm}_VALUE_initrd_image}")
    get_property(kernel_file GLOBAL PROPERTY CAMKES_VM_FILE_${kernel})
    get_property(file GLOBAL PROPERTY CAMKES_VM_FILE_${initrd})
    if(NOT file OR NOT kernel_file OR NOT TARGET file_archive-fserv)
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
    add_dependencies(file_archive-fserv ${vm}.images)
endfunction()

# Every virtual machine names files that the archive has. Runs when the description has been read.
function(caisson_check_vm_files)
    set(names "")
    get_property(servers GLOBAL PROPERTY CAMKES_VM_FILE_SERVERS)
    foreach(server ${servers})
        get_property(files GLOBAL PROPERTY CAMKES_VM_FILES_${server})
        list(APPEND names ${files})
    endforeach()
    get_property(components GLOBAL PROPERTY CAMKES_VM_COMPONENTS)
    list(JOIN names ", " offered)
    set(unserved vswitch_layout vswitch_mac_address serial_layout socket_layout guest_cid)
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
        caisson_vm_init_cons(${vm} asked)
        foreach(attribute ${unserved})
            if(DEFINED CAMKES_${vm}_PLACE_${attribute})
                list(APPEND asked "${CAMKES_${vm}_PLACE_${attribute}}: ${vm}.${attribute}")
            endif()
        endforeach()
        if(asked)
            list(JOIN asked "\n  " asked)
            message(WARNING "${asked}: there are no virtio devices yet; the guest starts without.")
        endif()
        caisson_check_vm_images(${vm})
    endforeach()
endfunction()

# This file may be read through several paths.
get_property(checks GLOBAL PROPERTY CAMKES_CHECKS)
if(NOT caisson_check_vm_files IN_LIST checks)
    set_property(GLOBAL APPEND PROPERTY CAMKES_CHECKS caisson_file_server_archives
        caisson_check_vm_files)
endif()

# DeclareCAmkESVMRootServer(<file.camkes> [CPP_INCLUDES …] [CPP_FLAGS …])
# The app's description. DeclareCAmkESRootserver() does as well, with components/VM among its
# CPP_INCLUDES.
function(DeclareCAmkESVMRootServer adl)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CPP_INCLUDES;CPP_FLAGS")
    caisson_check_rest("DeclareCAmkESVMRootServer(${adl})" "after the file it takes CPP_INCLUDES \
and CPP_FLAGS" ${arg_UNPARSED_ARGUMENTS})
    DeclareCAmkESRootserver(${adl}
        CPP_FLAGS ${arg_CPP_FLAGS}
        CPP_INCLUDES ${CAMKES_VM_HELPERS_DIR}/components/VM ${arg_CPP_INCLUDES})
endfunction()
