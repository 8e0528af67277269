# SPDX-License-Identifier: BSD-2-Clause
#
# What the helpers check of their arguments. `who` is the call in the user's CMakeLists.txt, as
# errors name it.
include_guard(GLOBAL)

# caisson_check_rest(<who> <takes> <argument>…): the arguments that nobody asked for; there should
# be none.
function(caisson_check_rest who takes)
    if(ARGN)
        list(JOIN ARGN " " unknown)
        message(FATAL_ERROR "${who}: unknown arguments '${unknown}'; ${takes}.")
    endif()
endfunction()

# caisson_check_given(<who> <variable>…): parameters of the caller's that cannot be empty
function(caisson_check_given who)
    foreach(argument IN LISTS ARGN)
        if("${${argument}}" STREQUAL "")
            message(FATAL_ERROR "${who}: ${argument} is empty.")
        endif()
    endforeach()
endfunction()

function(caisson_check_target_name who argument name)
    if(NOT name MATCHES "^[A-Za-z0-9_.+-]+$")
        message(FATAL_ERROR
            "${who}: ${argument} \"${name}\" cannot be a target's name: use letters, digits and . "
            "_ + -")
    endif()
endfunction()

# DEPENDS names nothing that could be built: an error that shows what could be meant.
function(caisson_no_such_dependency who name source)
    get_property(targets DIRECTORY "${source}" PROPERTY BUILDSYSTEM_TARGETS)
    list(FILTER targets EXCLUDE REGEX "^(file_server_|external_|caisson_|CAmkESComponent_)|-sync$")
    list(JOIN targets ", " targets)
    message(FATAL_ERROR "${who}: DEPENDS names \"${name}\", which is neither a target nor a file. "
        "Targets of ${source}: ${targets}.")
endfunction()

# caisson_check_depends(<who> <name>…): each is a target, a file, or what a rule makes. Targets may
# be declared below, so this is looked at when all has been read.
function(caisson_check_depends who)
    foreach(name IN LISTS ARGN)
        if(NOT TARGET "${name}" AND NOT name MATCHES "\\$<")
            cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${CMAKE_SOURCE_DIR}]]
                CALL caisson_check_dependency [[${who}]] [[${name}]]
                [[${CMAKE_CURRENT_SOURCE_DIR}]] [[${CMAKE_CURRENT_BINARY_DIR}]])")
        endif()
    endforeach()
endfunction()

function(caisson_check_dependency who name source binary)
    if(TARGET "${name}")
        return()
    endif()
    foreach(folder ${source} ${binary})
        get_filename_component(path "${name}" ABSOLUTE BASE_DIR ${folder})
        get_source_file_property(generated "${path}" DIRECTORY ${source} GENERATED)
        if(EXISTS "${path}" OR generated)
            return()
        endif()
    endforeach()
    caisson_no_such_dependency("${who}" "${name}" ${source})
endfunction()
