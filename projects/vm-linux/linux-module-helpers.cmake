# SPDX-License-Identifier: BSD-2-Clause
#
# For the CMakeLists.txt of a folder of guest kernel modules, a project of its own that gets
# LINUX_KERNEL_DIR and the path of this file (MODULE_HELPERS_FILE) from the app.
include_guard(GLOBAL)

# A workspace may be made of symbolic links.
get_filename_component(LINUX_MODULE_TOOLS ${CMAKE_CURRENT_LIST_DIR}/tools REALPATH)
include(${LINUX_MODULE_TOOLS}/../../../cmake/argument-checks.cmake)

# The build of a module leaves its files beside the sources, so it gets a copy of them. All folders
# below the calling CMakeLists.txt are copied together: modules may include one another's headers
# and use one another's symbols by relative paths. A folder from elsewhere is copied alone.
function(vm_linux_module_copy copy_outvar target_outvar folder)
    file(RELATIVE_PATH path ${CMAKE_CURRENT_SOURCE_DIR} ${folder})
    set(root ${CMAKE_CURRENT_SOURCE_DIR})
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/sources)
    if(path MATCHES "^\\.\\.(/|$)")
        get_filename_component(name ${folder} NAME)
        set(root ${folder})
        set(copy ${CMAKE_CURRENT_BINARY_DIR}/sources-of-${name})
        set(path "")
    endif()
    file(RELATIVE_PATH target ${CMAKE_BINARY_DIR} ${copy})
    string(REPLACE "/" "-" target "module-${target}")
    if(NOT TARGET ${target})
        add_custom_target(${target}
            COMMAND ${LINUX_MODULE_TOOLS}/overlay-sync.sh ${root} ${copy} ${copy}.list
                ${CMAKE_BINARY_DIR}
            COMMENT "Looking for changes in ${root}" VERBATIM)
    endif()
    get_filename_component(copy "${copy}/${path}" ABSOLUTE)
    set(${copy_outvar} ${copy} PARENT_SCOPE)
    set(${target_outvar} ${target} PARENT_SCOPE)
endfunction()

# DefineLinuxModule(<dir> [DEPENDS …] [INCLUDES …])
# DefineLinuxModule(<dir> <out_location> <out_target> [KERNEL_DIR dir] [ARCH a] [CROSS_COMPILE
#     prefix]
#                   [DEPENDS …] [INCLUDES …])
# Builds the module in folder <dir> with its own Makefile, which finds the kernel in KHEAD, and
# copies <name>.ko, named after the folder, to the binary directory. INCLUDES reach the Makefile as
# -I flags in MODULE_INCLUDES.
function(DefineLinuxModule dir)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "KERNEL_DIR;ARCH;CROSS_COMPILE" "DEPENDS;INCLUDES")
    set(who "DefineLinuxModule(${dir})")
    list(LENGTH arg_UNPARSED_ARGUMENTS count)
    if(NOT count EQUAL 0 AND NOT count EQUAL 2)
        message(FATAL_ERROR "${who}: give the folder alone, or the folder, out_location and "
            "out_target; then KERNEL_DIR, ARCH, CROSS_COMPILE, DEPENDS, INCLUDES.")
    endif()
    caisson_check_given("${who}" dir)
    caisson_check_depends("${who}" ${arg_DEPENDS})
    get_filename_component(folder "${dir}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_filename_component(name ${folder} NAME)
    if(NOT EXISTS ${folder}/Makefile)
        message(FATAL_ERROR "${who}: there is no ${folder}/Makefile. It needs two things: obj-m += "
            "${name}.o, and a target all that runs make -C $(KHEAD) M=$(PWD) modules.")
    endif()
    set(kernel ${arg_KERNEL_DIR})
    if(NOT kernel)
        set(kernel ${LINUX_KERNEL_DIR})
    endif()
    if(NOT kernel)
        message(FATAL_ERROR "${who}: neither KERNEL_DIR nor LINUX_KERNEL_DIR says what kernel to "
            "build against; the app passes -DLINUX_KERNEL_DIR=<the folder that DownloadLinux() "
            "gave>.")
    endif()
    if("${CMAKE_CURRENT_BINARY_DIR}${kernel}" MATCHES "[ \t:]")
        message(FATAL_ERROR "${who}: Linux cannot build modules in or against a folder with a "
            "blank or a colon in its name; the build is in ${CMAKE_CURRENT_BINARY_DIR}, the kernel "
            "in ${kernel}.")
    endif()
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.ko)
    set(target ${name}-module)
    if(count EQUAL 2)
        list(GET arg_UNPARSED_ARGUMENTS 0 location)
        list(GET arg_UNPARSED_ARGUMENTS 1 target)
        set(${location} ${output} PARENT_SCOPE)
    endif()
    caisson_check_target_name("${who}" out_target "${target}")
    set(includes "")
    foreach(include IN LISTS arg_INCLUDES)
        get_filename_component(include ${include} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
        string(APPEND includes " -I${include}")
    endforeach()
    set(settings "MODULE_INCLUDES=${includes}")
    if(arg_ARCH)
        list(APPEND settings ARCH=${arg_ARCH})
    endif()
    if(arg_CROSS_COMPILE)
        list(APPEND settings CROSS_COMPILE=${arg_CROSS_COMPILE})
    endif()
    if(TARGET ${target})
        message(FATAL_ERROR "${who}: there is a target ${target} already; call it once for each "
            "folder, with an out_target of its own.")
    endif()
    get_property(known GLOBAL PROPERTY LINUX_MODULE_${output})
    if(known)
        message(FATAL_ERROR "${who}: the target ${known} makes ${name}.ko already; modules need "
            "names of their own.")
    endif()
    set_property(GLOBAL PROPERTY LINUX_MODULE_${output} ${target})
    vm_linux_module_copy(copy copied ${folder})
    add_custom_target(${target} ALL
        COMMAND ${LINUX_MODULE_TOOLS}/build-module.sh ${folder} ${copy} ${name}.ko ${output}
            ${kernel} ${settings}
        DEPENDS ${arg_DEPENDS} BYPRODUCTS ${output}
        COMMENT "Building the kernel module ${name}" VERBATIM)
    add_dependencies(${target} ${copied})
endfunction()
