/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The headers of the API: every name of the list, in C and in C++, and what the faults' functions
 * make of a message.
 */
#include "names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static seL4_IPCBuffer buffer;

static int clear_buffer(void **state)
{
    (void)state;
    memset(&buffer, 0, sizeof(buffer));
    seL4_SetIPCBuffer(&buffer);
    return 0;
}

static void names_of_c(void **state)
{
    (void)state;
    assert_int_equal(c_names(), 0);
}

static void names_of_cxx(void **state)
{
    (void)state;
    assert_int_equal(cxx_names(), 0);
}

static seL4_MessageInfo_t message(seL4_Word label, seL4_Word length)
{
    for (int i = 0; i < seL4_MsgMaxLength; i++)
        seL4_SetMR(i, 0x100 + (seL4_Word)i);
    return seL4_MessageInfo_new(label, 0, 0, length);
}

static void faults_from_messages(void **state)
{
    (void)state;
    seL4_Fault_t fault = seL4_getFault(message(seL4_Fault_VMFault, seL4_VMFault_Length));
    assert_int_equal(seL4_Fault_get_seL4_FaultType(fault), seL4_Fault_VMFault);
    assert_true(seL4_Fault_seL4_FaultType_equals(fault, seL4_Fault_VMFault));
    assert_int_equal(seL4_Fault_VMFault_get_IP(fault), 0x100);
    assert_int_equal(seL4_Fault_VMFault_get_FSR(fault), 0x103);

    fault = seL4_getFault(message(seL4_Fault_UnknownSyscall, seL4_UnknownSyscall_Length));
    assert_int_equal(seL4_Fault_UnknownSyscall_get_RSP(fault), 0x100 + seL4_UnknownSyscall_SP);
    assert_int_equal(seL4_Fault_UnknownSyscall_get_Syscall(fault),
                     0x100 + seL4_UnknownSyscall_Syscall);

    seL4_MessageInfo_t tag = message(seL4_Fault_CapFault, seL4_CapFault_Length);
    fault = seL4_getFault(tag);
    assert_int_equal(seL4_Fault_ptr_get_seL4_FaultType(&fault), seL4_Fault_CapFault);
    assert_int_equal(seL4_Fault_CapFault_get_MR6(fault), 0x106);
    assert_true(seL4_isCapFault_tag(tag) && !seL4_isVMFault_tag(tag));
    assert_int_equal(seL4_getArchFault(tag).words[0], seL4_Fault_NullFault);
}

static void no_fault(void **state)
{
    (void)state;
    seL4_Fault_t fault = seL4_getFault(message(77, 3));
    for (unsigned i = 0; i < ARRAY_SIZE(fault.words); i++)
        assert_int_equal(fault.words[i], 0);
    assert_true(seL4_isNullFault_tag(seL4_MessageInfo_new(0, 0, 0, 0)));
}

/* A fault that a program makes itself says what it is. */
static void new_faults(void **state)
{
    (void)state;
    seL4_Fault_t fault = seL4_Fault_VMFault_new(1, 2, 3, 4);
    assert_int_equal(fault.words[0], seL4_Fault_VMFault);
    seL4_Fault_UserException_ptr_new(&fault, 5, 6, 7, 8, 9);
    assert_int_equal(fault.words[0], seL4_Fault_UserException);
    assert_int_equal(seL4_Fault_UserException_get_Code(fault), 9);
    assert_int_equal(fault.words[seL4_UnknownSyscall_Length], 0);
    seL4_Fault_NullFault_ptr_new(&fault);
    assert_int_equal(seL4_Fault_UserException_get_Code(fault), 0);
}

static void missing_table(void **state)
{
    (void)state;
    seL4_SetMR(SEL4_MAPPING_LOOKUP_LEVEL, SEL4_MAPPING_LOOKUP_NO_PD);
    assert_int_equal(seL4_MappingFailedLookupLevel(), SEL4_MAPPING_LOOKUP_NO_PD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_c),           cmocka_unit_test(names_of_cxx),
        cmocka_unit_test(faults_from_messages), cmocka_unit_test(no_fault),
        cmocka_unit_test(new_faults),           cmocka_unit_test(missing_table),
    };
    return cmocka_run_group_tests_name("sel4-headers", tests, clear_buffer, NULL);
}
