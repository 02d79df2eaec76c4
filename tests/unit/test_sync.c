/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the table case C15: where, when and how much is synced. */
#include "fake_provider.h"

struct syncs {
	unsigned int calls;
	netmem_ref netmem;
	uint32_t offset, len;
};

static void note_sync(void *arg, netmem_ref netmem, uint32_t offset, uint32_t len)
{
	struct syncs *s = arg;

	s->calls++;
	s->netmem = netmem;
	s->offset = offset;
	s->len = len;
}

static struct page_pool *syncing_pool(struct syncs *s)
{
	memset(s, 0, sizeof(*s));
	return pt_pool((struct page_pool_params){
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.dma_dir = DMA_FROM_DEVICE,
		.offset = 256,
		.max_len = 1536,
		.dma_sync_for_device = note_sync,
		.dma_sync_for_cpu = note_sync,
		.dma_sync_arg = s });
}

#define expect_sync(s, n, ref, off, length)                                    \
	do {                                                                   \
		cr_assert_eq((s)->calls, (n), "%u calls", (s)->calls);         \
		cr_assert_eq((s)->netmem, (ref));                              \
		cr_assert_eq((s)->offset, (off), "offset %u", (s)->offset);    \
		cr_assert_eq((s)->len, (length), "length %u", (s)->len);       \
		(s)->calls = 0;                                                \
	} while (0)

PP_TEST(sync, c15_a_put_syncs_at_most_max_len_at_the_offset)
{
	struct syncs s;
	struct page_pool *pool = syncing_pool(&s);
	netmem_ref x = pt_alloc(pool);

	/* each page of the batch, the whole of it, when it left the area */
	cr_assert_eq(s.calls, 64);
	cr_assert_eq(s.offset, 256);
	cr_assert_eq(s.len, 1536);
	s.calls = 0;
	page_pool_put_netmem(pool, x, 64, true);
	expect_sync(&s, 1, x, 256, 64);
	x = pt_alloc(pool);
	cr_assert_eq(s.calls, 0, "a cached page needs no sync");
	page_pool_put_netmem(pool, x, 4000, true);
	expect_sync(&s, 1, x, 256, 1536);
	x = pt_alloc(pool);
	page_pool_put_netmem(pool, x, UINT32_MAX, false);
	expect_sync(&s, 1, x, 256, 1536);
	x = pt_alloc(pool);
	page_pool_put_full_netmem(pool, x, false);
	expect_sync(&s, 1, x, 256, 1536);
	page_pool_destroy(pool);
}

PP_TEST(sync, c15_what_is_not_recycled_is_not_synced)
{
	struct syncs s;
	struct page_pool *pool = syncing_pool(&s);
	netmem_ref x = pt_alloc(pool), y = pt_alloc(pool);

	s.calls = 0;
	get_netmem(x);
	page_pool_put_netmem(pool, x, UINT32_MAX, true);
	cr_assert_eq(s.calls, 0);
	put_netmem(x);
	page_pool_fragment_netmem(y, 2);
	page_pool_put_netmem(pool, y, UINT32_MAX, true);
	cr_assert_eq(s.calls, 0, "a fragment is left");
	/* the last put's length counts, for the whole page */
	page_pool_put_netmem(pool, y, 100, true);
	expect_sync(&s, 1, y, 256, 100);
	page_pool_destroy(pool);
}

PP_TEST(sync, c15_a_page_used_again_in_place_is_synced_whole)
{
	struct syncs s;
	struct page_pool *pool = syncing_pool(&s);
	netmem_ref x = pt_frag(pool, 4096, 0);

	s.calls = 0;
	page_pool_put_netmem(pool, x, 10, false);
	cr_assert_eq(s.calls, 0);
	cr_assert_eq(pt_frag(pool, 4096, 0), x);
	expect_sync(&s, 1, x, 256, 1536);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(sync, c15_bulk_puts_sync_each_page_whole)
{
	struct syncs s;
	struct page_pool *pool = syncing_pool(&s);
	netmem_ref x[20];

	pt_alloc_n(pool, x, 20);
	s.calls = 0;
	page_pool_put_netmem_bulk(x, 20);
	cr_assert_eq(s.calls, 20);
	cr_assert_eq(s.offset, 256);
	cr_assert_eq(s.len, 1536);
	page_pool_destroy(pool);
}

PP_TEST(sync, c15_without_sync_dev_nothing_is_synced_for_the_device)
{
	struct syncs s = { 0 };
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .flags = PP_FLAG_DMA_MAP,
					   .offset = 256,
					   .max_len = 1536,
					   .dma_sync_for_device = note_sync,
					   .dma_sync_for_cpu = note_sync,
					   .dma_sync_arg = &s });
	netmem_ref x = pt_alloc(pool);

	page_pool_put_full_netmem(pool, x, true);
	cr_assert_eq(s.calls, 0);
	/* for the CPU it is always done */
	x = pt_alloc(pool);
	page_pool_dma_sync_for_cpu(pool, netmem_to_page(x), 10, 20);
	expect_sync(&s, 1, x, 266, 20);
	page_pool_dma_sync_netmem_for_cpu(pool, x, 0, 1000);
	expect_sync(&s, 1, x, 256, 1000);
	pt_put_d(pool, x);
	page_pool_destroy(pool);
}

PP_TEST(sync, c15_readable_providers_are_synced_at_puts)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct syncs s = { 0 };
	struct fake f;
	netmem_ref x;

	/* only a dma-buf switches it off; the provider syncs what it gives */
	fake_start(&f, 2, 1, NET_IOV_IOURING);
	params = fake_params(&f);
	params.offset = 256;
	params.max_len = 1536;
	params.dma_sync_for_device = note_sync;
	params.dma_sync_arg = &s;
	pool = pt_pool(params);
	x = pt_alloc(pool);
	cr_assert_eq(s.calls, 0);
	pt_put_r(pool, x);
	expect_sync(&s, 1, x, 256, 1536);
	fake_end(&f, pool, 2);
}

PP_TEST(sync, c15_a_dma_buf_is_synced_by_its_user)
{
	struct page_pool_params params;
	struct page_pool *pool;
	struct syncs s = { 0 };
	struct fake f;
	netmem_ref x;

	fake_start(&f, 2, 1, NET_IOV_DMABUF);
	params = fake_params(&f);
	params.dma_sync_for_device = note_sync;
	params.dma_sync_for_cpu = note_sync;
	params.dma_sync_arg = &s;
	pool = pt_pool(params);
	x = pt_alloc(pool);
	page_pool_dma_sync_netmem_for_cpu(pool, x, 0, 100);
	pt_put_r(pool, x);
	cr_assert_eq(s.calls, 0, "both directions are the user's");
	fake_end(&f, pool, 2);
}

PP_TEST(sync, c15_no_sync_after_destroy)
{
	struct syncs s;
	struct page_pool *pool = syncing_pool(&s);
	netmem_ref x = pt_alloc(pool);

	page_pool_destroy(pool);
	s.calls = 0;
	page_pool_put_full_netmem(pool, x, false);
	cr_assert_eq(s.calls, 0, "the device may be gone");
}
