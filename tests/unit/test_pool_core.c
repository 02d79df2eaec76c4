/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the table cases A01 to A37: the pool without fragments. */
#include "pptest.h"

#include <errno.h>

#include "pool/pool.h"

/* How many puts the ring takes before one releases its page. */
static uint32_t ring_capacity(uint32_t pool_size, uint32_t mode)
{
	struct pp_area_params params = { .sz = sizeof(params),
					 .chunk_bytes = 256,
					 .chunks = 17000 };
	struct page_pool_stats st = { 0 };
	static netmem_ref x[17000];
	struct pp_area *area = NULL;
	struct page_pool *pool;
	uint64_t puts = 0;

	cr_assert_eq(pp_area_create(&area, &params, NULL), 0);
	pool = pt_pool((struct page_pool_params){
		.pool_size = pool_size, .area = area, .mode = mode });
	pt_alloc_n(pool, x, 17000);
	do {
		pt_put_r(pool, x[puts++]);
		memset(&st, 0, sizeof(st));
		page_pool_get_stats(pool, &st);
	} while (!st.recycle_stats.ring_full && puts < 17000);
	cr_assert_eq(st.recycle_stats.ring + st.recycle_stats.ring_full, puts);
	pt_put_r_n(pool, x + puts, 17000 - (uint32_t)puts);
	page_pool_destroy(pool);
	pt_area_end(area);
	return (uint32_t)st.recycle_stats.ring;
}

PP_TEST(core, a01_fresh_pool_is_all_zero_with_a_ring_of_1024)
{
	struct page_pool *pool = pt_pool_sized(0);

	pt_expect(pool, "[... ; ... ; ...]");
	page_pool_destroy(pool);
	cr_assert_eq(ring_capacity(0, 0), 1024);
}

PP_TEST(core, a02_first_alloc_takes_a_batch_of_64)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 0 0 0 ; 64 0 64 63]");
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(core, a03_a04_second_batch_and_an_exactly_full_cache)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[65];

	pt_alloc_n(pool, x, 64);
	pt_expect(pool, "[63 1 0 1 0 0 ; ... ; 64 0 64 0]");
	pt_alloc_n(pool, x + 64, 1);
	pt_expect(pool, "[63 2 0 2 0 0 ; ... ; 128 0 128 63]");
	pt_put_d_n(pool, x, 65);
	pt_expect(pool, "[63 2 0 2 0 0 ; 65 0 0 0 0 ; 128 0 128 128]");
	page_pool_destroy(pool);
}

PP_TEST(core, a05_direct_put_comes_back_first)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y;

	pt_put_d(pool, x);
	y = pt_alloc(pool);
	cr_assert_eq(y, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	pt_put_d(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(core, a06_ring_put_comes_back_only_after_the_cache)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y;

	pt_put_r(pool, x);
	y = pt_alloc(pool);
	cr_assert_neq(y, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 62]");
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(core, a07_refill_takes_64_and_hands_out_the_last)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[64];

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 64);
	cr_assert_eq(pt_alloc(pool), x[63]);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 64 0 0 ; 64 0 64 63]");
	pt_put_d(pool, x[63]);
	page_pool_destroy(pool);
}

PP_TEST(core, a08_small_refill_then_slow_path)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[64], y;

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 3);
	cr_assert_eq(pt_alloc(pool), x[2]);
	cr_assert_eq(pt_alloc(pool), x[1]);
	cr_assert_eq(pt_alloc(pool), x[0]);
	pt_expect(pool, "[65 1 0 1 1 0 ; 0 0 3 0 0 ; 64 0 64 0]");
	y = pt_alloc(pool);
	pt_expect(pool, "[65 2 0 2 1 0 ; 0 0 3 0 0 ; 128 0 128 63]");
	pt_put_r_n(pool, x, 64);
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(core, a09_a_full_cache_overflows_into_the_ring)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[192];

	pt_alloc_n(pool, x, 192);
	pt_put_d_n(pool, x, 192);
	pt_expect(pool, "[189 3 0 3 0 0 ; 128 64 64 0 0 ; 192 0 192 128]");
	page_pool_destroy(pool);
}

PP_TEST(core, a10_a_full_ring_releases)
{
	struct page_pool *pool = pt_pool_sized(4);
	netmem_ref x[64];

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 64);
	pt_expect(pool, "[63 1 0 1 0 0 ; 0 0 4 60 0 ; 64 60 4 0]");
	page_pool_destroy(pool);
}

PP_TEST(core, a11_one_direct_put_may_count_cache_full_and_ring_full)
{
	struct page_pool *pool = pt_pool_sized(2);
	netmem_ref x[192];

	pt_alloc_n(pool, x, 192);
	pt_put_d_n(pool, x, 192);
	pt_expect(pool, "[189 3 0 3 0 0 ; 128 64 2 62 0 ; 192 62 130 128]");
	page_pool_destroy(pool);
}

PP_TEST(core, a12_page_with_an_external_holder_leaves_the_pool)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool), rest[63];

	get_netmem(x);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 0 0 1 ; 64 1 63 63]");
	cr_assert_null(netmem_get_pp(x));
	cr_assert_eq(netmem_ref_count(x), 1);
	/* nobody gets it while the holder has it */
	pt_alloc_n(pool, rest, 63);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[63 1 0 2 0 0 ; 0 0 0 0 1 ; 64 1 63 0]");
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 1);
	cr_assert_eq(pt_alloc(pool), x);
	pt_expect(pool, "[63 2 0 3 0 0 ; 0 0 0 0 1 ; 65 1 64 0]");
	pt_put_d(pool, x);
	pt_put_d_n(pool, rest, 63);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, a14_pages_of_another_node_are_waived_one_per_alloc)
{
	struct pp_area *area = pt_area(256);
	struct page_pool *pool;
	netmem_ref x[64], y;

	cr_assert_eq(pp_area_set_chunk_nid(area, 128, 128, 1), 0);
	pool = pt_pool((struct page_pool_params){ .area = area });
	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 10);
	page_pool_update_nid(pool, 1);
	y = pt_alloc(pool);
	cr_assert_eq(netmem_nid(y), 1);
	cr_assert_geq(pt_index(y), 128);
	pt_expect(pool, "[63 2 0 1 0 1 ; 0 0 10 0 0 ; 128 1 127 63]");
	pt_put_d(pool, y);
	pt_put_r_n(pool, x + 10, 54);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, a14_good_pages_before_the_wrong_one_are_kept)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool;
	netmem_ref x[64];
	uint32_t i;

	pool = pt_pool((struct page_pool_params){ .area = area });
	pt_alloc_n(pool, x, 64);
	/* the third page in the ring moves to node 1 */
	pt_put_r_n(pool, x, 5);
	cr_assert_eq(pp_area_set_chunk_nid(area, pt_index(x[2]), 1, 1), 0);
	cr_assert_eq(pt_alloc(pool), x[1]);
	pt_expect(pool, "[63 1 0 1 1 1 ; 0 0 5 0 0 ; 64 1 63 1]");
	cr_assert_eq(pt_alloc(pool), x[0]);
	/* what lay behind it is still in the ring, in order */
	cr_assert_eq(pt_alloc(pool), x[4]);
	cr_assert_eq(pt_alloc(pool), x[3]);
	pt_expect(pool, "[65 1 0 1 2 1 ; 0 0 5 0 0 ; 64 1 63 0]");
	for (i = 0; i < 64; i++)
		if (i != 2)
			pt_put_r(pool, x[i]);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, pool_without_a_node_takes_every_page)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool;
	netmem_ref x[64];

	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 32, 3), 0);
	pool = pt_pool(
		(struct page_pool_params){ .area = area, .nid = NUMA_NO_NODE });
	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 64);
	cr_assert_eq(pt_alloc(pool), x[63]);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 64 0 0 ; 64 0 64 63]");
	pt_put_r(pool, x[63]);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, chunks_of_unknown_node_suit_every_pool)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool;
	netmem_ref x[64];

	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 64, NUMA_NO_NODE), 0);
	pool = pt_pool((struct page_pool_params){ .area = area, .nid = 5 });
	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 64);
	cr_assert_eq(pt_alloc(pool), x[63]);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 64 0 0 ; 64 0 64 63]");
	pt_put_r(pool, x[63]);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, a16_update_nid_flushes_the_cache_even_for_the_same_node)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x, y;

	x = pt_alloc(pool);
	page_pool_update_nid(pool, 0);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 63 1 0]");
	y = pt_alloc(pool);
	pt_expect(pool, "[0 2 0 2 0 0 ; ... ; 128 63 65 63]");
	page_pool_nid_changed(pool, 0);
	pt_expect(pool, "[0 2 0 2 0 0 ; ... ; 128 63 65 63]");
	page_pool_nid_changed(pool, 2);
	pt_expect(pool, "[0 2 0 2 0 0 ; ... ; 128 126 2 0]");
	pt_put_r(pool, x);
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(core, a16_update_nid_leaves_the_ring_alone)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[10];

	pt_alloc_n(pool, x, 10);
	pt_put_r_n(pool, x, 10);
	page_pool_update_nid(pool, 0);
	pt_expect(pool, "[9 1 0 1 0 0 ; 0 0 10 0 0 ; 64 54 10 0]");
	cr_assert_eq(pt_alloc(pool), x[9]);
	pt_expect(pool, "[9 1 0 1 1 0 ; 0 0 10 0 0 ; 64 54 10 9]");
	pt_put_r(pool, x[9]);
	page_pool_destroy(pool);
}

PP_TEST(core, a17_high_order_pages_come_one_at_a_time)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .order = 2, .pool_size = 64 });
	netmem_ref x[3], y;

	cr_assert_eq(page_pool_order(pool), 2);
	pt_alloc_n(pool, x, 3);
	pt_expect(pool, "[0 0 3 3 0 0 ; ... ; 3 0 3 0]");
	pt_put_d_n(pool, x, 3);
	pt_expect(pool, "[0 0 3 3 0 0 ; 3 0 0 0 0 ; 3 0 3 3]");
	y = pt_alloc(pool);
	cr_assert_eq(y, x[2]);
	pt_expect(pool, "[1 0 3 3 0 0 ; 3 0 0 0 0 ; 3 0 3 2]");
	pt_put_r(pool, y);
	pt_alloc_n(pool, x, 3);
	pt_expect(pool, "[3 0 3 3 1 0 ; 3 0 1 0 0 ; 3 0 3 0]");
	cr_assert_eq(x[2], y);
	pt_put_r_n(pool, x, 3);
	page_pool_destroy(pool);
}

PP_TEST(core, a18_bulk_put_goes_to_the_ring)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[16];

	pt_alloc_n(pool, x, 16);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(pool, "[15 1 0 1 0 0 ; 0 0 16 0 0 ; 64 0 64 48]");
	page_pool_destroy(pool);
}

struct put_job {
	struct page_pool *pool;
	netmem_ref netmem;
};

static void put_false(void *arg)
{
	struct put_job *job = arg;

	page_pool_put_full_netmem(job->pool, job->netmem, false);
}

PP_TEST(core, a20_direct_recycling_on_the_owner_thread)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[32], bulk[16];
	struct put_job job;

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	pt_alloc_n(pool, x, 32);
	memcpy(bulk, x, sizeof(bulk));
	page_pool_put_netmem_bulk(bulk, 16);
	pt_expect(pool, "[31 1 0 1 0 0 ; 16 0 0 0 0 ; 64 0 64 48]");
	page_pool_put_full_netmem(pool, x[16], false);
	pt_expect(pool, "[31 1 0 1 0 0 ; 17 0 0 0 0 ; 64 0 64 49]");
	job = (struct put_job){ pool, x[17] };
	pt_on_thread(put_false, &job);
	pt_expect(pool, "[31 1 0 1 0 0 ; 17 0 1 0 0 ; 64 0 64 49]");
	page_pool_disable_direct_recycling(pool);
	page_pool_put_full_netmem(pool, x[18], false);
	pt_expect(pool, "[31 1 0 1 0 0 ; 17 0 2 0 0 ; 64 0 64 49]");
	pt_put_r_n(pool, x + 19, 13);
	page_pool_destroy(pool);
}

PP_TEST(core, a21_bulk_put_releases_a_page_that_is_held_elsewhere)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[16], held;

	pt_alloc_n(pool, x, 16);
	held = x[5];
	get_netmem(held);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(pool, "[15 1 0 1 0 0 ; 0 0 15 0 1 ; 64 1 63 48]");
	put_netmem(held);
	page_pool_destroy(pool);
}

PP_TEST(core, a22_one_bulk_put_serves_two_pools)
{
	struct page_pool *a = pt_pool_sized(0), *b = pt_pool_sized(0);
	netmem_ref x[16];
	int i;

	for (i = 0; i < 16; i++)
		x[i] = pt_alloc(i % 2 ? b : a);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(a, "[7 1 0 1 0 0 ; 0 0 8 0 0 ; 64 0 64 56]");
	pt_expect(b, "[7 1 0 1 0 0 ; 0 0 8 0 0 ; 64 0 64 56]");
	page_pool_destroy(a);
	page_pool_destroy(b);
}

PP_TEST(core, a23_a24_only_the_last_user_ends_the_pool)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[2];

	pt_alloc_n(pool, x, 2);
	cr_assert_eq(page_pool_get(pool), pool);
	page_pool_destroy(pool);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 0 64 62]");
	page_pool_destroy(pool);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 62 2 0]");
	pt_put_r(pool, x[0]);
	/* the kernel releases it within a second, here the put does */
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 63 1 0]");
	pt_put_r(pool, x[1]);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(core, a26_in_flight_survives_the_wrap_of_its_counters)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[64];

	pool->hold = 0xFFFFFFF0u;
	pool->release = 0xFFFFFFF0u;
	x[0] = pt_alloc(pool);
	cr_assert_eq(page_pool_hold_cnt(pool), 48);
	cr_assert_eq(page_pool_release_cnt(pool), UINT32_C(4294967280));
	cr_assert_eq(page_pool_inflight(pool), 64);
	cr_assert_eq(page_pool_cache_count(pool), 63);
	/* and release wraps too, without disturbing destroy */
	page_pool_update_nid(pool, 0);
	cr_assert_eq(page_pool_release_cnt(pool), 47);
	cr_assert_eq(page_pool_inflight(pool), 1);
	page_pool_destroy(pool);
	cr_assert_eq(page_pool_inflight(pool), 1);
	pt_put_r(pool, x[0]);
	cr_assert_eq(pt_pools_alive(), 0, "the last put did not free the pool");
}

PP_TEST(core, a26_destroy_when_hold_itself_wraps_to_a_small_number)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[64];

	/* hold becomes 0: equal to a fresh pool's release count */
	pool->hold = 0xFFFFFFC0u;
	pool->release = 0xFFFFFFC0u;
	pt_alloc_n(pool, x, 64);
	cr_assert_eq(page_pool_hold_cnt(pool), 0);
	page_pool_destroy(pool);
	cr_assert_eq(pt_pools_alive(), 1);
	pt_put_r_n(pool, x, 63);
	cr_assert_eq(page_pool_inflight(pool), 1);
	pt_put_r(pool, x[63]);
	cr_assert_eq(pt_pools_alive(), 0);
}

static int create(struct page_pool_params params)
{
	struct page_pool *pool = NULL;
	int err;

	params.sz = sizeof(params);
	err = page_pool_create(&pool, &params, NULL);
	cr_assert_eq(!err, !!pool);
	page_pool_destroy(pool);
	return err;
}

PP_TEST(core, a28_contradictory_parameters_are_refused)
{
	const uint32_t map = PP_FLAG_DMA_MAP, sync = PP_FLAG_DMA_SYNC_DEV;

	cr_assert_eq(create((struct page_pool_params){ .flags = 1u << 4 }),
		     -EINVAL);
	cr_assert_eq(create((struct page_pool_params){ .flags = sync,
						       .max_len = 64 }),
		     -EINVAL);
	cr_assert_eq(create((struct page_pool_params){
			     .flags = map, .dma_dir = DMA_TO_DEVICE }),
		     -EINVAL);
	cr_assert_eq(create((struct page_pool_params){ .flags = map,
						       .dma_dir = DMA_NONE }),
		     -EINVAL);
	cr_assert_eq(create((struct page_pool_params){
			     .flags = map | sync, .dma_dir = DMA_FROM_DEVICE }),
		     -EINVAL);
	cr_assert_eq(create((struct page_pool_params){ .order = 11 }), -EINVAL);
	cr_assert_eq(create((struct page_pool_params){ .dma_dir = DMA_TO_DEVICE }),
		     0);
	cr_assert_eq(create((struct page_pool_params){ .order = 10 }), 0);
}

PP_TEST(core, a29_ring_sizes_are_exact_and_clamped)
{
	uint32_t mode;

	for (mode = 0; mode <= PP_MODE_KERNEL_RING; mode++) {
		cr_assert_eq(ring_capacity(1, mode), 1);
		cr_assert_eq(ring_capacity(100, mode), 100);
		cr_assert_eq(ring_capacity(16384, mode), 16384);
		cr_assert_eq(ring_capacity(1u << 20, mode), 16384);
	}
}

PP_TEST(core, a31_direct_ping_pong_stays_in_the_cache)
{
	struct page_pool *pool = pt_pool_sized(0);
	int i;

	for (i = 0; i < 1000; i++)
		pt_put_d(pool, pt_alloc(pool));
	pt_expect(pool, "[999 1 0 1 0 0 ; 1000 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(core, a32_ring_ping_pong_refills_every_64)
{
	struct page_pool *pool = pt_pool_sized(0);
	int i;

	for (i = 0; i < 1000; i++)
		pt_put_r(pool, pt_alloc(pool));
	pt_expect(pool, "[984 1 0 1 15 0 ; 0 0 1000 0 0 ; 64 0 64 24]");
	page_pool_destroy(pool);
}

PP_TEST(core, a34_bursts_of_100_through_the_ring)
{
	struct page_pool *pool = pt_pool_sized(256);
	netmem_ref x[100];
	int i;

	for (i = 0; i < 10; i++) {
		pt_alloc_n(pool, x, 100);
		pt_put_r_n(pool, x, 100);
	}
	pt_expect(pool, "[980 2 0 2 18 0 ; 0 0 1000 0 0 ; 128 0 128 28]");
	page_pool_destroy(pool);
}

PP_TEST(core, a35_bursts_of_100_through_the_cache)
{
	struct page_pool *pool = pt_pool_sized(256);
	netmem_ref x[100];
	int i;

	for (i = 0; i < 10; i++) {
		pt_alloc_n(pool, x, 100);
		pt_put_d_n(pool, x, 100);
	}
	pt_expect(pool, "[998 2 0 2 0 0 ; 1000 0 0 0 0 ; 128 0 128 128]");
	page_pool_destroy(pool);
}

PP_TEST(core, a37_an_area_that_runs_dry)
{
	struct pp_area *area = pt_area(40);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x[40];

	pt_alloc_n(pool, x, 1);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 40 0 40 39]");
	pt_alloc_n(pool, x + 1, 39);
	pt_expect(pool, "[39 1 0 1 0 0 ; ... ; 40 0 40 0]");
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[39 1 0 2 0 0 ; ... ; 40 0 40 0]");
	pt_put_r(pool, x[7]);
	cr_assert_eq(pt_alloc(pool), x[7]);
	pt_expect(pool, "[39 1 0 2 1 0 ; 0 0 1 0 0 ; 40 0 40 0]");
	pt_put_r_n(pool, x, 40);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, bulk_alloc_counts_like_single_allocs)
{
	struct page_pool *a = pt_pool_sized(0), *b = pt_pool_sized(0);
	static const uint32_t bursts[] = { 1, 63, 1, 200, 16, 128, 300 };
	netmem_ref x[709], y[709];
	unsigned int i, at = 0;
	int64_t va[PT_VECTOR], vb[PT_VECTOR];

	for (i = 0; i < sizeof(bursts) / sizeof(bursts[0]); i++) {
		cr_assert_eq(page_pool_alloc_netmems_bulk(a, x + at, bursts[i]),
			     bursts[i]);
		pt_alloc_n(b, y + at, bursts[i]);
		at += bursts[i];
		/* some of them into the ring, the next burst takes them out */
		pt_put_r_n(a, x + at - bursts[i] / 2, bursts[i] / 2);
		pt_put_r_n(b, y + at - bursts[i] / 2, bursts[i] / 2);
		at -= bursts[i] / 2;
		pt_vector(a, va);
		pt_vector(b, vb);
		cr_assert_arr_eq(va, vb, sizeof(va), "after burst %u", i);
	}
	pt_put_r_n(a, x, at);
	pt_put_r_n(b, y, at);
	page_pool_destroy(a);
	page_pool_destroy(b);
}

PP_TEST(core, bulk_alloc_stops_at_the_first_failure_which_counts_once)
{
	struct pp_area *area = pt_area(100);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x[150];

	memset(x, 0x5a, sizeof(x));
	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x, 150), 100);
	pt_expect(pool, "[98 2 0 3 0 0 ; ... ; 100 0 100 0]");
	/* entries past the return value are not written */
	cr_assert_eq((uintptr_t)x[100], UINT64_C(0x5a5a5a5a5a5a5a5a));
	cr_assert_eq((uintptr_t)x[149], UINT64_C(0x5a5a5a5a5a5a5a5a));
	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x + 100, 50), 0);
	pt_expect(pool, "[98 2 0 4 0 0 ; ... ; 100 0 100 0]");
	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x, 0), 0);
	pt_expect(pool, "[98 2 0 4 0 0 ; ... ; 100 0 100 0]");
	pt_put_r_n(pool, x, 100);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(core, an_order_pool_that_runs_dry_counts_only_empty)
{
	struct pp_area *area = pt_area(20);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .order = 3 });
	netmem_ref x[2];

	pt_alloc_n(pool, x, 2);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[0 0 2 3 0 0 ; ... ; 2 0 2 0]");
	cr_assert_eq(pp_area_free_chunks(area), 4);
	pt_put_r_n(pool, x, 2);
	page_pool_destroy(pool);
	pt_area_end(area);
}
