/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the return ring's two ends: any thread puts, the owner takes. */
#ifndef PP_POOL_RING_H
#define PP_POOL_RING_H

#include "pool/pool.h"

#define PP_RING_CLOSED UINT64_C(0x80000000)
#define PP_RING_COUNT UINT64_C(0x7fffffff)

static inline uint32_t pp_ring_puts(uint64_t head)
{
	return (uint32_t)(head & PP_RING_COUNT);
}

/* Entries not counted in @freed, which must have been read before @head. */
static inline uint32_t pp_ring_used(uint64_t head, uint32_t freed)
{
	return (pp_ring_puts(head) - freed) & (uint32_t)PP_RING_COUNT;
}

/*
 * Publishes the first pages of @idx that fit, in that order, with one CAS.
 * Nothing of the pool may be touched afterwards unless the caller keeps it
 * alive otherwise. Context: any thread; retries only if somebody else got on.
 * Return: how many, or -1 when the ring is closed (pool destroyed).
 */
static inline int pp_ring_produce(struct page_pool *pool, const uint32_t *idx,
				  uint32_t n)
{
	struct pp_ring *ring = &pool->ring;
	uint32_t *link = pool->mem->link, i, room, used;
	uint64_t old, new;

	for (i = 1; i < n; i++)
		pp_store(&link[idx[i]], idx[i - 1] + 1);
	do {
		/*
		 * freed before head: what is read of freed was put before, so
		 * used cannot come out negative. acquire: pairs with the
		 * release in pp_ring_free_slots().
		 */
		used = pp_load_acquire(&ring->freed);
		old = pp_load(&ring->head);
		if (pp_unlikely(old & PP_RING_CLOSED))
			return -1;
		used = pp_ring_used(old, used);
		room = used < ring->size ? ring->size - used : 0;
		if (room > n)
			room = n;
		if (!room)
			return 0;
		pp_store(&link[idx[0]], (uint32_t)(old >> 32));
		new = (uint64_t)(idx[room - 1] + 1) << 32 |
		      ((old + room) & PP_RING_COUNT);
		/* release: pairs with the acquire in pp_ring_take_all() */
	} while (!pp_cas_weak(&ring->head, &old, new));
	return (int)room;
}

/*
 * Takes the whole list and reverses it into ring->fifo, which must be used up.
 * Counted, not walked to the end: a page that misuse brought here twice makes
 * a circle of the list. Context: owner.
 */
static inline void pp_ring_take_all(struct page_pool *pool)
{
	struct pp_ring *ring = &pool->ring;
	uint32_t *link = pool->mem->link, at, next, prev = 0, n = 0, puts;
	/* acquire: pairs with the release in pp_ring_produce() */
	uint64_t old = pp_fetch_and(&ring->head, UINT64_C(0xffffffff));

	puts = (pp_ring_puts(old) - (uint32_t)ring->puts) &
	       (uint32_t)PP_RING_COUNT;
	/* pairs with the acquire in pp_ring_total(): head is never behind */
	pp_store_release(&ring->puts, ring->puts + puts);
	for (at = (uint32_t)(old >> 32); at && n < puts; at = next, n++) {
		next = pp_load(&link[at - 1]);
		pp_store(&link[at - 1], prev);
		prev = at;
	}
	ring->fifo = prev;
	ring->fifo_left = n;
}

static inline bool pp_ring_empty(const struct pp_ring *ring)
{
	return !ring->fifo_left && !(pp_load(&ring->head) >> 32);
}

/* The oldest page, PP_NO_IDX if there is none. Context: owner. */
static inline uint32_t pp_ring_consume(struct page_pool *pool)
{
	struct pp_ring *ring = &pool->ring;
	uint32_t idx;

	if (!ring->fifo_left) {
		if (!(pp_load(&ring->head) >> 32))
			return PP_NO_IDX;
		pp_ring_take_all(pool);
	}
	idx = ring->fifo - 1;
	ring->fifo = pp_load(&pool->mem->link[idx]);
	ring->fifo_left--;
	if (pp_unlikely(!ring->fifo))
		ring->fifo_left = 0; /* a broken circle may end early */
	/* pairs with the acquire in pp_ring_count() */
	pp_store_release(&ring->consumed,
			 (ring->consumed + 1) & (uint32_t)PP_RING_COUNT);
	return idx;
}

/*
 * Gives the slots of @n consumed entries free: at once, or like ptr_ring, in
 * batches of ring->lazy and at the end of the array. Context: owner.
 */
static inline void pp_ring_free_slots(struct pp_ring *ring, uint32_t n)
{
	uint32_t kept, freed = ring->freed;

	if (ring->lazy == 1) {
		/* pairs with the acquire in pp_ring_produce(), here and below */
		pp_store_release(&ring->freed, ring->consumed);
		return;
	}
	kept = (ring->consumed - freed) & PP_RING_COUNT;
	kept -= n;
	while (n--) {
		kept++;
		if (++ring->slot == ring->size)
			ring->slot = 0;
		if (kept < ring->lazy && ring->slot)
			continue;
		freed += kept;
		kept = 0;
	}
	pp_store_release(&ring->freed, freed & (uint32_t)PP_RING_COUNT);
}

/* Pages that lie in the ring. Context: any thread; a snapshot. */
static inline uint32_t pp_ring_count(const struct pp_ring *ring)
{
	uint32_t consumed = pp_load_acquire(&ring->consumed);

	return pp_ring_used(pp_load(&ring->head), consumed);
}

/*
 * Puts ever, before destroy. Monotonic: the owner's 64 bits are read first and
 * the head can only be ahead of them.
 */
static inline uint64_t pp_ring_total(const struct pp_ring *ring)
{
	uint64_t puts = pp_load_acquire(&ring->puts);

	return puts + ((pp_ring_puts(pp_load(&ring->head)) - (uint32_t)puts) &
		       PP_RING_COUNT);
}

#endif /* PP_POOL_RING_H */
