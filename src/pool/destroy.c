/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a pool's users, its owner role, and its end. */
#include "pool/ring.h"

#include <errno.h>

struct page_pool *page_pool_get(struct page_pool *pool)
{
	if (pool)
		pp_fetch_add(&pool->users, 1u);
	return pool;
}

int page_pool_enable_direct_recycling(struct page_pool *pool)
{
	uint32_t owner, self = pp_self();

	if (!pool)
		return -EINVAL;
	owner = pp_load(&pool->owner);
	do {
		if (owner == PP_OWNER_DEAD)
			return -EINVAL;
		if (owner == self)
			break;
		if (owner != PP_OWNER_NONE && pp_thread_alive(owner))
			return -EBUSY;
		/* acquire: pairs with the release in disable below */
	} while (!pp_cas(&pool->owner, &owner, self));
	pp_store(&pool->direct, true);
	return 0;
}

void page_pool_disable_direct_recycling(struct page_pool *pool)
{
	uint32_t owner;

	if (!pool)
		return;
	pp_store(&pool->direct, false);
	owner = pp_load(&pool->owner);
	/* release: pairs with the acquire of the next owner */
	if (owner != PP_OWNER_DEAD)
		pp_store_release(&pool->owner, PP_OWNER_NONE);
}

static void cache_empty(struct page_pool *pool)
{
	while (pool->cache_count) {
		pp_store(&pool->cache_count, pool->cache_count - 1);
		pp_release(pool, pool->cache[pool->cache_count]);
	}
}

void page_pool_update_nid(struct page_pool *pool, int nid)
{
	uint32_t owner = PP_OWNER_NONE;
	bool borrowed;

	if (!pool)
		return;
	/* while there is no owner, act for it and leave it so */
	borrowed = pp_cas(&pool->owner, &owner, pp_self());
	if (!borrowed && owner != pp_self()) {
		pp_misuse(pool, NULL, "update_nid off the owner thread");
		return;
	}
	pool->nid = nid;
	cache_empty(pool);
	if (borrowed)
		pp_store_release(&pool->owner, PP_OWNER_NONE);
}

void page_pool_nid_changed(struct page_pool *pool, int nid)
{
	if (pool && pool->nid != nid)
		page_pool_update_nid(pool, nid);
}

/*
 * From here on every put to the ring finds it closed and releases its page.
 * Return: the list that was in it.
 */
static uint32_t ring_close(struct pp_ring *ring)
{
	uint64_t old = pp_load(&ring->head);

	/* acquire: pairs with the release in pp_ring_produce() */
	while (!pp_cas(&ring->head, &old,
		       (old & UINT64_C(0xffffffff)) | PP_RING_CLOSED))
		;
	return (uint32_t)(old >> 32);
}

static void ring_page_release(struct page_pool *pool, uint32_t idx)
{
	if (pp_load(&pool->meta[idx]) == (pool->tag | PP_ST_RING))
		pp_release(pool, idx);
	else
		pp_misuse(pool, pp_pool_ref(pool, idx),
			  "double put: the page came back twice");
}

/* What the owner had taken in, then the list; counted, see pp_ring_take_all() */
static void ring_empty_out(struct page_pool *pool, uint32_t at)
{
	uint32_t left = pp_ring_used(pp_load(&pool->ring.head),
				     (uint32_t)pool->ring.puts);
	uint32_t next;

	while (pool->ring.fifo_left)
		ring_page_release(pool, pp_ring_consume(pool));
	for (; at && left; at = next, left--) {
		next = pp_load(&pool->mem->link[at - 1]);
		ring_page_release(pool, at - 1);
	}
}

void page_pool_destroy(struct page_pool *pool)
{
	uint64_t old, new;

	if (!pool || pp_fetch_sub(&pool->users, 1u) != 1)
		return;
	pp_store(&pool->direct, false);
	pp_store_release(&pool->owner, PP_OWNER_DEAD);
	pp_frag_end(pool);
	cache_empty(pool);
	pp_store(&pool->sync_dev, false);
	ring_empty_out(pool, ring_close(&pool->ring));
	/*
	 * Until the flag is set no release frees the pool; from then on the one
	 * that brings it to 0 in flight does. Exactly one sees that: this
	 * thread or the last put. hold cannot change any more.
	 */
	old = pp_load(&pool->release);
	do {
		new = PP_RELEASE_DESTROYED |
		      (uint64_t)(pool->hold & PP_RELEASE_HOLD_MASK) << 32 |
		      (uint32_t)old;
	} while (!pp_cas(&pool->release, &old, new));
	if (pp_release_was_last(new))
		pp_pool_free(pool);
}
