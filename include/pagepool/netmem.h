/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of netmem_ref, the one handle for pages and net_iovs. */
#ifndef PAGEPOOL_NETMEM_H
#define PAGEPOOL_NETMEM_H

#include <pagepool/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netmem_opaque;
struct pp_page; /* the kernel's struct page; applications own that name */
struct net_iov; /* a buffer of a memory provider */
struct page_pool;

/**
 * typedef netmem_ref - a page or a net_iov
 *
 * 0 is none; bit 0 set is a net_iov, clear a page (kernel: net/netmem.h). The
 * other bits name the memory and the buffer in it: a handle is a number, not
 * an address, so a stale or forged one is found out and never dereferenced.
 */
typedef struct netmem_opaque *netmem_ref;

#define NET_IOV 0x01UL

/**
 * netmem_is_net_iov() - is this a buffer of a memory provider?
 * @netmem: handle, 0 allowed
 *
 * Context: any thread.
 * Return: true for a net_iov, false for a page and for 0.
 */
static inline bool netmem_is_net_iov(netmem_ref netmem)
{
	return ((uintptr_t)netmem & NET_IOV) != 0;
}

/**
 * netmem_to_page() - the page behind a handle
 * @netmem: handle
 *
 * Context: any thread.
 * Return: the page, NULL for a net_iov (the kernel warns there) and for 0.
 */
PP_API struct pp_page *netmem_to_page(netmem_ref netmem);

/**
 * netmem_to_net_iov() - the net_iov behind a handle
 * @netmem: handle
 *
 * Context: any thread.
 * Return: the net_iov, NULL for a page and for 0.
 */
PP_API struct net_iov *netmem_to_net_iov(netmem_ref netmem);

/**
 * page_to_netmem() - handle of a page
 * @page: page, NULL allowed
 *
 * Context: any thread.
 * Return: the handle, 0 for NULL.
 */
PP_API netmem_ref page_to_netmem(struct pp_page *page);

/**
 * net_iov_to_netmem() - handle of a net_iov
 * @niov: net_iov, NULL allowed
 *
 * Context: any thread.
 * Return: the handle, 0 for NULL.
 */
PP_API netmem_ref net_iov_to_netmem(struct net_iov *niov);

/**
 * netmem_address() - where the CPU finds the bytes
 * @netmem: handle
 *
 * Context: any thread.
 * Return: address of the first byte, NULL when the memory is unreadable or the
 *         handle names nothing.
 */
PP_API void *netmem_address(netmem_ref netmem);

/**
 * netmem_get_pp() - the pool a buffer belongs to
 * @netmem: handle
 *
 * Context: any thread; stable for as long as the caller holds a reference.
 * Return: the pool, NULL outside a pool.
 */
PP_API struct page_pool *netmem_get_pp(netmem_ref netmem);

/**
 * netmem_pp_ref_count() - the kernel's pp_ref_count
 * @netmem: handle
 *
 * 1 for a free or whole page, the number of outstanding fragments of a
 * fragmented one, BIAS arithmetic while it is the pool's fragment page.
 *
 * Context: any thread; a snapshot.
 * Return: the count, 0 for an invalid handle.
 */
PP_API long netmem_pp_ref_count(netmem_ref netmem);

/**
 * netmem_ref_count() - the kernel's page reference count
 * @netmem: handle
 *
 * Context: any thread; a snapshot.
 * Return: 1 + external holders; always 1 for a net_iov; for a page that left
 *         its pool the number of holders; 0 for an invalid handle.
 */
PP_API int netmem_ref_count(netmem_ref netmem);

/**
 * get_netmem() - become an external holder
 * @netmem: handle that the caller holds a reference of
 *
 * The kernel's get_page(): a page with external holders is not recycled by its
 * last put but leaves the pool. No-op for a net_iov. Not a substitute for
 * page_pool_ref_netmem().
 *
 * Context: any thread.
 */
PP_API void get_netmem(netmem_ref netmem);

/**
 * put_netmem() - stop being an external holder
 * @netmem: handle that get_netmem() was called on, or a page released by
 *          page_pool_release_page()
 *
 * The last holder hands a page that left its pool back to its area.
 *
 * Context: any thread.
 */
PP_API void put_netmem(netmem_ref netmem);

/**
 * netmem_set_pfmemalloc() - mark a page "do not recycle"
 * @netmem: page the caller holds; no-op for a net_iov
 * @on:     set or clear
 *
 * The last put of a marked page releases it (counter released_refcnt, as in
 * the kernel). The mark is lost when the chunk goes home.
 *
 * Context: any thread that holds a reference.
 */
PP_API void netmem_set_pfmemalloc(netmem_ref netmem, bool on);

/**
 * netmem_is_pfmemalloc() - is the page marked "do not recycle"?
 * @netmem: handle
 *
 * Context: any thread.
 * Return: the mark; always false for a net_iov.
 */
PP_API bool netmem_is_pfmemalloc(netmem_ref netmem);

/**
 * netmem_nid() - NUMA node of the memory
 * @netmem: handle
 *
 * Context: any thread.
 * Return: node number, NUMA_NO_NODE (-1) if unknown and for a net_iov.
 */
PP_API int netmem_nid(netmem_ref netmem);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_NETMEM_H */
