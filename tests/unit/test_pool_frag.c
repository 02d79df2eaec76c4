/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the table cases B01 to B20: parts of pages. */
#include "pptest.h"

/* A size that page_pool_alloc_netmem() is asked for, and what it gives. */
static netmem_ref alloc_any(struct page_pool *pool, uint32_t wanted,
			    uint32_t size, uint32_t at)
{
	uint32_t offset = UINT32_MAX, given = wanted;
	netmem_ref x = page_pool_alloc_netmem(pool, &offset, &given);

	cr_assert_not_null(x);
	cr_assert_eq(offset, at, "offset %u, not %u", offset, at);
	cr_assert_eq(given, size, "size %u, not %u", given, size);
	return x;
}

PP_TEST(frag, b01_fragments_share_a_page)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 1024, 0);

	cr_assert_eq(pt_frag(pool, 1024, 1024), x);
	cr_assert_eq(pt_frag(pool, 1024, 2048), x);
	cr_assert_eq(netmem_pp_ref_count(x), PT_BIAS);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	cr_assert_eq(netmem_pp_ref_count(x), PT_BIAS - 1);
	pt_put_d(pool, x);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	page_pool_destroy(pool);
}

/* B02 to B05 in one life, as the table tells it */
static void three_then_one(uint32_t align, uint32_t second, uint32_t third)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .frag_align = align });
	netmem_ref x, y;

	x = pt_frag(pool, 1000, 0);
	cr_assert_eq(pt_frag(pool, 1001, second), x);
	cr_assert_eq(pt_frag(pool, 1, third), x);
	/* B03: does not fit any more */
	y = pt_frag(pool, 3000, 0);
	cr_assert_neq(y, x);
	cr_assert_eq(netmem_pp_ref_count(x), 3);
	cr_assert_eq(netmem_pp_ref_count(y), PT_BIAS);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 0 64 62]");
	/* B04: only the last of the three counts */
	pt_put_d(pool, x);
	pt_put_d(pool, x);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 0 64 62]");
	pt_put_d(pool, x);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	/* B05: the page in work counts nothing */
	pt_put_r(pool, y);
	cr_assert_eq(netmem_pp_ref_count(y), PT_BIAS - 1);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(frag, b02_to_b05_without_alignment)
{
	three_then_one(1, 1000, 2001);
}

PP_TEST(frag, b02_to_b05_aligned_to_8)
{
	three_then_one(8, 1000, 2008);
}

PP_TEST(frag, b02_to_b05_aligned_to_64)
{
	three_then_one(64, 1024, 2048);
}

PP_TEST(frag, b02_alignment_0_means_64)
{
	three_then_one(0, 1024, 2048);
}

PP_TEST(frag, b02_aligned_to_the_page_every_fragment_has_its_own)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .frag_align = 4096 });
	netmem_ref x = pt_frag(pool, 1, 0), y = pt_frag(pool, 1, 0);

	cr_assert_neq(x, y);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_eq(netmem_pp_ref_count(y), PT_BIAS);
	pt_put_r(pool, x);
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, b06_page_that_came_back_whole_is_used_again_in_place)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 2048, 0);

	cr_assert_eq(pt_frag(pool, 2048, 2048), x);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	cr_assert_eq(netmem_pp_ref_count(x), PT_BIAS - 2);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	cr_assert_eq(pt_frag(pool, 2048, 0), x);
	cr_assert_eq(netmem_pp_ref_count(x), PT_BIAS);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	pt_put_r(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(frag, b07_b08_more_than_half_a_page_gets_all_of_it)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = alloc_any(pool, 2049, 4096, 0), y;

	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	y = alloc_any(pool, 2048, 2048, 0);
	cr_assert_eq(y, x);
	cr_assert_eq(alloc_any(pool, 2048, 2048, 2048), y);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	/* the page is used up: the next one starts another */
	x = pt_frag(pool, 64, 0);
	cr_assert_neq(x, y);
	cr_assert_eq(netmem_pp_ref_count(y), 2);
	pt_put_r(pool, y);
	pt_put_r(pool, y);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(frag, b07_more_than_a_page_gets_a_page_too)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = alloc_any(pool, 5000, 4096, 0);

	/* unlike alloc_frag: the caller sees in *size what it got */
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(frag, the_last_part_grows_to_the_end_of_the_page)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = alloc_any(pool, 1500, 1500, 0), y;

	/* 1536 + 1536 leaves 1024: no third of 1500 would fit */
	cr_assert_eq(alloc_any(pool, 1500, 4096 - 1536, 1536), x);
	y = alloc_any(pool, 64, 64, 0);
	cr_assert_neq(y, x);
	cr_assert_eq(netmem_pp_ref_count(x), 2);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 62]");
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, b10_a_fragment_bigger_than_the_page_changes_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	uint32_t offset = 77;
	netmem_ref x;

	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 5000));
	cr_assert_eq(offset, 77);
	pt_expect(pool, "[... ; ... ; ...]");
	x = pt_frag(pool, 1024, 0);
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 4097));
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, UINT32_MAX));
	cr_assert_eq(offset, 77);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	/* the page in work goes on where it was */
	cr_assert_eq(pt_frag(pool, 1024, 1024), x);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(frag, a_fragment_of_the_whole_page)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 4096, 0), y;

	cr_assert_eq(netmem_pp_ref_count(x), PT_BIAS);
	y = pt_frag(pool, 4096, 0);
	cr_assert_neq(y, x);
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	pt_put_d(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 63]");
	pt_put_d(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, b11_a_page_cut_in_three_counts_once)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_fragment_netmem(x, 3);
	cr_assert_eq(netmem_pp_ref_count(x), 3);
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_r(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	page_pool_destroy(pool);
}

PP_TEST(frag, b12_a_second_reference_needs_a_second_put)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_ref_netmem(x);
	cr_assert_eq(netmem_pp_ref_count(x), 2);
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_put_d(pool, x);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(frag, unref_returns_what_is_left_and_leaves_the_put_to_the_last)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	page_pool_fragment_netmem(x, 10);
	cr_assert_eq(page_pool_unref_netmem(x, 4), 6);
	cr_assert_eq(netmem_pp_ref_count(x), 6);
	cr_assert_eq(page_pool_unref_netmem(x, 6), 0);
	cr_assert_eq(netmem_pp_ref_count(x), 1, "the last one resets to 1");
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	page_pool_put_unrefed_netmem(pool, x, UINT32_MAX, true);
	pt_expect(pool, "[0 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 64]");
	page_pool_destroy(pool);
}

PP_TEST(frag, unref_of_a_whole_page_then_put_unrefed)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	cr_assert_eq(page_pool_unref_netmem(x, 1), 0);
	page_pool_put_unrefed_netmem(pool, x, UINT32_MAX, false);
	pt_expect(pool, "[0 1 0 1 0 0 ; 0 0 1 0 0 ; 64 0 64 63]");
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	page_pool_destroy(pool);
}

PP_TEST(frag, b13_a_held_page_is_released_by_its_last_fragment)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 2048, 0), y;

	cr_assert_eq(pt_frag(pool, 2048, 2048), x);
	y = pt_frag(pool, 2048, 0);
	cr_assert_neq(y, x);
	get_netmem(x);
	pt_put_d(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 0 64 62]");
	pt_put_d(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 0 0 1 ; 64 1 63 62]");
	put_netmem(x);
	pt_put_d(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, a_held_page_is_not_used_again_in_place_and_counts_nothing)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 2048, 0), y;

	cr_assert_eq(pt_frag(pool, 2048, 2048), x);
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	get_netmem(x);
	/* drain: nobody has a fragment, but it is not recyclable */
	y = pt_frag(pool, 2048, 0);
	cr_assert_neq(y, x);
	cr_assert_null(netmem_get_pp(x));
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 1 63 62]");
	put_netmem(x);
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, a_marked_page_is_not_used_again_in_place)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 4096, 0), y;

	netmem_set_pfmemalloc(x, true);
	pt_put_r(pool, x);
	y = pt_frag(pool, 4096, 0);
	cr_assert_neq(y, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 1 63 62]");
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

static void count_call(void *arg)
{
	++*(unsigned int *)arg;
}

PP_TEST(frag, b16_destroy_with_a_fragment_page_that_came_back)
{
	unsigned int destroyed = 0;
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area,
					   .on_destroyed = count_call,
					   .on_destroyed_arg = &destroyed });

	pt_put_d(pool, pt_frag(pool, 512, 0));
	page_pool_destroy(pool);
	cr_assert_eq(destroyed, 1, "freed at once");
	pt_area_end(area);
}

PP_TEST(frag, b16_that_page_moves_no_recycle_counter)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_alloc(pool);

	pt_put_d(pool, pt_frag(pool, 512, 0));
	page_pool_destroy(pool);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 63 1 0]");
	pt_put_r(pool, x);
}

PP_TEST(frag, destroy_waits_for_the_last_fragment)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 512, 0), y = pt_alloc(pool);

	cr_assert_eq(pt_frag(pool, 512, 512), x);
	page_pool_destroy(pool);
	cr_assert_eq(netmem_pp_ref_count(x), 2, "the bias is dropped");
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 62 2 0]");
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; ... ; 64 62 2 0]");
	pt_put_r(pool, x);
	pt_expect(pool, "[1 1 0 1 0 0 ; 0 0 1 0 0 ; 64 63 1 0]");
	pt_put_r(pool, y);
	cr_assert_eq(pt_pools_alive(), 0);
}

PP_TEST(frag, b17_fragments_of_a_high_order_page)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .order = 1, .frag_align = 1 });
	netmem_ref x = pt_frag(pool, 3000, 0);

	cr_assert_eq(pt_frag(pool, 3000, 3000), x);
	pt_expect(pool, "[0 0 1 1 0 0 ; ... ; 1 0 1 0]");
	pt_put_d(pool, x);
	pt_put_d(pool, x);
	cr_assert_eq(pt_frag(pool, 3000, 0), x);
	pt_expect(pool, "[1 0 1 1 0 0 ; 1 0 0 0 0 ; 1 0 1 0]");
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(frag, b19_one_page_serves_a_hundred_fragments)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref first = 0, x;
	int i;

	for (i = 0; i < 100; i++) {
		x = pt_frag(pool, 1024, (uint32_t)i % 4 * 1024);
		first = first ? first : x;
		cr_assert_eq(x, first);
		pt_put_d(pool, x);
	}
	pt_expect(pool, "[24 1 0 1 0 0 ; 24 0 0 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(frag, b20_memory_by_address)
{
	struct page_pool *pool = pt_pool_sized(0);
	uint32_t size = 300;
	char *va = page_pool_alloc_va(pool, &size), *second;

	cr_assert_not_null(va);
	cr_assert_eq(size, 300);
	cr_assert_eq((uintptr_t)va % 4096, 0);
	memset(va, 0x11, size);
	/* 300 occupies 320: aligned to 64 */
	second = page_pool_dev_alloc_va(pool, &size);
	cr_assert_eq(second, va + 320);
	page_pool_free_va(pool, va, true);
	page_pool_free_va(pool, second, true);
	pt_expect(pool, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	page_pool_destroy(pool);
}

PP_TEST(frag, whole_pages_leave_the_fragment_page_alone)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x = pt_frag(pool, 1024, 0), y = pt_alloc(pool);

	cr_assert_neq(x, y);
	pt_put_d(pool, y);
	cr_assert_eq(pt_alloc(pool), y);
	cr_assert_eq(pt_frag(pool, 1024, 1024), x);
	pt_expect(pool, "[2 1 0 1 0 0 ; 1 0 0 0 0 ; 64 0 64 62]");
	pt_put_r(pool, x);
	pt_put_r(pool, x);
	pt_put_r(pool, y);
	page_pool_destroy(pool);
}

PP_TEST(frag, a_fragment_with_nothing_left_in_the_area)
{
	struct pp_area *area = pt_area(1);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	uint32_t offset = 9, size = 100;
	netmem_ref x = pt_frag(pool, 3000, 0);

	/* the drain forgets the page, then there is none */
	cr_assert_null(page_pool_alloc_frag_netmem(pool, &offset, 3000));
	cr_assert_eq(offset, 9);
	pt_expect(pool, "[0 1 0 2 0 0 ; ... ; 1 0 1 0]");
	cr_assert_eq(netmem_pp_ref_count(x), 1);
	cr_assert_null(page_pool_alloc_netmem(pool, &offset, &size));
	cr_assert_eq(offset, 9);
	cr_assert_eq(size, 100);
	size = 4000;
	cr_assert_null(page_pool_alloc_netmem(pool, &offset, &size));
	cr_assert_eq(size, 4000);
	cr_assert_null(page_pool_alloc_va(pool, &size));
	cr_assert_eq(size, 4000);
	pt_expect(pool, "[0 1 0 5 0 0 ; ... ; 1 0 1 0]");
	pt_put_r(pool, x);
	cr_assert_eq(pt_frag(pool, 100, 0), x);
	pt_expect(pool, "[0 1 0 5 1 0 ; 0 0 1 0 0 ; 1 0 1 0]");
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(frag, the_page_forms_do_the_same)
{
	struct page_pool *pool = pt_pool_sized(0);
	uint32_t offset = 0, size = 64;
	struct pp_page *p, *q;

	p = page_pool_alloc_frag(pool, &offset, 1024);
	cr_assert_not_null(p);
	cr_assert_eq(offset, 0);
	cr_assert_eq(page_pool_dev_alloc_frag(pool, &offset, 1024), p);
	cr_assert_eq(offset, 1024);
	cr_assert_eq(page_pool_alloc(pool, &offset, &size), p);
	cr_assert_eq(offset, 2048);
	cr_assert_eq(page_pool_dev_alloc(pool, &offset, &size), p);
	cr_assert_eq(offset, 2112);
	cr_assert_eq(netmem_pp_ref_count(page_to_netmem(p)), PT_BIAS);
	q = page_pool_alloc_pages(pool);
	cr_assert_not_null(q);
	cr_assert_neq(q, p);
	page_pool_put_page(pool, q, UINT32_MAX, true);
	cr_assert_eq(page_pool_dev_alloc_pages(pool), q);
	page_pool_recycle_direct(pool, q);
	pt_expect(pool, "[2 1 0 1 0 0 ; 2 0 0 0 0 ; 64 0 64 63]");
	page_pool_put_full_page(pool, p, false);
	page_pool_put_full_page(pool, p, true);
	page_pool_put_page(pool, p, 64, false);
	page_pool_recycle_direct(pool, p);
	cr_assert_eq(netmem_pp_ref_count(page_to_netmem(p)), PT_BIAS - 4);
	pt_expect(pool, "[2 1 0 1 0 0 ; 2 0 0 0 0 ; 64 0 64 63]");
	page_pool_destroy(pool);
}
