/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of DMA-sync semantics: who would sync how much, and when. */
#include "pool/pool.h"

void pp_sync_for_device(const struct page_pool *pool, uint32_t idx, uint32_t len)
{
	pool->p.dma_sync_for_device(pool->p.dma_sync_arg, pp_pool_ref(pool, idx),
				    pool->p.offset, pp_min(len, pool->p.max_len));
}

void page_pool_dma_sync_netmem_for_cpu(const struct page_pool *pool,
				       netmem_ref netmem, uint32_t offset,
				       uint32_t len)
{
	if (!pool || !netmem || !pool->p.dma_sync_for_cpu || !pool->sync_cpu)
		return;
	pool->p.dma_sync_for_cpu(pool->p.dma_sync_arg, netmem,
				 offset + pool->p.offset, len);
}

void page_pool_dma_sync_for_cpu(const struct page_pool *pool,
				const struct pp_page *page, uint32_t offset,
				uint32_t len)
{
	netmem_ref netmem = (netmem_ref)(uintptr_t)page;

	page_pool_dma_sync_netmem_for_cpu(pool, netmem, offset, len);
}
