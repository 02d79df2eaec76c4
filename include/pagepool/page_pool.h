/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of page_pool_*: create, allocate, put, fragments, destroy. */
#ifndef PAGEPOOL_PAGE_POOL_H
#define PAGEPOOL_PAGE_POOL_H

#include <pagepool/memory_provider.h>
#include <pagepool/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * DOC: threads
 *
 * owner: the thread that allocated first or called
 * page_pool_enable_direct_recycling(); the kernel's NAPI context. alloc*,
 * update_nid and allow_direct=true belong to it.
 * any thread: may be called by all threads at once.
 * control: set-up and tear-down, serialised by the caller.
 *
 * No call blocks, and no put waits for another thread.
 */

/**
 * DOC: where this differs from the kernel, and why
 *
 * - page_pool_create() returns 0 or -errno and stores the pool through a
 *   pointer; there is no gfp_t. A user's process has neither ERR_PTR nor GFP.
 * - Pages come from a pp_area, which can run dry: a partial batch counts slow
 *   +1, an empty one leaves only empty +1 and the allocation returns 0.
 * - allow_direct=true off the owner thread acts as false (kernel: corruption).
 * - A double put, a put through a pool that does not own the page, and an
 *   allocation off the owner thread are refused and counted, see
 *   page_pool_misuse_count().
 * - page_pool_alloc_pages() and the _va calls on a provider pool return NULL
 *   without taking a buffer (kernel: the buffer is lost).
 * - page_pool_put_netmem_bulk() takes any number (kernel: 16 at most).
 * - The ring frees slots at once unless PP_MODE_KERNEL_RING is set.
 * - page_pool_destroy() with pages out needs no timer: the last put frees the
 *   pool. A direct put after destroy goes the way of any other late put
 *   (kernel: it pins the pool for ever).
 * - Fragments are aligned to frag_align, 64 by default (kernel: differs within
 *   one stable series).
 * - The cache holds 128 entries and refills 64 at a time whatever the page size
 *   (kernel: less for pages of 16 KiB and more).
 * - dma_addr never changes and is not unmapped at destroy: it is an offset.
 * - pool_size above 16384 is clamped, as in Linux 7.2 (older: -E2BIG).
 * - A pool's net_iovs come from one net_iov_area.
 */

/**
 * page_pool_create() - make a pool
 * @out:    the pool; untouched on failure
 * @params: see struct page_pool_params
 * @ext:    reason of a failure, may be NULL
 *
 * Checks in the kernel's order: flags, DMA rules, order, provider.
 *
 * Context: control.
 * Return: 0, -EINVAL for contradictory or unknown values, -E2BIG for newer
 *         parameters than this library knows, -ENOMEM, -EOPNOTSUPP for a
 *         provider without PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV, or what the
 *         provider's init returned.
 */
PP_API int page_pool_create(struct page_pool **out,
			    const struct page_pool_params *params,
			    struct pp_extack *ext);

/**
 * page_pool_get() - one more user
 * @pool: pool; each user needs its own page_pool_destroy()
 *
 * Context: any thread that is a user.
 * Return: @pool.
 */
PP_API struct page_pool *page_pool_get(struct page_pool *pool);

/**
 * page_pool_destroy() - one user less; the last one ends the pool
 * @pool: pool, NULL allowed
 *
 * Pages still out keep the pool alive; the last put frees it and on_destroyed
 * runs. Until then the getters work for whoever holds a page.
 *
 * Context: any thread, once no other thread is inside an owner call.
 */
PP_API void page_pool_destroy(struct page_pool *pool);

/**
 * page_pool_enable_direct_recycling() - become owner, make its puts direct
 * @pool: pool
 *
 * Context: the thread that shall be owner.
 * Return: 0 (again 0 for the owner), -EBUSY if another live thread is owner,
 *         -EINVAL for NULL or after destroy.
 */
PP_API int page_pool_enable_direct_recycling(struct page_pool *pool);

/**
 * page_pool_disable_direct_recycling() - leave the pool without owner
 * @pool: pool, NULL allowed
 *
 * The next thread that allocates or enables becomes owner. One call undoes any
 * number of enables.
 *
 * Context: control: the owner is not inside a call.
 */
PP_API void page_pool_disable_direct_recycling(struct page_pool *pool);

/**
 * page_pool_alloc_netmems() - take one buffer
 * @pool: pool
 *
 * From the cache, else from the return ring (at most 64), else from the area
 * (a batch of at most 64) or the provider.
 *
 * Context: owner.
 * Return: the buffer with one reference, 0 if there is none (`empty` tells) or
 *         the caller is not the owner.
 */
PP_API netmem_ref page_pool_alloc_netmems(struct page_pool *pool);

/**
 * page_pool_alloc_netmems_bulk() - take up to @n buffers
 * @pool: pool
 * @out:  room for @n; entries past the return value are not written
 * @n:    how many, may exceed the cache
 *
 * Counts like as many page_pool_alloc_netmems(); stops at the first failure,
 * which counts once. The fast way: one call for a burst.
 *
 * Context: owner.
 * Return: number stored.
 */
PP_API uint32_t page_pool_alloc_netmems_bulk(struct page_pool *pool,
					     netmem_ref *out, uint32_t n);

/**
 * page_pool_alloc_frag_netmem() - take a part of a page
 * @pool:   pool
 * @offset: start of the part, bytes; untouched on failure
 * @size:   bytes; aligned up to frag_align
 *
 * Context: owner.
 * Return: the page with one reference more, 0 if there is none or @size
 *         exceeds the page.
 */
PP_API netmem_ref page_pool_alloc_frag_netmem(struct page_pool *pool,
					      uint32_t *offset, uint32_t size);

/**
 * page_pool_alloc_netmem() - take a part of a page, or all of it
 * @pool:   pool
 * @offset: start, bytes; untouched on failure
 * @size:   in: wanted; out: given. More than half a page gets one whole page,
 *          also when more than a page is wanted (as in the kernel: look at
 *          @size), and a part after which no equal one fits gets the rest too
 *
 * Context: owner.
 * Return: the page, 0 on failure.
 */
PP_API netmem_ref page_pool_alloc_netmem(struct page_pool *pool,
					 uint32_t *offset, uint32_t *size);

/**
 * page_pool_put_netmem() - drop one reference
 * @pool:          the pool that owns @netmem
 * @netmem:        buffer, 0 allowed
 * @dma_sync_size: bytes to sync for the device, at most max_len; UINT32_MAX
 *                 is the kernel's -1
 * @allow_direct:  true on the owner thread puts into the cache
 *
 * The last reference recycles: cache, else ring, else release. A page with
 * external holders or the pfmemalloc mark is released.
 *
 * Context: any thread. Never waits for another one.
 */
PP_API void page_pool_put_netmem(struct page_pool *pool, netmem_ref netmem,
				 uint32_t dma_sync_size, bool allow_direct);

/**
 * page_pool_put_full_netmem() - drop one reference, sync all of it
 * @pool:         the pool that owns @netmem
 * @netmem:       buffer, 0 allowed
 * @allow_direct: as in page_pool_put_netmem()
 *
 * Context: any thread.
 */
PP_API void page_pool_put_full_netmem(struct page_pool *pool, netmem_ref netmem,
				      bool allow_direct);

/**
 * page_pool_put_unrefed_netmem() - recycle after page_pool_unref_netmem()
 * @pool:          the pool that owns @netmem
 * @netmem:        buffer whose pp_ref_count the caller brought to 0
 * @dma_sync_size: as in page_pool_put_netmem()
 * @allow_direct:  as in page_pool_put_netmem()
 *
 * Context: any thread.
 */
PP_API void page_pool_put_unrefed_netmem(struct page_pool *pool,
					 netmem_ref netmem,
					 uint32_t dma_sync_size,
					 bool allow_direct);

/**
 * page_pool_recycle_direct_netmem() - drop one reference into the cache
 * @pool:   the pool that owns @netmem
 * @netmem: buffer, 0 allowed
 *
 * Context: owner; elsewhere the same as a plain put.
 */
PP_API void page_pool_recycle_direct_netmem(struct page_pool *pool,
					    netmem_ref netmem);

/**
 * page_pool_put_netmem_bulk() - drop one reference of each
 * @data: buffers of any pools; clobbered. Zeros are skipped
 * @n:    how many
 *
 * Works 16 at a time like the kernel's: one ring operation for each pool among
 * them, and a full ring counts ring_full once for all that were left over.
 *
 * Context: any thread.
 */
PP_API void page_pool_put_netmem_bulk(netmem_ref *data, uint32_t n);

/**
 * page_pool_fragment_netmem() - set the number of references
 * @netmem: whole buffer the caller holds alone
 * @nr:     references, at least 1
 *
 * Context: the thread that holds it.
 */
PP_API void page_pool_fragment_netmem(netmem_ref netmem, long nr);

/**
 * page_pool_ref_netmem() - one reference more
 * @netmem: buffer the caller holds a reference of
 *
 * Context: any thread.
 */
PP_API void page_pool_ref_netmem(netmem_ref netmem);

/**
 * page_pool_unref_netmem() - references less
 * @netmem: buffer
 * @nr:     how many
 *
 * Context: any thread.
 * Return: references left. 0: the caller was last, the count is 1 again, and
 *         page_pool_put_unrefed_netmem() is due. More than were there is
 *         refused as misuse: nothing changes and -1 is returned.
 */
PP_API long page_pool_unref_netmem(netmem_ref netmem, long nr);

/**
 * page_pool_alloc_pages() - take one page
 * @pool: pool over readable pages
 *
 * Context: owner.
 * Return: the page, NULL if there is none or the pool has a provider.
 */
PP_API struct pp_page *page_pool_alloc_pages(struct page_pool *pool);
/**
 * page_pool_alloc_frag() - page_pool_alloc_frag_netmem() for pages
 * @pool:   pool over readable pages
 * @offset: start, bytes; untouched on failure
 * @size:   bytes
 *
 * Context: owner.
 * Return: the page, NULL on failure.
 */
PP_API struct pp_page *page_pool_alloc_frag(struct page_pool *pool,
					    uint32_t *offset, uint32_t size);
/**
 * page_pool_alloc() - page_pool_alloc_netmem() for pages
 * @pool:   pool over readable pages
 * @offset: start, bytes; untouched on failure
 * @size:   in: wanted; out: given
 *
 * Context: owner.
 * Return: the page, NULL on failure.
 */
PP_API struct pp_page *page_pool_alloc(struct page_pool *pool, uint32_t *offset,
				       uint32_t *size);
/**
 * page_pool_alloc_va() - take memory by address
 * @pool: pool over readable pages
 * @size: in: wanted bytes; out: given bytes
 *
 * Context: owner.
 * Return: address, NULL on failure. Give it back with page_pool_free_va().
 */
PP_API void *page_pool_alloc_va(struct page_pool *pool, uint32_t *size);
/**
 * page_pool_dev_alloc_pages() - the same as page_pool_alloc_pages()
 * @pool: pool
 *
 * The kernel's dev_ forms only fix the gfp flags.
 *
 * Context: owner.
 * Return: as page_pool_alloc_pages().
 */
PP_API struct pp_page *page_pool_dev_alloc_pages(struct page_pool *pool);
/**
 * page_pool_dev_alloc_frag() - the same as page_pool_alloc_frag()
 * @pool:   pool
 * @offset: start, bytes
 * @size:   bytes
 *
 * Context: owner.
 * Return: as page_pool_alloc_frag().
 */
PP_API struct pp_page *page_pool_dev_alloc_frag(struct page_pool *pool,
						uint32_t *offset, uint32_t size);
/**
 * page_pool_dev_alloc() - the same as page_pool_alloc()
 * @pool:   pool
 * @offset: start, bytes
 * @size:   in: wanted; out: given
 *
 * Context: owner.
 * Return: as page_pool_alloc().
 */
PP_API struct pp_page *page_pool_dev_alloc(struct page_pool *pool,
					   uint32_t *offset, uint32_t *size);
/**
 * page_pool_dev_alloc_va() - the same as page_pool_alloc_va()
 * @pool: pool
 * @size: in: wanted; out: given
 *
 * Context: owner.
 * Return: as page_pool_alloc_va().
 */
PP_API void *page_pool_dev_alloc_va(struct page_pool *pool, uint32_t *size);

/**
 * page_pool_put_page() - page_pool_put_netmem() for pages
 * @pool:          pool that owns @page
 * @page:          page, NULL allowed
 * @dma_sync_size: bytes to sync for the device
 * @allow_direct:  true on the owner thread puts into the cache
 *
 * Context: any thread.
 */
PP_API void page_pool_put_page(struct page_pool *pool, struct pp_page *page,
			       uint32_t dma_sync_size, bool allow_direct);
/**
 * page_pool_put_full_page() - page_pool_put_full_netmem() for pages
 * @pool:         pool that owns @page
 * @page:         page, NULL allowed
 * @allow_direct: true on the owner thread puts into the cache
 *
 * Context: any thread.
 */
PP_API void page_pool_put_full_page(struct page_pool *pool,
				    struct pp_page *page, bool allow_direct);
/**
 * page_pool_recycle_direct() - page_pool_recycle_direct_netmem() for pages
 * @pool: pool that owns @page
 * @page: page, NULL allowed
 *
 * Context: owner; elsewhere the same as a plain put.
 */
PP_API void page_pool_recycle_direct(struct page_pool *pool,
				     struct pp_page *page);
/**
 * page_pool_free_va() - give back memory of page_pool_alloc_va()
 * @pool:         pool that it came from
 * @va:           any address inside it, NULL allowed
 * @allow_direct: true on the owner thread puts into the cache
 *
 * Context: any thread.
 */
PP_API void page_pool_free_va(struct page_pool *pool, void *va,
			      bool allow_direct);
/**
 * page_pool_put_page_bulk() - page_pool_put_netmem_bulk() in its older form
 * @pool:  not looked at: each page goes to its own pool
 * @data:  pages, clobbered
 * @count: how many, nothing happens below 1
 *
 * Context: any thread.
 */
PP_API void page_pool_put_page_bulk(struct page_pool *pool,
				    struct pp_page **data, int count);
/**
 * page_pool_release_page() - take a page out of the pool
 * @pool: pool that owns @page
 * @page: page that the caller holds the only reference of
 *
 * Of older kernel documentation. release +1; the page is an ordinary page then,
 * the caller its holder, and put_netmem() gives it to its area.
 *
 * Context: any thread.
 */
PP_API void page_pool_release_page(struct page_pool *pool, struct pp_page *page);

/**
 * page_pool_get_dma_addr() - device address of a page
 * @page: page
 *
 * The address a device ring wants: chunk index * chunk_bytes from the start of
 * the area (the UMEM offset). It never changes.
 *
 * Context: any thread.
 * Return: the address, 0 for NULL.
 */
PP_API uint64_t page_pool_get_dma_addr(const struct pp_page *page);
/**
 * page_pool_get_dma_addr_netmem() - device address of a buffer
 * @netmem: buffer
 *
 * Context: any thread.
 * Return: as page_pool_get_dma_addr(); for a net_iov what its provider set.
 */
PP_API uint64_t page_pool_get_dma_addr_netmem(netmem_ref netmem);
/**
 * page_pool_get_dma_dir() - the direction given at create
 * @pool: pool
 *
 * Context: any thread.
 * Return: the direction, DMA_BIDIRECTIONAL (0) for NULL.
 */
PP_API enum dma_data_direction page_pool_get_dma_dir(const struct page_pool *pool);
/**
 * page_pool_dma_sync_for_cpu() - before the CPU reads what the device wrote
 * @pool:   pool
 * @page:   page
 * @offset: bytes from params.offset
 * @len:    bytes
 *
 * Context: whoever holds the page.
 */
PP_API void page_pool_dma_sync_for_cpu(const struct page_pool *pool,
				       const struct pp_page *page,
				       uint32_t offset, uint32_t len);
/**
 * page_pool_dma_sync_netmem_for_cpu() - before the CPU reads, any buffer
 * @pool:   pool
 * @netmem: buffer
 * @offset: bytes from params.offset
 * @len:    bytes
 *
 * Context: whoever holds the buffer.
 */
PP_API void page_pool_dma_sync_netmem_for_cpu(const struct page_pool *pool,
					      netmem_ref netmem,
					      uint32_t offset, uint32_t len);
/**
 * page_pool_update_nid() - change the preferred node
 * @pool: pool
 * @nid:  node or NUMA_NO_NODE
 *
 * Releases every page of the cache, also when @nid is the same (as the kernel
 * does); pages of other nodes in the ring are waived one per allocation.
 *
 * Context: owner, or anybody while the pool has no owner.
 */
PP_API void page_pool_update_nid(struct page_pool *pool, int nid);
/**
 * page_pool_nid_changed() - page_pool_update_nid() if it differs
 * @pool: pool
 * @nid:  node or NUMA_NO_NODE
 *
 * Context: owner.
 */
PP_API void page_pool_nid_changed(struct page_pool *pool, int nid);

/**
 * page_pool_get_stats() - add the counters to @stats
 * @pool:  pool
 * @stats: added to, not overwritten, as in the kernel: zero it first
 *
 * Context: any thread; never slows the data path.
 * Return: false, and nothing happens, for NULL.
 */
PP_API bool page_pool_get_stats(const struct page_pool *pool,
				struct page_pool_stats *stats);
/**
 * page_pool_inflight() - pages that left the area and are not back
 * @pool: pool
 *
 * Includes cache and ring: hold - release in wrapping 32-bit arithmetic.
 *
 * Context: any thread.
 * Return: pages; negative means a page was released twice.
 */
PP_API int32_t page_pool_inflight(const struct page_pool *pool);
/**
 * page_pool_hold_cnt() - pages ever taken, modulo 2^32
 * @pool: pool
 *
 * Context: any thread.
 * Return: the kernel's pages_state_hold_cnt.
 */
PP_API uint32_t page_pool_hold_cnt(const struct page_pool *pool);
/**
 * page_pool_release_cnt() - pages ever released, modulo 2^32
 * @pool: pool
 *
 * Context: any thread.
 * Return: the kernel's pages_state_release_cnt.
 */
PP_API uint32_t page_pool_release_cnt(const struct page_pool *pool);
/**
 * page_pool_cache_count() - pages in the owner's cache
 * @pool: pool
 *
 * Context: any thread.
 * Return: 0 to 128.
 */
PP_API uint32_t page_pool_cache_count(const struct page_pool *pool);
/**
 * page_pool_order() - the order given at create
 * @pool: pool
 *
 * Context: any thread.
 * Return: the order.
 */
PP_API uint32_t page_pool_order(const struct page_pool *pool);
/**
 * page_pool_is_unreadable() - is a provider bound?
 * @pool: pool
 *
 * The kernel's meaning: true also for a provider of readable memory.
 *
 * Context: any thread.
 * Return: true if the pool has a provider.
 */
PP_API bool page_pool_is_unreadable(const struct page_pool *pool);
/**
 * page_pool_misuse_count() - calls that were refused
 * @pool: pool
 *
 * Double put, put through a pool that does not own the buffer, allocation off
 * the owner thread, more references dropped than there were.
 *
 * Context: any thread.
 * Return: number of refused calls or entries.
 */
PP_API uint64_t page_pool_misuse_count(const struct page_pool *pool);
/**
 * pp_set_misuse_handler() - be told of misuse
 * @fn:  called on the misusing thread with what was wrong; NULL for none. It
 *       must not call the pool's put or alloc functions
 * @arg: its first argument
 *
 * One handler for the process. Built with PP_DEBUG >= 1, misuse aborts if there
 * is none.
 *
 * Context: control.
 */
PP_API void pp_set_misuse_handler(void (*fn)(void *arg,
					     const struct page_pool *pool,
					     netmem_ref netmem, const char *what),
				  void *arg);

/**
 * page_pool_ethtool_stats_get_count() - number of counters
 *
 * Context: any thread.
 * Return: 11.
 */
PP_API int page_pool_ethtool_stats_get_count(void);
/**
 * page_pool_ethtool_stats_name() - a counter's name in ethtool -S
 * @i: 0 to 10
 *
 * Context: any thread.
 * Return: the kernel's name, NULL past the end.
 */
PP_API const char *page_pool_ethtool_stats_name(int i);
/**
 * page_pool_ethtool_stats_get() - counters in the order of their names
 * @data:  room for 11
 * @stats: counters
 *
 * Context: any thread.
 */
PP_API void page_pool_ethtool_stats_get(uint64_t *data,
					const struct page_pool_stats *stats);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_PAGE_POOL_H */
