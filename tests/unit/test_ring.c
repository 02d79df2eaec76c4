/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the return ring's order, and of when its slots are free again. */
#include "pptest.h"

PP_TEST(ring, ring_order_is_first_in_first_out_across_refills)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[256], y;
	uint32_t i;

	pt_alloc_n(pool, x, 256);
	pt_put_r_n(pool, x, 256);
	/* each refill takes the next 64; the cache hands them out backwards */
	for (i = 0; i < 256; i++) {
		y = pt_alloc(pool);
		cr_assert_eq(y, x[i / 64 * 64 + 63 - i % 64], "alloc %u", i);
	}
	pt_expect(pool, "[504 4 0 4 4 0 ; 0 0 256 0 0 ; 256 0 256 0]");
	pt_put_r_n(pool, x, 256);
	page_pool_destroy(pool);
}

PP_TEST(ring, kernel_ring_with_free_slots_can_report_full)
{
	netmem_ref x[64];
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.pool_size = 32, .mode = PP_MODE_KERNEL_RING });

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 32);
	/* a refill empties the ring in two batches of 16: all slots are free */
	cr_assert_eq(pt_alloc(pool), x[31]);
	pt_put_r_n(pool, x + 31, 33);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 64 1 0 ; 64 1 63 31]");
	page_pool_destroy(pool);

	pool = pt_pool((struct page_pool_params){ .pool_size = 32,
						  .mode = PP_MODE_KERNEL_RING });
	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 15);
	/* 15 consumed slots are no batch yet: only 17 are free */
	cr_assert_eq(pt_alloc(pool), x[14]);
	pt_put_r_n(pool, x + 14, 18);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 32 1 0 ; 64 1 63 14]");
	pt_put_r_n(pool, x + 32, 32);
	page_pool_destroy(pool);
}

PP_TEST(ring, default_ring_frees_slots_at_once)
{
	struct page_pool *pool = pt_pool_sized(32);
	netmem_ref x[64];

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 15);
	cr_assert_eq(pt_alloc(pool), x[14]);
	pt_put_r_n(pool, x + 14, 33);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 47 1 0 ; 64 1 63 14]");
	pt_put_r_n(pool, x + 47, 17);
	page_pool_destroy(pool);
}

PP_TEST(ring, a_ring_that_wraps_many_times_counts_right)
{
	struct page_pool *pool = pt_pool_sized(7);
	netmem_ref x[64];
	int i, round;

	pt_alloc_n(pool, x, 64);
	for (round = 0; round < 5000; round++) {
		pt_put_r_n(pool, x, 5);
		for (i = 4; i >= 0; i--)
			cr_assert_eq(pt_alloc(pool), x[i], "round %d", round);
	}
	pt_expect(pool, "[20063 1 0 1 5000 0 ; 0 0 25000 0 0 ; 64 0 64 0]");
	pt_put_r_n(pool, x, 64);
	page_pool_destroy(pool);
}
