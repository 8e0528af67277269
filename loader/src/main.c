/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task: builds the whole system from the capability description in its image, starts it,
 * and keeps no authority over it.
 */
#include "loader.h"
#include "loader/image.h"

struct loader loader;

static int build_system(void)
{
    loader.bootinfo = seL4_GetBootInfo();
    if (memory_init() || plan_make(&loader.plan, loader_files, loader_files_end))
        return -1;
    count_memory();
    if (create_objects() || create_device_memory() || create_hardware() || map_tables() ||
        load_programs() || load_fills() || map_frames() || distribute_caps() || connect_signals() ||
        configure_threads() || map_image_pages())
        return -1;
    print_summary(); /* while nobody else writes to the console */
    return resume_threads();
}

void loader_print(const char *text)
{
#ifdef CONFIG_PRINTING
    seL4_DebugPutString(text);
#else
    (void)text; /* nobody is there yet who could print it */
#endif
}

static void complain(const char *consequence)
{
    loader_print("loader: error: ");
    loader_print(loader_message);
    loader_print(consequence);
}

int main(void)
{
    if (build_system())
        complain("\nloader: the system is not started\n");
    else if (give_up_authority())
        complain("\nloader: the system runs, but its authority is still here\n");
    for (;;)
        seL4_TCB_Suspend(seL4_CapInitThreadTCB);
}
