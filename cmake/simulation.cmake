# SPDX-License-Identifier: BSD-2-Clause
#
# For apps that ask for a script that simulates them. ./simulate is made in any case; the top
# CMakeLists.txt includes this, so apps need not.
include_guard(GLOBAL)

include(${CMAKE_CURRENT_LIST_DIR}/argument-checks.cmake)

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

# SetSimulationMachine(<machine>): QEMU's machine for ./simulate, unless its user says --machine.
function(SetSimulationMachine machine)
    caisson_check_rest("SetSimulationMachine(${machine})" "it takes one machine" ${ARGN})
    if(NOT machine MATCHES "^(pc|q35)(,[A-Za-z0-9_.,=-]+)?$")
        message(FATAL_ERROR "SetSimulationMachine(${machine}): give \"pc\" or \"q35\", and "
            "QEMU's options of it after a comma.")
    endif()
    set_property(GLOBAL PROPERTY CAISSON_SIMULATE_MACHINE ${machine})
endfunction()

# AddSimulationArguments(<argument>…): further arguments for QEMU, each reaching it as it is: the
# devices that the app's guests are given.
function(AddSimulationArguments)
    if(NOT ARGN)
        message(FATAL_ERROR "AddSimulationArguments(): no argument given; it takes QEMU's, for "
            "instance AddSimulationArguments(-device e1000).")
    endif()
    foreach(argument IN LISTS ARGN)
        if("${argument}" MATCHES "\n")
            message(FATAL_ERROR "AddSimulationArguments(): \"${argument}\" has a line break.")
        endif()
        string(REPLACE "'" "'\\''" argument "${argument}")
        set_property(GLOBAL APPEND_STRING PROPERTY CAISSON_SIMULATE_ARGUMENTS " '${argument}'")
    endforeach()
endfunction()

# AddSimulationDisk(<id> <file> [DEPENDS …]): the image <file> (raw) is what the device with
# drive=<id> reads and writes.
function(AddSimulationDisk id file)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "DEPENDS")
    set(who "AddSimulationDisk(${id})")
    caisson_check_rest("${who}" "after the file it takes DEPENDS" ${arg_UNPARSED_ARGUMENTS})
    caisson_check_depends("${who}" ${arg_DEPENDS})
    caisson_check_target_name("${who}" id "${id}")
    caisson_check_given("${who}" file)
    get_filename_component(file "${file}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_source_file_property(generated "${file}" GENERATED)
    if(NOT EXISTS "${file}" AND NOT generated AND NOT arg_DEPENDS)
        message(FATAL_ERROR "${who}: file ${file} does not exist and no DEPENDS says what makes "
            "it. GetDebianDisk(<disk> <kernel> <initrd>) gives a disk with a system.")
    endif()
    add_custom_target(simulation_disk_${id} ALL DEPENDS ${file} ${arg_DEPENDS})
    # QEMU takes a comma for the end of a name unless there are two.
    string(REPLACE "," ",," name "${file}")
    AddSimulationArguments(-drive "if=none,id=${id},format=raw,file=${name}")
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
    get_property(machine GLOBAL PROPERTY CAISSON_SIMULATE_MACHINE)
    if(NOT machine)
        set(machine pc)
    endif()
    get_property(arguments GLOBAL PROPERTY CAISSON_SIMULATE_ARGUMENTS)
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
