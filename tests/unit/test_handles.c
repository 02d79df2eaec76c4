/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of handles that name nothing, or not what the caller thinks. */
#include "pptest.h"

PP_TEST(handles, handles_that_name_nothing_are_refused)
{
	static const uintptr_t bad[] = { 1,
					 2,
					 7,
					 8,
					 9,
					 64,
					 4096,
					 UINT64_C(1) << 47,
					 UINT64_C(1) << 63,
					 UINTPTR_MAX };
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	unsigned int i, n = sizeof(bad) / sizeof(bad[0]);
	netmem_ref x;

	pt_misuse_record(&m);
	pt_put_d(pool, pt_alloc(pool));
	for (i = 0; i < n; i++) {
		x = (netmem_ref)bad[i];
		pt_put_d(pool, x);
		pt_put_r(pool, x);
		page_pool_put_unrefed_netmem(pool, x, 0, true);
	}
	cr_assert_eq(m.calls, 3 * n);
	cr_assert_eq(page_pool_misuse_count(pool), 3 * n);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, bulk_and_fragment_puts_skip_what_names_nothing)
{
	struct page_pool *pool = pt_small_pool(0);
	netmem_ref x[4], data[7];
	struct pp_frag frags[7];
	struct pt_misuse m;
	int i, round;

	pt_misuse_record(&m);
	for (round = 0; round < 2; round++) {
		pt_alloc_n(pool, x, 4);
		data[0] = (netmem_ref)(uintptr_t)1;
		data[1] = x[0];
		data[2] = (netmem_ref)UINTPTR_MAX;
		data[3] = x[1];
		data[4] = x[2];
		data[5] = (netmem_ref)(uintptr_t)0x123456789abcdef0;
		data[6] = x[3];
		for (i = 0; i < 7; i++)
			frags[i] = (struct pp_frag){ .netmem = data[i] };
		if (round)
			page_pool_put_netmem_bulk(data, 7);
		else
			pp_frags_put(frags, 7);
		cr_assert_eq(m.calls, 3u * (unsigned int)(round + 1));
	}
	pt_expect(pool, "[7 1 0 1 0 0 ; 0 0 8 0 0 ; 64 0 64 56]");
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

/* Every handle one bit away from a good one: none of them may do anything. */
PP_TEST(handles, handles_one_bit_off_are_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x, y;
	unsigned int wrong = 0;
	int bit, way;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	for (bit = 0; bit < 64; bit++) {
		for (way = 0; way < 4; way++) {
			y = (netmem_ref)((uintptr_t)x ^ UINT64_C(1) << bit);
			wrong += y != 0;
			if (way == 0)
				pt_put_d(pool, y);
			else if (way == 1)
				pt_put_r(pool, y);
			else if (way == 2)
				page_pool_put_netmem_bulk(&y, 1);
			else
				pp_frags_put(&(struct pp_frag){ .netmem = y }, 1);
		}
		pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	}
	cr_assert_geq(wrong, 4 * 63);
	cr_assert_eq(m.calls, wrong);
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, random_handles_are_refused)
{
	uint64_t seed = pt_seed(20260717), state = seed;
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x, y;
	int i, way;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	for (i = 0; i < 20000; i++) {
		/* half of them near a good one */
		y = (netmem_ref)(uintptr_t)pt_random(&state);
		if (i % 2)
			y = (netmem_ref)((uintptr_t)x ^ (uintptr_t)y >> (i % 64));
		way = i % 7;
		if (y == x)
			continue;
		switch (way) {
		case 0:
			pt_put_d(pool, y);
			break;
		case 1:
			pt_put_r(pool, y);
			break;
		case 2:
			page_pool_put_netmem_bulk(&y, 1);
			break;
		case 3:
			pp_frags_put(&(struct pp_frag){ .netmem = y }, 1);
			break;
		case 4:
			page_pool_put_unrefed_netmem(pool, y, 64, true);
			break;
		case 5:
			page_pool_free_va(pool, (void *)y, true);
			break;
		default:
			netmem_get_pp(y);
			netmem_address(y);
			netmem_ref_count(y);
			netmem_nid(y);
		}
	}
	cr_assert(pt_matches(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]", m.what,
			     sizeof(m.what)),
		  "PP_TEST_SEED=%" PRIu64 ": %s", seed, m.what);
	cr_assert_gt(m.calls, 10000);
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, free_va_of_an_address_outside_the_area_is_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;
	int here;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	page_pool_free_va(pool, &here, false);
	page_pool_free_va(pool, (void *)(uintptr_t)16, true);
	cr_assert_eq(m.calls, 2);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, handles_of_an_area_that_is_gone_are_refused)
{
	struct page_pool *old = pt_small_pool(0), *pool;
	netmem_ref x = pt_alloc(old), bulk = x;
	struct pt_misuse m;

	pt_put_d(old, x);
	page_pool_destroy(old);
	pool = pt_small_pool(0);
	pt_misuse_record(&m);
	pt_put_d(pool, pt_alloc(pool));
	cr_assert_null(netmem_address(x));
	cr_assert_null(netmem_get_pp(x));
	cr_assert_eq(netmem_ref_count(x), 0);
	pt_put_d(pool, x);
	pt_put_r(pool, x);
	page_pool_put_netmem_bulk(&bulk, 1);
	pp_frags_put(&(struct pp_frag){ .netmem = x }, 1);
	cr_assert_eq(m.calls, 4);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

/* Calls beside puts, on a page that nobody holds or that is no page. */
static void ask_about(netmem_ref x)
{
	get_netmem(x);
	put_netmem(x);
	page_pool_ref_netmem(x);
	page_pool_fragment_netmem(x, 3);
	netmem_set_pfmemalloc(x, true);
	cr_assert_eq(page_pool_unref_netmem(x, 1), -1);
}

PP_TEST(handles, references_of_pages_nobody_holds_are_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x, y;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	y = pt_alloc(pool);
	pt_put_d(pool, x);
	pt_put_r(pool, y);
	ask_about(x);
	cr_assert_eq(m.calls, 6);
	ask_about(y);
	cr_assert_eq(m.calls, 12);
	cr_assert_eq(netmem_ref_count(x), 1);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_not(netmem_is_pfmemalloc(y));
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 1 0 0 ; 64 0 64 63]");
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, references_of_what_is_no_page_are_refused)
{
	static const uintptr_t bad[] = { 1, 8, 4096, UINTPTR_MAX };
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	unsigned int i;

	pt_misuse_record(&m);
	for (i = 0; i < 4; i++)
		ask_about((netmem_ref)bad[i]);
	cr_assert_eq(m.calls, 24);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}

PP_TEST(handles, a_holder_that_is_none_cannot_let_go)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	put_netmem(x);
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(netmem_ref_count(x), 1);
	cr_assert_eq(netmem_get_pp(x), pool);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(handles, impossible_numbers_of_references_are_refused)
{
	struct page_pool *pool = pt_small_pool(0);
	struct pt_misuse m;
	netmem_ref x;

	pt_misuse_record(&m);
	x = pt_alloc(pool);
	page_pool_fragment_netmem(x, 0);
	page_pool_fragment_netmem(x, -5);
	cr_assert_eq(page_pool_unref_netmem(x, -1), -1);
	cr_assert_eq(m.calls, 3);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_put_d(pool, x);
	pt_expect_whole(pool, 100);
	page_pool_destroy(pool);
}
