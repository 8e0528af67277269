# SPDX-License-Identifier: BSD-2-Clause
#
# The CAmkES part of the build: components are declared anywhere, the description is compiled once,
# at the end, by GenerateCAmkESRootserver(). Declarations are kept in global properties because
# apps, components and libraries live in different directory scopes.

include(argument-checks)

define_property(GLOBAL PROPERTY CAMKES_IMPORT_PATHS BRIEF_DOCS "import <…> search path"
    FULL_DOCS "-")
define_property(GLOBAL PROPERTY CAMKES_CPP_INCLUDES BRIEF_DOCS "#include path of .camkes files"
    FULL_DOCS "-")
define_property(GLOBAL PROPERTY CAMKES_CPP_FLAGS BRIEF_DOCS "flags for the C preprocessor"
    FULL_DOCS "-")

set(CAMKES_COMPONENT_KEYS SOURCES INCLUDES C_FLAGS CXX_FLAGS LD_FLAGS LIBS TEMPLATE_SOURCES
    TEMPLATE_HEADERS)

# get_absolute_source_or_binary(<outvar> <path>): relative to the calling CMakeLists.txt, or to its
# binary directory where only that has such a file.
function(get_absolute_source_or_binary outvar path)
    get_filename_component(source "${path}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_filename_component(binary "${path}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
    get_source_file_property(generated "${binary}" GENERATED)
    if(NOT EXISTS "${source}" AND (EXISTS "${binary}" OR generated))
        set(source "${binary}")
    endif()
    set(${outvar} "${source}" PARENT_SCOPE)
endfunction()

# caisson_absolute(<outvar> <path>...): the same for several; generator expressions are left alone.
function(caisson_absolute outvar)
    set(result "")
    foreach(path ${ARGN})
        if(NOT path MATCHES "^\\$<" AND NOT IS_ABSOLUTE "${path}")
            get_absolute_source_or_binary(path "${path}")
        endif()
        list(APPEND result "${path}")
    endforeach()
    set(${outvar} "${result}" PARENT_SCOPE)
endfunction()

# Appends one declaration's parsed arguments to the properties of `subject` (a component or an
# instance).
function(caisson_extend_component subject)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LINKER_LANGUAGE" "${CAMKES_COMPONENT_KEYS}")
    string(REGEX REPLACE "^[A-Z]+_" "" who "${subject}")
    set(takes "a component takes SOURCES, INCLUDES, C_FLAGS, CXX_FLAGS, LD_FLAGS and LIBS")
    if("${ARGN}" MATCHES "CAKEML_[A-Z_]+")
        message(FATAL_ERROR "${who}: ${CMAKE_MATCH_0}: there is no CakeML compiler here; ${takes}.")
    endif()
    caisson_check_rest("${who}" "${takes}" ${arg_UNPARSED_ARGUMENTS})
    if(arg_TEMPLATE_SOURCES OR arg_TEMPLATE_HEADERS)
        message(FATAL_ERROR
            "${who}: TEMPLATE_SOURCES/TEMPLATE_HEADERS: Caisson has no template language; "
            "write plain C over the tables of <camkes/tables.h> and list it under SOURCES.")
    endif()
    caisson_absolute(arg_SOURCES ${arg_SOURCES})
    caisson_absolute(includes ${arg_INCLUDES})
    set(arg_INCLUDES "")
    foreach(include ${includes})
        list(APPEND arg_INCLUDES ${include})
        # A rule may make the folder, which is then the build's.
        if(NOT EXISTS ${include})
            string(REPLACE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR} include
                ${include})
            list(APPEND arg_INCLUDES ${include})
        endif()
    endforeach()
    foreach(source ${arg_SOURCES})
        if(NOT source MATCHES "^\\$<" AND NOT EXISTS ${source})
            get_source_file_property(generated ${source} GENERATED)
            if(NOT generated)
                message(FATAL_ERROR "${who}: SOURCES names ${source}, which does not exist.")
            endif()
        endif()
    endforeach()
    if(arg_SOURCES MATCHES "\\.(C|cc|cpp|cxx|c\\+\\+)(;|$)")
        set_property(GLOBAL PROPERTY CAMKES_USES_CXX TRUE)
    endif()
    foreach(key ${CAMKES_COMPONENT_KEYS})
        set_property(GLOBAL APPEND PROPERTY CAMKES_${subject}_${key} ${arg_${key}})
    endforeach()
endfunction()

# DeclareCAmkESComponent(<name> [SOURCES …] [INCLUDES …] [C_FLAGS …] [CXX_FLAGS …] [LD_FLAGS …]
#                        [LIBS …])
# Sources are C, C++ or assembler. What the target CAmkESComponent_<name> depends on, each instance
# does. A further call adds to the component; but where an app has a component of a standard one's
# name, the app's counts.
function(DeclareCAmkESComponent name)
    get_property(known GLOBAL PROPERTY CAMKES_COMPONENT_${name}_DECLARED)
    if(NOT known)
        set_property(GLOBAL PROPERTY CAMKES_COMPONENT_${name}_DECLARED ${CMAKE_CURRENT_LIST_FILE})
        add_custom_target(CAmkESComponent_${name})
    else()
        string(FIND ${CMAKE_CURRENT_LIST_FILE} ${CAISSON_SOURCE_DIR}/components/ place)
        if(place EQUAL 0)
            return()
        endif()
    endif()
    caisson_extend_component(COMPONENT_${name} ${ARGN})
endfunction()

# ExtendCAmkESComponentInstance(<component> <instance> …same keys…): for one instance only.
function(ExtendCAmkESComponentInstance component instance)
    string(REPLACE "." "_" instance ${instance})
    caisson_extend_component(INSTANCE_${instance} ${ARGN})
endfunction()

function(CAmkESAddImportPath)
    caisson_absolute(paths ${ARGN})
    set_property(GLOBAL APPEND PROPERTY CAMKES_IMPORT_PATHS ${paths})
endfunction()

function(CAmkESAddCPPInclude)
    caisson_absolute(paths ${ARGN})
    set_property(GLOBAL APPEND PROPERTY CAMKES_CPP_INCLUDES ${paths})
endfunction()

# Names of 2017 for these.
function(AddCamkesCPPInclude)
    CAmkESAddCPPInclude(${ARGN})
endfunction()

function(get_absolute_list_source_or_binary outvar list)
    caisson_absolute(paths ${list})
    set(${outvar} "${paths}" PARENT_SCOPE)
endfunction()

# CAmkESAddTemplatesPath(): accepted for source compatibility; there are no templates to find.
function(CAmkESAddTemplatesPath)
endfunction()

# DeclareCAmkESConnector(<name> FROM <template> TO <template> …): upstream makes a connector of code
# templates. Those that Caisson has are not made again; others are written in C.
function(DeclareCAmkESConnector name)
    file(GLOB declarations ${CAISSON_SOURCE_DIR}/libs/camkes/adl/*.camkes)
    foreach(file ${declarations})
        file(STRINGS ${file} found REGEX "^connector ${name} ")
        if(found)
            message(STATUS "DeclareCAmkESConnector(${name}): Caisson has this connector; its own "
                "is used, not the app's templates")
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "DeclareCAmkESConnector(${name}): Caisson has no template language. "
        "Declare the connector in a .camkes file with the objects it needs, write what its ends do as one C "
        "file, and list that under SOURCES of the components that use it: docs/runtime.md, \"One "
        "of your own\".")
endfunction()

# DeclareCAmkESRootserver(<file.camkes> [CPP_FLAGS …] [CPP_INCLUDES …])
function(DeclareCAmkESRootserver adl)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DTS_FILE_PATH;DTB_FILE_PATH"
        "CPP_FLAGS;CPP_INCLUDES")
    caisson_absolute(adl ${adl})
    if(NOT EXISTS ${adl})
        message(FATAL_ERROR "DeclareCAmkESRootserver: ${adl} does not exist.")
    endif()
    caisson_check_rest("DeclareCAmkESRootserver(${adl})" "after the file it takes CPP_FLAGS and \
CPP_INCLUDES" ${arg_UNPARSED_ARGUMENTS})
    if(arg_DTS_FILE_PATH OR arg_DTB_FILE_PATH)
        message(FATAL_ERROR "DeclareCAmkESRootserver(${adl}): PCs have no device tree; leave out "
            "DTS_FILE_PATH and DTB_FILE_PATH.")
    endif()
    get_property(known GLOBAL PROPERTY CAMKES_ADL)
    if(known)
        message(FATAL_ERROR "DeclareCAmkESRootserver(${adl}): this build has ${known} already; "
            "one build directory holds one system.")
    endif()
    set_property(GLOBAL PROPERTY CAMKES_ADL ${adl})
    set_property(GLOBAL APPEND PROPERTY CAMKES_CPP_FLAGS ${arg_CPP_FLAGS})
    CAmkESAddCPPInclude(${arg_CPP_INCLUDES})
endfunction()

# Builds the ADL compiler at configure time: the list of instances decides which programs exist. It
# is kept in the cache by what it was made of, for build folders to come.
function(caisson_build_camkesc outvar)
    set(source ${CAISSON_SOURCE_DIR}/tools/camkesc)
    set(libs ${CAISSON_SOURCE_DIR}/libs)
    set(binary ${CMAKE_BINARY_DIR}/camkesc)
    file(GLOB_RECURSE inputs CONFIGURE_DEPENDS ${source}/*.c ${source}/*.h ${source}/*.l
        ${source}/*.y ${source}/CMakeLists.txt ${libs}/capdl/include/*.h ${libs}/base/include/*.h
        ${libs}/base/src/arena.c)
    set_property(DIRECTORY ${CAISSON_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})
    set(key "${CMAKE_C_COMPILER} ${CMAKE_C_COMPILER_VERSION} ${CMAKE_HOST_SYSTEM}")
    foreach(input ${inputs})
        file(SHA256 ${input} hash)
        string(APPEND key " ${hash}")
    endforeach()
    string(SHA256 key "${key}")
    string(SUBSTRING ${key} 0 16 key)
    set(${outvar} ${binary}/camkesc PARENT_SCOPE)
    set(cache ${CAISSON_CACHE})
    set(cached ${cache}/camkesc-${key})
    if(NOT EXISTS ${cached})
        file(MAKE_DIRECTORY ${cache})
        if(NOT EXISTS ${binary}/build.ninja)
            execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${source} -B ${binary}
                -DCMAKE_BUILD_TYPE=Release
                RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
            if(failed)
                message(FATAL_ERROR
                    "The ADL compiler's build could not be configured:\n${output}")
            endif()
        endif()
        execute_process(COMMAND ${CMAKE_COMMAND} --build ${binary} --target camkesc
            RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
        if(failed)
            message(FATAL_ERROR "The ADL compiler did not build:\n${output}")
        endif()
        # Others may do the same at the same time, and earlier versions are of little use.
        string(RANDOM part)
        execute_process(COMMAND ${CMAKE_COMMAND} -E copy ${binary}/camkesc ${cached}.${part})
        file(RENAME ${cached}.${part} ${cached})
        execute_process(COMMAND sh -c "ls -t \"$1\"/camkesc-* | tail -n +9 | xargs -r rm -f" sh
            ${cache})
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${cached} ${binary}/camkesc)
endfunction()

# The arguments that every camkesc call shares.
function(caisson_camkesc_arguments outvar)
    set(arguments "")
    foreach(property CAMKES_IMPORT_PATHS CAMKES_CPP_INCLUDES)
        get_property(paths GLOBAL PROPERTY ${property})
        foreach(path ${paths})
            list(APPEND arguments -I ${path})
        endforeach()
    endforeach()
    get_property(flags GLOBAL PROPERTY CAMKES_CPP_FLAGS)
    foreach(flag ${flags})
        list(APPEND arguments --cpp-flag ${flag})
    endforeach()
    set(${outvar} "${arguments}" PARENT_SCOPE)
endfunction()

# Collects a property of a component and of one instance of it; the instance's headers go first.
function(caisson_component_property outvar component instance key)
    get_property(common GLOBAL PROPERTY CAMKES_COMPONENT_${component}_${key})
    get_property(own GLOBAL PROPERTY CAMKES_INSTANCE_${instance}_${key})
    if(key STREQUAL "INCLUDES")
        set(${outvar} ${own} ${common} PARENT_SCOPE)
    else()
        set(${outvar} ${common} ${own} PARENT_SCOPE)
    endif()
endfunction()

# One program per instance: the component's sources with this instance's generated camkes.h and
# tables.
function(caisson_add_instance instance component)
    get_property(declared GLOBAL PROPERTY CAMKES_COMPONENT_${component}_DECLARED)
    if(NOT declared)
        message(FATAL_ERROR
            "The description has an instance '${instance}' of component '${component}', but no "
            "CMakeLists.txt calls DeclareCAmkESComponent(${component} SOURCES …) "
            "(or DeclareCAmkESVM(${component}) for a virtual machine).")
    endif()
    foreach(key ${CAMKES_COMPONENT_KEYS})
        caisson_component_property(${key} ${component} ${instance} ${key})
    endforeach()
    foreach(library ${LIBS})
        if(library MATCHES "^[A-Za-z0-9_]+$" AND NOT TARGET ${library}
            AND NOT library MATCHES "^(c|gcc|m)$")
            message(FATAL_ERROR "${component}: LIBS names ${library}, but no CMakeLists.txt has "
                "add_library(${library} …).")
        endif()
    endforeach()
    set(generated ${CMAKE_BINARY_DIR}/camkes/${instance})
    set(target ${instance}.instance)
    add_executable(${target} ${SOURCES} ${generated}/camkes.c)
    set_source_files_properties(${generated}/camkes.c PROPERTIES GENERATED TRUE)
    add_dependencies(${target} camkes_generated CAmkESComponent_${component})
    target_include_directories(${target} PRIVATE ${generated} ${INCLUDES}
        ${CAISSON_SOURCE_DIR}/components/include)
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:C,ASM>:${C_FLAGS}>"
        "$<$<COMPILE_LANGUAGE:CXX>:${CXX_FLAGS}>")
    target_link_options(${target} PRIVATE ${LD_FLAGS})
    target_link_libraries(${target} PRIVATE ${LIBS} compat camkes caisson_native)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${instance}.elf
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/instances)
    # The loader's image carries the program without debug information but with its symbols, for
    # backtraces.
    set(stripped ${CMAKE_BINARY_DIR}/instances/${instance})
    add_custom_command(OUTPUT ${stripped}
        COMMAND ${CMAKE_OBJCOPY} --strip-debug $<TARGET_FILE:${target}> ${stripped}
        DEPENDS ${target} VERBATIM)
    set_property(GLOBAL APPEND PROPERTY CAMKES_PROGRAMS ${instance} ${stripped})
endfunction()

# GenerateCAmkESRootserver(): compiles the declared description. Called once, by the top
# CMakeLists.txt; a second call (apps of HEAD's time make one themselves) is harmless.
function(GenerateCAmkESRootserver)
    if(NOT CMAKE_CURRENT_SOURCE_DIR STREQUAL CAISSON_SOURCE_DIR)
        return()
    endif()
    get_property(adl GLOBAL PROPERTY CAMKES_ADL)
    if(NOT adl)
        message(FATAL_ERROR
            "App ${CAMKES_VM_APP} declares no system: its CMakeLists.txt should end with "
            "DeclareCAmkESVMRootServer(<file.camkes>).")
    endif()
    caisson_build_camkesc(camkesc)
    caisson_camkesc_arguments(arguments)
    set(out ${CMAKE_BINARY_DIR}/camkes)
    file(MAKE_DIRECTORY ${out})
    execute_process(COMMAND ${camkesc} ${arguments} --list ${out}/instances.cmake ${adl}
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "${adl} has errors; see above.")
    endif()
    include(${out}/instances.cmake)
    caisson_known_libraries()
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CAMKES_INPUTS})
    # Projects may check what the description sets (CAMKES_<instance>_VALUE_<attribute>, …_PLACE_…,
    # …_UNSET).
    get_property(checks GLOBAL PROPERTY CAMKES_CHECKS)
    foreach(check ${checks})
        cmake_language(CALL ${check})
    endforeach()

    set(outputs ${out}/capdl.bin ${out}/capdl.txt)
    foreach(instance ${CAMKES_INSTANCES})
        list(APPEND outputs ${out}/${instance}/camkes.c ${out}/${instance}/camkes.h)
    endforeach()
    add_custom_command(OUTPUT ${outputs}
        COMMAND ${camkesc} ${arguments} -o ${out} ${adl}
        DEPENDS ${camkesc} ${CAMKES_INPUTS} COMMENT "Compiling ${adl}" VERBATIM)
    add_custom_target(camkes_generated DEPENDS ${outputs})
    # ninja picture: the system as picture.svg; Graphviz draws.
    set(picture ${CMAKE_BINARY_DIR}/picture.svg)
    add_custom_command(OUTPUT ${picture}
        COMMAND ${camkesc} ${arguments} --picture ${out}/picture.dot ${adl}
        COMMAND dot -Tsvg -o ${picture} ${out}/picture.dot
        DEPENDS ${camkesc} ${CAMKES_INPUTS} COMMENT "Drawing ${picture}" VERBATIM)
    add_custom_target(picture DEPENDS ${picture})
    foreach(instance ${CAMKES_INSTANCES})
        caisson_add_instance(${instance} ${CAMKES_${instance}_COMPONENT})
    endforeach()
endfunction()
