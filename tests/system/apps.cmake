# SPDX-License-Identifier: BSD-2-Clause
#
# Tests that build an app as a user would, and tests on the machine that it is for.
set(CAISSON_SYSTEM_TESTS ${CMAKE_CURRENT_LIST_DIR})
set(CAISSON_APPS ${CMAKE_BINARY_DIR}/apps)
find_program(EXPECT expect REQUIRED)

# caisson_app_build(<name> [WITH <script>] [CMAKE_ARGUMENT…]): the test system.<name>.build, which
# makes the build directory ${CAISSON_APPS}/<name> for tests that have <name> among their fixtures.
# <script> does so instead of build-app.sh.
function(caisson_app_build name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "WITH" "")
    if(NOT arg_WITH)
        set(arg_WITH ${CAISSON_SYSTEM_TESTS}/build-app.sh)
    endif()
    add_test(NAME system.${name}.build COMMAND ${arg_WITH} ${CAISSON_APPS}/${name}
        ${arg_UNPARSED_ARGUMENTS})
    set_tests_properties(system.${name}.build PROPERTIES FIXTURES_SETUP ${name} LABELS system
        TIMEOUT 900)
endfunction()

# caisson_console_test(<name> <script> [ARGS …] [APP <app>] [FIXTURE <fixture>] [ENV …]): an expect
# script in the caller's folder, or beside this file. It boots the app that is being built here, or
# an app of caisson_app_build().
function(caisson_console_test name script)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "APP;FIXTURE" "ARGS;ENV")
    set(build ${CMAKE_BINARY_DIR})
    if(arg_APP)
        set(build ${CAISSON_APPS}/${arg_APP})
    endif()
    add_test(NAME ${name} COMMAND ${EXPECT} -f ${CMAKE_CURRENT_SOURCE_DIR}/${script} -- ${arg_ARGS})
    set_tests_properties(${name} PROPERTIES ENVIRONMENT
        "CAISSON_SIMULATE=${build}/simulate;${arg_ENV}"
        LABELS system TIMEOUT 600 FIXTURES_REQUIRED "${arg_APP};${arg_FIXTURE}")
endfunction()
