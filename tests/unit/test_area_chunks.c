/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of which chunks a pool gets: preferred nodes and long runs. */
#include "pptest.h"

PP_TEST(chunks, the_preferred_node_comes_first_then_any)
{
	struct pp_area *area = pt_area(200);
	struct page_pool *pool;
	netmem_ref x[200];
	uint32_t i, on_node = 0;

	/* 100 chunks of node 1, every other one */
	for (i = 1; i < 200; i += 2)
		cr_assert_eq(pp_area_set_chunk_nid(area, i, 1, 1), 0);
	pool = pt_pool((struct page_pool_params){ .area = area, .nid = 1 });
	pt_alloc_n(pool, x, 64);
	for (i = 0; i < 64; i++)
		cr_assert_eq(netmem_nid(x[i]), 1, "alloc %u", i);
	/* 36 are left there: the second batch takes them and 28 others */
	pt_alloc_n(pool, x + 64, 64);
	for (i = 64; i < 128; i++)
		on_node += netmem_nid(x[i]) == 1;
	cr_assert_eq(on_node, 36);
	pt_expect(pool, "[126 2 0 2 0 0 ; ... ; 128 0 128 0]");
	pt_alloc_n(pool, x + 128, 72);
	pt_expect(pool, "[196 4 0 4 0 0 ; ... ; 200 0 200 0]");
	pt_put_r_n(pool, x, 200);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(chunks, high_order_pages_are_consecutive_chunks)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .order = 2 });
	netmem_ref x[16];
	uint64_t taken = 0;
	uint32_t i, idx;

	pt_alloc_n(pool, x, 16);
	for (i = 0; i < 16; i++) {
		idx = pt_index(x[i]);
		cr_assert_leq(idx + 4, 64);
		cr_assert_eq(taken >> idx & 15, 0, "pages overlap");
		taken |= UINT64_C(15) << idx;
		cr_assert_eq(page_pool_get_dma_addr_netmem(x[i]), idx * 4096);
		memset(netmem_address(x[i]), (int)i, 4 * 4096);
	}
	for (i = 0; i < 16; i++) {
		const unsigned char *p = netmem_address(x[i]);

		cr_assert(p[0] == i && p[4 * 4096 - 1] == i);
	}
	cr_assert_eq(taken, UINT64_MAX);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_put_r_n(pool, x, 16);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(chunks, high_orders_beyond_64_chunks)
{
	struct pp_area *area = pt_area_of((struct pp_area_params){
		.chunk_bytes = 256, .chunks = 3 << 10 });
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .order = 10 });
	netmem_ref x[3];
	uint32_t i;

	pt_alloc_n(pool, x, 3);
	for (i = 0; i < 3; i++)
		cr_assert_eq(pt_index(x[i]) % 1024, 0);
	cr_assert(x[0] != x[1] && x[1] != x[2] && x[0] != x[2]);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[0 0 3 4 0 0 ; ... ; 3 0 3 0]");
	cr_assert_eq(pp_area_free_chunks(area), 0);
	pt_put_d(pool, x[1]);
	page_pool_update_nid(pool, 0);
	cr_assert_eq(pp_area_free_chunks(area), 1024);
	cr_assert_eq(pt_alloc(pool), x[1]);
	pt_put_r_n(pool, x, 3);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(chunks, a_long_run_with_one_chunk_missing_is_left_whole)
{
	struct pp_area *area = pt_area_of(
		(struct pp_area_params){ .chunk_bytes = 256, .chunks = 256 });
	struct page_pool *single, *runs;
	netmem_ref x[128], one = 0, y;
	uint32_t i;

	single = pt_pool((struct page_pool_params){ .area = area });
	runs = pt_pool((struct page_pool_params){ .area = area, .order = 7 });
	/* keep one chunk of the second 64, let the rest go */
	pt_alloc_n(single, x, 128);
	for (i = 0; i < 128; i++) {
		if (!one && pt_index(x[i]) >= 64 && pt_index(x[i]) < 128)
			one = x[i];
		else
			pt_put_d(single, x[i]);
	}
	page_pool_update_nid(single, 0);
	cr_assert_not_null(one);
	cr_assert_eq(pp_area_free_chunks(area), 255);
	y = pt_alloc(runs);
	cr_assert_eq(pt_index(y), 128);
	cr_assert_null(page_pool_alloc_netmems(runs));
	cr_assert_eq(pp_area_free_chunks(area), 127, "the try cost chunks");
	pt_put_d(single, one);
	page_pool_update_nid(single, 0);
	one = pt_alloc(runs);
	cr_assert_eq(pt_index(one), 0);
	pt_put_r(runs, one);
	pt_put_r(runs, y);
	page_pool_destroy(single);
	page_pool_destroy(runs);
	pt_area_end(area);
}

PP_TEST(chunks, enough_chunks_but_no_run_of_them)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *single, *pairs;
	netmem_ref x[64], y;
	uint32_t i;

	single = pt_pool(
		(struct page_pool_params){ .area = area, .pool_size = 1 });
	pairs = pt_pool((struct page_pool_params){ .area = area, .order = 1 });
	pt_alloc_n(single, x, 64);
	/* every even chunk goes home */
	for (i = 0; i < 64; i++)
		if (pt_index(x[i]) % 2 == 0) {
			netmem_set_pfmemalloc(x[i], true);
			pt_put_r(single, x[i]);
		}
	cr_assert_eq(pp_area_free_chunks(area), 32);
	cr_assert_null(page_pool_alloc_netmems(pairs));
	pt_expect(pairs, "[0 0 0 1 0 0 ; ... ; ...]");
	cr_assert_eq(pp_area_free_chunks(area), 32, "nothing was lost on it");
	for (i = 0; i < 64; i++)
		if (pt_index(x[i]) == 31) {
			netmem_set_pfmemalloc(x[i], true);
			pt_put_r(single, x[i]);
			x[i] = 0;
		}
	y = pt_alloc(pairs);
	cr_assert_eq(pt_index(y), 30);
	pt_put_r(pairs, y);
	page_pool_destroy(pairs);
	for (i = 0; i < 64; i++)
		if (x[i] && pt_index(x[i]) % 2)
			pt_put_r(single, x[i]);
	page_pool_destroy(single);
	pt_area_end(area);
}

PP_TEST(chunks, pools_of_different_orders_share_it)
{
	struct pp_area *area = pt_area(256);
	struct page_pool *pool[3];
	netmem_ref x[3][8];
	unsigned char *p;
	uint32_t o, i;

	for (o = 0; o < 3; o++) {
		pool[o] = pt_pool(
			(struct page_pool_params){ .area = area, .order = o });
		pt_alloc_n(pool[o], x[o], 8);
		for (i = 0; i < 8; i++)
			memset(netmem_address(x[o][i]), (int)(o * 8 + i),
			       (size_t)4096 << o);
	}
	for (o = 0; o < 3; o++) {
		for (i = 0; i < 8; i++) {
			p = netmem_address(x[o][i]);
			cr_assert_eq(p[0], o * 8 + i);
			cr_assert_eq(p[((size_t)4096 << o) - 1], o * 8 + i);
		}
		pt_put_r_n(pool[o], x[o], 8);
		page_pool_destroy(pool[o]);
	}
	pt_area_end(area);
}
