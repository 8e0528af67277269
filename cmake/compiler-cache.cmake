# SPDX-License-Identifier: BSD-2-Clause
#
# What builds of the same sources in other folders have made already. The environment's
# CAISSON_CACHE names the folder that keeps it, and the Debian packages.
#
# Most of a build is some three hundred small files. ccache, where it is installed, remembers what
# became of them; paths below the build folder are relative to it, so that folders share.
set(CAISSON_CACHE "$ENV{CAISSON_CACHE}")
if(NOT CAISSON_CACHE)
    set(CAISSON_CACHE "$ENV{XDG_CACHE_HOME}/caisson")
    if(NOT DEFINED ENV{XDG_CACHE_HOME})
        set(CAISSON_CACHE $ENV{HOME}/.cache/caisson)
    endif()
endif()
find_program(CCACHE ccache)
if(CCACHE)
    set(settings ${CMAKE_BINARY_DIR}/ccache.conf)
    file(CONFIGURE OUTPUT ${settings} CONTENT "cache_dir = ${CAISSON_CACHE}/ccache
base_dir = ${CMAKE_BINARY_DIR}
hash_dir = false
depend_mode = true
max_size = 500M
")
    set(launcher env CCACHE_CONFIGPATH=${settings} ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
