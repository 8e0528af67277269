# SPDX-License-Identifier: BSD-2-Clause
#
# The word size of the default guests. Apps of 2018 set KernelX86Sel4Arch, today's KernelSel4Arch.

# caisson_word_size(): both become the same: what is not the default.
function(caisson_word_size)
    foreach(name KernelX86Sel4Arch KernelSel4Arch)
        if(NOT "${${name}}" MATCHES "^(x86_64|ia32|)$")
            message(FATAL_ERROR "${name} is \"${${name}}\": give \"x86_64\" (64-bit guests) or "
                "\"ia32\" (32-bit guests).")
        endif()
    endforeach()
    if(KernelX86Sel4Arch STREQUAL "ia32" OR KernelSel4Arch STREQUAL "ia32")
        set(KernelX86Sel4Arch ia32 CACHE STRING "" FORCE)
        set(KernelSel4Arch ia32 CACHE STRING "" FORCE)
    endif()
endfunction()
