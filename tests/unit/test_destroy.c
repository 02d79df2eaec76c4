/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the end of a pool: at once, or with the last put. */
#include "pptest.h"

#include <errno.h>
#include <pthread.h>

struct end {
	unsigned int calls;
	pthread_t thread;
	struct pp_area *area; /* destroyed in the callback if set */
	int area_err;
	unsigned int provider_destroyed; /* seen by the callback */
	unsigned int *destroys;
};

static void on_destroyed(void *arg)
{
	struct end *e = arg;

	e->calls++;
	e->thread = pthread_self();
	if (e->destroys)
		e->provider_destroyed = *e->destroys;
	if (e->area)
		e->area_err = pp_area_destroy(e->area);
}

static struct page_pool *ending_pool(struct end *e, struct pp_area *area)
{
	memset(e, 0, sizeof(*e));
	e->area_err = 1;
	return pt_pool((struct page_pool_params){ .area = area,
						  .on_destroyed = on_destroyed,
						  .on_destroyed_arg = e });
}

PP_TEST(destroy, with_nothing_out_frees_at_once)
{
	struct end e;
	struct pp_area *area = pt_area(200);
	struct page_pool *pool = ending_pool(&e, area);
	netmem_ref x[100];

	pt_alloc_n(pool, x, 100);
	pt_put_d_n(pool, x, 50);
	pt_put_r_n(pool, x + 50, 50);
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 1);
	cr_assert_eq(pt_pools_alive(), 0);
	pt_area_end(area);
}

PP_TEST(destroy, of_a_pool_never_used)
{
	struct end e;
	struct pp_area *area = pt_area(1);
	struct page_pool *pool = ending_pool(&e, area);

	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 1);
	pt_area_end(area);
}

PP_TEST(destroy, releases_cache_and_ring_without_recycle_counters)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[20];

	pt_alloc_n(pool, x, 20);
	pt_put_d_n(pool, x, 5);
	pt_put_r_n(pool, x + 5, 10);
	pt_expect(pool, "[19 1 0 1 0 0 ; 5 0 10 0 0 ; 64 0 64 49]");
	page_pool_destroy(pool);
	pt_expect(pool, "[19 1 0 1 0 0 ; 5 0 10 0 0 ; 64 59 5 0]");
	pt_put_r_n(pool, x + 15, 5);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(destroy, a_late_put_counts_ring_and_release_direct_or_not)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[4];

	pt_alloc_n(pool, x, 4);
	page_pool_destroy(pool);
	pt_expect(pool, "[3 1 0 1 0 0 ; ... ; 64 60 4 0]");
	pt_put_r(pool, x[0]);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 1 0 0 ; 64 61 3 0]");
	pt_put_d(pool, x[1]);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 2 0 0 ; 64 62 2 0]");
	page_pool_recycle_direct_netmem(pool, x[2]);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 3 0 0 ; 64 63 1 0]");
	pt_put_r(pool, x[3]);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(destroy, a_late_put_is_not_direct_even_where_that_was_enabled)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[4], data[2];

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	pt_alloc_n(pool, x, 4);
	page_pool_destroy(pool);
	page_pool_put_full_netmem(pool, x[0], false);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 1 0 0 ; 64 61 3 0]");
	data[0] = x[1];
	data[1] = x[2];
	page_pool_put_netmem_bulk(data, 2);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 3 0 0 ; 64 63 1 0]");
	pp_frags_put(&(struct pp_frag){ .netmem = x[3] }, 1);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(destroy, a_late_put_of_a_held_page_counts_released_refcnt)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x[3];

	pt_alloc_n(pool, x, 3);
	get_netmem(x[0]);
	netmem_set_pfmemalloc(x[1], true);
	page_pool_destroy(pool);
	pt_put_r(pool, x[0]);
	pt_expect(pool, "[2 1 0 1 0 0 ; 0 0 0 0 1 ; 64 62 2 0]");
	pt_put_d(pool, x[1]);
	pt_expect(pool, "[2 1 0 1 0 0 ; 0 0 0 0 2 ; 64 63 1 0]");
	pt_put_r(pool, x[2]);
	cr_assert_eq(pt_pools_alive(), 0);
	cr_assert_eq(pp_area_free_chunks(area), 63);
	put_netmem(x[0]);
	pt_area_end(area);
}

PP_TEST(destroy, more_late_puts_than_the_ring_has_room_for)
{
	struct page_pool *pool = pt_pool_sized(4);
	netmem_ref x[20];

	pt_alloc_n(pool, x, 20);
	page_pool_destroy(pool);
	/* each is released in its put, so the ring is never full */
	pt_put_r_n(pool, x, 19);
	pt_expect(pool, "[19 1 0 1 0 0 ; 0 0 19 0 0 ; 64 63 1 0]");
	pt_put_r(pool, x[19]);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(destroy, tells_once_with_the_last_put)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area);
	netmem_ref x[3];

	pt_alloc_n(pool, x, 3);
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 0);
	pt_put_r(pool, x[0]);
	pt_put_r(pool, x[1]);
	cr_assert_eq(e.calls, 0);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	pt_put_r(pool, x[2]);
	cr_assert_eq(e.calls, 1);
	cr_assert(pthread_equal(e.thread, pthread_self()));
	pt_area_end(area);
}

struct late {
	struct page_pool *pool;
	netmem_ref netmem;
	pthread_t thread;
};

static void put_late(void *arg)
{
	struct late *late = arg;

	late->thread = pthread_self();
	page_pool_put_full_netmem(late->pool, late->netmem, true);
}

PP_TEST(destroy, tells_on_the_thread_of_the_last_put)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area);
	struct late late = { .pool = pool, .netmem = pt_alloc(pool) };

	page_pool_destroy(pool);
	pt_on_thread(put_late, &late);
	cr_assert_eq(e.calls, 1);
	cr_assert(pthread_equal(e.thread, late.thread));
	pt_area_end(area);
}

PP_TEST(destroy, the_area_may_be_destroyed_in_the_callback_of_destroy)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area);

	e.area = area;
	pt_put_d(pool, pt_alloc(pool));
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 1);
	cr_assert_eq(e.area_err, 0);
	cr_assert_eq(pt_areas_alive(), 0);
}

PP_TEST(destroy, the_area_may_be_destroyed_in_the_callback_of_the_last_put)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	e.area = area;
	page_pool_destroy(pool);
	pt_put_r(pool, x);
	page_pool_put_netmem_bulk(&y, 1);
	cr_assert_eq(e.calls, 1);
	cr_assert_eq(e.area_err, 0);
	cr_assert_eq(pt_areas_alive(), 0);
}

PP_TEST(destroy, the_last_put_may_be_in_the_middle_of_a_bulk_put)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area), *other;
	netmem_ref data[40], *at = data;
	int i;

	other = pt_pool_sized(0);
	for (i = 0; i < 40; i++)
		*at++ = pt_alloc(i % 5 ? other : pool);
	page_pool_destroy(pool);
	page_pool_put_netmem_bulk(data, 40);
	cr_assert_eq(e.calls, 1);
	pt_area_end(area);
	pt_expect(other, "[31 1 0 1 0 0 ; 0 0 32 0 0 ; 64 0 64 32]");
	page_pool_destroy(other);
}

PP_TEST(destroy, one_bulk_put_may_end_two_pools)
{
	struct end e[2];
	struct pp_area *area = pt_area(128);
	struct page_pool *a = ending_pool(&e[0], area);
	struct page_pool *b = ending_pool(&e[1], area);
	struct pp_frag frags[12];
	int i;

	for (i = 0; i < 12; i++)
		frags[i] = (struct pp_frag){ .netmem = pt_alloc(i % 3 ? a : b) };
	page_pool_destroy(a);
	page_pool_destroy(b);
	pp_frags_put(frags, 12);
	cr_assert_eq(e[0].calls, 1);
	cr_assert_eq(e[1].calls, 1);
	pt_area_end(area);
}

PP_TEST(destroy, a_pool_with_two_users_goes_on_after_one_left)
{
	struct end e;
	struct pp_area *area = pt_area(128);
	struct page_pool *pool = ending_pool(&e, area);
	netmem_ref x;

	cr_assert_eq(page_pool_get(pool), pool);
	cr_assert_eq(page_pool_get(pool), pool);
	page_pool_destroy(pool);
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 0);
	x = pt_alloc(pool);
	pt_put_d(pool, x);
	cr_assert_eq(pt_alloc(pool), x);
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 1 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 1);
	pt_area_end(area);
}

PP_TEST(destroy, getters_work_while_a_page_is_held)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.flags = PP_FLAG_DMA_MAP, .dma_dir = DMA_FROM_DEVICE, .order = 1 });
	netmem_ref x = pt_alloc(pool);

	page_pool_destroy(pool);
	cr_assert_eq(netmem_get_pp(x), pool);
	cr_assert_eq(page_pool_order(pool), 1);
	cr_assert_eq(page_pool_get_dma_dir(pool), DMA_FROM_DEVICE);
	cr_assert_eq(page_pool_hold_cnt(pool), 1);
	cr_assert_eq(page_pool_inflight(pool), 1);
	cr_assert_not(page_pool_is_unreadable(pool));
	memset(netmem_address(x), 1, 8192);
	pt_put_r(pool, x);
}

PP_TEST(destroy, frees_the_private_area)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	cr_assert_eq(pt_areas_alive(), 1);
	page_pool_destroy(pool);
	cr_assert_eq(pt_areas_alive(), 1, "a page of it is out");
	memset(netmem_address(x), 1, 4096);
	pt_put_r(pool, x);
	cr_assert_eq(pt_areas_alive(), 0);
}

PP_TEST(destroy, an_external_holder_outlives_pool_and_private_area_user)
{
	struct end e;
	struct page_pool *pool = ending_pool(&e, NULL);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);
	unsigned char *p = netmem_address(x);

	memset(p, 0x33, 4096);
	get_netmem(x);
	page_pool_release_page(pool, netmem_to_page(y));
	pt_put_d(pool, x);
	page_pool_destroy(pool);
	cr_assert_eq(e.calls, 1, "the pool does not wait for holders");
	cr_assert_eq(pt_pools_alive(), 0);
	cr_assert_eq(netmem_address(x), p);
	cr_assert(p[0] == 0x33 && p[4095] == 0x33);
	put_netmem(x);
	cr_assert_eq(pt_areas_alive(), 1, "y is still held");
	memset(netmem_address(y), 1, 4096);
	put_netmem(y);
	cr_assert_eq(pt_areas_alive(), 0);
}

PP_TEST(destroy, an_area_waits_for_the_external_holder)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	get_netmem(x);
	page_pool_destroy(pool);
	pt_put_r(pool, x);
	cr_assert_eq(pt_pools_alive(), 0);
	cr_assert_eq(pp_area_free_chunks(area), 63);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	put_netmem(x);
	pt_area_end(area);
}

PP_TEST(destroy, a_holder_dropped_before_the_late_put_changes_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	get_netmem(x);
	page_pool_destroy(pool);
	put_netmem(x);
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 63 1 0]");
	pt_put_r(pool, y);
}

PP_TEST(destroy, late_references_count_only_at_the_last)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	page_pool_fragment_netmem(x, 3);
	page_pool_destroy(pool);
	page_pool_ref_netmem(x);
	pt_put_r(pool, x);
	pt_put_d(pool, x);
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 62 2 0]");
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 63 1 0]");
	cr_assert_eq(page_pool_unref_netmem(y, 1), 0);
	page_pool_put_unrefed_netmem(pool, y, UINT32_MAX, false);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(destroy, a_late_release_page_ends_the_pool_too)
{
	struct end e;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = ending_pool(&e, area);
	netmem_ref x = pt_alloc(pool);

	page_pool_destroy(pool);
	page_pool_release_page(pool, netmem_to_page(x));
	cr_assert_eq(e.calls, 1);
	cr_assert_eq(netmem_ref_count(x), 1);
	put_netmem(x);
	pt_area_end(area);
}

PP_TEST(destroy, of_a_kernel_ring_with_slots_kept_back)
{
	struct pp_area *area = pt_area(200);
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.area = area, .pool_size = 40, .mode = PP_MODE_KERNEL_RING });
	netmem_ref x[150], y[43];

	pt_alloc_n(pool, x, 150);
	pt_put_r_n(pool, x, 13);
	/* 42 lie in the cache; the 43rd takes the ring in */
	pt_alloc_n(pool, y, 43);
	pt_expect(pool, "[189 3 0 3 1 0 ; 0 0 13 0 0 ; 192 0 192 12]");
	pt_put_r_n(pool, x + 13, 30);
	/* 13 slots were kept back: 27 of 30 found room */
	pt_expect(pool, "[189 3 0 3 1 0 ; 0 0 40 3 0 ; 192 3 189 12]");
	page_pool_destroy(pool);
	cr_assert_eq(page_pool_inflight(pool), 107 + 43);
	pt_put_r_n(pool, y, 43);
	cr_assert_eq(pt_pools_alive(), 1);
	pt_put_r_n(pool, x + 43, 107);
	cr_assert_eq(pt_pools_alive(), 0);
	pt_area_end(area);
}

PP_TEST(destroy, pools_come_and_go_on_one_area)
{
	struct pp_area *area = pt_area(100);
	struct page_pool *pool;
	netmem_ref x[100];
	int i;

	for (i = 0; i < 3000; i++) {
		pool = pt_pool((struct page_pool_params){ .area = area,
							  .pool_size = 8 });
		pt_alloc_n(pool, x, 5);
		pt_put_r_n(pool, x, 3);
		page_pool_destroy(pool);
		pt_put_r_n(pool, x + 3, 2);
		cr_assert_eq(pt_pools_alive(), 0, "round %d", i);
		cr_assert_eq(pp_area_free_chunks(area), 100);
	}
	pt_area_end(area);
}

/* ---- with a provider ---- */

struct lone {
	struct net_iov_area *area;
	unsigned int destroys;
	bool out;
};

static netmem_ref lone_alloc(struct page_pool *pool)
{
	struct lone *l = page_pool_mp_priv(pool);
	struct net_iov *niov = pp_niov_area_at(l->area, 0);

	if (l->out)
		return 0;
	l->out = true;
	net_mp_niov_set_page_pool(pool, niov);
	return net_iov_to_netmem(niov);
}

static bool lone_release(struct page_pool *pool, netmem_ref netmem)
{
	struct lone *l = page_pool_mp_priv(pool);

	l->out = false;
	net_mp_niov_clear_page_pool(netmem_to_net_iov(netmem));
	return false;
}

static int lone_init(struct page_pool *pool)
{
	return page_pool_mp_priv(pool) ? 0 : -EINVAL;
}

static void lone_destroy(struct page_pool *pool)
{
	((struct lone *)page_pool_mp_priv(pool))->destroys++;
}

PP_TEST(destroy, the_callback_comes_after_the_providers_destroy)
{
	static const struct memory_provider_ops ops = {
		.init = lone_init,
		.alloc_netmems = lone_alloc,
		.release_netmem = lone_release,
		.destroy = lone_destroy,
	};
	struct lone l = { 0 };
	struct end e = { .destroys = &l.destroys };
	struct page_pool *pool;
	netmem_ref x;

	cr_assert_eq(pp_niov_area_create(&l.area, 1, 4096, NET_IOV_CUSTOM, NULL),
		     0);
	pool = pt_pool((struct page_pool_params){ .flags = PP_FLAG_DMA_MAP |
							   PP_FLAG_DMA_SYNC_DEV,
						  .max_len = 4096,
						  .mp_ops = &ops,
						  .mp_priv = &l,
						  .on_destroyed = on_destroyed,
						  .on_destroyed_arg = &e });
	x = pt_alloc(pool);
	page_pool_destroy(pool);
	cr_assert_eq(l.destroys, 0);
	cr_assert_eq(e.calls, 0);
	pt_put_r(pool, x);
	cr_assert_eq(l.destroys, 1);
	cr_assert_eq(e.calls, 1);
	cr_assert_eq(e.provider_destroyed, 1);
	cr_assert_not(l.out);
	pp_niov_area_destroy(l.area);
}
