/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of fragments. The current page carries a reference count of BIAS, so
 * handing out a fragment costs no atomic; when the page is used up, what was
 * not handed out is taken off again (the drain).
 */
#include "pool/pool.h"

/* Room was found on a page that nobody uses: start at its front. */
static uint32_t frag_start(struct page_pool *pool, uint32_t idx, uint32_t size)
{
	pool->frag_users = 1;
	pool->frag_offset = size;
	pp_store(&pool->mem->pp_ref[idx], PP_BIAS);
	pp_fetch_or(&pool->meta[idx], PP_META_SHARED);
	return idx;
}

/*
 * The current page is used up. If all its fragments are back already, the page
 * serves again: counted as recycled and allocated without touching the cache.
 * Return: its index, PP_NO_IDX if it went its own way.
 */
static uint32_t frag_drain(struct page_pool *pool)
{
	uint32_t idx = pool->frag_page - 1, meta;

	if (pp_unref(pool->mem, idx, PP_BIAS - pool->frag_users) != 0)
		return PP_NO_IDX; /* its holders finish it */
	meta = pp_load(&pool->meta[idx]);
	if (!pp_recyclable(pool, idx, meta)) {
		pp_release(pool, idx); /* no counter, as in the kernel */
		return PP_NO_IDX;
	}
	if (pool->sync_dev)
		pp_sync_for_device(pool, idx, UINT32_MAX);
	pp_stat_inc(&pool->cached);
	pp_stat_inc(&pool->alloc_stats.fast);
	return idx;
}

void pp_frag_end(struct page_pool *pool)
{
	uint32_t idx = pool->frag_page - 1;

	if (!pool->frag_page)
		return;
	pool->frag_page = 0;
	if (pp_unref(pool->mem, idx, PP_BIAS - pool->frag_users) == 0)
		pp_release(pool, idx);
}

netmem_ref page_pool_alloc_frag_netmem(struct page_pool *pool, uint32_t *offset,
				       uint32_t size)
{
	uint32_t idx = PP_NO_IDX;

	if (!pool || !offset ||
	    !pp_owner_claim(pool, "fragment allocation off the owner thread"))
		return NULL;
	if (size > pool->page_bytes)
		return NULL;
	size = (size + pool->frag_align - 1) & ~(pool->frag_align - 1);
	if (pool->frag_page &&
	    (uint64_t)pool->frag_offset + size <= pool->page_bytes) {
		*offset = pool->frag_offset;
		pool->frag_users++;
		pool->frag_offset += size;
		return pp_pool_ref(pool, pool->frag_page - 1);
	}
	if (pool->frag_page)
		idx = frag_drain(pool);
	if (idx == PP_NO_IDX)
		idx = pp_alloc_one(pool);
	pool->frag_page = idx + 1; /* PP_NO_IDX + 1 is 0: none */
	if (idx == PP_NO_IDX)
		return NULL;
	if (pp_unlikely(size > pool->page_bytes)) {
		/* the first net_iov told that they are smaller than a page */
		pool->frag_page = 0;
		pp_put_last(pool, idx, UINT32_MAX, true);
		return NULL;
	}
	*offset = 0;
	return pp_pool_ref(pool, frag_start(pool, idx, size));
}

netmem_ref page_pool_alloc_netmem(struct page_pool *pool, uint32_t *offset,
				  uint32_t *size)
{
	netmem_ref netmem;
	uint32_t want;

	if (!pool || !offset || !size)
		return NULL;
	want = *size;
	if ((uint64_t)want * 2 > pool->page_bytes) {
		netmem = page_pool_alloc_netmems(pool);
		if (!netmem)
			return NULL;
		*offset = 0;
		*size = pool->page_bytes;
		return netmem;
	}
	netmem = page_pool_alloc_frag_netmem(pool, offset, want);
	if (!netmem)
		return NULL;
	/* the next one would not fit: this one gets the rest */
	if ((uint64_t)pool->frag_offset + want > pool->page_bytes) {
		*size = pool->page_bytes - *offset;
		pool->frag_offset = pool->page_bytes;
	}
	return netmem;
}

struct pp_page *page_pool_alloc_frag(struct page_pool *pool, uint32_t *offset,
				     uint32_t size)
{
	if (!pool || pool->p.mp_ops)
		return NULL;
	return netmem_to_page(page_pool_alloc_frag_netmem(pool, offset, size));
}

struct pp_page *page_pool_alloc(struct page_pool *pool, uint32_t *offset,
				uint32_t *size)
{
	if (!pool || pool->p.mp_ops)
		return NULL;
	return netmem_to_page(page_pool_alloc_netmem(pool, offset, size));
}

void *page_pool_alloc_va(struct page_pool *pool, uint32_t *size)
{
	struct pp_page *page;
	uint32_t offset;

	page = page_pool_alloc(pool, &offset, size);
	if (!page)
		return NULL;
	return (unsigned char *)netmem_address(page_to_netmem(page)) + offset;
}

struct pp_page *page_pool_dev_alloc_frag(struct page_pool *pool,
					 uint32_t *offset, uint32_t size)
{
	return page_pool_alloc_frag(pool, offset, size);
}

struct pp_page *page_pool_dev_alloc(struct page_pool *pool, uint32_t *offset,
				    uint32_t *size)
{
	return page_pool_alloc(pool, offset, size);
}

void *page_pool_dev_alloc_va(struct page_pool *pool, uint32_t *size)
{
	return page_pool_alloc_va(pool, size);
}
