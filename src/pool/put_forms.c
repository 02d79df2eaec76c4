/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the other names of a put: full, direct, by page, by address. */
#include "pool/pool.h"

void page_pool_put_full_netmem(struct page_pool *pool, netmem_ref netmem,
			       bool allow_direct)
{
	page_pool_put_netmem(pool, netmem, UINT32_MAX, allow_direct);
}

void page_pool_recycle_direct_netmem(struct page_pool *pool, netmem_ref netmem)
{
	page_pool_put_netmem(pool, netmem, UINT32_MAX, true);
}

void page_pool_put_page(struct page_pool *pool, struct pp_page *page,
			uint32_t dma_sync_size, bool allow_direct)
{
	page_pool_put_netmem(pool, page_to_netmem(page), dma_sync_size,
			     allow_direct);
}

void page_pool_put_full_page(struct page_pool *pool, struct pp_page *page,
			     bool allow_direct)
{
	page_pool_put_netmem(pool, page_to_netmem(page), UINT32_MAX,
			     allow_direct);
}

void page_pool_recycle_direct(struct page_pool *pool, struct pp_page *page)
{
	page_pool_put_netmem(pool, page_to_netmem(page), UINT32_MAX, true);
}

void page_pool_put_page_bulk(struct page_pool *pool, struct pp_page **data,
			     int count)
{
	netmem_ref refs[PP_BULK];
	int i, k;

	(void)pool;
	if (!data)
		return;
	for (i = 0; i < count; i += k) {
		for (k = 0; k < (int)PP_BULK && i + k < count; k++)
			refs[k] = page_to_netmem(data[i + k]);
		pp_put_group(refs, (uint32_t)k, 0);
	}
}

void page_pool_free_va(struct page_pool *pool, void *va, bool allow_direct)
{
	const struct pp_mem *mem;
	size_t off;

	if (!pool || !va)
		return;
	mem = pool->mem;
	off = mem ? (size_t)((unsigned char *)va - mem->va) : 0;
	if (!mem || !mem->va || off >> mem->chunk_shift >= mem->n) {
		pp_misuse(pool, NULL,
			  "free_va of an address outside the pool's memory");
		return;
	}
	/* virt_to_head_page: any address in the page will do */
	off = off >> mem->chunk_shift >> pool->order << pool->order;
	page_pool_put_netmem(pool, pp_mem_ref(mem, (uint32_t)off), UINT32_MAX,
			     allow_direct);
}
