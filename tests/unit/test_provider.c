/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the table cases C01 to C14: pools over a memory provider. */
#include "fake_provider.h"

#include <errno.h>

PP_TEST(provider, c01_a_buffer_without_memory)
{
	struct fake f;
	struct page_pool *pool;
	netmem_ref x;

	fake_start(&f, 4, 1, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	cr_assert_eq(f.priv_in_init, &f);
	x = pt_alloc(pool);
	pt_expect(pool, "[0 0 0 1 0 0 ; ... ; 1 0 1 0]");
	cr_assert(netmem_is_net_iov(x));
	cr_assert_null(netmem_address(x));
	cr_assert_eq(netmem_ref_count(x), 1);
	cr_assert_not(netmem_is_pfmemalloc(x));
	cr_assert(page_pool_is_unreadable(pool));
	cr_assert_eq(netmem_get_pp(x), pool);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_eq(netmem_to_net_iov(x), pp_niov_area_at(f.area, 0));
	pt_put_r(pool, x);
	fake_end(&f, pool, 4);
}

PP_TEST(provider, c02_exhaustion_moves_only_empty)
{
	struct fake f;
	struct page_pool *pool;
	netmem_ref x[4];

	fake_start(&f, 4, 1, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	pt_alloc_n(pool, x, 4);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[0 0 0 5 0 0 ; ... ; 4 0 4 0]");
	/* C03 goes on from here */
	pt_put_r_n(pool, x, 4);
	pt_expect(pool, "[0 0 0 5 0 0 ; 0 0 4 0 0 ; 4 0 4 0]");
	cr_assert_eq(pt_alloc(pool), x[3]);
	pt_expect(pool, "[0 0 0 5 1 0 ; 0 0 4 0 0 ; 4 0 4 3]");
	pt_put_d(pool, x[3]);
	pt_expect(pool, "[0 0 0 5 1 0 ; 1 0 4 0 0 ; 4 0 4 4]");
	cr_assert_eq(f.releases, 0);
	fake_end(&f, pool, 4);
	cr_assert_eq(f.releases, 4);
}

PP_TEST(provider, c05_a_batch_fills_the_cache)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct fake f;
	netmem_ref x[65];

	fake_start(&f, 128, 64, NET_IOV_IOURING);
	params = fake_params(&f);
	params.pool_size = 64;
	pool = pt_pool(params);
	pt_alloc_n(pool, x, 1);
	pt_expect(pool, "[0 0 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_alloc_n(pool, x + 1, 63);
	pt_expect(pool, "[63 0 0 1 0 0 ; ... ; 64 0 64 0]");
	pt_alloc_n(pool, x + 64, 1);
	pt_expect(pool, "[63 0 0 2 0 0 ; ... ; 128 0 128 63]");
	pt_put_r_n(pool, x, 65);
	/* 64 in the ring, the 65th went home */
	pt_expect(pool, "[63 0 0 2 0 0 ; 0 0 64 1 0 ; 128 1 127 63]");
	cr_assert_eq(f.releases, 1);
	fake_end(&f, pool, 128);
}

PP_TEST(provider, c07_fragments_of_a_net_iov)
{
	struct fake f;
	struct page_pool *pool;
	netmem_ref x;

	fake_start(&f, 4, 1, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	x = pt_frag(pool, 2048, 0);
	cr_assert_eq(pt_frag(pool, 2048, 2048), x);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	cr_assert_eq(pt_frag(pool, 2048, 0), x);
	pt_expect(pool, "[1 0 0 1 0 0 ; 1 0 0 0 0 ; 1 0 1 0]");
	pt_put_r(pool, x);
	fake_end(&f, pool, 4);
}

PP_TEST(provider, c08_c09_bulk_and_references)
{
	struct fake f;
	struct page_pool *pool;
	netmem_ref x[8], bulk[8];
	int i;

	fake_start(&f, 8, 1, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	pt_alloc_n(pool, x, 8);
	memcpy(bulk, x, sizeof(bulk));
	page_pool_put_netmem_bulk(bulk, 8);
	pt_expect(pool, "[0 0 0 8 0 0 ; 0 0 8 0 0 ; 8 0 8 0]");
	pt_alloc_n(pool, x, 8);
	pt_expect(pool, "[7 0 0 8 1 0 ; 0 0 8 0 0 ; 8 0 8 0]");
	for (i = 0; i < 8; i++) {
		page_pool_ref_netmem(x[i]);
		pt_put_d(pool, x[i]);
	}
	pt_expect(pool, "[7 0 0 8 1 0 ; 0 0 8 0 0 ; 8 0 8 0]");
	pt_put_d_n(pool, x, 8);
	pt_expect(pool, "[7 0 0 8 1 0 ; 8 0 8 0 0 ; 8 0 8 8]");
	fake_end(&f, pool, 8);
}

PP_TEST(provider, c10_an_io_uring_net_iov_is_no_page)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 2, 1, NET_IOV_IOURING);
	params = fake_params(&f);
	params.nid = 7;
	pool = pt_pool(params);
	x = pt_alloc(pool);
	cr_assert_null(netmem_to_page(x));
	cr_assert_eq(net_iov_to_netmem(netmem_to_net_iov(x)), x);
	get_netmem(x);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_eq(netmem_ref_count(x), 1);
	put_netmem(x);
	netmem_set_pfmemalloc(x, true);
	cr_assert_not(netmem_is_pfmemalloc(x));
	cr_assert_eq(netmem_nid(x), NUMA_NO_NODE);
	/* it suits every node, so it is recycled and not waived */
	pt_put_r(pool, x);
	cr_assert_eq(pt_alloc(pool), x);
	pt_expect(pool, "[0 0 0 1 1 0 ; 0 0 1 0 0 ; 1 0 1 0]");
	pt_put_d(pool, x);
	fake_end(&f, pool, 2);
}

PP_TEST(provider, c12_a_provider_needs_map_and_sync)
{
	static const uint32_t flags[] = { 0, PP_FLAG_DMA_MAP,
					  PP_FLAG_ALLOW_UNREADABLE_NETMEM };
	struct page_pool *pool = (void *)0x1234;
	struct page_pool_params params;
	struct pp_extack ext;
	struct fake f;
	unsigned int i;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	for (i = 0; i < 3; i++) {
		params = fake_params(&f);
		params.flags = flags[i];
		ext = (struct pp_extack){ .sz = sizeof(ext) };
		cr_assert_eq(page_pool_create(&pool, &params, &ext),
			     -EOPNOTSUPP, "flags %x", flags[i]);
		cr_assert_str_eq(ext.bad_param, "flags");
		cr_assert_neq(ext.msg[0], 0);
	}
	cr_assert_eq(pool, (void *)0x1234);
	cr_assert_eq(f.inits, 0);
	cr_assert_eq(f.destroys, 0);
	cr_assert_eq(f.nfree, 2);
	pp_niov_area_destroy(f.area);
}

PP_TEST(provider, what_init_returns_is_returned)
{
	static const int errors[] = { -EINVAL, -ENODEV, -E2BIG, 5 };
	struct page_pool *pool = (void *)0x1234;
	struct page_pool_params params;
	struct fake f;
	unsigned int i;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	params = fake_params(&f);
	for (i = 0; i < 4; i++) {
		f.init_error = errors[i];
		cr_assert_eq(page_pool_create(&pool, &params, NULL), errors[i]);
		cr_assert_eq(f.inits, i + 1);
	}
	cr_assert_eq(pool, (void *)0x1234);
	cr_assert_eq(f.destroys, 0, "destroy is not called after a failed init");
	cr_assert_eq(f.nfree, 2);
	pp_niov_area_destroy(f.area);
}

PP_TEST(provider, order_is_not_limited_with_a_provider)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct fake f;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	params = fake_params(&f);
	params.order = 11;
	pool = pt_pool(params);
	cr_assert_eq(page_pool_order(pool), 11);
	fake_end(&f, pool, 2);
}

PP_TEST(provider, c13_the_unreadable_flag_alone_changes_nothing)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.flags = PP_FLAG_ALLOW_UNREADABLE_NETMEM });
	netmem_ref x = pt_alloc(pool);

	cr_assert_not(page_pool_is_unreadable(pool));
	cr_assert_not_null(netmem_address(x));
	memset(netmem_address(x), 0xab, 4096);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(provider, c14_page_calls_on_a_provider_pool_lose_nothing)
{
	uint32_t offset = 5, size = 100;
	struct page_pool *pool;
	struct fake f;

	fake_start(&f, 4, 1, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	cr_assert_null(page_pool_alloc_pages(pool));
	cr_assert_null(page_pool_dev_alloc_pages(pool));
	cr_assert_null(page_pool_alloc_va(pool, &size));
	cr_assert_null(page_pool_dev_alloc_va(pool, &size));
	cr_assert_null(page_pool_alloc(pool, &offset, &size));
	cr_assert_null(page_pool_dev_alloc(pool, &offset, &size));
	cr_assert_null(page_pool_alloc_frag(pool, &offset, 64));
	cr_assert_null(page_pool_dev_alloc_frag(pool, &offset, 64));
	cr_assert_eq(offset, 5);
	cr_assert_eq(size, 100);
	cr_assert_eq(page_pool_inflight(pool), 0);
	cr_assert_eq(page_pool_hold_cnt(pool), 0);
	cr_assert_eq(f.nfree, 4);
	fake_end(&f, pool, 4);
}

/* ---- beyond the table ---- */

PP_TEST(provider, release_that_leaves_the_clearing_to_the_pool)
{
	struct page_pool *pool;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 4, 1, NET_IOV_CUSTOM);
	f.pool_clears = true;
	pool = fake_pool(&f);
	x = pt_alloc(pool);
	pt_put_d(pool, x);
	page_pool_update_nid(pool, 3);
	cr_assert_eq(f.releases, 1);
	cr_assert_null(netmem_get_pp(x));
	pt_expect(pool, "[0 0 0 1 0 0 ; 1 0 0 0 0 ; 1 1 0 0]");
	cr_assert_eq(pt_alloc(pool), x);
	cr_assert_eq(netmem_get_pp(x), pool);
	pt_put_d(pool, x);
	fake_end(&f, pool, 4);
}

PP_TEST(provider, release_moves_the_count_and_the_provider_does_not)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct fake f;
	netmem_ref x[3];

	fake_start(&f, 3, 1, NET_IOV_CUSTOM);
	params = fake_params(&f);
	params.pool_size = 1;
	pool = pt_pool(params);
	pt_alloc_n(pool, x, 3);
	pt_put_r_n(pool, x, 3);
	pt_expect(pool, "[0 0 0 3 0 0 ; 0 0 1 2 0 ; 3 2 1 0]");
	cr_assert_eq(f.releases, 2);
	cr_assert_null(netmem_get_pp(x[2]));
	fake_end(&f, pool, 3);
}

PP_TEST(provider, net_iovs_keep_the_device_address_they_are_given)
{
	struct page_pool *pool;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 4, 1, NET_IOV_DMABUF);
	pool = fake_pool(&f);
	x = pt_alloc(pool);
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), 0);
	pt_put_r(pool, x);
	x = net_iov_to_netmem(pp_niov_area_at(f.area, 3));
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), 3 * 4096);
	net_mp_niov_set_dma_addr(pp_niov_area_at(f.area, 3),
				 UINT64_C(0xabcdef012345));
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), UINT64_C(0xabcdef012345));
	fake_end(&f, pool, 4);
}

PP_TEST(provider, net_iov_areas_count_from_zero_and_end)
{
	struct net_iov_area *area = NULL;
	struct net_iov *niov;
	uint32_t i;

	cr_assert_eq(pp_niov_area_create(&area, 100, 2048, NET_IOV_CUSTOM, NULL),
		     0);
	for (i = 0; i < 100; i++) {
		niov = pp_niov_area_at(area, i);
		cr_assert_not_null(niov);
		cr_assert_eq(pp_niov_index(niov), i);
		cr_assert(netmem_is_net_iov(net_iov_to_netmem(niov)));
		cr_assert_null(netmem_get_pp(net_iov_to_netmem(niov)));
	}
	cr_assert_null(pp_niov_area_at(area, 100));
	cr_assert_null(pp_niov_area_at(area, UINT32_MAX));
	pp_niov_area_destroy(area);
}

static int area_create(uint32_t n, uint32_t bytes, uint32_t type, const char *bad)
{
	struct net_iov_area *area = (void *)0x1234;
	struct pp_extack ext = { .sz = sizeof(ext) };
	int err = pp_niov_area_create(&area, n, bytes, type, &ext);

	cr_assert_eq(area, (void *)0x1234, "*out was touched");
	cr_assert_neq(ext.msg[0], 0);
	if (bad)
		cr_assert_str_eq(ext.bad_param, bad);
	return err;
}

PP_TEST(provider, bad_net_iov_areas_are_refused)
{
	cr_assert_eq(area_create(0, 4096, NET_IOV_CUSTOM, "num_niovs"), -EINVAL);
	cr_assert_eq(area_create(4, 3000, NET_IOV_CUSTOM, "niov_bytes"), -EINVAL);
	cr_assert_eq(area_create(4, 0, NET_IOV_CUSTOM, "niov_bytes"), -EINVAL);
	cr_assert_eq(area_create(4, 128, NET_IOV_CUSTOM, "niov_bytes"), -EINVAL);
	cr_assert_eq(area_create(4, 1u << 31, NET_IOV_CUSTOM, "niov_bytes"),
		     -EINVAL);
	cr_assert_eq(area_create(4, 4096, 3, "type"), -EINVAL);
	cr_assert_eq(area_create(4, 4096, UINT32_MAX, "type"), -EINVAL);
	cr_assert_eq(pp_niov_area_create(NULL, 4, 4096, NET_IOV_CUSTOM, NULL),
		     -EINVAL);
}

PP_TEST(provider, one_net_iov_cannot_be_in_two_pools)
{
	struct page_pool *a, *b;
	struct pt_misuse m;
	struct fake f, g;
	netmem_ref x;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	fake_start(&g, 2, 1, NET_IOV_CUSTOM);
	a = fake_pool(&f);
	b = fake_pool(&g);
	pt_misuse_record(&m);
	x = pt_alloc(a);
	net_mp_niov_set_page_pool(b, netmem_to_net_iov(x));
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(netmem_get_pp(x), a);
	cr_assert_eq(page_pool_hold_cnt(b), 0);
	pt_put_d(a, x);
	fake_end(&f, a, 2);
	fake_end(&g, b, 2);
}

PP_TEST(provider, destroy_comes_last_when_a_buffer_is_still_out)
{
	struct page_pool *pool;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 4, 4, NET_IOV_CUSTOM);
	pool = fake_pool(&f);
	x = pt_alloc(pool);
	page_pool_destroy(pool);
	cr_assert_eq(f.destroys, 0);
	cr_assert_eq(f.releases, 3, "the cache went home");
	pt_expect(pool, "[0 0 0 1 0 0 ; ... ; 4 3 1 0]");
	cr_assert_eq(page_pool_mp_priv(pool), &f);
	pt_put_r(pool, x);
	cr_assert_eq(f.releases, 4);
	cr_assert_eq(f.destroys, 1);
	pp_niov_area_destroy(f.area);
}

PP_TEST(provider, an_area_is_ignored_with_a_provider)
{
	struct pp_area *area = pt_area(8);
	struct page_pool_params params;
	struct page_pool *pool;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	params = fake_params(&f);
	params.area = area;
	pool = pt_pool(params);
	x = pt_alloc(pool);
	cr_assert(netmem_is_net_iov(x));
	cr_assert_eq(pp_area_free_chunks(area), 8);
	pt_area_end(area);
	pt_put_d(pool, x);
	fake_end(&f, pool, 2);
}

/* A provider that hands out what was not given to the pool. */
static netmem_ref careless_alloc(struct page_pool *pool)
{
	struct fake *f = fake_of(pool);

	f->allocs++;
	return net_iov_to_netmem(pp_niov_area_at(f->area, 0));
}

PP_TEST(provider, a_buffer_not_given_to_the_pool_is_refused)
{
	struct memory_provider_ops ops = fake_ops;
	struct page_pool_params params;
	struct page_pool *pool;
	struct pt_misuse m;
	struct fake f;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	params = fake_params(&f);
	ops.alloc_netmems = careless_alloc;
	params.mp_ops = &ops;
	pool = pt_pool(params);
	pt_misuse_record(&m);
	cr_assert_null(page_pool_alloc_netmems(pool));
	cr_assert_eq(m.calls, 1);
	pt_expect(pool, "[0 0 0 1 0 0 ; ... ; ...]");
	fake_end(&f, pool, 2);
}

PP_TEST(provider, buffers_of_a_second_area_are_refused)
{
	struct net_iov_area *second = NULL;
	struct page_pool *pool;
	struct pt_misuse m;
	struct fake f;
	netmem_ref x;

	fake_start(&f, 2, 1, NET_IOV_CUSTOM);
	cr_assert_eq(pp_niov_area_create(&second, 2, 4096, NET_IOV_CUSTOM, NULL),
		     0);
	pool = fake_pool(&f);
	x = pt_alloc(pool);
	pt_misuse_record(&m);
	net_mp_niov_set_page_pool(pool, pp_niov_area_at(second, 0));
	cr_assert_eq(m.calls, 1);
	cr_assert_eq(page_pool_hold_cnt(pool), 1);
	pt_put_d(pool, x);
	fake_end(&f, pool, 2);
	pp_niov_area_destroy(second);
}

PP_TEST(provider, a_fragment_bigger_than_the_net_iovs_is_refused)
{
	struct page_pool *pool;
	uint32_t offset = 5;
	struct fake f;
	netmem_ref x;

	memset(&f, 0, sizeof(f));
	f.per_call = 1;
	cr_assert_eq(pp_niov_area_create(&f.area, 2, 2048, NET_IOV_CUSTOM, NULL),
		     0);
	f.free[f.nfree++] = 1;
	f.free[f.nfree++] = 0;
	pool = fake_pool(&f);
	/* their size is known only once the first one is there */
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 3000));
	cr_assert_eq(offset, 5);
	x = pt_frag(pool, 2048, 0);
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 2049));
	pt_put_r(pool, x);
	fake_end(&f, pool, 2);
}
