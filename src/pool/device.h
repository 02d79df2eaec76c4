/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of what a device path (src/xdp, src/uring) may do with pages beyond
 * the public calls: hand them to the kernel, take them back, send them home.
 *
 * A page in a kernel ring has the state PP_ST_KERNEL: nobody can put it. Frame
 * addresses are offsets from the area's base, as in a UMEM.
 */
#ifndef PP_POOL_DEVICE_H
#define PP_POOL_DEVICE_H

#include "mem/area.h"

#include <pagepool/page_pool.h>

/* The area a pool draws from; NULL with a provider. Context: any thread. */
struct pp_area *pp_pool_area(const struct page_pool *pool);

/* One more / one less registration of an area: pp_area_destroy() is -EBUSY. */
void pp_area_get(struct pp_area *area);
void pp_area_put(struct pp_area *area);
uint32_t pp_area_chunk_bytes(const struct pp_area *area);
uint32_t pp_area_chunks(const struct pp_area *area);

/*
 * Lets a control thread act as owner for a moment: 0 and *borrowed set if the
 * pool had none, 0 if the caller is the owner, -EBUSY with the reason
 * otherwise. Give back with pp_pool_unborrow(pool, borrowed). Context: control.
 */
int pp_pool_borrow(struct page_pool *pool, bool *borrowed,
		   struct pp_extack *ext);
void pp_pool_unborrow(struct page_pool *pool, bool borrowed);

/*
 * Takes up to @n pages from the pool for a kernel ring, state KERNEL, and
 * writes their frame addresses. Counts like page_pool_alloc_netmems_bulk().
 * Context: owner. Return: how many.
 */
uint32_t pp_dev_fill(struct page_pool *pool, uint64_t *addrs, uint32_t n);

/*
 * What a receive loop needs of an area, read once for a burst.
 */
struct pp_dev_view {
	uint32_t *meta;
	uintptr_t base;
	uint32_t n, chunk_shift;
};

static inline struct pp_dev_view pp_dev_view(const struct pp_area *area)
{
	return (struct pp_dev_view){
		.meta = area->mem.meta,
		.base = area->mem.base,
		.n = area->mem.n,
		.chunk_shift = area->mem.chunk_shift,
	};
}

/*
 * A frame that the kernel gave back, by the number of its chunk: KERNEL to
 * HELD. Context: the thread that drives the ring.
 * Return: the page with its reference, 0 if the kernel did not hold it.
 */
static inline netmem_ref pp_dev_take(struct pp_dev_view v, uint64_t chunk)
{
	uint32_t meta;

	if (pp_unlikely(chunk >= v.n))
		return NULL;
	meta = pp_load(&v.meta[chunk]);
	if (pp_unlikely((meta & PP_META_STATE) != PP_ST_KERNEL))
		return NULL;
	pp_store(&v.meta[chunk], (meta & ~PP_META_STATE) | PP_ST_HELD);
	return (netmem_ref)(v.base + (chunk << PP_HANDLE_IDX_SHIFT));
}

/*
 * Checks that the caller can send @len bytes at @offset of @netmem and marks a
 * whole page KERNEL; a shared one (fragments) stays as it is, its reference is
 * the caller's to account. *addr becomes the frame address.
 * Context: the holder of the reference.
 * Return: 0, -EINVAL (other area, not held, bytes outside), -EMSGSIZE,
 *         -EOPNOTSUPP (unreadable).
 */
int pp_dev_send(struct pp_area *area, netmem_ref netmem, uint32_t offset,
		uint32_t len, uint64_t *addr);

/* Undoes pp_dev_send() for an entry that was not queued after all. */
void pp_dev_unsend(struct pp_area *area, uint64_t addr);

/*
 * Frame addresses whose transmission completed: drops one reference of each,
 * into the owner's cache where the caller is the owner of the page's pool.
 * Context: the thread that drives the ring.
 */
void pp_dev_complete(struct pp_area *area, const uint64_t *addrs, uint32_t n);

/*
 * Drops one reference of a frame that the kernel held when its ring went away:
 * the last one sends the page home, release +1 and no recycle counter.
 * Context: any thread that owned the ring.
 */
void pp_dev_home(struct pp_area *area, uint64_t addr);

/*
 * ---- buffers that the kernel picks by itself (zero-copy receive) ----
 *
 * Takes @bufs consecutive buffers of the pool's page size out of the free map,
 * starting at a page boundary, and lends them to the kernel: from now on the
 * pool is only for them, and allocating from it finds nothing.
 *
 * @home is called with the last put of a buffer, before it counts as released:
 * the kernel is owed that many returns of it. With @ended set the buffer is for
 * pp_dev_lent_home() instead. Context of @home: any thread.
 *
 * Context: control, on a new pool. Return: the first chunk, PP_NO_IDX if the
 * area has no such run.
 */
uint32_t pp_dev_lend(struct page_pool *pool, uint32_t bufs,
		     void (*home)(void *arg, uint32_t idx, uint32_t owed,
				  bool ended),
		     void *arg);

/*
 * The kernel has delivered bytes in the buffer of chunk @idx: one reference,
 * and one return owed. The first one is hold + 1.
 * Context: the thread that drives the ring. Return: the page.
 */
netmem_ref pp_dev_lent_take(struct page_pool *pool, uint32_t idx);

/*
 * The kernel will not touch the buffers any more: those that nobody holds go
 * home now, the others with their last put. Context: control.
 */
void pp_dev_lend_end(struct page_pool *pool, uint32_t first, uint32_t bufs);

/* A buffer whose lending has ended goes home to the area. Context: @home. */
void pp_dev_lent_home(struct page_pool *pool, uint32_t idx);

#endif /* PP_POOL_DEVICE_H */
