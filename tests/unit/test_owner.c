/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of who may allocate: the owner, and how the role changes hands. */
#include "pptest.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/* What another thread is asked to do, and what came of it. */
struct ask {
	struct page_pool *pool;
	netmem_ref netmem;
	int err;
	bool direct;
};

static void ask_alloc(void *arg)
{
	struct ask *a = arg;

	a->netmem = page_pool_alloc_netmems(a->pool);
}

static void ask_enable(void *arg)
{
	struct ask *a = arg;

	a->err = page_pool_enable_direct_recycling(a->pool);
}

static void ask_put(void *arg)
{
	struct ask *a = arg;

	page_pool_put_full_netmem(a->pool, a->netmem, a->direct);
}

static void ask_disable(void *arg)
{
	struct ask *a = arg;

	page_pool_disable_direct_recycling(a->pool);
}

static void ask_destroy(void *arg)
{
	struct ask *a = arg;

	page_pool_destroy(a->pool);
}

PP_TEST(owner, the_first_to_allocate_is_the_owner)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	struct pt_thread *t = pt_thread_start();
	struct pt_misuse m;

	pt_misuse_record(&m);
	/* creating is not allocating: the other thread may come first */
	pt_thread_run(t, ask_alloc, &a);
	cr_assert_not_null(a.netmem);
	cr_assert_eq(m.calls, 0);
	cr_assert_null(page_pool_alloc_netmems(pool));
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(page_pool_misuse_count(pool), 1);
	pt_thread_run(t, ask_put, &a);
	pt_thread_end(t);
	page_pool_destroy(pool);
}

PP_TEST(owner, enable_is_idempotent_on_the_owner)
{
	struct page_pool *pool = pt_pool_sized(0);

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	/* one disable undoes both: a plain put goes to the ring again */
	page_pool_disable_direct_recycling(pool);
	pt_put_r(pool, pt_alloc(pool));
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(owner, the_allocating_thread_can_enable)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	page_pool_put_full_netmem(pool, x, false);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(owner, enable_beside_a_live_owner_is_busy)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	struct pt_thread *t = pt_thread_start();

	pt_thread_run(t, ask_enable, &a);
	cr_assert_eq(a.err, 0);
	cr_assert_eq(page_pool_enable_direct_recycling(pool), -EBUSY);
	pt_thread_run(t, ask_enable, &a);
	cr_assert_eq(a.err, 0, "the owner still is");
	pt_thread_end(t);
	page_pool_destroy(pool);
}

PP_TEST(owner, enable_beside_a_live_allocating_thread_is_busy)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	netmem_ref x = pt_alloc(pool);

	pt_on_thread(ask_enable, &a);
	cr_assert_eq(a.err, -EBUSY);
	/* and nothing has changed: plain puts still go to the ring */
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(owner, a_dead_owner_gives_way_to_who_enables)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };

	pt_on_thread(ask_enable, &a);
	cr_assert_eq(a.err, 0);
	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	page_pool_put_full_netmem(pool, pt_alloc(pool), false);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(owner, what_a_dead_owner_left_in_the_cache_is_not_lost)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	netmem_ref x[64];

	pt_on_thread(ask_alloc, &a);
	cr_assert_not_null(a.netmem);
	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	page_pool_put_full_netmem(pool, a.netmem, true);
	pt_alloc_n(pool, x, 64);
	pt_expect(pool, "[64 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 0]");
	pt_put_d_n(pool, x, 64);
	page_pool_destroy(pool);
}

PP_TEST(owner, direct_off_the_owner_thread_acts_as_plain)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool, .direct = true };
	struct pt_misuse m;

	pt_misuse_record(&m);
	a.netmem = pt_alloc(pool);
	pt_on_thread(ask_put, &a);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	cr_assert_eq(m.calls, 0, "that is allowed");
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	page_pool_destroy(pool);
}

PP_TEST(owner, without_enable_a_plain_put_goes_to_the_ring_on_any_thread)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	netmem_ref x = pt_alloc(pool);

	a.netmem = pt_alloc(pool);
	page_pool_put_full_netmem(pool, x, false);
	pt_on_thread(ask_put, &a);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 2 0 0 ; 64 0 64 62]");
	page_pool_destroy(pool);
}

PP_TEST(owner, with_enable_every_put_on_the_owner_thread_is_direct)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[6], data[2];
	struct pp_frag frags[2] = { { 0 }, { 0 } };

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	pt_alloc_n(pool, x, 6);
	page_pool_put_full_netmem(pool, x[0], false);
	page_pool_put_page(pool, netmem_to_page(x[1]), 64, false);
	data[0] = x[2];
	data[1] = x[3];
	page_pool_put_netmem_bulk(data, 2);
	frags[0].netmem = x[4];
	frags[1].netmem = x[5];
	pp_frags_put(frags, 2);
	pt_expect(pool, "[5 1 0 1 0 0 ; 6 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(owner, disable_leaves_the_role_to_the_next_that_allocates)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	struct pt_thread *t = pt_thread_start();
	netmem_ref x = pt_alloc(pool);
	struct pt_misuse m;

	pt_misuse_record(&m);
	page_pool_disable_direct_recycling(pool);
	pt_thread_run(t, ask_alloc, &a);
	cr_assert_not_null(a.netmem);
	cr_assert_eq(m.calls, 0);
	/* the cache came along */
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 0 64 62]");
	cr_assert_null(page_pool_alloc_netmems(pool));
	cr_assert_eq(m.calls, 1);
	/* nor is this thread's direct flag worth anything now */
	page_pool_put_full_netmem(pool, x, true);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 62]");
	a.direct = true;
	pt_thread_run(t, ask_put, &a);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 1 0 0 ; 64 0 64 63]");
	pt_thread_end(t);
	page_pool_destroy(pool);
}

PP_TEST(owner, a_pool_without_an_owner_has_no_direct_puts)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_disable_direct_recycling(pool);
	page_pool_put_full_netmem(pool, x, true);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(owner, the_role_goes_round_between_threads)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct pt_thread *t[3];
	struct ask a = { .pool = pool };
	struct pt_misuse m;
	int i;

	pt_misuse_record(&m);
	for (i = 0; i < 3; i++)
		t[i] = pt_thread_start();
	for (i = 0; i < 30; i++) {
		pt_thread_run(t[i % 3], ask_enable, &a);
		cr_assert_eq(a.err, 0, "round %d", i);
		pt_thread_run(t[(i + 1) % 3], ask_enable, &a);
		cr_assert_eq(a.err, -EBUSY);
		pt_thread_run(t[i % 3], ask_alloc, &a);
		cr_assert_not_null(a.netmem);
		a.direct = false;
		pt_thread_run(t[i % 3], ask_put, &a);
		pt_thread_run(t[i % 3], ask_disable, &a);
	}
	cr_assert_eq(m.calls, 0);
	pt_expect(pool, "[29 1 0 1 0 0 ; 30 0 0 0 0 ; 64 0 64 64]");
	for (i = 0; i < 3; i++)
		pt_thread_end(t[i]);
	page_pool_destroy(pool);
}

PP_TEST(owner, any_thread_may_destroy)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct ask a = { .pool = pool };
	netmem_ref x = pt_alloc(pool);

	pt_put_d(pool, x);
	pt_on_thread(ask_destroy, &a);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(owner, enable_after_destroy_is_refused)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_destroy(pool);
	cr_assert_eq(page_pool_enable_direct_recycling(pool), -EINVAL);
	pt_put_r(pool, x);
}

PP_TEST(owner, pools_are_owned_apart)
{
	struct page_pool *mine = pt_pool_sized(0), *theirs = pt_pool_sized(0);
	struct ask a = { .pool = theirs };
	struct pt_thread *t = pt_thread_start();
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(mine);
	pt_thread_run(t, ask_alloc, &a);
	cr_assert_not_null(a.netmem);
	/* both go home through one bulk put of mine: not the owner of theirs */
	cr_assert_eq(page_pool_enable_direct_recycling(mine), 0);
	page_pool_put_netmem_bulk((netmem_ref[]){ x, a.netmem }, 2);
	pt_expect(mine, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	pt_expect(theirs, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	cr_assert_eq(m.calls, 0);
	pt_thread_end(t);
	page_pool_destroy(mine);
	page_pool_destroy(theirs);
}

PP_TEST(owner, a_forked_child_is_another_thread)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);
	struct pt_misuse m;
	int status = -1;
	pid_t child;

	child = fork();
	cr_assert_geq(child, 0);
	if (!child) {
		/* its owner is not alive in this process: the role is free */
		pt_misuse_record(&m);
		page_pool_put_full_netmem(pool, x, true);
		if (page_pool_cache_count(pool) != 63)
			_exit(1);
		if (page_pool_alloc_netmems(pool) || m.calls != 1)
			_exit(2);
		if (page_pool_enable_direct_recycling(pool))
			_exit(3);
		_exit(page_pool_alloc_netmems(pool) ? 0 : 4);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFEXITED(status));
	cr_assert_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}
