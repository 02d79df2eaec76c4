/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of reading a pool: counters and getters. Only looks, never writes. */
#include "pool/ring.h"

bool page_pool_get_stats(const struct page_pool *pool,
			 struct page_pool_stats *stats)
{
	const struct page_pool_alloc_stats *from;
	struct page_pool_recycle_stats *rec;
	struct page_pool_alloc_stats *to;

	if (!pool || !stats)
		return false;
	from = &pool->alloc_stats;
	to = &stats->alloc_stats;
	to->fast += pp_load(&from->fast);
	to->slow += pp_load(&from->slow);
	to->slow_high_order += pp_load(&from->slow_high_order);
	to->empty += pp_load(&from->empty);
	to->refill += pp_load(&from->refill);
	to->waive += pp_load(&from->waive);
	rec = &stats->recycle_stats;
	rec->cached += pp_load(&pool->cached);
	rec->cache_full += pp_load(&pool->cache_full);
	rec->ring += pp_ring_total(&pool->ring) +
		     pp_load(&pool->shared.ring_late);
	rec->ring_full += pp_load(&pool->shared.ring_full);
	rec->released_refcnt += pp_load(&pool->shared.released_refcnt);
	return true;
}

uint32_t page_pool_hold_cnt(const struct page_pool *pool)
{
	return pool ? pp_load(&pool->hold) : 0;
}

uint32_t page_pool_release_cnt(const struct page_pool *pool)
{
	return pool ? (uint32_t)pp_load(&pool->release) : 0;
}

int32_t page_pool_inflight(const struct page_pool *pool)
{
	uint32_t released;

	if (!pool)
		return 0;
	/* released first: a page taken in between makes it more, never less */
	released = (uint32_t)pp_load_acquire(&pool->release);
	return (int32_t)(pp_load(&pool->hold) - released);
}

uint32_t page_pool_cache_count(const struct page_pool *pool)
{
	return pool ? pp_load(&pool->cache_count) : 0;
}

uint32_t page_pool_order(const struct page_pool *pool)
{
	return pool ? pool->p.order : 0;
}

enum dma_data_direction page_pool_get_dma_dir(const struct page_pool *pool)
{
	return pool ? pool->p.dma_dir : DMA_BIDIRECTIONAL;
}

bool page_pool_is_unreadable(const struct page_pool *pool)
{
	return pool && pool->p.mp_ops;
}

/* The kernel's order, and its irregular spelling of slow_ho and released_ref. */
static const char *const ethtool_names[] = {
	"rx_pp_alloc_fast",	      "rx_pp_alloc_slow",
	"rx_pp_alloc_slow_ho",	      "rx_pp_alloc_empty",
	"rx_pp_alloc_refill",	      "rx_pp_alloc_waive",
	"rx_pp_recycle_cached",	      "rx_pp_recycle_cache_full",
	"rx_pp_recycle_ring",	      "rx_pp_recycle_ring_full",
	"rx_pp_recycle_released_ref",
};

int page_pool_ethtool_stats_get_count(void)
{
	return (int)PP_ARRAY_SIZE(ethtool_names);
}

const char *page_pool_ethtool_stats_name(int i)
{
	if (i < 0 || i >= (int)PP_ARRAY_SIZE(ethtool_names))
		return NULL;
	return ethtool_names[i];
}

void page_pool_ethtool_stats_get(uint64_t *data,
				 const struct page_pool_stats *stats)
{
	if (!data || !stats)
		return;
	*data++ = stats->alloc_stats.fast;
	*data++ = stats->alloc_stats.slow;
	*data++ = stats->alloc_stats.slow_high_order;
	*data++ = stats->alloc_stats.empty;
	*data++ = stats->alloc_stats.refill;
	*data++ = stats->alloc_stats.waive;
	*data++ = stats->recycle_stats.cached;
	*data++ = stats->recycle_stats.cache_full;
	*data++ = stats->recycle_stats.ring;
	*data++ = stats->recycle_stats.ring_full;
	*data++ = stats->recycle_stats.released_refcnt;
}
