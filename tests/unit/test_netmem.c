/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of handles: what they name and what hangs on the page behind. */
#include "pptest.h"

#include "mem/mem.h"

PP_TEST(netmem, a_page_handle_has_bit_0_clear_and_converts_both_ways)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);
	struct pp_page *page = netmem_to_page(x);

	cr_assert_eq((uintptr_t)x & 1, 0);
	cr_assert_not(netmem_is_net_iov(x));
	cr_assert_not_null(page);
	cr_assert_eq(page_to_netmem(page), x);
	cr_assert_null(netmem_to_net_iov(x));
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(netmem, addresses_and_device_addresses_count_from_the_base)
{
	struct pp_area *area = pt_area(130);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	char *base = pp_area_base(area);
	netmem_ref x[130];
	uint64_t addr, seen[3] = { 0 };
	int i;

	pt_alloc_n(pool, x, 130);
	for (i = 0; i < 130; i++) {
		addr = page_pool_get_dma_addr_netmem(x[i]);
		cr_assert_eq(addr % 4096, 0);
		cr_assert_lt(addr, 130 * 4096);
		cr_assert_eq(netmem_address(x[i]), base + addr);
		cr_assert_eq(page_pool_get_dma_addr(netmem_to_page(x[i])), addr);
		addr /= 4096;
		cr_assert_eq(seen[addr / 64] >> addr % 64 & 1, 0);
		seen[addr / 64] |= UINT64_C(1) << addr % 64;
	}
	pt_put_r_n(pool, x, 130);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, the_device_address_never_changes)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);
	uint64_t addr = page_pool_get_dma_addr_netmem(x);

	pt_put_r(pool, x);
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), addr);
	x = pt_frag(pool, 2048, 0);
	addr = page_pool_get_dma_addr_netmem(x);
	cr_assert_eq(pt_frag(pool, 2048, 2048), x);
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), addr,
		     "of the page, not of the fragment");
	page_pool_destroy(pool);
	cr_assert_eq(page_pool_get_dma_addr_netmem(x), addr);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
}

PP_TEST(netmem, names_its_pool_as_long_as_it_is_in_one)
{
	struct pp_area *area = pt_area(128);
	struct page_pool *a, *b;
	netmem_ref x, y;

	a = pt_pool((struct page_pool_params){ .area = area });
	b = pt_pool((struct page_pool_params){ .area = area });
	x = pt_alloc(a);
	y = pt_alloc(b);
	cr_assert_eq(netmem_get_pp(x), a);
	cr_assert_eq(netmem_get_pp(y), b);
	/* also while it lies in cache or ring, as in the kernel */
	pt_put_d(a, x);
	cr_assert_eq(netmem_get_pp(x), a);
	pt_put_r(b, y);
	cr_assert_eq(netmem_get_pp(y), b);
	page_pool_update_nid(a, 0);
	cr_assert_null(netmem_get_pp(x), "it went home");
	page_pool_destroy(a);
	page_pool_destroy(b);
	pt_area_end(area);
}

PP_TEST(netmem, counts_one_for_free_and_whole_pages)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_eq(netmem_ref_count(x), 1);
	pt_put_d(pool, x);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_eq(netmem_ref_count(x), 1);
	pt_put_r(pool, y);
	cr_assert_eq(netmem_pp_ref_count(y), 1);
	page_pool_destroy(pool);
}

PP_TEST(netmem, external_holders_are_counted)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);
	int i;

	for (i = 2; i < 20; i++) {
		get_netmem(x);
		cr_assert_eq(netmem_ref_count(x), i);
	}
	while (--i > 1) {
		put_netmem(x);
		cr_assert_eq(netmem_ref_count(x), i - 1);
	}
	/* they are gone: it is recycled as if nothing had been */
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(netmem, the_last_of_several_holders_sends_the_page_home)
{
	struct pp_area *area = pt_area(1);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	memset(netmem_address(x), 0x42, 4096);
	get_netmem(x);
	get_netmem(x);
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 0 0 1 ; 1 1 0 0]");
	cr_assert_null(netmem_get_pp(x));
	cr_assert_eq(netmem_ref_count(x), 2);
	get_netmem(x);
	cr_assert_eq(netmem_ref_count(x), 3, "a holder can bring another");
	put_netmem(x);
	put_netmem(x);
	cr_assert_eq(netmem_ref_count(x), 1);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	cr_assert_eq(*(unsigned char *)netmem_address(x), 0x42);
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 1);
	cr_assert_eq(pt_alloc(pool), x);
	cr_assert_eq(netmem_ref_count(x), 1);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, a_held_high_order_page_goes_home_in_one_piece)
{
	struct pp_area *area = pt_area(16);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .order = 2 });
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	get_netmem(x);
	get_netmem(y);
	pt_put_r(pool, x);
	cr_assert_eq(pp_area_free_chunks(area), 8);
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 12);
	/* the pool, which knows the order, does not live as long as y */
	pt_put_r(pool, y);
	page_pool_destroy(pool);
	cr_assert_eq(pt_pools_alive(), 0);
	put_netmem(y);
	pt_area_end(area);
}

PP_TEST(netmem, a_released_high_order_page_goes_home_in_one_piece)
{
	struct pp_area *area = pt_area(16);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .order = 3 });
	netmem_ref x = pt_alloc(pool);

	page_pool_release_page(pool, netmem_to_page(x));
	cr_assert_eq(pp_area_free_chunks(area), 8);
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 16);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, a_marked_page_is_released_and_the_mark_is_lost)
{
	struct pp_area *area = pt_area(1);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	cr_assert_not(netmem_is_pfmemalloc(x));
	netmem_set_pfmemalloc(x, true);
	cr_assert(netmem_is_pfmemalloc(x));
	cr_assert_eq(netmem_ref_count(x), 1);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 0 0 1 ; 1 1 0 0]");
	cr_assert_eq(pp_area_free_chunks(area), 1);
	cr_assert_eq(pt_alloc(pool), x);
	cr_assert_not(netmem_is_pfmemalloc(x), "the chunk was home");
	pt_put_d(pool, x);
	pt_expect(pool, "[0 2 0 2 0 0 ; 1 0 0 0 1 ; 2 1 1 1]");
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, a_mark_taken_back_does_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	netmem_set_pfmemalloc(x, true);
	netmem_set_pfmemalloc(x, false);
	cr_assert_not(netmem_is_pfmemalloc(x));
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(netmem, a_mark_is_judged_at_the_last_put)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_fragment_netmem(x, 2);
	netmem_set_pfmemalloc(x, true);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	netmem_set_pfmemalloc(x, false);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(netmem, a_held_and_marked_page_goes_home_with_its_last_holder)
{
	struct pp_area *area = pt_area(1);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	netmem_set_pfmemalloc(x, true);
	get_netmem(x);
	pt_put_r(pool, x);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 1);
	cr_assert_not(netmem_is_pfmemalloc(pt_alloc(pool)));
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, release_page_hands_the_page_to_its_caller)
{
	struct pp_area *area = pt_area(2);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	page_pool_release_page(pool, netmem_to_page(x));
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 2 1 1 1]");
	cr_assert_null(netmem_get_pp(x));
	cr_assert_eq(netmem_ref_count(x), 1);
	cr_assert_eq(pp_area_free_chunks(area), 0);
	memset(netmem_address(x), 1, 4096);
	put_netmem(x);
	cr_assert_eq(pp_area_free_chunks(area), 1);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(netmem, free_va_takes_any_address_in_the_page)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);
	char *p = netmem_address(x), *q = netmem_address(y);

	page_pool_free_va(pool, p + 1, true);
	page_pool_free_va(pool, q + 4095, false);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 1 0 0 ; 64 0 64 63]");
	cr_assert_eq(pt_alloc(pool), x);
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(netmem, free_va_finds_the_head_of_a_high_order_page)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){ .order = 2 });
	netmem_ref x = pt_alloc(pool);

	page_pool_free_va(pool, (char *)netmem_address(x) + 3 * 4096 + 17, true);
	pt_expect(pool, "[0 0 1 1 0 0 ; 1 0 0 0 0 ; 1 0 1 1]");
	cr_assert_eq(pt_alloc(pool), x);
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(netmem, fragments_by_address_come_back_by_address)
{
	struct page_pool *pool = pt_pool_sized(0);
	char *va[16];
	uint32_t size, i;

	for (i = 0; i < 16; i++) {
		size = 256;
		va[i] = page_pool_alloc_va(pool, &size);
		memset(va[i], (int)i, size);
	}
	for (i = 0; i < 16; i++) {
		cr_assert_eq(va[i], va[0] + i * 256);
		cr_assert(va[i][0] == (char)i && va[i][255] == (char)i);
		page_pool_free_va(pool, va[i] + 100, false);
	}
	size = 256;
	/* used up and all back: again in place */
	cr_assert_eq(page_pool_alloc_va(pool, &size), va[0]);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	page_pool_free_va(pool, va[0], false);
	page_pool_destroy(pool);
}

PP_TEST(netmem, a_fragment_knows_where_its_bytes_are)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct pp_frag frag = { .netmem = pt_alloc(pool), .offset = 100 };

	cr_assert_eq(pp_frag_data(&frag),
		     (char *)netmem_address(frag.netmem) + 100);
	pp_frags_put(&frag, 1);
	page_pool_destroy(pool);
}

PP_TEST(netmem, pages_are_writable_to_the_last_byte_and_do_not_overlap)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area_chunks = 200 });
	netmem_ref x[200];
	const unsigned char *p;
	int i, j;

	pt_alloc_n(pool, x, 200);
	for (i = 0; i < 200; i++)
		memset(netmem_address(x[i]), i, 4096);
	for (i = 0; i < 200; i++) {
		p = netmem_address(x[i]);
		for (j = 0; j < 4096; j++)
			cr_assert_eq(p[j], i);
	}
	pt_put_r_n(pool, x, 200);
	page_pool_destroy(pool);
}

PP_TEST(netmem, handles_of_nothing_name_nothing)
{
	/* small numbers, kernel-like pointers, our own pointers */
	struct pt_misuse m;
	const uintptr_t bad[] = { 1,
				  2,
				  3,
				  8,
				  16,
				  4096,
				  UINTPTR_MAX,
				  UINTPTR_MAX - 7,
				  UINT64_C(1) << 63,
				  UINT64_C(0xffff888000000000),
				  (uintptr_t)&m };
	netmem_ref x;
	unsigned int i;

	pt_misuse_record(&m);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		x = (netmem_ref)bad[i];
		cr_assert_null(netmem_address(x), "handle %p", (void *)x);
		cr_assert_null(netmem_get_pp(x));
		cr_assert_eq(netmem_pp_ref_count(x), 0);
		cr_assert_eq(netmem_ref_count(x), 0);
		cr_assert_not(netmem_is_pfmemalloc(x));
		cr_assert_eq(page_pool_get_dma_addr_netmem(x), 0);
	}
}
