# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels for the monitor. In the CAmkES VM of 2018 vm-linux-helpers.cmake offers this, today
# camkes_vm_helpers.cmake does; both include it.
include_guard(GLOBAL)

# DecompressLinuxKernel(<target> <outvar> <bzimage> [DEPENDS …])
# Declares <target>, which extracts the ELF kernel (with its relocations) from <bzimage>; <outvar>
# is the path of the result, decomp/<basename> in the app's binary directory, or
# decomp/<target>/<basename> if another kernel has that name.
function(DecompressLinuxKernel target outvar bzimage)
    cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "DEPENDS")
    set(who "DecompressLinuxKernel(${target})")
    caisson_check_rest("${who}" "after the kernel file it takes DEPENDS" ${arg_UNPARSED_ARGUMENTS})
    caisson_check_depends("${who}" ${arg_DEPENDS})
    caisson_check_target_name("${who}" target "${target}")
    if(TARGET ${target})
        message(FATAL_ERROR "${who}: there is a target of this name already; give another one.")
    endif()
    if("${bzimage}" STREQUAL "" OR "${bzimage}" MATCHES ";")
        message(FATAL_ERROR "${who}: the kernel file is \"${bzimage}\"; give the path of one file. "
            "GetDefaultLinuxKernelFile(<variable>) gives the default kernel.")
    endif()
    get_filename_component(bzimage "${bzimage}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_source_file_property(generated "${bzimage}" GENERATED)
    if(NOT EXISTS "${bzimage}" AND NOT generated AND NOT arg_DEPENDS)
        message(FATAL_ERROR "${who}: ${bzimage} does not exist and no DEPENDS says what makes it. "
            "GetDefaultLinuxKernelFile(<variable>) gives the default kernel.")
    endif()
    get_filename_component(name "${bzimage}" NAME)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/decomp/${name})
    get_property(taken GLOBAL PROPERTY VM_LINUX_DECOMPRESSED_${output})
    if(taken)
        set(output ${CMAKE_CURRENT_BINARY_DIR}/decomp/${target}/${name})
    endif()
    set_property(GLOBAL PROPERTY VM_LINUX_DECOMPRESSED_${output} ${target})
    get_filename_component(folder ${output} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    if(NOT generated AND arg_DEPENDS)
        caisson_made_file(bzimage "${who}" ${bzimage} ${arg_DEPENDS})
    endif()
    add_custom_command(OUTPUT ${output}
        COMMAND extract-vmlinux ${bzimage} ${output}
        DEPENDS extract-vmlinux ${bzimage} ${arg_DEPENDS}
        COMMENT "Extracting the kernel from ${name}" VERBATIM)
    add_custom_target(${target} DEPENDS ${output})
    set(${outvar} ${output} PARENT_SCOPE)
endfunction()
