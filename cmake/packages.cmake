# SPDX-License-Identifier: BSD-2-Clause
#
# The projects that apps find with find_package(), and the macros by which they import them. All are
# here already, so finding sets paths and importing does nothing. What has no counterpart is refused
# by name.
include_guard(GLOBAL)

set(projects ${CAISSON_SOURCE_DIR}/projects)
set(CAISSON_PACKAGES_DIR ${CMAKE_BINARY_DIR}/packages)
list(APPEND CMAKE_MODULE_PATH ${CAISSON_PACKAGES_DIR})

# Names under which apps find helpers. Some packages set them, but apps do not always find these
# first.
set(CAMKES_VM_DIR ${projects}/vm CACHE INTERNAL "")
set(VM_PROJECT_DIR ${projects}/vm CACHE INTERNAL "")
set(CAMKES_VM_HELPERS_PATH ${projects}/vm/camkes_vm_helpers.cmake CACHE INTERNAL "")
set(CAMKES_VM_SETTINGS_PATH ${projects}/vm/camkes_vm_settings.cmake CACHE INTERNAL "")
set(CAMKES_VM_LINUX_DIR ${projects}/vm-linux CACHE INTERNAL "")
set(CAMKES_VM_LINUX_HELPERS_PATH ${projects}/vm-linux/vm-linux-helpers.cmake CACHE INTERNAL "")
set(CAMKES_VM_LINUX_MODULE_HELPERS_PATH ${projects}/vm-linux/linux-module-helpers.cmake
    CACHE INTERNAL "")
set(CAMKES_VM_LINUX_SOURCE_HELPERS_PATH ${projects}/vm-linux/linux-source-helpers.cmake
    CACHE INTERNAL "")
set(CAMKES_VM_IMAGES_DIR ${CMAKE_BINARY_DIR}/vm-linux/images CACHE INTERNAL "")
set(CAMKES_TOOL_DIR ${CAISSON_SOURCE_DIR}/tools/camkesc CACHE INTERNAL "")
set(GLOBAL_COMPONENTS_DIR ${CAISSON_SOURCE_DIR}/components CACHE INTERNAL "")
set(SEL4_TUTORIALS_DIR ${CMAKE_CURRENT_LIST_DIR}/sel4-tutorials CACHE INTERNAL "")

# caisson_package(<name> <macro>…): find_package(<name>) finds it; the macros do nothing.
function(caisson_package name)
    set(path ${CAISSON_PACKAGES_DIR}/Find${name}.cmake)
    set(text "# Written by cmake/packages.cmake: part of Caisson.\nset(${name}_FOUND TRUE)\n")
    set(there "")
    if(EXISTS ${path})
        file(READ ${path} there)
    endif()
    if(NOT there STREQUAL text)
        file(WRITE ${path} "${text}")
    endif()
    foreach(macro ${ARGN})
        cmake_language(EVAL CODE "macro(${macro})\nendmacro()")
    endforeach()
endfunction()

# caisson_refuse(<why> <helper>…): these names say why they cannot be served, and what to do.
function(caisson_refuse why)
    foreach(helper ${ARGN})
        cmake_language(EVAL CODE
            "function(${helper})\nmessage(FATAL_ERROR [[${helper}: ${why}]])\nendfunction()")
    endforeach()
endfunction()

# caisson_refuse_package(<name> <why>)
function(caisson_refuse_package name why)
    file(WRITE ${CAISSON_PACKAGES_DIR}/Find${name}.cmake
        "message(FATAL_ERROR [[find_package(${name}): ${why}]])\n")
endfunction()

caisson_package(seL4 sel4_import_kernel sel4_import_libsel4 sel4_configure_platform_settings)
caisson_package(elfloader-tool elfloader_import_project ApplyData61ElfLoaderSettings
    SetElfloaderRootserversLast)
caisson_package(musllibc musllibc_import_library musllibc_set_environment_flags
    musllibc_setup_build_environment musllibc_setup_build_environment_with_sel4runtime)
caisson_package(sel4runtime sel4runtime_import_project)
caisson_package(util_libs util_libs_import_libraries)
caisson_package(seL4_libs sel4_libs_import_libraries)
caisson_package(projects_libs projects_libs_import_libraries)
caisson_package(sel4_projects_libs sel4_projects_libs_import_libraries)
caisson_package(capdl capdl_import_project capdl_import_build_tools SetCapDLLoaderStaticAlloc)
caisson_package(camkes-tool camkes_tool_import_libraries camkes_tool_setup_camkes_build_environment)
caisson_package(global-components global_components_import_project includeGlobalComponents)
caisson_package(camkes-vm camkes_x86_vm_setup_x86_vm_environment camkes_vm_import_project
    camkes_x86_vm_import_project)
caisson_package(camkes-vm-linux camkes_vm_linux_import_project)
caisson_package(camkes-vm-images camkes_vm_images_import_project)
caisson_package(camkes-vm-examples)

# Settings that upstream derives from others; here there is one kind of build and one machine.
foreach(macro ApplyCommonSimulationSettings ApplyCommonReleaseVerificationSettings
    correct_platform_strings cakeml_helpers_setup)
    cmake_language(EVAL CODE "macro(${macro})\nendmacro()")
endforeach()

# Files of helpers that apps include by name: what is in them is always there, or refused below.
foreach(name cakeml check_arch_compiler cpio dts environment_flags make nanopb rootserver rumprun
    rust)
    file(WRITE ${CAISSON_PACKAGES_DIR}/${name}.cmake "# Written by cmake/packages.cmake.\n")
endforeach()
foreach(name LWIP_HELPERS KERNEL_HELPERS_PATH KERNEL_FLAGS_PATH CAMKES_ARM_VM_HELPERS_PATH
    CAPDL_TOOL_HELPERS)
    set(${name} ${CAISSON_PACKAGES_DIR}/rootserver.cmake CACHE INTERNAL "")
endforeach()

# config_option() and its kin make an entry of CONFIG_… names; those that hold are in <autoconf.h>.
caisson_refuse("the configuration of kernel and libraries is fixed, <autoconf.h> has the CONFIG_ \
names that hold; use option() and target_compile_definitions() for settings of your own."
    config_option config_choice config_string config_set add_config_library)

caisson_refuse("guests here are x86 machines; use DeclareCAmkESVM(InitN)." DeclareCAmkESARMVM
    camkes_arm_vm_import_project)
caisson_refuse("there is no such helper in the CAmkES VM either; use \
GetArchDefaultLinuxKernelFile(\"32\"|\"64\" <variable>) or the path of a kernel of your own."
    GetArchSpecificLinuxKernelFile GetSupermicroLinuxKernelFile)
caisson_refuse("there is no IP stack for native components; let a guest have the network."
    AddLWIPConfiguration)
caisson_refuse("archives are made for FileServer: AddToFileServer(<name> <file>); what a component \
reads by itself it includes, by .incbin in an assembler source." MakeCPIO)
caisson_refuse("list -D<NAME>=<0 or 1> among the CPP_FLAGS of DeclareCAmkESRootserver()."
    AddCamkesCPPFlag)
caisson_refuse("use find_file() or find_program()." RequireFile RequireTool)
caisson_refuse("use add_library(), or ExternalProject_Add() for what make builds." AddLegacyLibrary)
caisson_refuse("a component starts at run(); leave it out." SetSeL4Start)
caisson_refuse("components are written in C, C++ or assembler." RustAddLibrary RustAddStaticLib
    GenerateNanopb)
caisson_refuse("components are written in C or C++; there is no CakeML compiler here." CakeMLPP
    DeclareCakeMLLib)
caisson_refuse("components are written in C or C++; there are no rumprun kernels here."
    rumprun_import_project CAmkESAddRumpComponent DeclareRumprunCAmkESComponent
    DeclareExternalRumprunProject)
caisson_refuse("a program of its own is not started on this kernel: the root task is the loader, \
which starts the components of a description; write a component and call \
DeclareCAmkESRootserver(<file.camkes>)." DeclareRootserver
    sel4_tutorials_setup_roottask_tutorial_environment
    sel4_tutorials_setup_capdl_tutorial_environment)

# The libraries that components name among LIBS: what there is of them, each component has. Called
# when the app has been read, which may have libraries of these names.
function(caisson_known_libraries)
    foreach(library allocman camkes-putchar-client camkes_vmm_Config elf ethdrivers
        FileServer-client muslc platsupport sel4_autoconf sel4allocman sel4camkes sel4debug
        sel4muslcsys sel4platsupport sel4runtime sel4simple sel4sync sel4utils sel4vka sel4vm
        sel4vmmplatsupport sel4vspace SerialServer-client usbdrivers utils vswitch)
        if(NOT TARGET ${library})
            add_library(${library} INTERFACE)
        endif()
    endforeach()
endfunction()

caisson_refuse_package(camkes-arm-vm "guests here are x86 machines; camkes-vm is there.")
caisson_refuse_package(picotcp "there is no IP stack for native components; let a guest have the \
network.")
caisson_refuse_package(cakeml_libs "components are written in C or C++; there is no CakeML \
compiler here.")
caisson_refuse_package(rumprun "components are written in C or C++; there are no rumprun kernels \
here.")
