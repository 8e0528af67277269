# SPDX-License-Identifier: BSD-2-Clause
#
# The functions that a description names in vmN.init_cons, or vmN_config.init_cons: a table of them,
# compiled into that monitor. The names are weak references, so that a function which is not there
# is found missing by the monitor, which can say so.
include_guard(GLOBAL)

# caisson_init_con(<outvar of declarations> <outvar of an entry> <init> <badge> <irq>): a badge is a
# number, or a function that is called without arguments.
function(caisson_init_con declarations entry init badge irq)
    set(declared "extern init_con_start ${init} __attribute__((weak));\n")
    set(fields ".name = \"${init}\", .start = ${init}")
    if(badge MATCHES "^([A-Za-z_][A-Za-z_0-9]*) *\\( *\\)$")
        string(APPEND declared "extern init_con_badge ${CMAKE_MATCH_1} __attribute__((weak));\n")
        string(APPEND fields ", .badge = ${CMAKE_MATCH_1}")
    elseif(badge MATCHES "^(0x[0-9A-Fa-f]+|[0-9]+)$")
        string(APPEND fields ", .bits = ${badge}")
    endif()
    if(irq MATCHES "^[A-Za-z_][A-Za-z_0-9]*$")
        string(APPEND declared "extern init_con_irq ${irq} __attribute__((weak));\n")
        string(APPEND fields ", .irq_name = \"${irq}\", .irq = ${irq}")
    endif()
    set(${declarations} "${declared}" PARENT_SCOPE)
    set(${entry} "    {${fields}},\n" PARENT_SCOPE)
endfunction()

# caisson_vm_init_cons(<vm> <outvar>): runs when the description has been read. The variable says
# where it asks for virtio devices.
function(caisson_vm_init_cons vm virtio)
    set(${virtio} "" PARENT_SCOPE)
    set(declarations "")
    set(entries "")
    foreach(attribute init_cons config_init_cons)
        set(i 0)
        while(DEFINED CAMKES_${vm}_VALUE_${attribute}_${i}_init)
            set(con CAMKES_${vm}_VALUE_${attribute}_${i})
            if(NOT ${con}_init MATCHES "^[A-Za-z_][A-Za-z_0-9]*$")
                message(FATAL_ERROR "${CAMKES_${vm}_PLACE_${attribute}}: ${vm}.${attribute}: "
                    "\"${${con}_init}\" cannot be the name of a C function.")
            endif()
            if(${con}_init MATCHES "^make_virtio_")
                set(${virtio} "${CAMKES_${vm}_PLACE_${attribute}}: ${vm}.${attribute}" PARENT_SCOPE)
            endif()
            caisson_init_con(declaration entry "${${con}_init}" "${${con}_badge}" "${${con}_irq}")
            string(APPEND declarations "${declaration}")
            string(APPEND entries "${entry}")
            math(EXPR i "${i} + 1")
        endwhile()
    endforeach()
    if(entries STREQUAL "")
        return()
    endif()
    set(source ${CMAKE_BINARY_DIR}/init_cons-${vm}.c)
    file(GENERATE OUTPUT ${source} CONTENT
"/* What ${vm}.init_cons names. */
#include <init_con.h>
${declarations}
const struct init_con vm_init_cons[] = {
${entries}    {0},
};
")
    set_source_files_properties(${source} PROPERTIES GENERATED TRUE)
    ExtendCAmkESComponentInstance(${CAMKES_${vm}_COMPONENT} ${vm} SOURCES ${source})
endfunction()
