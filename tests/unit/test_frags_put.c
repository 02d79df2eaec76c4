/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of puts by the array: bulk puts, and fragments of any mix. */
#include "pptest.h"

/* ---- page_pool_put_netmem_bulk() ---- */

PP_TEST(bulk, a_full_ring_counts_once_whatever_is_left)
{
	struct page_pool *pool = pt_pool_sized(4);
	netmem_ref x[16];

	pt_alloc_n(pool, x, 16);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(pool, "[15 1 0 1 0 0 ; 0 0 4 1 0 ; 64 12 52 48]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, works_in_groups_of_16)
{
	struct page_pool *pool = pt_pool_sized(20);
	netmem_ref x[64];

	pt_alloc_n(pool, x, 64);
	/* 16 fit, 4 fit of the next 16, none of the rest: three times full */
	page_pool_put_netmem_bulk(x, 64);
	pt_expect(pool, "[63 1 0 1 0 0 ; 0 0 20 3 0 ; 64 44 20 0]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, an_exactly_full_ring_is_not_ring_full)
{
	struct page_pool *pool = pt_pool_sized(16);
	netmem_ref x[17];

	pt_alloc_n(pool, x, 17);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(pool, "[16 1 0 1 0 0 ; 0 0 16 0 0 ; 64 0 64 47]");
	page_pool_put_netmem_bulk(x + 16, 1);
	pt_expect(pool, "[16 1 0 1 0 0 ; 0 0 16 1 0 ; 64 1 63 47]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, of_one_and_of_seventeen)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[18];

	pt_alloc_n(pool, x, 18);
	page_pool_put_netmem_bulk(x, 1);
	page_pool_put_netmem_bulk(x + 1, 17);
	pt_expect(pool, "[17 1 0 1 0 0 ; 0 0 18 0 0 ; 64 0 64 46]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, keeps_the_order_of_the_entries)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[64], data[64];
	int i;

	pt_alloc_n(pool, x, 64);
	memcpy(data, x, sizeof(data));
	page_pool_put_netmem_bulk(data, 64);
	for (i = 63; i >= 0; i--)
		cr_assert_eq(pt_alloc(pool), x[i], "entry %d", i);
	pt_put_r_n(pool, x, 64);
	page_pool_destroy(pool);
}

PP_TEST(bulk, each_pool_counts_its_own_full_ring)
{
	struct page_pool *a = pt_pool_sized(3), *b = pt_pool_sized(5);
	netmem_ref x[16];
	int i;

	for (i = 0; i < 16; i++)
		x[i] = pt_alloc(i % 2 ? b : a);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(a, "[7 1 0 1 0 0 ; 0 0 3 1 0 ; 64 5 59 56]");
	pt_expect(b, "[7 1 0 1 0 0 ; 0 0 5 1 0 ; 64 3 61 56]");
	page_pool_destroy(a);
	page_pool_destroy(b);
}

PP_TEST(bulk, many_pools_in_one_array)
{
	struct page_pool *pool[20];
	netmem_ref x[100];
	int i;

	for (i = 0; i < 20; i++)
		pool[i] = pt_pool((struct page_pool_params){ .area_chunks = 64,
							     .pool_size = 8 });
	for (i = 0; i < 100; i++)
		x[i] = pt_alloc(pool[i * 7 % 20]);
	page_pool_put_netmem_bulk(x, 100);
	for (i = 0; i < 20; i++) {
		pt_expect(pool[i], "[4 1 0 1 0 0 ; 0 0 5 0 0 ; 64 0 64 59]");
		page_pool_destroy(pool[i]);
	}
}

PP_TEST(bulk, an_entry_with_references_left_vanishes)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[4], data[8];
	int i;

	pt_alloc_n(pool, x, 4);
	page_pool_fragment_netmem(x[0], 3);
	page_pool_ref_netmem(x[1]);
	memcpy(data, x, sizeof(x));
	page_pool_put_netmem_bulk(data, 4);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 2 0 0 ; 64 0 64 60]");
	/* the rest of the references, several of one page in one call */
	for (i = 0; i < 3; i++)
		data[i] = x[i < 2 ? 0 : 1];
	page_pool_put_netmem_bulk(data, 3);
	pt_expect(pool, "[3 1 0 1 0 0 ; 0 0 4 0 0 ; 64 0 64 60]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, zeros_are_skipped)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[9] = { 0 };

	x[0] = pt_alloc(pool);
	x[4] = pt_alloc(pool);
	x[8] = pt_alloc(pool);
	page_pool_put_netmem_bulk(x, 9);
	pt_expect(pool, "[2 1 0 1 0 0 ; 0 0 3 0 0 ; 64 0 64 61]");
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	page_pool_destroy(pool);
}

PP_TEST(bulk, on_the_owner_a_full_cache_overflows_into_the_ring_at_once)
{
	struct page_pool *pool = pt_pool_sized(6);
	netmem_ref x[160];

	cr_assert_eq(page_pool_enable_direct_recycling(pool), 0);
	pt_alloc_n(pool, x, 160);
	/* cache holds 32: 96 more fit, then 64 do not */
	page_pool_put_netmem_bulk(x, 96);
	pt_expect(pool, "[157 3 0 3 0 0 ; 96 0 0 0 0 ; 192 0 192 128]");
	page_pool_put_netmem_bulk(x + 96, 16);
	pt_expect(pool, "[157 3 0 3 0 0 ; 96 16 6 1 0 ; 192 10 182 128]");
	page_pool_put_netmem_bulk(x + 112, 48);
	pt_expect(pool, "[157 3 0 3 0 0 ; 96 64 6 4 0 ; 192 58 134 128]");
	page_pool_destroy(pool);
}

PP_TEST(bulk, held_and_marked_pages_are_released_out_of_the_middle)
{
	struct page_pool *pool = pt_pool_sized(0);
	netmem_ref x[16], held[3];
	int i;

	pt_alloc_n(pool, x, 16);
	for (i = 0; i < 3; i++) {
		held[i] = x[i * 7];
		get_netmem(held[i]);
	}
	netmem_set_pfmemalloc(x[3], true);
	page_pool_put_netmem_bulk(x, 16);
	pt_expect(pool, "[15 1 0 1 0 0 ; 0 0 12 0 4 ; 64 4 60 48]");
	for (i = 0; i < 3; i++)
		put_netmem(held[i]);
	page_pool_destroy(pool);
}

PP_TEST(bulk, the_older_form_takes_pages_and_looks_at_no_pool)
{
	struct page_pool *a = pt_pool_sized(0), *b = pt_pool_sized(0);
	struct pp_page *pages[40];
	int i;

	for (i = 0; i < 40; i++)
		pages[i] = page_pool_alloc_pages(i % 2 ? b : a);
	page_pool_put_page_bulk(a, pages, 40);
	pt_expect(a, "[19 1 0 1 0 0 ; 0 0 20 0 0 ; 64 0 64 44]");
	pt_expect(b, "[19 1 0 1 0 0 ; 0 0 20 0 0 ; 64 0 64 44]");
	cr_assert_eq(page_pool_misuse_count(a) + page_pool_misuse_count(b), 0);
	page_pool_destroy(a);
	page_pool_destroy(b);
}

PP_TEST(bulk, in_a_kernel_ring_counts_full_while_slots_are_kept_back)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.pool_size = 32, .mode = PP_MODE_KERNEL_RING });
	netmem_ref x[64];

	pt_alloc_n(pool, x, 64);
	pt_put_r_n(pool, x, 10);
	cr_assert_eq(pt_alloc(pool), x[9]);
	/* 22 slots are free, 10 wait for their batch */
	page_pool_put_netmem_bulk(x + 9, 16);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 26 0 0 ; 64 0 64 9]");
	page_pool_put_netmem_bulk(x + 25, 16);
	pt_expect(pool, "[63 1 0 1 1 0 ; 0 0 32 1 0 ; 64 10 54 9]");
	pt_put_r_n(pool, x + 41, 23);
	page_pool_destroy(pool);
}

/* ---- pp_frags_put() ---- */

PP_TEST(frags_put, a_full_ring_counts_for_each)
{
	struct page_pool *pool = pt_pool_sized(4);
	struct pp_frag frags[16] = { 0 };
	int i;

	for (i = 0; i < 16; i++)
		frags[i].netmem = pt_alloc(pool);
	pp_frags_put(frags, 16);
	pt_expect(pool, "[15 1 0 1 0 0 ; 0 0 4 12 0 ; 64 12 52 48]");
	page_pool_destroy(pool);
}

PP_TEST(frags_put, does_not_modify_the_array)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct pp_frag frags[40] = { 0 }, before[40];
	uint32_t i;

	for (i = 0; i < 40; i++)
		frags[i] = (struct pp_frag){ .netmem = i % 3 ? pt_alloc(pool) : 0,
					     .offset = i,
					     .len = 100 + i,
					     .flags = i % 8 };
	memcpy(before, frags, sizeof(frags));
	pp_frags_put(frags, 40);
	cr_assert_arr_eq((char *)frags, (char *)before, sizeof(frags));
	pt_expect(pool, "[25 1 0 1 0 0 ; 0 0 26 0 0 ; 64 0 64 38]");
	page_pool_destroy(pool);
}

/*
 * Two worlds that are dealt the same hands: one puts by pp_frags_put(), the
 * other by single puts, entry after entry. Every counter must agree.
 */
struct world {
	struct page_pool *pool[3];
	struct pp_frag hand[200];
	netmem_ref held[200]; /* by an external holder */
};

static void world_start(struct world *w, uint32_t mode, bool direct)
{
	static const uint32_t sizes[3] = { 7, 33, 1024 };
	int i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < 3; i++) {
		w->pool[i] = pt_pool((struct page_pool_params){
			.pool_size = sizes[i], .mode = mode });
		if (direct)
			page_pool_enable_direct_recycling(w->pool[i]);
	}
}

static void world_deal(struct world *w, uint64_t state, uint32_t n)
{
	struct pp_frag *f;
	struct page_pool *pool;
	uint64_t r;
	uint32_t i, more;

	for (i = 0; i < n; i++) {
		r = pt_random(&state);
		f = &w->hand[i];
		*f = (struct pp_frag){ .len = 64 };
		w->held[i] = 0;
		if (r % 16 == 0)
			continue; /* an entry without a page */
		pool = w->pool[r / 16 % 3];
		if (r / 64 % 4 == 0) {
			f->netmem = page_pool_alloc_frag_netmem(pool, &f->offset,
								64 + r / 256 % 2000);
			continue;
		}
		f->netmem = pt_alloc(pool);
		if (r / 256 % 8 == 0) {
			get_netmem(f->netmem);
			w->held[i] = f->netmem;
		} else if (r / 256 % 8 == 1) {
			netmem_set_pfmemalloc(f->netmem, true);
		} else if (r / 256 % 8 == 2) {
			/* more references, each an entry */
			more = (uint32_t)(r / 4096 % 5);
			page_pool_fragment_netmem(f->netmem, more + 1);
			for (; more && i + 1 < n; more--, i++) {
				w->hand[i + 1] = w->hand[i];
				w->held[i + 1] = 0;
			}
			while (more--)
				page_pool_unref_netmem(f->netmem, 1);
		}
	}
}

static void agree(struct world *a, struct world *b, int round)
{
	int64_t va[PT_VECTOR], vb[PT_VECTOR];
	char ta[200], tb[200];
	int i;

	for (i = 0; i < 3; i++) {
		pt_vector(a->pool[i], va);
		pt_vector(b->pool[i], vb);
		pt_vector_text(ta, sizeof(ta), va);
		pt_vector_text(tb, sizeof(tb), vb);
		cr_assert_str_eq(ta, tb, "round %d pool %d\n frags %s\nsingle %s",
				 round, i, ta, tb);
	}
}

static void compare(uint32_t mode, bool direct)
{
	uint64_t seed = pt_seed(77);
	static struct world a, b;
	uint32_t n, i;
	int round;

	world_start(&a, mode, direct);
	world_start(&b, mode, direct);
	for (round = 0; round < 200; round++) {
		n = 1 + (uint32_t)(round * 37 % 200);
		world_deal(&a, seed + (uint64_t)round, n);
		world_deal(&b, seed + (uint64_t)round, n);
		pp_frags_put(a.hand, n);
		for (i = 0; i < n; i++)
			page_pool_put_full_netmem(netmem_get_pp(b.hand[i].netmem),
						  b.hand[i].netmem, false);
		for (i = 0; i < n; i++) {
			put_netmem(a.held[i]);
			put_netmem(b.held[i]);
		}
		agree(&a, &b, round);
	}
	for (i = 0; i < 3; i++) {
		cr_assert_eq(page_pool_misuse_count(a.pool[i]), 0);
		page_pool_destroy(a.pool[i]);
		page_pool_destroy(b.pool[i]);
	}
}

PP_TEST(frags_put, counts_exactly_like_single_puts)
{
	compare(0, false);
}

PP_TEST(frags_put, counts_exactly_like_single_puts_in_a_kernel_ring)
{
	compare(PP_MODE_KERNEL_RING, false);
}

PP_TEST(frags_put, counts_exactly_like_single_puts_on_the_owner)
{
	compare(0, true);
}

PP_TEST(frags_put, keeps_the_order_of_the_entries)
{
	struct page_pool *pool = pt_pool_sized(0);
	struct pp_frag frags[64] = { 0 };
	int i;

	for (i = 0; i < 64; i++)
		frags[i].netmem = pt_alloc(pool);
	pp_frags_put(frags, 64);
	for (i = 63; i >= 0; i--)
		cr_assert_eq(pt_alloc(pool), frags[i].netmem, "entry %d", i);
	pp_frags_put(frags, 64);
	page_pool_destroy(pool);
}
