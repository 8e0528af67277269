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
