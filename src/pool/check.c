/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the equations of pool.h, computed, and of poison in debug builds. */
#include "pool/ring.h"

#include <string.h>

/* Pages on a list of links; false if it holds one that is not in the ring. */
static bool list_count(const struct page_pool *pool, uint32_t at, uint32_t most,
		       uint32_t *n)
{
	for (; at && most; at = pp_load(&pool->mem->link[at - 1]), most--) {
		if (pp_load(&pool->meta[at - 1]) != (pool->tag | PP_ST_RING))
			return false;
		++*n;
	}
	return true;
}

/* Lent to the kernel and not handed out: marked held, and not in flight. */
static bool lent_and_free(const struct page_pool *pool, uint32_t idx)
{
	int64_t ref = pp_load(&pool->mem->pp_ref[idx]);

	return pp_ref_is_lent(ref) && !pp_ref_lent_refs(ref);
}

const char *pp_pool_check(const struct page_pool *pool)
{
	uint32_t by_state[256] = { 0 }, i, meta, ring = 0;
	const struct pp_ring *r = &pool->ring;

	if (!pool->mem)
		return page_pool_inflight(pool) ? "in flight without memory" :
						  NULL;
	for (i = 0; i < pool->cache_count; i++)
		if (pp_load(&pool->meta[pool->cache[i]]) !=
		    (pool->tag | PP_ST_CACHE))
			return "a page in the cache is not marked so";
	if (!list_count(pool, r->fifo_left ? r->fifo : 0, r->fifo_left, &ring) ||
	    !list_count(pool, (uint32_t)(pp_load(&r->head) >> 32), UINT32_MAX,
			&ring))
		return "a page in the ring is not marked so";
	if (ring != pp_ring_count(r))
		return "the ring holds another number of pages than it counts";
	for (i = 0; i < pool->n; i++) {
		meta = pp_load(&pool->meta[i]);
		if (pp_meta_pool(meta) == pool->slot && !lent_and_free(pool, i))
			by_state[meta & PP_META_STATE]++;
	}
	if (by_state[PP_ST_CACHE] != pool->cache_count)
		return "more pages are marked cached than the cache holds";
	if (by_state[PP_ST_RING] != ring)
		return "more pages are marked in the ring than it holds";
	if (pool->cache_count + ring + by_state[PP_ST_HELD] +
		    by_state[PP_ST_KERNEL] !=
	    (uint32_t)page_pool_inflight(pool))
		return "in flight is not cache + ring + held";
	return NULL;
}

#if PP_DEBUG >= 1
#define PP_POISON 0xa5
#define PP_POISON_MAX 65536u /* of a larger page only the front is checked */

void pp_poison(const struct page_pool *pool, uint32_t idx)
{
	void *p = pp_mem_addr(pool->mem, idx);

	if (p)
		memset(p, PP_POISON, pp_min(pool->page_bytes, PP_POISON_MAX));
}

void pp_poison_verify(const struct page_pool *pool, uint32_t idx)
{
	const unsigned char *p = pp_mem_addr(pool->mem, idx);
	uint32_t n = pp_min(pool->page_bytes, PP_POISON_MAX);

	if (p && (p[0] != PP_POISON || memcmp(p, p + 1, n - 1)))
		pp_misuse(pool, pp_pool_ref(pool, idx),
			  "use after put: the page was written while nobody held it");
}
#endif
