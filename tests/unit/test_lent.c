/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of buffers that the kernel picks by itself: the test is the kernel.
 */
#include "pptest.h"

#include <errno.h>

#include "pool/device.h"
#include "pool/pool.h"

#define BUFS 16u

/* What came back of each buffer. */
struct returns {
	struct page_pool *pool;
	uint32_t first, calls, owed[256], homes;
};

static void returned(void *arg, uint32_t idx, uint32_t owed, bool ended)
{
	struct returns *r = arg;

	r->calls++;
	r->owed[idx - r->first] += owed;
	if (ended) {
		r->homes++;
		pp_dev_lent_home(r->pool, idx);
	}
}

static struct page_pool *lent_pool(struct pp_area *area, uint32_t bufs,
				   struct returns *r)
{
	memset(r, 0, sizeof(*r));
	r->pool = pt_pool(
		(struct page_pool_params){ .area = area, .nid = NUMA_NO_NODE });
	r->first = pp_dev_lend(r->pool, bufs, returned, r);
	cr_assert_neq(r->first, PP_NO_IDX);
	return r->pool;
}

static void lent_end(struct page_pool *pool, struct returns *r, uint32_t bufs)
{
	cr_assert_null(pp_pool_check(pool), "%s", pp_pool_check(pool));
	pp_dev_lend_end(pool, r->first, bufs);
	page_pool_destroy(pool);
}

PP_TEST(lent, first_reference_holds_and_last_put_releases)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x;

	cr_assert_eq(pp_area_free_chunks(area), 64 - BUFS);
	pt_expect(pool, "[... ; ... ; 0 0 0 0]");
	x = pp_dev_lent_take(pool, r.first + 3);
	cr_assert_eq(netmem_address(x),
		     (char *)pp_area_base(area) + (r.first + 3) * 4096);
	cr_assert_eq(netmem_get_pp(x), pool);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_not(netmem_is_net_iov(x));
	pt_expect(pool, "[... ; ... ; 1 0 1 0]");
	page_pool_put_full_netmem(pool, x, true);
	pt_expect(pool, "[... ; ... ; 1 1 0 0]");
	cr_assert_eq(r.calls, 1);
	cr_assert_eq(r.owed[3], 1);
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, nothing_can_be_allocated)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x[4];
	uint32_t offset = 7, size = 100;

	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[0 0 0 1 0 0 ; ... ; 0 0 0 0]");
	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x, 4), 0);
	cr_assert_null(page_pool_alloc_pages(pool));
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 64));
	cr_assert_null(page_pool_alloc_netmem(pool, &offset, &size));
	cr_assert_eq(offset, 7);
	cr_assert_eq(size, 100);
	pt_expect(pool, "[0 0 0 5 0 0 ; ... ; 0 0 0 0]");
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, each_delivery_is_owed_once_and_references_never)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x = pp_dev_lent_take(pool, r.first);
	struct pp_frag f[3] = { { .netmem = x }, { 0 }, { .netmem = x } };

	cr_assert_eq(pp_dev_lent_take(pool, r.first), x);
	page_pool_ref_netmem(x);
	page_pool_ref_netmem(x);
	cr_assert_eq(netmem_pp_ref_count(x), 4);
	pt_expect(pool, "[... ; ... ; 1 0 1 0]");
	pp_frags_put(f, 3);
	cr_assert_eq(r.calls, 0);
	/* delivered again while it is held */
	pp_dev_lent_take(pool, r.first);
	page_pool_put_full_netmem(pool, x, false);
	page_pool_put_netmem_bulk(&(netmem_ref){ x }, 1);
	cr_assert_eq(r.calls, 0);
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(r.calls, 1);
	cr_assert_eq(r.owed[0], 3);
	/* and a new life */
	pp_dev_lent_take(pool, r.first);
	pt_expect(pool, "[... ; ... ; 2 1 1 0]");
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(r.owed[0], 4);
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, external_holders_keep_the_buffer)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x = pp_dev_lent_take(pool, r.first);

	get_netmem(x);
	cr_assert_eq(netmem_ref_count(x), 2);
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(r.calls, 0);
	cr_assert_eq(page_pool_inflight(pool), 1);
	put_netmem(x);
	cr_assert_eq(r.calls, 1);
	cr_assert_eq(page_pool_inflight(pool), 0);
	cr_assert_eq(netmem_ref_count(x), 1);
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, unref_leaves_the_last_one_to_put_unrefed)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x = pp_dev_lent_take(pool, r.first);

	page_pool_ref_netmem(x);
	cr_assert_eq(page_pool_unref_netmem(x, 1), 1);
	cr_assert_eq(page_pool_unref_netmem(x, 1), 0);
	cr_assert_eq(r.calls, 0);
	page_pool_put_unrefed_netmem(pool, x, UINT32_MAX, true);
	cr_assert_eq(r.calls, 1);
	pt_expect(pool, "[... ; ... ; 1 1 0 0]");
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, extra_and_foreign_puts_are_refused_and_counted)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	struct page_pool *other = pt_pool(
		(struct page_pool_params){ .area = area, .nid = NUMA_NO_NODE });
	netmem_ref x, y = pt_alloc(other);
	struct pt_misuse m;
	uint64_t addr;

	pt_misuse_record(&m);
	x = pp_dev_lent_take(pool, r.first);
	page_pool_put_full_netmem(pool, x, false);
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(page_pool_misuse_count(pool), 1);
	page_pool_put_full_netmem(pool, y, false);
	page_pool_put_full_netmem(other, x, false);
	page_pool_ref_netmem(x);
	get_netmem(x);
	page_pool_fragment_netmem(x, 4);
	cr_assert_eq(page_pool_unref_netmem(x, 1), -1);
	page_pool_put_unrefed_netmem(pool, x, 0, false);
	page_pool_release_page(pool, netmem_to_page(x));
	cr_assert_eq(pp_dev_send(area, x, 0, 64, &addr), -EINVAL);
	cr_assert_eq(m.calls, 9);
	/* a buffer that was never delivered */
	page_pool_put_full_netmem(pool, pp_mem_ref(&area->mem, r.first + 9),
				  false);
	cr_assert_eq(m.calls, 10);
	cr_assert_eq(r.calls, 1);
	pt_expect(pool, "[... ; ... ; 1 1 0 0]");
	page_pool_put_full_netmem(other, y, false);
	page_pool_destroy(other);
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

PP_TEST(lent, the_end_sends_home_what_nobody_holds_and_the_last_put_the_rest)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x = pp_dev_lent_take(pool, r.first + 1);
	netmem_ref y = pp_dev_lent_take(pool, r.first + 2);

	page_pool_put_full_netmem(pool, y, false);
	pp_dev_lend_end(pool, r.first, BUFS);
	cr_assert_eq(pp_area_free_chunks(area), 63);
	page_pool_destroy(pool);
	cr_assert_eq(pt_pools_alive(), 1);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(r.homes, 1);
	cr_assert_eq(pt_pools_alive(), 0);
	cr_assert_eq(pp_area_free_chunks(area), 64);
	pt_area_end(area);
}

PP_TEST(lent, a_received_page_can_be_named_in_a_descriptor)
{
	struct pp_area *area = pt_area(64);
	struct returns r;
	struct page_pool *pool = lent_pool(area, BUFS, &r);
	netmem_ref x = pp_dev_lent_take(pool, r.first + 5);
	uint64_t addr = 0;

	cr_assert_eq(pp_dev_send(area, x, 100, 200, &addr), 0);
	cr_assert_eq(addr, (r.first + 5) * 4096 + 100);
	pp_dev_complete(area, &addr, 1);
	cr_assert_eq(r.calls, 1);
	lent_end(pool, &r, BUFS);
	pt_area_end(area);
}

/* ---- ranges ---- */

PP_TEST(lent, ranges_come_from_the_end_and_fit_around_what_is_used)
{
	struct pp_area *area = pt_area(200);
	uint32_t a, b, i;

	a = pp_area_take_range(area, 70, 1);
	cr_assert_eq(a, 130);
	b = pp_area_take_range(area, 130, 1);
	cr_assert_eq(b, 0);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	cr_assert_eq(pp_area_take_range(area, 1, 1), PP_NO_IDX);
	/* holes of 1, 3 and 64 */
	pp_area_home(area, 3, 0);
	for (i = 10; i < 13; i++)
		pp_area_home(area, i, 0);
	for (i = 100; i < 164; i++)
		pp_area_home(area, i, 0);
	cr_assert_eq(pp_area_take_range(area, 65, 1), PP_NO_IDX);
	cr_assert_eq(pp_area_free_chunks(area), 68);
	cr_assert_eq(pp_area_take_range(area, 64, 8), PP_NO_IDX);
	cr_assert_eq(pp_area_take_range(area, 56, 8), 104);
	cr_assert_eq(pp_area_take_range(area, 3, 1), 161);
	cr_assert_eq(pp_area_take_range(area, 3, 1), 101);
	cr_assert_eq(pp_area_take_range(area, 3, 1), 10);
	cr_assert_eq(pp_area_take_range(area, 3, 1), PP_NO_IDX);
	cr_assert_eq(pp_area_take_range(area, 0, 1), PP_NO_IDX);
	cr_assert_eq(pp_area_take_range(area, 201, 1), PP_NO_IDX);
	cr_assert_eq(pp_area_free_chunks(area), 3);
	for (i = 0; i < 200; i++)
		if (i != 3 && i != 100 && i != 160)
			pp_area_home(area, i, 0);
	cr_assert_eq(pp_area_free_chunks(area), 200);
	pt_area_end(area);
}

PP_TEST(lent, a_range_never_takes_what_a_pool_holds)
{
	struct pp_area *area = pt_area(128);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .nid = NUMA_NO_NODE });
	netmem_ref x = pt_alloc(pool); /* 64 chunks are the pool's now */
	struct returns r;
	struct page_pool *lent = lent_pool(area, 64, &r);

	cr_assert_eq(pp_area_free_chunks(area), 0);
	cr_assert_neq(pt_index(x) / 64, r.first / 64);
	page_pool_put_full_netmem(pool, x, false);
	page_pool_destroy(pool);
	lent_end(lent, &r, 64);
	pt_area_end(area);
}
