/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of puts: one page or many, into cache, ring, or out of the pool. */
#include "pool/ring.h"

#include <pagepool/frag.h>

static inline uint32_t tagged(const struct page_pool *pool, uint32_t state)
{
	return pool->tag | state;
}

bool pp_recyclable(const struct page_pool *pool, uint32_t idx, uint32_t meta)
{
	if (pp_likely(!(meta & (PP_META_EXT | PP_META_PFMEMALLOC))))
		return true;
	if (meta & PP_META_PFMEMALLOC)
		return false;
	/* acquire: pairs with the decrement of the last external holder */
	return pp_load_acquire(&pool->mem->refcount[idx]) == 1;
}

/*
 * What a put found wrong, by the state of the page. Kept out of line: nobody
 * comes here who is right.
 */
static pp_noinline void put_refused(const struct page_pool *pool,
				    netmem_ref netmem, uint32_t meta)
{
	if (pp_meta_pool(meta) != pool->slot)
		pp_misuse(pool, netmem,
			  "put through a pool that does not own the page");
	else if ((meta & PP_META_STATE) == PP_ST_KERNEL)
		pp_misuse(pool, netmem, "put of a page that the kernel holds");
	else
		pp_misuse(pool, netmem, "double put: nobody holds the page");
}

/*
 * Takes the page off its holder. Puts of other threads are decided by one
 * compare-and-swap, so a page cannot enter the ring twice; the owner's direct
 * put is a plain store: a race with a foreign double put is found when the
 * ring is taken in.
 */
static inline bool claim(const struct page_pool *pool, uint32_t idx,
			 uint32_t meta, uint32_t state, bool plain)
{
	uint32_t *word = &pool->meta[idx];

	if (plain || !pool->checks) {
		pp_store(word, tagged(pool, state));
		return true;
	}
	while (!pp_cas(word, &meta, tagged(pool, state)))
		if ((meta & ~PP_META_FLAGS) != tagged(pool, PP_ST_HELD))
			return false; /* somebody else put it meanwhile */
	return true;
}

/* Any thread may get here: counters first, the page's way out last. */
static void put_refcounted(struct page_pool *pool, uint32_t idx)
{
	pp_fetch_add_relaxed(&pool->shared.released_refcnt, UINT64_C(1));
	pp_release(pool, idx);
}

static inline bool goes_direct(const struct page_pool *pool, bool direct)
{
	return (direct || pp_load(&pool->direct)) && pp_is_owner(pool);
}

/*
 * The kernel's __page_pool_put_page(): what can be done without the ring.
 * Return: true if the page must go to the ring still.
 */
static inline bool put_prepare(struct page_pool *pool, uint32_t idx,
			       uint32_t meta, uint32_t sync, bool direct)
{
	bool cached = direct && pool->cache_count < PP_CACHE_SIZE;

	if (pp_unlikely(!pp_recyclable(pool, idx, meta))) {
		if (claim(pool, idx, meta, PP_ST_OUT, false))
			put_refcounted(pool, idx);
		else
			put_refused(pool, pp_pool_ref(pool, idx),
				    pp_load(&pool->meta[idx]));
		return false;
	}
	if (pp_unlikely(!claim(pool, idx, meta,
			       cached ? PP_ST_CACHE : PP_ST_RING, cached))) {
		put_refused(pool, pp_pool_ref(pool, idx),
			    pp_load(&pool->meta[idx]));
		return false;
	}
	pp_poison(pool, idx);
	if (pp_unlikely(pp_load(&pool->sync_dev)))
		pp_sync_for_device(pool, idx, sync);
	if (cached) {
		pool->cache[pool->cache_count] = idx;
		pp_store(&pool->cache_count, pool->cache_count + 1);
		pp_stat_inc(&pool->cached);
		return false;
	}
	if (direct)
		pp_stat_inc(&pool->cache_full);
	return true;
}

/*
 * Pages into the ring. After destroy the ring is closed: each counts ring and
 * leaves at once. @each: ring_full counts pages, else calls.
 */
static void ring_put(struct page_pool *pool, const uint32_t *idx, uint32_t n,
		     bool each)
{
	int stored = pp_ring_produce(pool, idx, n);
	uint64_t rest;
	uint32_t i;

	/* all stored: the pool may be gone already */
	if (pp_likely(stored == (int)n))
		return;
	if (stored < 0) {
		pp_fetch_add_relaxed(&pool->shared.ring_late, (uint64_t)n);
		stored = 0;
	} else {
		rest = n - (uint32_t)stored;
		pp_fetch_add_relaxed(&pool->shared.ring_full,
				     each ? rest : UINT64_C(1));
	}
	for (i = (uint32_t)stored; i < n; i++)
		pp_release(pool, idx[i]);
}

void pp_put_last(struct page_pool *pool, uint32_t idx, uint32_t sync, bool direct)
{
	if (put_prepare(pool, idx, pp_load(&pool->meta[idx]), sync,
			goes_direct(pool, direct)))
		ring_put(pool, &idx, 1, true);
}

/* The page of @pool a handle names, if it is handed out. */
static inline bool put_check(const struct page_pool *pool, netmem_ref netmem,
			     uint32_t *idx, uint32_t *meta)
{
	uint64_t i = pp_handle_idx(netmem, pool->base);
	struct pp_mem *mem;

	if (pp_likely(i < pool->n)) {
		*idx = (uint32_t)i;
		*meta = pp_load(&pool->meta[i]);
		if (pp_likely((*meta & ~PP_META_FLAGS) ==
			      tagged(pool, PP_ST_HELD)))
			return true;
		if (!pool->checks && pp_meta_pool(*meta) == pool->slot)
			return true;
	} else {
		*meta = 0;
		if (pp_mem_find(netmem, &mem, idx))
			*meta = pp_load(&mem->meta[*idx]);
	}
	put_refused(pool, netmem, *meta);
	return false;
}

void page_pool_put_netmem(struct page_pool *pool, netmem_ref netmem,
			  uint32_t dma_sync_size, bool allow_direct)
{
	uint32_t idx, meta;

	if (!pool || !netmem || !put_check(pool, netmem, &idx, &meta))
		return;
	if (pp_unlikely(meta & PP_META_SHARED)) {
		if (pp_unref(pool->mem, idx, 1) != 0)
			return;
		/* another holder may have marked the page meanwhile */
		meta = pp_load(&pool->meta[idx]);
	}
	if (put_prepare(pool, idx, meta, dma_sync_size,
			goes_direct(pool, allow_direct)))
		ring_put(pool, &idx, 1, true);
}

void page_pool_put_unrefed_netmem(struct page_pool *pool, netmem_ref netmem,
				  uint32_t dma_sync_size, bool allow_direct)
{
	uint32_t idx, meta;

	if (!pool || !netmem || !put_check(pool, netmem, &idx, &meta))
		return;
	if (pp_load_acquire(&pool->mem->pp_ref[idx]) != 1) {
		if (pp_ref_is_lent(pp_load(&pool->mem->pp_ref[idx]))) {
			pp_lent_unref(pool->mem, idx, 1);
			return;
		}
		pp_misuse(pool, netmem,
			  "put_unrefed of a page that has references");
		return;
	}
	pp_put_last(pool, idx, dma_sync_size, allow_direct);
}

/* ---- many at once ---- */
struct put_entry {
	struct page_pool *pool;
	uint32_t idx, meta;
};

/* Drops the reference of an entry; true if it was the last one. */
static bool group_unref(netmem_ref netmem, struct put_entry *e)
{
	struct page_pool *pool;
	struct pp_mem *mem;

	if (!netmem)
		return false;
	if (!pp_mem_find(netmem, &mem, &e->idx)) {
		pp_misuse(NULL, netmem, "put of a handle that names nothing");
		return false;
	}
	pool = pp_pool_of_meta(pp_load(&mem->meta[e->idx]));
	if (!pool) {
		pp_misuse(NULL, netmem, "double put: the page is in no pool");
		return false;
	}
	e->pool = pool;
	if (!put_check(pool, netmem, &e->idx, &e->meta))
		return false;
	if (!(e->meta & PP_META_SHARED))
		return true;
	if (pp_unref(mem, e->idx, 1) != 0)
		return false;
	/* another holder may have marked the page meanwhile */
	e->meta = pp_load(&mem->meta[e->idx]);
	return true;
}

/*
 * One round for the pool of the first entry: its pages leave @e, the others
 * move to the front. Return: how many are left.
 */
static uint32_t group_round(struct put_entry *e, uint32_t n, unsigned int how)
{
	struct page_pool *pool = e[0].pool;
	bool direct = goes_direct(pool, how & PP_PUT_DIRECT);
	uint32_t i, left = 0, to_ring[PP_BULK], rings = 0;

	for (i = 0; i < n; i++) {
		if (e[i].pool != pool)
			e[left++] = e[i];
		else if (put_prepare(pool, e[i].idx, e[i].meta, UINT32_MAX,
				     direct))
			to_ring[rings++] = e[i].idx;
	}
	if (rings)
		ring_put(pool, to_ring, rings, how & PP_PUT_FULL_EACH);
	return left;
}

/*
 * The usual case, in one tight loop: whole pages of one pool, from its owner,
 * with room in the cache. @refs are @stride bytes apart. Return: how many went
 * in; the first that is anything else ends it.
 */
static inline __attribute__((always_inline)) uint32_t
cache_run(struct page_pool *pool, const void *refs, size_t stride, uint32_t n)
{
	/* read once: the stores below could change any of it */
	uint32_t held = tagged(pool, PP_ST_HELD);
	uint32_t mark = tagged(pool, PP_ST_CACHE);
	uint32_t count = pool->cache_count, i, *meta = pool->meta;
	uint32_t *top = &pool->cache[count];
	const unsigned char *at = refs;
	uintptr_t base = pool->base;
	uint64_t idx, limit = pool->n;

	n = pp_min(n, PP_CACHE_SIZE - count);
	for (i = 0; i < n; i++, at += stride) {
		idx = pp_handle_idx(*(const netmem_ref *)(const void *)at, base);
		if (pp_unlikely(idx >= limit) ||
		    pp_unlikely(pp_load(&meta[idx]) != held))
			break;
		pp_store(&meta[idx], mark);
		pp_poison(pool, (uint32_t)idx);
		*top++ = (uint32_t)idx;
	}
	pp_store(&pool->cache_count, count + i);
	pp_stat_add(&pool->cached, i);
	return i;
}

/* May the puts of this handle's pool go the way of cache_run()? */
static inline struct page_pool *run_pool(netmem_ref netmem, bool direct)
{
	struct page_pool *pool = netmem_get_pp(netmem);

	if (!pool || pp_load(&pool->sync_dev) || !goes_direct(pool, direct))
		return NULL;
	return pool;
}

void pp_put_group(const netmem_ref *refs, uint32_t n, unsigned int how)
{
	struct page_pool *pool = run_pool(refs[0], how & PP_PUT_DIRECT);
	struct put_entry e[PP_BULK];
	uint32_t i = 0, live = 0;

	if (pool)
		i = cache_run(pool, refs, sizeof(*refs), n);
	for (; i < n; i++)
		if (group_unref(refs[i], &e[live]))
			live++;
	while (live)
		live = group_round(e, live, how);
}

void page_pool_put_netmem_bulk(netmem_ref *data, uint32_t n)
{
	uint32_t i;

	if (!data)
		return;
	for (i = 0; i < n; i += PP_BULK)
		pp_put_group(data + i, pp_min(n - i, PP_BULK), 0);
}

void pp_frags_put(const struct pp_frag *frags, uint32_t n)
{
	struct page_pool *pool;
	netmem_ref refs[PP_BULK];
	uint32_t i = 0, k;

	_Static_assert(!offsetof(struct pp_frag, netmem), "for cache_run()");
	if (!frags)
		return;
	while (i < n) {
		pool = run_pool(frags[i].netmem, false);
		if (pool)
			i += cache_run(pool, &frags[i], sizeof(*frags), n - i);
		for (k = 0; k < PP_BULK && i + k < n; k++)
			refs[k] = frags[i + k].netmem;
		if (k)
			pp_put_group(refs, k, PP_PUT_FULL_EACH);
		i += k;
	}
}
