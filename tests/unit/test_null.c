/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of calls with nothing: refused by creators, harmless elsewhere. */
#include "pptest.h"

#include <errno.h>

#define UNTOUCHED ((void *)(uintptr_t)0x5aa5)

PP_TEST(null, creators_refuse_it)
{
	struct page_pool_params params = { .sz = sizeof(params) };
	struct pp_area_params area_params = { .sz = sizeof(area_params),
					      .chunks = 1 };
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct page_pool *pool = UNTOUCHED;
	struct pp_area *area = UNTOUCHED;
	static _Alignas(4096) char base[4096];

	cr_assert_eq(page_pool_create(NULL, &params, &ext), -EINVAL);
	cr_assert_eq(page_pool_create(&pool, NULL, &ext), -EINVAL);
	cr_assert_eq(page_pool_create(NULL, NULL, NULL), -EINVAL);
	cr_assert_eq(pp_area_create(NULL, &area_params, &ext), -EINVAL);
	cr_assert_eq(pp_area_create(&area, NULL, &ext), -EINVAL);
	cr_assert_eq(pp_area_create(NULL, NULL, NULL), -EINVAL);
	cr_assert_eq(pp_area_create_from(NULL, base, 4096, &area_params, NULL),
		     -EINVAL);
	cr_assert_eq(pp_area_create_from(&area, base, 4096, NULL, NULL), -EINVAL);
	cr_assert_eq(pp_niov_area_create(NULL, 1, 4096, NET_IOV_CUSTOM, NULL),
		     -EINVAL);
	cr_assert_eq((void *)pool, UNTOUCHED);
	cr_assert_eq((void *)area, UNTOUCHED);
	cr_assert_eq(page_pool_enable_direct_recycling(NULL), -EINVAL);
}

PP_TEST(null, destroying_nothing_is_fine)
{
	page_pool_destroy(NULL);
	page_pool_disable_direct_recycling(NULL);
	cr_assert_eq(pp_area_destroy(NULL), 0);
	pp_niov_area_destroy(NULL);
}

PP_TEST(null, allocating_from_nothing_gives_nothing)
{
	uint32_t offset = 7, size = 8;
	netmem_ref x = UNTOUCHED;

	cr_assert_null(page_pool_alloc_netmems(NULL));
	cr_assert_eq(page_pool_alloc_netmems_bulk(NULL, &x, 1), 0);
	cr_assert_null(page_pool_alloc_frag_netmem(NULL, &offset, 64));
	cr_assert_null(page_pool_alloc_netmem(NULL, &offset, &size));
	cr_assert_null(page_pool_alloc_pages(NULL));
	cr_assert_null(page_pool_alloc_frag(NULL, &offset, 64));
	cr_assert_null(page_pool_alloc(NULL, &offset, &size));
	cr_assert_null(page_pool_alloc_va(NULL, &size));
	cr_assert_null(page_pool_dev_alloc_pages(NULL));
	cr_assert_null(page_pool_dev_alloc_frag(NULL, &offset, 64));
	cr_assert_null(page_pool_dev_alloc(NULL, &offset, &size));
	cr_assert_null(page_pool_dev_alloc_va(NULL, &size));
	cr_assert_eq(offset, 7);
	cr_assert_eq(size, 8);
	cr_assert_eq((void *)x, UNTOUCHED);
}

PP_TEST(null, allocating_to_nowhere_gives_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	uint32_t offset = 7, size = 8;

	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, NULL, 4), 0);
	cr_assert_null(page_pool_alloc_frag_netmem(pool, NULL, 64));
	cr_assert_null(page_pool_alloc_netmem(pool, NULL, &size));
	cr_assert_null(page_pool_alloc_netmem(pool, &offset, NULL));
	cr_assert_null(page_pool_alloc_frag(pool, NULL, 64));
	cr_assert_null(page_pool_alloc(pool, NULL, &size));
	cr_assert_null(page_pool_alloc(pool, &offset, NULL));
	cr_assert_null(page_pool_alloc_va(pool, NULL));
	cr_assert_eq(offset, 7);
	cr_assert_eq(size, 8);
	cr_assert_eq(page_pool_inflight(pool), 0, "nothing was taken");
	page_pool_destroy(pool);
}

PP_TEST(null, putting_nothing_moves_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), none[3] = { 0, 0, 0 };
	struct pp_page *pages[2] = { NULL, NULL };
	struct pp_frag frags[3] = { { 0 }, { 0 }, { 0 } };

	page_pool_put_netmem(pool, 0, 64, true);
	page_pool_put_full_netmem(pool, 0, false);
	page_pool_put_unrefed_netmem(pool, 0, 64, false);
	page_pool_recycle_direct_netmem(pool, 0);
	page_pool_put_netmem_bulk(NULL, 5);
	page_pool_put_netmem_bulk(none, 0);
	page_pool_put_netmem_bulk(none, 3);
	page_pool_put_page(pool, NULL, 64, true);
	page_pool_put_full_page(pool, NULL, false);
	page_pool_recycle_direct(pool, NULL);
	page_pool_free_va(pool, NULL, true);
	page_pool_put_page_bulk(pool, NULL, 3);
	page_pool_put_page_bulk(pool, pages, 0);
	page_pool_put_page_bulk(pool, pages, -1);
	page_pool_put_page_bulk(pool, pages, 2);
	page_pool_release_page(pool, NULL);
	pp_frags_put(NULL, 3);
	pp_frags_put(frags, 0);
	pp_frags_put(frags, 3);
	page_pool_fragment_netmem(0, 3);
	page_pool_ref_netmem(0);
	cr_assert_eq(page_pool_unref_netmem(0, 1), 0);
	get_netmem(0);
	put_netmem(0);
	netmem_set_pfmemalloc(0, true);
	page_pool_dma_sync_for_cpu(pool, NULL, 0, 1);
	page_pool_dma_sync_netmem_for_cpu(pool, 0, 0, 1);
	net_mp_niov_set_page_pool(pool, NULL);
	net_mp_niov_clear_page_pool(NULL);
	net_mp_niov_set_dma_addr(NULL, 1);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	cr_assert_eq(page_pool_misuse_count(pool), 0, "nothing is no misuse");
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(null, putting_into_no_pool_leaves_the_page)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);
	struct pp_page *page = netmem_to_page(x);

	page_pool_put_netmem(NULL, x, 64, true);
	page_pool_put_full_netmem(NULL, x, false);
	page_pool_put_unrefed_netmem(NULL, x, 64, false);
	page_pool_recycle_direct_netmem(NULL, x);
	page_pool_put_page(NULL, page, 64, false);
	page_pool_put_full_page(NULL, page, false);
	page_pool_recycle_direct(NULL, page);
	page_pool_free_va(NULL, netmem_address(x), false);
	page_pool_release_page(NULL, page);
	page_pool_update_nid(NULL, 1);
	page_pool_nid_changed(NULL, 1);
	page_pool_dma_sync_for_cpu(NULL, page, 0, 1);
	page_pool_dma_sync_netmem_for_cpu(NULL, x, 0, 1);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	cr_assert_eq(netmem_get_pp(x), pool);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(null, getters_return_nothing)
{
	struct page_pool_stats stats = { 0 };
	uint64_t data[11];

	cr_assert_null(netmem_to_page(0));
	cr_assert_null(netmem_to_net_iov(0));
	cr_assert_null(page_to_netmem(NULL));
	cr_assert_null(net_iov_to_netmem(NULL));
	cr_assert_null(netmem_address(0));
	cr_assert_null(netmem_get_pp(0));
	cr_assert_eq(netmem_pp_ref_count(0), 0);
	cr_assert_eq(netmem_ref_count(0), 0);
	cr_assert_not(netmem_is_pfmemalloc(0));
	cr_assert_not(netmem_is_net_iov(0));
	cr_assert_null(pp_frag_data(NULL));
	cr_assert_null(pp_frag_data(&(struct pp_frag){ .offset = 8 }));
	cr_assert_null(pp_area_base(NULL));
	cr_assert_eq(pp_area_bytes(NULL), 0);
	cr_assert_eq(pp_area_free_chunks(NULL), 0);
	cr_assert_leq(pp_area_fd(NULL), 0);
	cr_assert_leq(pp_area_set_chunk_nid(NULL, 0, 1, 0), 0);
	cr_assert_null(page_pool_get(NULL));
	cr_assert_eq(page_pool_get_dma_addr(NULL), 0);
	cr_assert_eq(page_pool_get_dma_addr_netmem(0), 0);
	cr_assert_eq(page_pool_get_dma_dir(NULL), 0);
	cr_assert_not(page_pool_get_stats(NULL, &stats));
	cr_assert_not(page_pool_get_stats(NULL, NULL));
	cr_assert_eq(page_pool_inflight(NULL), 0);
	cr_assert_eq(page_pool_hold_cnt(NULL), 0);
	cr_assert_eq(page_pool_release_cnt(NULL), 0);
	cr_assert_eq(page_pool_cache_count(NULL), 0);
	cr_assert_eq(page_pool_order(NULL), 0);
	cr_assert_not(page_pool_is_unreadable(NULL));
	cr_assert_eq(page_pool_misuse_count(NULL), 0);
	cr_assert_null(page_pool_mp_priv(NULL));
	cr_assert_null(pp_niov_area_at(NULL, 0));
	cr_assert_eq(pp_niov_index(NULL), 0);
	page_pool_ethtool_stats_get(NULL, &stats);
	page_pool_ethtool_stats_get(data, NULL);
}

PP_TEST(null, stats_go_nowhere_without_harm)
{
	struct page_pool *pool = pt_pool_sized(0);

	cr_assert_not(page_pool_get_stats(pool, NULL));
	page_pool_destroy(pool);
}
