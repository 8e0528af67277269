/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks under contention: c_lock, and a component's mutexes and semaphores.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <caisson/lock.h>
#include "fake_ipc.h"
#include "runtime_stubs.h"

#define THREADS 4
#define ROUNDS  20000
#define LOCK    20 /* the notification of a component's lock */

static long lock_state[2];
static const struct camkes_lock mutex = {
    .name = "m", .kind = CAMKES_MUTEX, .notification = LOCK, .state = lock_state};
static const struct camkes_lock semaphore = {
    .name = "s", .kind = CAMKES_SEMAPHORE, .notification = LOCK, .initial = 1, .state = lock_state};
static const struct camkes_lock locks[] = {{.name = "s",
                                            .kind = CAMKES_SEMAPHORE,
                                            .notification = LOCK,
                                            .initial = 3,
                                            .state = lock_state}};
const struct camkes_instance camkes_instance = {.name = "test", .locks = locks, .lock_count = 1};

void camkes_locks_start(void);

static struct c_lock lock;
static volatile unsigned long counter; /* not atomic: the lock must protect it */

static int set_up(void **state)
{
    (void)state;
    fake_ipc_reset();
    fake_ipc_cap(LOCK, LOCK, 1);
    stub_enter(0);
    counter = 0;
    lock = (struct c_lock)C_LOCK_INIT;
    lock_state[0] = lock_state[1] = 0;
    (void)stub_take_errors();
    return 0;
}

static void run_threads(void (*body)(void *))
{
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        threads[i] = stub_start(i + 1, body, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void count_locked(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        c_lock_acquire(&lock);
        if (i % 3 == 0) {
            c_lock_acquire(&lock);
            assert_true(c_lock_release(&lock));
        }
        counter++;
        assert_true(c_lock_release(&lock));
    }
}

static void c_lock_excludes(void **state)
{
    (void)state;
    run_threads(count_locked);
    assert_int_equal(counter, THREADS * ROUNDS);
    assert_true(c_lock_try_acquire(&lock)); /* free again, nobody is queued */
    assert_null(lock.queue);
    assert_true(c_lock_release(&lock));
}

static void try_from_elsewhere(void *arg)
{
    *(bool *)arg = !c_lock_try_acquire(&lock) && !c_lock_release(&lock);
}

static void c_lock_belongs_to_its_holder(void **state)
{
    (void)state;
    bool refused = false;
    assert_false(c_lock_release(&lock));
    c_lock_acquire(&lock);
    pthread_join(stub_start(1, try_from_elsewhere, &refused), NULL);
    assert_true(refused);
    assert_true(c_lock_release(&lock));
}

static void count_in_mutex(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        assert_int_equal(camkes_mutex_lock(&mutex), 0);
        counter++;
        assert_int_equal(camkes_mutex_unlock(&mutex), 0);
    }
}

static void mutex_excludes(void **state)
{
    (void)state;
    run_threads(count_in_mutex);
    assert_int_equal(counter, THREADS * ROUNDS);
}

static void mutex_unlocked_twice_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(camkes_mutex_lock(&mutex), 0);
    assert_int_equal(camkes_mutex_unlock(&mutex), 0);
    assert_int_equal(camkes_mutex_unlock(&mutex), -EPERM);
    assert_int_equal(stub_take_errors(), 1);
    assert_int_equal(camkes_mutex_lock(&mutex), 0); /* and it works on */
}

static void pass_units(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ROUNDS; i++) {
        assert_int_equal(camkes_semaphore_wait(&semaphore), 0);
        counter++;
        assert_int_equal(camkes_semaphore_post(&semaphore), 0);
    }
}

static void semaphore_of_one_excludes(void **state)
{
    (void)state;
    lock_state[0] = 1;
    run_threads(pass_units);
    assert_int_equal(counter, THREADS * ROUNDS);
    assert_int_equal(lock_state[0], 1);
    assert_int_equal(lock_state[1], 0);
}

static void take_units(void *arg)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        assert_int_equal(camkes_semaphore_wait(&semaphore), 0);
        __atomic_fetch_add((unsigned *)arg, 1, __ATOMIC_RELAXED);
    }
}

/* Every post reaches a waiter, also when posts come faster than waiters wake. */
static void no_post_is_lost(void **state)
{
    (void)state;
    unsigned taken = 0;
    pthread_t threads[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        threads[i] = stub_start(i + 1, take_units, &taken);
    for (unsigned i = 0; i < THREADS * ROUNDS; i++)
        assert_int_equal(camkes_semaphore_post(&semaphore), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(taken, THREADS * ROUNDS);
    assert_int_equal(lock_state[0], 0);
}

static void semaphore_counts(void **state)
{
    (void)state;
    camkes_locks_start();
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(camkes_semaphore_trywait(&locks[0]), 0);
    assert_int_equal(camkes_semaphore_trywait(&locks[0]), -EAGAIN);
    lock_state[0] = LONG_MAX;
    assert_int_equal(camkes_semaphore_post(&locks[0]), -EOVERFLOW);
}

static void binary_semaphore_keeps_one(void **state)
{
    (void)state;
    assert_int_equal(camkes_binary_semaphore_post(&semaphore), 0);
    assert_int_equal(camkes_binary_semaphore_post(&semaphore), 0);
    assert_int_equal(camkes_binary_semaphore_wait(&semaphore), 0);
    assert_int_equal(lock_state[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(c_lock_excludes, set_up),
        cmocka_unit_test_setup(c_lock_belongs_to_its_holder, set_up),
        cmocka_unit_test_setup(mutex_excludes, set_up),
        cmocka_unit_test_setup(mutex_unlocked_twice_is_an_error, set_up),
        cmocka_unit_test_setup(semaphore_of_one_excludes, set_up),
        cmocka_unit_test_setup(no_post_is_lost, set_up),
        cmocka_unit_test_setup(semaphore_counts, set_up),
        cmocka_unit_test_setup(binary_semaphore_keeps_one, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
