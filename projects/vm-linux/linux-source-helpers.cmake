# SPDX-License-Identifier: BSD-2-Clause
#
# Kernel sources for out-of-tree modules. For the default guest kernels they are Debian's headers
# packages of exactly that kernel, fetched through apt; they come configured. A user's own kernel
# tree can be configured with ConfigureLinux() as well.
include_guard(GLOBAL)

include(${CMAKE_CURRENT_LIST_DIR}/vm-linux-helpers.cmake)

# What linux-headers.sh says about the default kernel for a word size: its version (as uname -r says
# it) or md5. A build folder sticks to the answer.
function(vm_linux_default what bits outvar)
    if(NOT VM_LINUX_${what}_${bits})
        execute_process(COMMAND ${VM_LINUX_DIR}/tools/linux-headers.sh ${what} ${bits}
            OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
        if(failed)
            message(FATAL_ERROR "The ${what} of the default ${bits}-bit guest kernel could not be "
                "found; see above.")
        endif()
        set(VM_LINUX_${what}_${bits} ${answer} CACHE INTERNAL "")
    endif()
    set(${outvar} ${VM_LINUX_${what}_${bits}} PARENT_SCOPE)
endfunction()

# GetDefaultLinuxVersion(<outvar>): the release of the app's default guest kernel, e.g.
# 6.1.0-50-686; the guest has its modules in lib/modules/<version>. GetDefaultLinuxMajor and …Minor
# give the parts before and after the first dot.
function(GetDefaultLinuxVersion outvar)
    vm_linux_default_bits(bits)
    vm_linux_default(version ${bits} release)
    set(${outvar} ${release} PARENT_SCOPE)
endfunction()

function(GetDefaultLinuxMajor outvar)
    GetDefaultLinuxVersion(version)
    string(REGEX MATCH "^[^.]*" major "${version}")
    set(${outvar} ${major} PARENT_SCOPE)
endfunction()

function(GetDefaultLinuxMinor outvar)
    GetDefaultLinuxVersion(version)
    # Not REGEX REPLACE: to CMake, ^ matches again after each replacement.
    string(REGEX MATCH "\\.(.*)" minor "${version}")
    set(${outvar} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

# GetDefaultLinuxMd5(<outvar>): the MD5 sum of Debian's package with that kernel's headers.
function(GetDefaultLinuxMd5 outvar)
    vm_linux_default_bits(bits)
    vm_linux_default(md5 ${bits} md5)
    set(${outvar} ${md5} PARENT_SCOPE)
endfunction()

# DownloadLinux(<linux_major> <linux_minor> <linux_md5> <linux_out_dir> <linux_out_target>)
# Declares the target linux_out_target, which unpacks what modules for that kernel are built
# against, if the package has the MD5 sum linux_md5; the variable linux_out_dir gets the folder for
# make -C. A repeated call for the same kernel is harmless. Parts of it, by the same name:
# download_<target> fetches the packages into the cache, extract_<target> unpacks them,
# clean-<target> removes what was unpacked.
function(DownloadLinux linux_major linux_minor linux_md5 linux_out_dir linux_out_target)
    set(who "DownloadLinux(${linux_out_target})")
    caisson_check_rest("${who}"
        "it takes linux_major, linux_minor, linux_md5, linux_out_dir and linux_out_target" ${ARGN})
    caisson_check_given("${who}" linux_major linux_minor linux_md5 linux_out_dir)
    caisson_check_target_name("${who}" linux_out_target "${linux_out_target}")
    if(CMAKE_BINARY_DIR MATCHES "[ \t:]")
        message(FATAL_ERROR "${who}: Linux cannot build modules in a folder with a blank or a "
            "colon in its name; move the build out of ${CMAKE_BINARY_DIR}.")
    endif()
    set(wanted "${linux_major}.${linux_minor}")
    vm_linux_default_bits(bits)
    vm_linux_default(version ${bits} release)
    if(NOT wanted STREQUAL release)
        message(FATAL_ERROR "${who}: Linux ${wanted} is not the default guest kernel, which is "
            "${release}. Take the version from GetDefaultLinuxMajor() and GetDefaultLinuxMinor(); "
            "for a kernel of your own give your own source folder as LINUX_KERNEL_DIR instead of "
            "calling DownloadLinux().")
    endif()
    get_property(declared GLOBAL PROPERTY VM_LINUX_HEADERS_${release})
    if(declared AND NOT declared STREQUAL linux_md5)
        message(FATAL_ERROR "${who}: linux_md5 is ${linux_md5}, but another call for the same "
            "kernel says ${declared}. Both should take it from GetDefaultLinuxMd5().")
    endif()
    set(folder ${CMAKE_BINARY_DIR}/vm-linux/headers/${release})
    set(${linux_out_dir} ${folder}/build PARENT_SCOPE)
    if(TARGET ${linux_out_target})
        get_target_property(known ${linux_out_target} VM_LINUX_RELEASE)
        if(NOT known STREQUAL release)
            message(FATAL_ERROR "${who}: there is another target of this name already; give "
                "another linux_out_target.")
        endif()
        return()
    endif()
    if(NOT declared)
        set_property(GLOBAL PROPERTY VM_LINUX_HEADERS_${release} ${linux_md5})
        add_custom_command(OUTPUT ${folder}/.release
            COMMAND ${VM_LINUX_DIR}/tools/linux-headers.sh unpack ${bits} ${release} ${linux_md5}
                ${folder}
            COMMENT "Unpacking the headers of Linux ${release}" VERBATIM)
        add_custom_target(vm_linux_headers_${bits} DEPENDS ${folder}/.release)
    endif()
    add_custom_target(download_${linux_out_target}
        COMMAND ${VM_LINUX_DIR}/tools/linux-headers.sh download ${bits} ${release} ${linux_md5}
        COMMENT "Downloading the headers of Linux ${release}" VERBATIM)
    add_custom_target(clean-${linux_out_target}
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}
        COMMENT "Removing the headers of Linux ${release}" VERBATIM)
    foreach(target extract_${linux_out_target} ${linux_out_target})
        add_custom_target(${target})
        add_dependencies(${target} vm_linux_headers_${bits})
    endforeach()
    set_property(TARGET ${linux_out_target} PROPERTY VM_LINUX_RELEASE ${release})
endfunction()

# ConfigureLinux(<linux_dir> <linux_config_location> <linux_symvers_location>
#     <configure_linux_target>
#                [DEPENDS …] [ARCH a] [CROSS_COMPILE prefix])
# Declares a target that makes linux_dir ready for building modules. Headers, as DownloadLinux()
# unpacks them, are ready as they are, and the two files are not read for them; into a source tree
# of the user's own they are copied.
function(ConfigureLinux linux_dir linux_config_location linux_symvers_location
    configure_linux_target)
    cmake_parse_arguments(PARSE_ARGV 4 arg "" "ARCH;CROSS_COMPILE" "DEPENDS")
    set(who "ConfigureLinux(${configure_linux_target})")
    caisson_check_rest("${who}" "it takes DEPENDS, ARCH and CROSS_COMPILE"
        ${arg_UNPARSED_ARGUMENTS})
    caisson_check_given("${who}" linux_dir linux_config_location linux_symvers_location)
    caisson_check_depends("${who}" ${arg_DEPENDS})
    caisson_check_target_name("${who}" configure_linux_target "${configure_linux_target}")
    foreach(argument linux_dir linux_config_location linux_symvers_location)
        get_filename_component(${argument} "${${argument}}" ABSOLUTE BASE_DIR
            ${CMAKE_CURRENT_SOURCE_DIR})
    endforeach()
    if(TARGET ${configure_linux_target})
        get_target_property(known ${configure_linux_target} VM_LINUX_DIR)
        if(NOT known STREQUAL linux_dir)
            message(FATAL_ERROR "${who}: there is another target of this name already; give "
                "another configure_linux_target.")
        endif()
        return()
    endif()
    add_custom_target(${configure_linux_target}
        COMMAND ${VM_LINUX_DIR}/tools/configure-linux.sh ${linux_dir} ${linux_config_location}
            ${linux_symvers_location} "ARCH=${arg_ARCH}" "CROSS_COMPILE=${arg_CROSS_COMPILE}"
        DEPENDS ${arg_DEPENDS} COMMENT "Configuring ${linux_dir} for modules" VERBATIM)
    set_property(TARGET ${configure_linux_target} PROPERTY VM_LINUX_DIR ${linux_dir})
endfunction()
