/* SPDX-License-Identifier: BSD-2-Clause */
/* Includes what apps include, and counts what does not do what its name says. */
#include <autoconf.h>
#include <camkes.h>
#include <camkes/allocator.h>
#include <camkes/dataport.h>
#include <camkes/debug.h>
#include <camkes/error.h>
#include <camkes/io.h>
#include <errno.h>
#include <platsupport/io.h>
#include <platsupport/plat/hpet.h>
#include <platsupport/plat/pit.h>
#include <sel4utils/sel4_zf_logif.h>
#include <sel4utils/util.h>
#include <stdio.h>
#include <string.h>
#include <sync/bin_sem.h>
#include <sync/bin_sem_bare.h>
#include <sync/condition_var.h>
#include <sync/mutex.h>
#include <sync/recursive_mutex.h>
#include <sync/sem-bare.h>
#include <sync/sem.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utils/list.h>
#include <utils/util.h>
#include <vka/object.h>

static int failed;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failed++;                                                                              \
            printf("headers: line %d: %s\n", __LINE__, #condition);                                \
        }                                                                                          \
    } while (0)

compile_time_assert(words_are_wide, sizeof(seL4_Word) == 8);

struct registers {
    uint32_t control;
    PAD_STRUCT_BETWEEN(0, 0x10, uint32_t);
    uint32_t status;
} PACKED;

static void macros(void)
{
    static const int numbers[] = {4, 5, 6};
    UNUSED int unused;
    CHECK(ARRAY_SIZE(numbers) == 3 && BIT(4) == 16 && MASK(4) == 15);
    CHECK(ROUND_UP(10, 6) == 12 && ROUND_DOWN(10, 6) == 6 && ROUND_UP(4097, PAGE_SIZE_4K) == 8192);
    CHECK(ALIGN_UP(5, 4) == 8 && ALIGN_DOWN(5, 4) == 4 && IS_ALIGNED(8, 3) && !IS_ALIGNED(4, 3));
    CHECK(DIV_ROUND_UP(7, 2) == 4 && DIV_ROUND(7, 3) == 2 && DIV_ROUND(5, 2) == 3);
    CHECK(MIN(1, 2) == 1 && MAX(1, 2) == 2 && CLAMP(-3, 7, 4) == 4);
    CHECK(CLAMP_ADD(INT_MAX, 1, INT_MAX) == INT_MAX && CLAMP_SUB(INT_MIN, 1, INT_MIN) == INT_MIN);
    CHECK(LOG_BASE_2(4096) == 12 && NEXT_POWER_OF_2(64) == 128 && IS_POWER_OF_2(64));
    CHECK(CTZL(8) == 3 && CLZL(1) == 63 && FFS(4) == 3 && POPCOUNT(7) == 3);
    CHECK(BYTES_TO_4K_PAGES(4097) == 2 && BYTES_TO_SIZE_BITS(8192) == 13);
    CHECK(sel4_page_size_bits_for_memory_region(PAGE_SIZE_2M + 1) == PAGE_BITS_2M);
    CHECK(OFFSETOF(struct registers, status) == 0x10);
    CHECK(NS_IN_MS == 1000000 && US_IN_S == 1000000 && NS_IN_S == 1000 * MS_IN_S * US_IN_MS);
    CHECK(freq_cycles_and_hz_to_ns(UINT64_MAX / 2, 4 * GHZ) == UINT64_MAX / 8);
    CHECK(freq_ns_and_hz_to_cycles(NS_IN_MS, 3 * MHZ) == 3000);
    CHECK(strcmp(XSTRINGIFY(CONFIG_WORD_SIZE), "64") == 0);
    CHECK(strcmp(sel4_strerror(seL4_DeleteFirst), "seL4_DeleteFirst") == 0);
    FORCE_READ(&failed);
    THREAD_MEMORY_FENCE();
}

static int is(void *a, void *b)
{
    return a != b;
}

static int count(void *data, void *sum)
{
    *(int *)sum += *(int *)data;
    return 0;
}

static void lists(void)
{
    int one = 1, two = 2, three = 3, sum = 0;
    list_t list;
    CHECK(list_init(&list) == 0 && list_is_empty(&list));
    CHECK(list_append(&list, &two) == 0 && list_append(&list, &three) == 0);
    CHECK(list_prepend(&list, &one) == 0 && list_length(&list) == 3);
    CHECK(list_index(&list, &three, is) == 2 && list_index(&list, &sum, is) == -1);
    CHECK(list_foreach(&list, count, &sum) == 0 && sum == 6);
    CHECK(list_remove(&list, &two, is) == 0 && !list_exists(&list, &two, is));
    CHECK(list_remove(&list, &two, is) != 0 && list_destroy(&list) != 0);
    CHECK(list_remove_all(&list) == 0 && list_destroy(&list) == 0);
}

static void memory(void)
{
    char *pages = mmap(NULL, 5000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned char there[2] = {0, 0};
    CHECK(pages != MAP_FAILED && IS_PAGE_ALIGNED_4K((uintptr_t)pages) && pages[8191] == 0);
    CHECK(madvise(pages, 5000, MADV_WILLNEED) == 0 && madvise(pages, 5000, -1) == -1);
    CHECK(mincore(pages, 5000, there) == 0 && there[0] & 1 && there[1] & 1);
    CHECK(mprotect(pages, 5000, PROT_READ) == -1 && errno == ENOTSUP);
    CHECK(munmap(pages + 1, 1) == -1 && errno == EINVAL && munmap(pages, 5000) == 0);
    CHECK(mmap(NULL, 1, PROT_READ, MAP_SHARED, 3, 0) == MAP_FAILED && errno == ENODEV);
    CHECK(getpid() == 2 && getppid() == 1);
}

static void objects(void)
{
    simple_t simple;
    vka_t vka;
    sync_mutex_t mutex;
    sync_sem_t sem;
    size_t bits = 0;
    camkes_make_simple(&simple);
    CHECK(simple_get_cnode(&simple) && simple_get_untyped_count(&simple) == 2);
    CHECK(simple_get_nth_untyped(&simple, 1, &bits, NULL, NULL) && bits == 16);
    CHECK(!simple_get_nth_untyped(&simple, 2, NULL, NULL, NULL));
    CHECK(camkes_make_vka(&vka) == 0 && sync_mutex_new(&vka, &mutex) == 0);
    CHECK(sync_mutex_lock(&mutex) == 0 && sync_mutex_unlock(&mutex) == 0);
    CHECK(sync_mutex_destroy(&vka, &mutex) == 0 && sync_sem_new(&vka, &sem, 1) == 0);
    CHECK(sync_sem_wait(&sem) == 0 && sync_sem_trywait(&sem) == -1 && sync_sem_post(&sem) == 0);
    CHECK(sync_sem_trywait(&sem) == 0 && sync_sem_destroy(&vka, &sem) == 0);
    sync_recursive_mutex_t again;
    CHECK(sync_recursive_mutex_new(&vka, &again) == 0);
    CHECK(sync_recursive_mutex_unlock(&again) == -1);
    CHECK(sync_recursive_mutex_lock(&again) == 0 && sync_recursive_mutex_lock(&again) == 0);
    CHECK(sync_recursive_mutex_unlock(&again) == 0 && sync_recursive_mutex_unlock(&again) == 0);
    CHECK(sync_recursive_mutex_unlock(&again) == -1);
    CHECK(sync_recursive_mutex_destroy(&vka, &again) == 0);
    sync_cv_t condition;
    CHECK(sync_cv_new(&vka, &condition) == 0 && sync_cv_signal(&condition) == 0);
    CHECK(sync_cv_broadcast(&condition) == 0 && sync_cv_destroy(&vka, &condition) == 0);
}

void irq_handle(void)
{
    irq_acknowledge();
    (void)!ticks_post();
}

/* The HPET interrupts at the same input as the 8254, which has stopped before. */
static void hpet_devices(pit_t *pit)
{
    hpet_t hpet;
    CHECK(pit_set_timeout(pit, NS_IN_MS, false) == 0);
    CHECK(ticks_wait() == 0);
    while (ticks_trywait() == 0) {
    }
    CHECK(hpet_ioapic_irq_delivery_mask(hpet_registers) & BIT(2));
    CHECK(hpet_init(&hpet, (hpet_config_t){hpet_registers, 31, 1}) == EINVAL);
    CHECK(hpet_init(&hpet, (hpet_config_t){hpet_registers, 2, 0}) == EINVAL);
    CHECK(hpet_init(&hpet, (hpet_config_t){hpet_registers, 2, 1}) == 0);
    CHECK(hpet_level(hpet_registers) == 0 && hpet_start(&hpet) == 0);
    uint64_t then = hpet_get_time(&hpet);
    CHECK(hpet_set_timeout(&hpet, then + 5 * NS_IN_MS) == 0);
    CHECK(ticks_wait() == 0);
    CHECK(hpet_get_time(&hpet) - then >= 5 * NS_IN_MS);
    CHECK(hpet_set_timeout(&hpet, then) == ETIME && hpet_stop(&hpet) == 0);
    then = hpet_get_time(&hpet);
    CHECK(hpet_get_time(&hpet) == then);
}

/* The 8254 through libplatsupport's names; its ports are those of this component's hardware. */
static void devices(void)
{
    ps_io_ops_t ops;
    pit_t pit;
    CHECK(camkes_io_ops(&ops) == 0 && pit_init(&pit, ops.io_port_ops) == 0);
    CHECK(pit_set_timeout(&pit, 10 * NS_IN_MS, true) == 0);
    for (int i = 0; i < 5; i++)
        CHECK(ticks_wait() == 0);
    CHECK(pit_set_timeout(&pit, NS_IN_S, true) == ETIME);
    uint64_t then = pit_get_time(&pit);
    CHECK(pit_get_time(&pit) > then);
    hpet_devices(&pit);
    uint32_t value;
    CHECK(ps_io_port_in(&ops.io_port_ops, 0x60, 1, &value) != 0);
    CHECK(!ps_io_map(&ops.io_mapper, 0xdead000, 4096, 0, PS_MEM_NORMAL));
    void *block;
    CHECK(ps_calloc(&ops.malloc_ops, 3, 4, &block) == 0);
    CHECK(ps_free(&ops.malloc_ops, 12, block) == 0);
}

int run(void)
{
    macros();
    lists();
    memory();
    objects();
    devices();
    ZF_LOGI("this is below the level");
    ZF_LOGE("an error: %d", 42);
    ZF_LOGE_IF(failed, "%d failed", failed);
    assert(failed == 0);
    printf("headers: all do what they say\n");
    return 0;
}
