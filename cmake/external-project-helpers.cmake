# SPDX-License-Identifier: BSD-2-Clause
#
# Files that ExternalProject_Add() projects make, for use in this build's own rules.
include_guard(GLOBAL)

set(CAISSON_EXTERNAL_SYNC ${CMAKE_CURRENT_LIST_DIR}/../projects/vm-linux/tools/overlay-sync.sh CACHE INTERNAL "")

# CMake copies a project given by a folder's URL once. Here the copy is brought up to date before each build.
function(caisson_sync_external target)
    if(TARGET ${target}-sync)
        return()
    endif()
    # What ExternalProject_Get_Property() reads; it stops if a project has no URL.
    get_target_property(url ${target} _EP_URL)
    get_target_property(copy ${target} _EP_SOURCE_DIR)
    get_target_property(always ${target} _EP_BUILD_ALWAYS)
    if(NOT url OR NOT copy)
        return()
    endif()
    string(REGEX REPLACE "^file://" "" folder "${url}")
    if(NOT IS_DIRECTORY "${folder}")
        return()
    endif()
    if(NOT always)
        message(WARNING "ExternalProject_Add(${target}): without BUILD_ALWAYS ON an edit in ${folder} is not built.")
    endif()
    add_custom_target(${target}-sync
        COMMAND ${CAISSON_EXTERNAL_SYNC} ${folder} ${copy} ${CMAKE_BINARY_DIR}/external-sync/${target}.list
        COMMENT "Looking for changes in ${folder}" VERBATIM)
    add_dependencies(${target} ${target}-sync)
endfunction()

# DeclareExternalProjObjectFiles(<external_target> <external_install_dir> FILES <file>…)
# From here on <external_install_dir>/<file> is a file that rules and targets of this build can depend on.
function(DeclareExternalProjObjectFiles external_target external_install_dir)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "FILES")
    set(who "DeclareExternalProjObjectFiles(${external_target})")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_FILES)
        message(FATAL_ERROR "${who}: after external_install_dir it takes FILES and at least one name.")
    endif()
    if(NOT TARGET ${external_target})
        message(FATAL_ERROR "${who}: there is no external project of this name; call ExternalProject_Add(${external_target} "
            "…) first.")
    endif()
    caisson_sync_external(${external_target})
    foreach(file IN LISTS arg_FILES)
        get_filename_component(path ${file} ABSOLUTE BASE_DIR ${external_install_dir})
        get_property(known GLOBAL PROPERTY CAISSON_EXTERNAL_FILE_${path})
        set_source_files_properties(${path} PROPERTIES GENERATED TRUE)
        if(known)
            continue()
        endif()
        set_property(GLOBAL PROPERTY CAISSON_EXTERNAL_FILE_${path} TRUE)
        # Ninja cannot know when the other build has changed the file: look each time, and go on only if it has.
        set(looked ${path}.looked-at)
        set_source_files_properties(${looked} PROPERTIES SYMBOLIC TRUE)
        add_custom_command(OUTPUT ${looked} COMMAND ${CMAKE_COMMAND} -E true DEPENDS ${external_target} VERBATIM
                COMMENT "Looking for ${file} of ${external_target}")
        add_custom_command(OUTPUT ${path}
            COMMAND sh -c "test -f \"$1\" || { echo \"$2: error: the project was built, but there is no $1; \
correct FILES or external_install_dir\" >&2; exit 1; }" sh ${path} "AddExternalProjFilesToOverlay(${external_target})"
            DEPENDS ${external_target} ${looked} VERBATIM
                COMMENT "Looking for ${file} of ${external_target}")
        string(MAKE_C_IDENTIFIER "${external_target}_${file}" name)
        add_custom_target(external_${name} DEPENDS ${path})
    endforeach()
endfunction()
