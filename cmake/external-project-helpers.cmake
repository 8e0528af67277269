# SPDX-License-Identifier: BSD-2-Clause
#
# Files that others than this build's own rules make, ExternalProject_Add() projects and custom
# targets, for use in these rules.
include_guard(GLOBAL)

set(CAISSON_EXTERNAL_SYNC ${CMAKE_CURRENT_LIST_DIR}/../projects/vm-linux/tools/overlay-sync.sh
    CACHE INTERNAL "")

# CMake asks for a toolchain once in the life of a build folder. If the project gets another one
# (the guest's word size has changed), its build begins anew.
function(caisson_renew_external target)
    get_target_property(arguments ${target} _EP_CMAKE_ARGS)
    get_target_property(binary ${target} _EP_BINARY_DIR)
    get_target_property(stamps ${target} _EP_STAMP_DIR)
    list(FILTER arguments INCLUDE REGEX "^-DCMAKE_TOOLCHAIN_FILE[:=]")
    set(record ${CMAKE_BINARY_DIR}/external-sync/${target}.toolchain)
    set(last "")
    if(EXISTS ${record})
        file(READ ${record} last)
    endif()
    if(NOT last STREQUAL arguments)
        file(REMOVE ${binary}/CMakeCache.txt ${stamps}/${target}-configure)
        file(REMOVE_RECURSE ${binary}/CMakeFiles)
        file(WRITE ${record} "${arguments}")
    endif()
endfunction()

# CMake copies a project given by a folder's URL once. Here the copy is brought up to date before
# each build.
function(caisson_sync_external target)
    if(TARGET ${target}-sync)
        return()
    endif()
    caisson_renew_external(${target})
    # What ExternalProject_Get_Property() reads; it stops if a project has no URL.
    get_target_property(url ${target} _EP_URL)
    get_target_property(copy ${target} _EP_SOURCE_DIR)
    get_target_property(always ${target} _EP_BUILD_ALWAYS)
    if(NOT url OR NOT copy)
        return()
    endif()
    string(REGEX REPLACE "^file://+" "/" folder "${url}")
    if(NOT IS_DIRECTORY "${folder}")
        return()
    endif()
    if(NOT always)
        message(WARNING
            "ExternalProject_Add(${target}): without BUILD_ALWAYS ON an edit in ${folder} is not "
            "built.")
    endif()
    add_custom_target(${target}-sync
        COMMAND ${CAISSON_EXTERNAL_SYNC} ${folder} ${copy}
        ${CMAKE_BINARY_DIR}/external-sync/${target}.list
        COMMENT "Looking for changes in ${folder}" VERBATIM)
    add_dependencies(${target} ${target}-sync)
endfunction()

# caisson_look_for(<outvar> <file> <comment> <depends>…): something to depend on for a rule that
# must run each time, after <depends>: ninja cannot know when others have changed the file. What
# depends on that rule goes on only if it has changed its output.
function(caisson_look_for outvar file comment)
    set(looked ${file}.looked-at)
    set_source_files_properties(${looked} PROPERTIES SYMBOLIC TRUE)
    add_custom_command(OUTPUT ${looked} COMMAND ${CMAKE_COMMAND} -E true DEPENDS ${ARGN}
        COMMENT "${comment}" VERBATIM)
    set(${outvar} ${looked} PARENT_SCOPE)
endfunction()

# caisson_made_file(<outvar> <who> <file> <depends>…): for a file that a custom target makes on the
# side (no BYPRODUCTS say so): the path of a copy that rules can depend on, brought up to date after
# <depends>.
function(caisson_made_file outvar who file)
    set(copy ${CMAKE_BINARY_DIR}/made${file})
    set(${outvar} ${copy} PARENT_SCOPE)
    set_source_files_properties(${copy} PROPERTIES GENERATED TRUE)
    get_property(known GLOBAL PROPERTY CAISSON_MADE_FILES)
    if(copy IN_LIST known)
        return()
    endif()
    set_property(GLOBAL APPEND PROPERTY CAISSON_MADE_FILES ${copy})
    list(LENGTH known count)
    list(JOIN ARGN ", " makers)
    caisson_look_for(looked ${copy} "Looking for ${file}" ${ARGN})
    add_custom_command(OUTPUT ${copy}
        COMMAND sh -c "test -f \"$1\" || { \
echo \"$2: error: $3 is built, but there is no $1; correct the path or \
DEPENDS\" >&2; exit 1; }" sh ${file} "${who}" "${makers}"
        COMMAND ${CMAKE_COMMAND} -E copy_if_different ${file} ${copy}
        DEPENDS ${ARGN} ${looked} COMMENT "Looking for ${file}" VERBATIM)
    add_custom_target(caisson_made_${count} DEPENDS ${copy})
endfunction()

# DeclareExternalProjObjectFiles(<external_target> <external_install_dir> FILES <file>…)
# From here on <external_install_dir>/<file> is a file that rules and targets of this build can
# depend on. Helpers that are built on this one give their own name for its messages as FOR.
function(DeclareExternalProjObjectFiles external_target external_install_dir)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "FOR" "FILES")
    set(who "DeclareExternalProjObjectFiles(${external_target})")
    if(arg_FOR)
        set(who "${arg_FOR}")
    endif()
    if("${external_install_dir}" STREQUAL "")
        message(FATAL_ERROR
            "${who}: external_install_dir is empty; give the folder that the project builds in, as "
            "its BINARY_DIR says.")
    endif()
    # As ExternalProject_Add() takes its folders.
    get_filename_component(external_install_dir "${external_install_dir}" ABSOLUTE BASE_DIR
        ${CMAKE_CURRENT_BINARY_DIR})
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_FILES)
        message(FATAL_ERROR
            "${who}: after external_install_dir it takes FILES and at least one name.")
    endif()
    if(NOT TARGET ${external_target})
        message(FATAL_ERROR
            "${who}: there is no external project of this name; call "
            "ExternalProject_Add(${external_target} …) first.")
    endif()
    caisson_sync_external(${external_target})
    foreach(file IN LISTS arg_FILES)
        get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${external_install_dir}")
        get_property(known GLOBAL PROPERTY CAISSON_EXTERNAL_FILE_${path})
        set_source_files_properties(${path} PROPERTIES GENERATED TRUE)
        if(known)
            continue()
        endif()
        set_property(GLOBAL PROPERTY CAISSON_EXTERNAL_FILE_${path} TRUE)
        set(comment "Looking for ${file} of ${external_target}")
        caisson_look_for(looked ${path} "${comment}" ${external_target})
        add_custom_command(OUTPUT ${path}
            COMMAND sh -c "test -f \"$1\" || { \
echo \"$2: error: the project was built, but there is no $1; \
correct FILES or external_install_dir\" >&2; exit 1; }" sh ${path} "${who}"
            DEPENDS ${external_target} ${looked} COMMENT "${comment}" VERBATIM)
        string(MAKE_C_IDENTIFIER "${external_target}_${file}" name)
        add_custom_target(external_${name} DEPENDS ${path})
    endforeach()
endfunction()
