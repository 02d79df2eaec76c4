/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of wrong callers: refused, counted, told; and nothing is lost. */
#include "pptest.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "pool/pool.h"

PP_TEST(misuse, double_direct_put_is_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	pt_put_d(pool, x);
	cr_assert_eq(m.calls, 0);
	pt_put_d(pool, x);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(m.pool, pool);
	cr_assert_eq(m.netmem, x);
	cr_assert_neq(m.what[0], 0);
	cr_assert_eq(page_pool_misuse_count(pool), 1);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

static void double_ring_put(uint32_t mode)
{
	struct page_pool *pool = pt_small_pool(mode);
	struct pt_misuse m;
	netmem_ref x[10];
	int i;

	pt_misuse_record(&m);
	pt_alloc_n(pool, x, 10);
	for (i = 0; i < 10; i++) {
		pt_put_r(pool, x[i]);
		pt_put_r(pool, x[i]);
	}
	/* at the latest when the owner takes them in */
	pt_expect_whole(pool, 100);
	cr_assert_eq(m.calls, 10);
	cr_assert_eq(m.pool, pool);
	cr_assert_eq(page_pool_misuse_count(pool), 10);
	page_pool_destroy(pool);
}

PP_TEST(misuse, double_ring_put_is_refused)
{
	double_ring_put(0);
}

PP_TEST(misuse, double_ring_put_is_refused_in_a_kernel_ring)
{
	double_ring_put(PP_MODE_KERNEL_RING);
}

PP_TEST(misuse, mixed_double_puts_are_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	netmem_ref x, y;
	struct pt_misuse m;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	y = pt_alloc(pool);
	pt_put_d(pool, x);
	pt_put_r(pool, x);
	pt_put_r(pool, y);
	pt_put_d(pool, y);
	pt_expect_whole(pool, 100);
	cr_assert_eq(page_pool_misuse_count(pool), 2);
	page_pool_destroy(pool);
}

struct foreign {
	struct page_pool *pool;
	netmem_ref x[8];
	uint32_t offset, n;
	netmem_ref got;
};

static void put_each_twice(void *arg)
{
	struct foreign *f = arg;
	int i;

	for (i = 0; i < 8; i++) {
		page_pool_put_full_netmem(f->pool, f->x[i], i & 1);
		page_pool_put_full_netmem(f->pool, f->x[i], i & 2);
	}
}

PP_TEST(misuse, foreign_double_puts_are_found_when_the_owner_takes_them_in)
{
	struct page_pool *pool = pt_small_pool(0);
	struct foreign f = { .pool = pool };
	struct pt_misuse m;

	pt_misuse_record(&m);
	pt_alloc_n(pool, f.x, 8);
	pt_on_thread(put_each_twice, &f);
	pt_expect_whole(pool, 100);
	cr_assert_eq(page_pool_misuse_count(pool), 8);
	page_pool_destroy(pool);
}

PP_TEST(misuse, a_page_twice_in_one_bulk_put_is_refused_once)
{
	struct page_pool *pool = pt_small_pool(0);
	netmem_ref x[6], data[8];
	struct pt_misuse m;

	pt_misuse_record(&m);
	pt_alloc_n(pool, x, 6);
	memcpy(data, x, sizeof(x));
	data[6] = x[2];
	data[7] = x[2];
	page_pool_put_netmem_bulk(data, 8);
	pt_expect_whole(pool, 100);
	cr_assert_eq(page_pool_misuse_count(pool), 2);
	page_pool_destroy(pool);
}

PP_TEST(misuse, one_fragment_too_many_is_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x, y;

	pt_misuse_record(&m);
	x = pt_frag(pool, 4096, 0);
	y = pt_frag(pool, 4096, 0);
	pt_put_d(pool, x);
	cr_assert_eq(m.calls, 0);
	pt_put_d(pool, x);
	cr_assert_eq(m.calls, 1);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	pt_put_d(pool, y);
	cr_assert_null(pp_pool_check(pool));
	page_pool_destroy(pool);
}

PP_TEST(misuse, double_put_through_pp_frags_put_is_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pp_frag f[2] = { { 0 }, { 0 } };
	struct pt_misuse m;

	pt_misuse_record(&m);
	f[0].netmem = f[1].netmem = pt_alloc(pool);
	pp_frags_put(f, 2);
	pt_expect_whole(pool, 100);
	cr_assert_eq(page_pool_misuse_count(pool), 1);
	page_pool_destroy(pool);
}

PP_TEST(misuse, a_put_through_another_pool_is_refused)
{
	struct pp_area *area = pt_area(128);
	struct page_pool *a, *b;
	struct pt_misuse m;
	netmem_ref x, y;

	pt_misuse_record(&m);
	a = pt_pool((struct page_pool_params){ .area = area });
	b = pt_pool((struct page_pool_params){ .area = area });
	x = pt_alloc(a);
	y = pt_alloc(b);
	pt_put_d(b, x);
	pt_put_r(b, x);
	page_pool_put_unrefed_netmem(b, x, UINT32_MAX, false);
	page_pool_put_page(b, netmem_to_page(x), UINT32_MAX, false);
	page_pool_free_va(b, netmem_address(x), false);
	page_pool_release_page(b, netmem_to_page(x));
	cr_assert_eq(m.calls, 6);
	cr_assert_eq(page_pool_misuse_count(b), 6);
	cr_assert_eq(page_pool_misuse_count(a), 0, "a did nothing wrong");
	cr_assert_eq(netmem_get_pp(x), a);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_expect(a, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_expect(b, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(a, x);
	pt_put_d(b, y);
	pt_expect_whole(a, 64);
	pt_expect_whole(b, 64);
	page_pool_destroy(a);
	page_pool_destroy(b);
	pt_area_end(area);
}

PP_TEST(misuse, a_put_through_a_pool_of_another_area_is_refused)
{
	struct page_pool *a = pt_small_pool(0), *b = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(a);
	pt_put_r(b, x);
	pt_put_d(b, x);
	cr_assert_eq(page_pool_misuse_count(b), 2);
	pt_put_d(a, x);
	pt_expect_whole(a, 100);
	pt_expect_whole(b, 100);
	page_pool_destroy(a);
	page_pool_destroy(b);
}

static void alloc_all_ways(void *arg)
{
	struct foreign *f = arg;
	uint32_t size = 100;
	netmem_ref bulk[4] = { 0 };

	f->got = page_pool_alloc_netmems(f->pool);
	f->n = page_pool_alloc_netmems_bulk(f->pool, bulk, 4);
	if (!f->got)
		f->got = bulk[0];
	if (!f->got)
		f->got = page_pool_alloc_frag_netmem(f->pool, &f->offset, 64);
	if (!f->got)
		f->got = page_pool_alloc_netmem(f->pool, &f->offset, &size);
	if (!f->got)
		f->got = page_to_netmem(page_pool_alloc_pages(f->pool));
	if (page_pool_alloc_va(f->pool, &size) || size != 100)
		f->n = 99;
}

PP_TEST(misuse, allocating_off_the_owner_thread_gives_nothing)
{
	struct page_pool *pool = pt_small_pool(0);
	struct foreign f = { .pool = pool, .offset = 3 };
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	pt_on_thread(alloc_all_ways, &f);
	cr_assert_null(f.got);
	cr_assert_eq(f.n, 0);
	cr_assert_eq(f.offset, 3);
	cr_assert_eq(m.calls, 6);
	cr_assert_eq(m.pool, pool);
	cr_assert_eq(page_pool_misuse_count(pool), 6);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

static void update_nid_here(void *arg)
{
	struct foreign *f = arg;

	page_pool_update_nid(f->pool, 1);
	page_pool_nid_changed(f->pool, 2);
}

PP_TEST(misuse, update_nid_off_the_owner_thread_flushes_nothing)
{
	struct page_pool *pool = pt_small_pool(0);
	struct foreign f = { .pool = pool };
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	pt_on_thread(update_nid_here, &f);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(misuse, more_references_dropped_than_there_were)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	cr_assert_eq(page_pool_unref_netmem(x, 2), -1);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(netmem_pp_ref_count(x), 1, "nothing changed");
	page_pool_fragment_netmem(x, 5);
	cr_assert_eq(page_pool_unref_netmem(x, 6), -1);
	cr_assert_eq(netmem_pp_ref_count(x), 5);
	cr_assert_eq(page_pool_misuse_count(pool), 2);
	cr_assert_eq(page_pool_unref_netmem(x, 4), 1);
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(misuse, put_unrefed_of_a_page_with_references_left)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	page_pool_fragment_netmem(x, 3);
	page_pool_put_unrefed_netmem(pool, x, UINT32_MAX, true);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(netmem_pp_ref_count(x), 3);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	cr_assert_eq(page_pool_unref_netmem(x, 3), 0);
	page_pool_put_unrefed_netmem(pool, x, UINT32_MAX, true);
	cr_assert_eq(m.calls, 1);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(misuse, a_page_that_left_the_pool_cannot_be_put_again)
{
	struct page_pool *pool = pt_small_pool(0);
	netmem_ref x, bulk;
	struct pt_misuse m;

	pt_misuse_record(&m);
	x = bulk = pt_alloc(pool);
	get_netmem(x);
	pt_put_r(pool, x);
	cr_assert_eq(m.calls, 0);
	pt_put_r(pool, x);
	cr_assert_eq(m.calls, 1);
	page_pool_put_netmem_bulk(&bulk, 1);
	cr_assert_eq(m.calls, 2);
	page_pool_release_page(pool, netmem_to_page(x));
	cr_assert_eq(m.calls, 3);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 0 0 1 ; 64 1 63 63]");
	cr_assert_eq(netmem_ref_count(x), 1);
	put_netmem(x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(misuse, a_released_page_cannot_be_released_again)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	page_pool_release_page(pool, netmem_to_page(x));
	page_pool_release_page(pool, netmem_to_page(x));
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(page_pool_release_cnt(pool), 1);
	put_netmem(x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(misuse, a_page_of_a_pool_that_is_gone_cannot_be_put)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool), bulk = x;
	struct pt_misuse m;

	pt_misuse_record(&m);
	page_pool_destroy(pool);
	pp_frags_put(&(struct pp_frag){ .netmem = x }, 1);
	cr_assert_eq(m.calls, 0, "that was the last put");
	cr_assert_eq(pt_pools_alive(), 0);
	pp_frags_put(&(struct pp_frag){ .netmem = x }, 1);
	page_pool_put_netmem_bulk(&bulk, 1);
	cr_assert_eq(m.calls, 2);
	pt_area_end(area);
}

PP_TEST(misuse, a_late_double_put_is_refused)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x[2];
	struct pt_misuse m;

	pt_misuse_record(&m);
	pt_alloc_n(pool, x, 2);
	page_pool_destroy(pool);
	pt_put_r(pool, x[0]);
	pt_put_r(pool, x[0]);
	pt_put_d(pool, x[0]);
	cr_assert_eq(m.calls, 2);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 63 1 0]");
	pt_put_r(pool, x[1]);
	cr_assert_eq(pt_pools_alive(), 0);
	pt_area_end(area);
}

PP_TEST(misuse, the_handler_can_be_taken_away)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m, second;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	pt_put_d(pool, x);
	pt_put_d(pool, x);
	pt_misuse_record(&second);
	pt_put_d(pool, x);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(second.calls, 1);
#if PP_DEBUG == 0
	pp_set_misuse_handler(NULL, NULL);
	pt_put_d(pool, x);
	cr_assert_eq(second.calls, 1);
	cr_assert_eq(page_pool_misuse_count(pool), 3, "counted all the same");
#endif
	page_pool_destroy(pool);
}

#if PP_DEBUG >= 1
PP_TEST(misuse, debug_builds_abort_without_a_handler, .signal = SIGABRT)
{
	struct page_pool *pool = pt_small_pool(0);
	netmem_ref x = pt_alloc(pool);

	pt_put_d(pool, x);
	pt_put_d(pool, x);
}
#endif

PP_TEST(misuse, without_checks_good_callers_see_no_difference)
{
	struct page_pool *pool = pt_small_pool(PP_MODE_NO_CHECKS);
	netmem_ref x[100];

	pt_alloc_n(pool, x, 100);
	pt_put_d_n(pool, x, 50);
	pt_put_r_n(pool, x + 50, 50);
	pt_expect(pool, "[98 2 0 2 0 0 ; 50 0 50 0 0 ; 100 0 100 50]");
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}
