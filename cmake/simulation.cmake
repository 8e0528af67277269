# SPDX-License-Identifier: BSD-2-Clause
#
# For apps that ask for a script that simulates them. ./simulate is made in any case; the top
# CMakeLists.txt includes this, so apps need not.
include_guard(GLOBAL)

function(GenerateSimulateScript)
endfunction()

# SetSimulationScriptProperty(MEM_SIZE <size>): the memory that ./simulate gives the machine.
function(SetSimulationScriptProperty property value)
    if(property STREQUAL "MEM_SIZE")
        if(NOT value MATCHES "^[0-9]+[MG]$")
            message(FATAL_ERROR "SetSimulationScriptProperty(MEM_SIZE ${value}): give a size as "
                "QEMU takes it: 512M, 3G.")
        endif()
        set_property(GLOBAL PROPERTY CAISSON_SIMULATE_MEMORY ${value})
    else()
        message(STATUS "SetSimulationScriptProperty(${property}) has no effect here: ./simulate "
            "shows the machine's serial console in the terminal")
    endif()
endfunction()

# add_simulate_test(<script>): the test `simulate` of this build (ctest) boots it and runs the Tcl
# script in expect; wait_for "text" waits until the console has shown the text.
function(add_simulate_test script)
    set_property(GLOBAL APPEND_STRING PROPERTY CAISSON_SIMULATE_TEST "${script}\n")
endfunction()

# Writes what the app has asked for; called when it has been read.
function(caisson_simulation)
    get_property(memory GLOBAL PROPERTY CAISSON_SIMULATE_MEMORY)
    if(NOT memory)
        set(memory 3G)
    endif()
    configure_file(${CAISSON_SOURCE_DIR}/tools/simulate.in ${CMAKE_BINARY_DIR}/simulate @ONLY
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
        WORLD_READ WORLD_EXECUTE)
    get_property(script GLOBAL PROPERTY CAISSON_SIMULATE_TEST)
    if(script)
        file(WRITE ${CMAKE_BINARY_DIR}/simulate-test.tcl "${script}")
        add_test(NAME simulate COMMAND expect -f ${CAISSON_SOURCE_DIR}/tools/simulate-test.exp
            WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
    endif()
endfunction()
