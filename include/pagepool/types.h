/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the pool's parameters and statistics (kernel: page_pool/types.h). */
#ifndef PAGEPOOL_TYPES_H
#define PAGEPOOL_TYPES_H

#include <pagepool/area.h>
#include <pagepool/netmem.h>

#ifdef __cplusplus
extern "C" {
#endif

struct memory_provider_ops;

#define PP_FLAG_DMA_MAP 0x1u
#define PP_FLAG_DMA_SYNC_DEV 0x2u
#define PP_FLAG_SYSTEM_POOL                                                    \
	0x4u /* known and refused: there is no system pool */
#define PP_FLAG_ALLOW_UNREADABLE_NETMEM 0x8u

/* page_pool_params.mode: ours, none of it exists in the kernel */
#define PP_MODE_KERNEL_RING 0x1u /* free ring slots lazily, 16 at a time */
#define PP_MODE_NO_CHECKS 0x2u	 /* no double-put check */

enum dma_data_direction {
	DMA_BIDIRECTIONAL = 0,
	DMA_TO_DEVICE = 1,
	DMA_FROM_DEVICE = 2,
	DMA_NONE = 3,
};

/**
 * struct page_pool_params - how a pool shall be
 * @sz:        sizeof(struct page_pool_params)
 * @flags:     PP_FLAG_*
 * @order:     2^order chunks make one page; at most 10 without a provider
 * @pool_size: entries in the return ring; 0 = 1024, more than 16384 is clamped
 * @nid:       preferred NUMA node; NUMA_NO_NODE takes any
 * @dma_dir:   looked at only with PP_FLAG_DMA_MAP
 * @max_len:   bytes of a page to sync for the device at most
 * @offset:    bytes at the front of a page that the device never touches
 * @area:      where pages come from; NULL makes a private anonymous area of
 *             @area_chunks chunks of 4096 bytes. Ignored with @mp_ops
 * @area_chunks: chunks of the private area, 0 = 4096
 * @mp_ops:    memory provider, or NULL
 * @mp_priv:   the provider's own
 * @name:      for statistics, copied; may be NULL
 * @ifindex:   for statistics: network interface, 0 = none
 * @queue_idx: for statistics: receive queue
 * @frag_align: fragments start at multiples of this many bytes: 0 = 64,
 *             1 = none, else a power of two not above the page size
 * @mode:      PP_MODE_*
 * @dma_sync_for_device: called where the kernel would sync for the device;
 *             may be NULL. May run on any thread that puts
 * @dma_sync_for_cpu: called by page_pool_dma_sync_*for_cpu(); may be NULL
 * @dma_sync_arg: first argument of both
 * @on_destroyed: called once when the pool is gone, on the thread of the last
 *             put or destroy; the pool must not be used in it
 * @on_destroyed_arg: its argument
 */
struct page_pool_params {
	uint32_t sz;
	uint32_t flags;
	uint32_t order;
	uint32_t pool_size;
	int32_t nid;
	enum dma_data_direction dma_dir;
	uint32_t max_len;
	uint32_t offset;
	struct pp_area *area;
	uint32_t area_chunks;
	const struct memory_provider_ops *mp_ops;
	void *mp_priv;
	const char *name;
	uint32_t ifindex;
	uint32_t queue_idx;
	uint32_t frag_align;
	uint32_t mode;
	void (*dma_sync_for_device)(void *arg, netmem_ref netmem,
				    uint32_t offset, uint32_t len);
	void (*dma_sync_for_cpu)(void *arg, netmem_ref netmem, uint32_t offset,
				 uint32_t len);
	void *dma_sync_arg;
	void (*on_destroyed)(void *arg);
	void *on_destroyed_arg;
};

/**
 * struct page_pool_alloc_stats - where pages came from
 * @fast:  from the owner's cache
 * @slow:  batches taken from the area, one per batch
 * @slow_high_order: pages of order > 0 taken from the area
 * @empty: allocations that found the return ring empty
 * @refill: allocations that refilled the cache from the return ring
 * @waive: pages let go because they lie on another NUMA node
 */
struct page_pool_alloc_stats {
	uint64_t fast;
	uint64_t slow;
	uint64_t slow_high_order;
	uint64_t empty;
	uint64_t refill;
	uint64_t waive;
};

/**
 * struct page_pool_recycle_stats - where puts went
 * @cached: into the owner's cache
 * @cache_full: found the cache full and tried the ring
 * @ring:   into the return ring
 * @ring_full: found the ring full and released the page
 * @released_refcnt: released because of an external holder or pfmemalloc
 */
struct page_pool_recycle_stats {
	uint64_t cached;
	uint64_t cache_full;
	uint64_t ring;
	uint64_t ring_full;
	uint64_t released_refcnt;
};

/**
 * struct page_pool_stats - the kernel's eleven counters
 * @alloc_stats:   see struct page_pool_alloc_stats
 * @recycle_stats: see struct page_pool_recycle_stats
 */
struct page_pool_stats {
	struct page_pool_alloc_stats alloc_stats;
	struct page_pool_recycle_stats recycle_stats;
};

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_TYPES_H */
