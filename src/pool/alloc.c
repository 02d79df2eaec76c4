/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of allocation: cache, else ring, else area or provider. */
#include "pool/device.h"
#include "pool/ring.h"

#include "base/extack.h"
#include "base/fault.h"

#include <errno.h>

bool pp_owner_claim(struct page_pool *pool, const char *what)
{
	uint32_t owner = PP_OWNER_NONE;

	/* acquire: pairs with the release in disable_direct_recycling() */
	if (pp_cas(&pool->owner, &owner, pp_self()) || owner == pp_self())
		return true;
	pp_misuse(pool, NULL, what);
	return false;
}

static inline bool owner_check(struct page_pool *pool)
{
	return pp_likely(pp_is_owner(pool)) ||
	       pp_owner_claim(pool, "allocation off the owner thread");
}

int pp_pool_borrow(struct page_pool *pool, bool *borrowed, struct pp_extack *ext)
{
	uint32_t owner = PP_OWNER_NONE;

	*borrowed = pp_cas(&pool->owner, &owner, pp_self());
	if (*borrowed || owner == pp_self())
		return 0;
	return pp_fail(ext, -EBUSY, "pool",
		       "the pool is owned by another thread: open on that one, or call page_pool_disable_direct_recycling() first");
}

void pp_pool_unborrow(struct page_pool *pool, bool borrowed)
{
	/* pairs with the acquire in pp_owner_claim() */
	if (borrowed)
		pp_store_release(&pool->owner, PP_OWNER_NONE);
}

/* Is the page on the node the pool prefers? net_iovs always are. */
static bool node_ok(const struct page_pool *pool, uint32_t idx)
{
	int32_t nid;

	if (!pool->area || pool->nid == NUMA_NO_NODE)
		return true;
	nid = pp_area_nid(pool->area, idx);
	return nid == pool->nid || nid == NUMA_NO_NODE;
}

/* Brings up to PP_REFILL pages from the ring into the empty cache. */
static uint32_t ring_refill(struct page_pool *pool)
{
	uint32_t count = 0, used = 0, idx;

	while (count < PP_REFILL) {
		idx = pp_ring_consume(pool);
		if (idx == PP_NO_IDX)
			break;
		used++;
		if (pool->checks && pp_unlikely(pp_load(&pool->meta[idx]) !=
						(pool->tag | PP_ST_RING))) {
			pp_misuse(pool, pp_pool_ref(pool, idx),
				  "double put: the page came back twice");
			continue;
		}
		if (pp_unlikely(!node_ok(pool, idx))) {
			pp_stat_inc(&pool->alloc_stats.waive);
			pp_release(pool, idx);
			break;
		}
		pp_store(&pool->meta[idx], pool->tag | PP_ST_CACHE);
		pool->cache[count++] = idx;
	}
	pp_ring_free_slots(&pool->ring, used);
	pp_store(&pool->cache_count, count);
	return count;
}

static void hold_add(struct page_pool *pool, uint32_t n)
{
	pp_store(&pool->hold, pool->hold + n);
}

static void page_taken(struct page_pool *pool, uint32_t idx)
{
	pp_store(&pool->meta[idx], pool->tag | PP_ST_CACHE);
	pp_poison(pool, idx);
	if (pool->sync_dev)
		pp_sync_for_device(pool, idx, UINT32_MAX);
}

/* From the area into the empty cache. Return: how many. */
static uint32_t area_refill(struct page_pool *pool)
{
	uint32_t i, n;

	/* lent: the kernel picks the buffers, there is nothing to take */
	if (pool->lent_home || PP_FAULT("pool.alloc"))
		return 0;
	if (pool->order) {
		pool->cache[0] = pp_area_take_order(pool->area, pool->nid,
						    pool->order);
		n = pool->cache[0] != PP_NO_IDX;
	} else {
		n = pp_area_take(pool->area, pool->nid, pool->cache, PP_REFILL);
	}
	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		page_taken(pool, pool->cache[i]);
	hold_add(pool, n);
	pp_stat_inc(pool->order ? &pool->alloc_stats.slow_high_order :
				  &pool->alloc_stats.slow);
	pp_store(&pool->cache_count, n);
	return n;
}

static uint32_t provider_alloc(struct page_pool *pool)
{
	netmem_ref netmem = pool->p.mp_ops->alloc_netmems(pool);
	uint64_t idx;

	if (!netmem)
		return PP_NO_IDX;
	idx = pp_handle_idx(netmem, pool->base);
	if (idx < pool->n && pp_load(&pool->meta[idx]) == (pool->tag | PP_ST_HELD))
		return (uint32_t)idx;
	pp_misuse(pool, netmem,
		  "the provider returned a buffer without net_mp_niov_set_page_pool()");
	return PP_NO_IDX;
}

/* The cache is empty: one page by the long way, off the cache's counters. */
static pp_noinline uint32_t alloc_slow(struct page_pool *pool)
{
	uint32_t count = 0;

	if (pp_ring_empty(&pool->ring)) {
		pp_stat_inc(&pool->alloc_stats.empty);
	} else {
		count = ring_refill(pool);
		if (count)
			pp_stat_inc(&pool->alloc_stats.refill);
	}
	if (!count && pool->p.mp_ops)
		return provider_alloc(pool);
	if (!count)
		count = area_refill(pool);
	if (!count)
		return PP_NO_IDX;
	pp_store(&pool->cache_count, --count);
	return pool->cache[count];
}

enum emit {
	EMIT_REF,
	EMIT_ADDR
};

/*
 * Hands out the @n newest pages of the cache. What the loop needs is read once:
 * its stores could change any of it, for all the compiler knows.
 */
static inline __attribute__((always_inline)) void
hand_out(const struct page_pool *pool, const uint32_t *top, uint32_t mark,
	 enum emit emit, void *out, uint32_t n)
{
	uint32_t shift = pool->mem->chunk_shift, i, idx;
	uint32_t *meta = pool->meta;
	uintptr_t base = pool->base;
	netmem_ref *refs = out;
	uint64_t *addrs = out;

	for (i = 0; i < n; i++) {
		idx = *--top;
		pp_poison_verify(pool, idx);
		pp_store(&meta[idx], mark);
		if (emit == EMIT_REF)
			refs[i] = (netmem_ref)(base + ((uintptr_t)idx
						       << PP_HANDLE_IDX_SHIFT));
		else
			addrs[i] = (uint64_t)idx << shift;
	}
}

/*
 * The one allocation loop. @state and @emit are constants in each caller, so
 * each gets its own tight copy. Context: owner.
 */
static inline __attribute__((always_inline)) uint32_t
alloc_many(struct page_pool *pool, void *out, uint32_t n, uint32_t state,
	   enum emit emit)
{
	uint32_t mark = pool->tag | state, done = 0, count, take, idx;
	size_t each = emit == EMIT_REF ? sizeof(netmem_ref) : sizeof(uint64_t);

	while (done < n) {
		count = pool->cache_count;
		if (pp_unlikely(!count)) {
			idx = alloc_slow(pool);
			if (idx == PP_NO_IDX)
				break;
			hand_out(pool, &idx + 1, mark, emit,
				 (char *)out + done++ * each, 1);
			continue;
		}
		take = pp_min(count, n - done);
		hand_out(pool, &pool->cache[count], mark, emit,
			 (char *)out + done * each, take);
		pp_store(&pool->cache_count, count - take);
		pp_stat_add(&pool->alloc_stats.fast, take);
		done += take;
	}
	return done;
}

uint32_t pp_alloc_one(struct page_pool *pool)
{
	netmem_ref netmem;

	if (!alloc_many(pool, &netmem, 1, PP_ST_HELD, EMIT_REF))
		return PP_NO_IDX;
	return (uint32_t)pp_handle_idx(netmem, pool->base);
}

uint32_t pp_dev_fill(struct page_pool *pool, uint64_t *addrs, uint32_t n)
{
	if (!owner_check(pool))
		return 0;
	return alloc_many(pool, addrs, n, PP_ST_KERNEL, EMIT_ADDR);
}

uint32_t page_pool_alloc_netmems_bulk(struct page_pool *pool, netmem_ref *out,
				      uint32_t n)
{
	if (!pool || !out || !n || !owner_check(pool))
		return 0;
	return alloc_many(pool, out, n, PP_ST_HELD, EMIT_REF);
}

netmem_ref page_pool_alloc_netmems(struct page_pool *pool)
{
	netmem_ref netmem = NULL;

	if (!pool || !owner_check(pool))
		return NULL;
	alloc_many(pool, &netmem, 1, PP_ST_HELD, EMIT_REF);
	return netmem;
}

struct pp_page *page_pool_alloc_pages(struct page_pool *pool)
{
	/* asked first: a buffer that is taken and cannot be handed out is lost */
	if (!pool || pool->p.mp_ops)
		return NULL;
	return netmem_to_page(page_pool_alloc_netmems(pool));
}

struct pp_page *page_pool_dev_alloc_pages(struct page_pool *pool)
{
	return page_pool_alloc_pages(pool);
}
