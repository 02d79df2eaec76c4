/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of memory providers: pools over memory that is not an area. */
#ifndef PAGEPOOL_MEMORY_PROVIDER_H
#define PAGEPOOL_MEMORY_PROVIDER_H

#include <pagepool/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct net_iov_area;
struct pp_nl_msg; /* opaque: its put calls come with the statistics server */

enum net_iov_type {
	NET_IOV_DMABUF = 0,
	NET_IOV_IOURING = 1,
	NET_IOV_CUSTOM = 2, /* ours: memory of an application's own provider */
};

/**
 * struct memory_provider_ops - what a provider does for a pool
 * @init: check the pool and take what is needed. Context: control. Non-zero
 *        aborts page_pool_create() and is returned by it as it is; @destroy is
 *        not called then
 * @alloc_netmems: called by the owner with cache and ring empty. Return one
 *        net_iov on which net_mp_niov_set_page_pool() was called, or 0; at
 *        most 63 more may be placed in the cache. Moves no counter but `empty`
 * @release_netmem: the buffer leaves the pool. Context: any thread,
 *        concurrently. true: the pool clears the pool information and does
 *        put_netmem(); false: the provider took the buffer back itself
 * @destroy: last, once nothing is in flight
 * @nl_fill: add the provider's attributes to a statistics message; may be NULL
 * @copy_to_host: copy @len bytes out of a buffer; 0 or -errno; may be NULL
 * @copy_from_host: copy @len bytes into a buffer; 0 or -errno; may be NULL
 *
 * Use designated initialisers only. Kernel: net/page_pool/memory_provider.h.
 */
struct memory_provider_ops {
	int (*init)(struct page_pool *pool);
	netmem_ref (*alloc_netmems)(struct page_pool *pool);
	bool (*release_netmem)(struct page_pool *pool, netmem_ref netmem);
	void (*destroy)(struct page_pool *pool);
	int (*nl_fill)(void *mp_priv, struct pp_nl_msg *msg);
	int (*copy_to_host)(void *mp_priv, netmem_ref netmem, uint32_t offset,
			    void *dst, uint32_t len);
	int (*copy_from_host)(void *mp_priv, netmem_ref netmem, uint32_t offset,
			      const void *src, uint32_t len);
};

/**
 * page_pool_mp_priv() - the provider's own pointer
 * @pool: pool; works inside ops->init
 *
 * Context: any thread.
 * Return: page_pool_params.mp_priv, NULL for NULL.
 */
PP_API void *page_pool_mp_priv(const struct page_pool *pool);

/**
 * pp_niov_area_create() - descriptors for foreign memory
 * @out:        the area; untouched on failure
 * @num_niovs:  number of buffers, not 0
 * @niov_bytes: bytes in each, a power of two from 256 to 1 GiB
 * @type:       enum net_iov_type
 * @ext:        reason of a failure, may be NULL
 *
 * The pages of one pool come from one net_iov area; several pools may share
 * one. The device address of a new net_iov is index * niov_bytes.
 *
 * Context: any thread.
 * Return: 0, -EINVAL for a bad value, -ENOMEM.
 */
PP_API int pp_niov_area_create(struct net_iov_area **out, uint32_t num_niovs,
			       uint32_t niov_bytes, uint32_t type,
			       struct pp_extack *ext);

/**
 * pp_niov_area_destroy() - free the descriptors
 * @area: net_iov area, NULL allowed
 *
 * Context: control: only after ops->destroy of every pool that used it.
 */
PP_API void pp_niov_area_destroy(struct net_iov_area *area);

/**
 * pp_niov_area_at() - one descriptor
 * @area: net_iov area
 * @i:    index
 *
 * Context: any thread.
 * Return: the net_iov, NULL past the end.
 */
PP_API struct net_iov *pp_niov_area_at(struct net_iov_area *area, uint32_t i);

/**
 * pp_niov_index() - which one of its area
 * @niov: net_iov
 *
 * Context: any thread.
 * Return: the index given to pp_niov_area_at(), 0 for NULL.
 */
PP_API uint32_t pp_niov_index(const struct net_iov *niov);

/**
 * net_mp_niov_set_page_pool() - hand a net_iov to a pool
 * @pool: pool
 * @niov: net_iov outside any pool
 *
 * Sets the pool information and pp_ref_count 1; hold +1. A net_iov that is in
 * a pool already, or of another area than the pool's, is refused as misuse.
 *
 * Context: owner, inside ops->alloc_netmems.
 */
PP_API void net_mp_niov_set_page_pool(struct page_pool *pool,
				      struct net_iov *niov);

/**
 * net_mp_niov_clear_page_pool() - take the pool information off
 * @niov: net_iov
 *
 * Moves no count: release is moved by the pool.
 *
 * Context: inside ops->release_netmem.
 */
PP_API void net_mp_niov_clear_page_pool(struct net_iov *niov);

/**
 * net_mp_netmem_place_in_cache() - add to the pool's cache
 * @pool:   pool
 * @netmem: net_iov that net_mp_niov_set_page_pool() was called on
 *
 * Context: owner, inside ops->alloc_netmems; there is room for 63.
 */
PP_API void net_mp_netmem_place_in_cache(struct page_pool *pool,
					 netmem_ref netmem);

/**
 * net_mp_niov_set_dma_addr() - set the device address
 * @niov: net_iov
 * @addr: what page_pool_get_dma_addr_netmem() shall return
 *
 * Context: the provider, before the buffer is handed out.
 */
PP_API void net_mp_niov_set_dma_addr(struct net_iov *niov, uint64_t addr);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_MEMORY_PROVIDER_H */
