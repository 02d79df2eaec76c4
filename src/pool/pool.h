/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct page_pool: read this file first.
 *
 * What always holds (pp_pool_check() in check.c computes it):
 *	in flight = hold - release		   (32 bits, wrapping)
 *	in flight = cache + ring + fragment page + held by users or the kernel
 *
 * Who writes what:
 *	owner	    cache, counters, fragment page, hold; single writer, so a
 *		    counter is a plain add that readers can read at any time
 *	any thread  ring.head, release, and the rare counters of struct pp_shared
 */
#ifndef PP_POOL_POOL_H
#define PP_POOL_POOL_H

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/thread.h"
#include "mem/area.h"

#include <pagepool/memory_provider.h>
#include <pagepool/page_pool.h>

#define PP_CACHE_SIZE 128u
#define PP_REFILL 64u
#define PP_RING_DEFAULT 1024u
#define PP_RING_MAX 16384u
#define PP_ORDER_MAX 10u
#define PP_BULK 16u /* the kernel's XDP_BULK_QUEUE_SIZE */
#define PP_BIAS (INT64_MAX >> 1)
#define PP_OWNER_NONE 0u
#define PP_OWNER_DEAD UINT32_MAX /* destroyed: nobody is owner any more */
/*
 * page_pool.release is [destroyed:1][low bits of hold, once destroyed:31]
 * [release_cnt:32].
 */
#define PP_RELEASE_DESTROYED (UINT64_C(1) << 63)
#define PP_RELEASE_HOLD_MASK UINT32_C(0x7fffffff)

/*
 * The return ring: a list of pages through mem.link. head is
 * [index + 1 of the newest:32][closed:1][puts ever:31], so one CAS publishes a
 * put, or a chain of puts, and knows how full the ring is: puts - freed. The
 * owner takes all at once and reverses the list, so order is FIFO.
 */
struct pp_ring {
	uint64_t head pp_cacheline_aligned; /* any thread */
	/* owner writes once for each refill, putters read */
	uint32_t freed pp_cacheline_aligned; /* slots given free ever */
	uint32_t size;
	uint32_t lazy; /* slots kept back before freeing: 1 or 16 */
	/* owner only */
	uint32_t fifo;	    /* index + 1 of the oldest taken */
	uint32_t fifo_left; /* how many were taken and not consumed */
	uint32_t consumed;  /* pages ever taken off the ring, modulo 2^31 */
	uint32_t slot;	    /* consumed modulo size: where ptr_ring would be */
	uint64_t puts;	    /* puts seen by the owner, 64 bits */
};

/* Counters that any thread may move: rare ways, each an atomic add. */
struct pp_shared {
	uint64_t ring_full;
	uint64_t released_refcnt;
	uint64_t ring_late; /* puts after destroy */
	uint64_t misuse;
};

struct page_pool {
	/* set at create, or with the first net_iov; read by everybody */
	uintptr_t base; /* handle of buffer 0 of the memory */
	uint64_t n;	/* buffers there */
	uint32_t *meta; /* mem->meta */
	uint32_t tag;	/* slot << PP_META_POOL_SHIFT */
	uint32_t owner; /* thread id, PP_OWNER_NONE or PP_OWNER_DEAD */
	bool direct;	/* enable_direct_recycling was called */
	bool checks;	/* no PP_MODE_NO_CHECKS */
	bool sync_dev;	/* call dma_sync_for_device */
	bool sync_cpu;	/* off for a dma-buf: its user syncs it */
	uint8_t order;
	uint32_t slot;
	struct pp_mem *mem;
	struct pp_area *area; /* NULL with a provider */

	/* owner: the allocation path */
	struct page_pool_alloc_stats alloc_stats pp_cacheline_aligned;
	uint32_t hold;
	uint32_t cache_count;
	uint64_t cached, cache_full;
	uint32_t cache[PP_CACHE_SIZE] pp_cacheline_aligned;

	/* owner: fragments */
	uint32_t frag_page; /* index + 1, 0 none */
	uint32_t frag_offset;
	int64_t frag_users;
	uint32_t frag_align;
	uint32_t page_bytes;

	struct pp_ring ring;
	uint64_t release pp_cacheline_aligned; /* low 32 bits: release_cnt */
	struct pp_shared shared;
	uint32_t users; /* page_pool_get() */

	/* rarely read */
	int32_t nid pp_cacheline_aligned;
	/* set: the kernel picks the buffers, nothing can be allocated; lent.c */
	void (*lent_home)(void *arg, uint32_t idx, uint32_t owed, bool ended);
	void *lent_arg;
	struct page_pool_params p;
	char name[32];
};

/* ---- registry.c: slots, so that a page names its pool in 16 bits ---- */
extern struct page_pool *pp_pools[PP_MAX_SLOTS];
int pp_pool_register(struct page_pool *pool);
void pp_pool_unregister(struct page_pool *pool);

/* The pool a meta word names, NULL outside any. Context: any thread. */
static inline struct page_pool *pp_pool_of_meta(uint32_t meta)
{
	return pp_load_acquire(&pp_pools[pp_meta_pool(meta)]);
}

/* ---- misuse.c ---- */
void pp_misuse(const struct page_pool *pool, netmem_ref netmem, const char *what);

/* ---- alloc.c ---- */
/*
 * May the caller act as owner? Becomes it if there is none. False is misuse
 * and reported as @what. Context: any thread.
 */
bool pp_owner_claim(struct page_pool *pool, const char *what);
/* One page, state HELD, or PP_NO_IDX. Context: owner. */
uint32_t pp_alloc_one(struct page_pool *pool);

/* ---- put.c ---- */
/* Puts a page whose references are gone. Context: any thread. */
void pp_put_last(struct page_pool *pool, uint32_t idx, uint32_t sync,
		 bool direct);
#define PP_PUT_DIRECT 1u    /* allow_direct */
#define PP_PUT_FULL_EACH 2u /* count ring_full for each page, not once */
/* At most PP_BULK references of any pools, one each. Context: any thread. */
void pp_put_group(const netmem_ref *refs, uint32_t n, unsigned int how);
/* Nobody but the caller holds the page now: can it be used again? */
bool pp_recyclable(const struct page_pool *pool, uint32_t idx, uint32_t meta);

/* ---- ref.c ---- */
/* Drops @nr references. Return: what is left, -1 and misuse if too many. */
int64_t pp_unref(struct pp_mem *mem, uint32_t idx, int64_t nr);

/* ---- lent.c: buffers that the kernel picks by itself ---- */
/*
 * Drops @nr references; the last one returns the buffer to the kernel. The pool
 * may be gone then. Return: 1, or -1 and misuse if there were not as many.
 */
int64_t pp_lent_unref(struct pp_mem *mem, uint32_t idx, int64_t nr);
/* The same for the public unref, which leaves the last one to put_unrefed. */
int64_t pp_lent_unref_keep(struct pp_mem *mem, uint32_t idx, int64_t nr);
/* One more reference; false and misuse if nobody holds the buffer. */
bool pp_lent_ref(struct pp_mem *mem, uint32_t idx, const char *what);

/* ---- release.c ---- */
/* release_cnt + 1; the pool may be gone on return. Context: any thread. */
void pp_count_release(struct page_pool *pool);
/*
 * The page leaves the pool. The pool may be gone on return, unless the caller
 * knows of another page in flight or is its user. Context: any thread.
 */
void pp_release(struct page_pool *pool, uint32_t idx);

/* ---- frag.c ---- */
/* Lets go of the current fragment page. Context: owner, or destroy. */
void pp_frag_end(struct page_pool *pool);

/* ---- create.c ---- */
/* Tells the pool which memory its pages are of. Context: create, or owner. */
void pp_pool_bind_mem(struct page_pool *pool, struct pp_mem *mem);
void pp_pool_free(struct page_pool *pool);

/* ---- sync.c ---- */
void pp_sync_for_device(const struct page_pool *pool, uint32_t idx, uint32_t len);

/* ---- check.c ---- */
/*
 * Walks cache, ring and every buffer and compares with the counters. Nobody
 * else may use the pool meanwhile. Return: NULL, or what is wrong.
 */
const char *pp_pool_check(const struct page_pool *pool);
/* Debug builds: fill a page that nobody may touch, see that nobody did. */
#if PP_DEBUG >= 1
void pp_poison(const struct page_pool *pool, uint32_t idx);
void pp_poison_verify(const struct page_pool *pool, uint32_t idx);
#else
static inline void pp_poison(const struct page_pool *pool, uint32_t idx)
{
	(void)pool;
	(void)idx;
}
static inline void pp_poison_verify(const struct page_pool *pool, uint32_t idx)
{
	(void)pool;
	(void)idx;
}
#endif

/* Of a destroyed pool: is nothing in flight? 31 bits are enough to tell. */
static inline bool pp_release_was_last(uint64_t release)
{
	return !(((uint32_t)release ^ (uint32_t)(release >> 32)) &
		 PP_RELEASE_HOLD_MASK);
}

static inline bool pp_is_owner(const struct page_pool *pool)
{
	return pp_load(&pool->owner) == pp_self();
}

static inline netmem_ref pp_pool_ref(const struct page_pool *pool, uint32_t idx)
{
	return (netmem_ref)(pool->base + ((uintptr_t)idx << PP_HANDLE_IDX_SHIFT));
}

#endif /* PP_POOL_POOL_H */
