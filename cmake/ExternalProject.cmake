# SPDX-License-Identifier: BSD-2-Clause
#
# CMake's ExternalProject, for guests' programs and modules. It checks what people get wrong, and
# where a project is the copy of a folder, has what the build says name the files of that folder.
# Apps that include(ExternalProject) find this file as well.
include_guard(GLOBAL)
include(argument-checks)
include(${CMAKE_ROOT}/Modules/ExternalProject.cmake)

set(CAISSON_EXTERNAL_COMMAND
    ${CMAKE_CURRENT_LIST_DIR}/../projects/vm-linux/tools/external-command.sh CACHE INTERNAL "")

# What the arguments name is there. <outvar> is the folder that is copied, or empty.
function(caisson_external_check outvar who)
    set(folder "")
    set(keyword "")
    set(before "")
    foreach(value IN LISTS ARGN)
        if(value MATCHES "^[A-Z][A-Z0-9_]+$")
            if(before MATCHES "^(URL|SOURCE_DIR|BINARY_DIR)$")
                message(FATAL_ERROR "${who}: ${before} has no value; is the variable set that "
                    "gives it?")
            endif()
            set(keyword ${value})
        elseif(keyword STREQUAL "DEPENDS" AND NOT TARGET "${value}")
            caisson_no_such_dependency("${who}" "${value}" ${CMAKE_CURRENT_SOURCE_DIR})
        elseif(keyword STREQUAL "URL")
            string(REGEX REPLACE "^file://+" "/" path "${value}")
            if(path MATCHES "^[a-z]+://")
                continue()
            endif()
            get_filename_component(path "${path}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
            if(IS_DIRECTORY "${path}")
                set(folder "${path}")
            elseif(NOT EXISTS "${path}")
                message(FATAL_ERROR "${who}: URL is ${value}, but there is no folder ${path}.")
            endif()
        endif()
        set(before "${value}")
    endforeach()
    set(${outvar} "${folder}" PARENT_SCOPE)
endfunction()

# Arguments may be empty, and have semicolons: CMake's function is called by a text in which each
# stands in brackets.
function(ExternalProject_Add name)
    caisson_external_check(folder "ExternalProject_Add(${name})" ${ARGN})
    set(renamed "[==[${CAISSON_EXTERNAL_COMMAND}]==] [==[${folder}]==] <SOURCE_DIR>")
    set(text "")
    set(before "")
    set(i 1)
    while(i LESS ARGC)
        set(value "${ARGV${i}}")
        if(folder AND value AND before MATCHES "^(CONFIGURE|BUILD|INSTALL)_COMMAND$")
            string(APPEND text " ${renamed}")
        endif()
        string(APPEND text " [==[${value}]==]")
        set(before "${value}")
        math(EXPR i "${i} + 1")
    endwhile()
    if(folder AND NOT "CMAKE_COMMAND" IN_LIST ARGN)
        string(APPEND text " CMAKE_COMMAND ${renamed} [==[${CMAKE_COMMAND}]==]")
    endif()
    # What CMake tells developers of itself is not for those who build somebody's program.
    string(APPEND text " CMAKE_ARGS -Wno-dev")
    cmake_language(EVAL CODE "_ExternalProject_Add([==[${name}]==]${text})")
endfunction()
