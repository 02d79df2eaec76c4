/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the eleven counters: their names, order and how they are read. */
#include "pptest.h"

static const char *const ethtool_names[11] = {
	"rx_pp_alloc_fast",	      "rx_pp_alloc_slow",
	"rx_pp_alloc_slow_ho",	      "rx_pp_alloc_empty",
	"rx_pp_alloc_refill",	      "rx_pp_alloc_waive",
	"rx_pp_recycle_cached",	      "rx_pp_recycle_cache_full",
	"rx_pp_recycle_ring",	      "rx_pp_recycle_ring_full",
	"rx_pp_recycle_released_ref",
};

PP_TEST(stats, names_and_order_are_the_kernels)
{
	int i;

	cr_assert_eq(page_pool_ethtool_stats_get_count(), 11);
	for (i = 0; i < 11; i++)
		cr_assert_str_eq(page_pool_ethtool_stats_name(i),
				 ethtool_names[i]);
	cr_assert_null(page_pool_ethtool_stats_name(11));
	cr_assert_null(page_pool_ethtool_stats_name(-1));
}

PP_TEST(stats, values_come_in_the_order_of_the_names)
{
	const struct page_pool_stats stats = {
		.alloc_stats = { .fast = 1,
				 .slow = 2,
				 .slow_high_order = 3,
				 .empty = 4,
				 .refill = 5,
				 .waive = 6 },
		.recycle_stats = { .cached = 7,
				   .cache_full = 8,
				   .ring = 9,
				   .ring_full = 10,
				   .released_refcnt = 11 },
	};
	uint64_t data[12];
	int i;

	memset(data, 0xff, sizeof(data));
	page_pool_ethtool_stats_get(data, &stats);
	for (i = 0; i < 11; i++)
		cr_assert_eq(data[i], (uint64_t)i + 1);
	cr_assert_eq(data[11], UINT64_MAX, "only eleven are written");
}

PP_TEST(stats, reading_adds)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct page_pool_stats st = { .alloc_stats = { .waive = 1000 } };

	pt_put_d(pool, pt_alloc(pool));
	pt_put_r(pool, pt_alloc(pool));
	cr_assert(page_pool_get_stats(pool, &st));
	cr_assert(page_pool_get_stats(pool, &st));
	cr_assert_eq(st.alloc_stats.fast, 2);
	cr_assert_eq(st.alloc_stats.slow, 2);
	cr_assert_eq(st.alloc_stats.empty, 2);
	cr_assert_eq(st.alloc_stats.waive, 1000);
	cr_assert_eq(st.recycle_stats.cached, 2);
	cr_assert_eq(st.recycle_stats.ring, 2);
	page_pool_destroy(pool);
}

PP_TEST(stats, pools_can_be_summed)
{
	struct page_pool *a = pt_pool_sized(0), *b = pt_pool_sized(0);
	struct page_pool_stats st = { 0 };

	pt_put_d(a, pt_alloc(a));
	pt_put_r(b, pt_alloc(b));
	cr_assert(page_pool_get_stats(a, &st));
	cr_assert(page_pool_get_stats(b, &st));
	cr_assert_eq(st.alloc_stats.slow, 2);
	cr_assert_eq(st.recycle_stats.cached, 1);
	cr_assert_eq(st.recycle_stats.ring, 1);
	page_pool_destroy(a);
	page_pool_destroy(b);
}

PP_TEST(stats, nothing_for_no_pool)
{
	struct page_pool_stats st = { .alloc_stats = { .fast = 7 } };

	cr_assert_not(page_pool_get_stats(NULL, &st));
	cr_assert_eq(st.alloc_stats.fast, 7);
}

PP_TEST(stats, the_identities_of_the_counters_hold)
{
	struct pp_area *area = pt_area(80);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .pool_size = 8 });
	uint64_t state = 5, allocs = 0, failures = 0, r;
	struct page_pool_stats st = { 0 };
	netmem_ref held[80], x;
	uint32_t n = 0, i;

	for (i = 0; i < 20000; i++) {
		r = pt_random(&state);
		/* as many allocations as puts, in long waves */
		if (!n || r % 100 < (i / 500 % 2 ? 70 : 30)) {
			x = page_pool_alloc_netmems(pool);
			if (x)
				held[n++] = x;
			allocs += !!x;
			failures += !x;
		} else {
			page_pool_put_full_netmem(pool, held[--n], r % 8 == 0);
		}
	}
	cr_assert(page_pool_get_stats(pool, &st));
	cr_assert_gt(failures, 0, "the area never ran dry");
	cr_assert_gt(st.recycle_stats.ring_full, 0, "the ring was never full");
	cr_assert_eq(allocs, st.alloc_stats.fast + st.alloc_stats.slow +
				     st.alloc_stats.slow_high_order +
				     st.alloc_stats.refill);
	cr_assert_eq(st.alloc_stats.slow + failures, st.alloc_stats.empty);
	cr_assert_eq(st.recycle_stats.cached + st.recycle_stats.ring +
			     st.recycle_stats.ring_full,
		     allocs - n);
	cr_assert_eq((int32_t)(page_pool_hold_cnt(pool) -
			       page_pool_release_cnt(pool)),
		     page_pool_inflight(pool));
	cr_assert_eq(page_pool_release_cnt(pool), st.recycle_stats.ring_full);
	pt_put_r_n(pool, held, n);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(stats, getters_tell_what_was_asked_for)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.order = 3, .dma_dir = DMA_TO_DEVICE });

	cr_assert_eq(page_pool_order(pool), 3);
	cr_assert_eq(page_pool_get_dma_dir(pool), DMA_TO_DEVICE);
	cr_assert_not(page_pool_is_unreadable(pool));
	cr_assert_null(page_pool_mp_priv(pool));
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	page_pool_destroy(pool);
}
