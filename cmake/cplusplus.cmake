# SPDX-License-Identifier: BSD-2-Clause
#
# C++ for components, read where one has C++ sources: the compiler's own headers over newlib's, no
# exceptions, no RTTI. There is no C++ library to link; what headers define by themselves (<array>,
# <algorithm>, <utility>, …) works.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O1")

# Where the compiler looks for C++ headers, in its order.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -E -v -x c++ /dev/null
    OUTPUT_QUIET ERROR_VARIABLE output)
string(REGEX MATCHALL "\n /[^\n]*/c\\+\\+[^\n]*" folders "${output}")
set(CAISSON_CXX_OPTIONS -fno-exceptions -fno-rtti -fno-threadsafe-statics)
foreach(folder ${folders})
    string(STRIP ${folder} folder)
    list(APPEND CAISSON_CXX_OPTIONS -isystem${folder})
endforeach()
list(APPEND CAISSON_CXX_OPTIONS -isystem${CAISSON_SOURCE_DIR}/libs/c/cplusplus)
