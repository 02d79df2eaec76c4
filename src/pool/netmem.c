/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what a handle tells: kind, address, pool, counts, holders. */
#include "pool/pool.h"

#include <pagepool/frag.h>

struct pp_page *netmem_to_page(netmem_ref netmem)
{
	return netmem_is_net_iov(netmem) ? NULL : (struct pp_page *)netmem;
}

struct net_iov *netmem_to_net_iov(netmem_ref netmem)
{
	if (!netmem_is_net_iov(netmem))
		return NULL;
	return (struct net_iov *)((uintptr_t)netmem & ~NET_IOV);
}

netmem_ref page_to_netmem(struct pp_page *page)
{
	return (netmem_ref)page;
}

netmem_ref net_iov_to_netmem(struct net_iov *niov)
{
	return niov ? (netmem_ref)((uintptr_t)niov | NET_IOV) : NULL;
}

void *netmem_address(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx))
		return NULL;
	return pp_mem_addr(mem, idx);
}

void *pp_frag_data(const struct pp_frag *frag)
{
	unsigned char *p = frag ? netmem_address(frag->netmem) : NULL;

	return p ? p + frag->offset : NULL;
}

struct page_pool *netmem_get_pp(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx))
		return NULL;
	return pp_pool_of_meta(pp_load(&mem->meta[idx]));
}

long netmem_pp_ref_count(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;
	int64_t ref;

	if (!pp_mem_find(netmem, &mem, &idx))
		return 0;
	ref = pp_load(&mem->pp_ref[idx]);
	return pp_ref_is_lent(ref) ? (long)pp_ref_lent_refs(ref) : (long)ref;
}

int netmem_ref_count(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx))
		return 0;
	return mem->niov ? 1 : (int)pp_load(&mem->refcount[idx]);
}

uint64_t page_pool_get_dma_addr_netmem(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx))
		return 0;
	if (mem->dma_addr)
		return pp_load(&mem->dma_addr[idx]);
	return (uint64_t)idx << mem->chunk_shift;
}

uint64_t page_pool_get_dma_addr(const struct pp_page *page)
{
	return page_pool_get_dma_addr_netmem((netmem_ref)(uintptr_t)page);
}

int netmem_nid(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx) || mem->niov)
		return NUMA_NO_NODE;
	return pp_area_nid(pp_area_of(mem), idx);
}

/* Pages only, and only those somebody holds: false otherwise, misuse told. */
static bool held_page(netmem_ref netmem, struct pp_mem **mem, uint32_t *idx,
		      const char *what)
{
	uint32_t meta, state;

	if (!netmem)
		return false;
	if (!pp_mem_find(netmem, mem, idx)) {
		pp_misuse(NULL, netmem, what);
		return false;
	}
	if ((*mem)->niov)
		return false;
	meta = pp_load(&(*mem)->meta[*idx]);
	state = meta & PP_META_STATE;
	if (state == PP_ST_HELD || state == PP_ST_KERNEL || state == PP_ST_OUT)
		return true;
	/* an external holder may outlive the pool's reference */
	if (pp_load(&(*mem)->refcount[*idx]) > 1)
		return true;
	pp_misuse(pp_pool_of_meta(meta), netmem, what);
	return false;
}

void get_netmem(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!held_page(netmem, &mem, &idx, "get_netmem of a page nobody holds"))
		return;
	/* lent: an external holder is one more reference that we can count */
	if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx]))) {
		if (pp_lent_ref(mem, idx, "get_netmem of a page nobody holds"))
			pp_fetch_add(&mem->refcount[idx], 1u);
		return;
	}
	pp_fetch_add(&mem->refcount[idx], 1u);
	/*
	 * The mark is set before the page can be handed on, so whoever drops
	 * the last reference sees it. A page outside needs none.
	 */
	if ((pp_load(&mem->meta[idx]) & PP_META_STATE) != PP_ST_OUT)
		pp_fetch_or(&mem->meta[idx], PP_META_EXT);
}

void put_netmem(netmem_ref netmem)
{
	struct pp_area *area;
	struct pp_mem *mem;
	uint32_t idx, old;

	if (!held_page(netmem, &mem, &idx, "put_netmem of a page nobody holds"))
		return;
	area = pp_area_of(mem);
	do {
		/* acquire: pairs with page_let_go(), which marks it outside */
		old = pp_load_acquire(&mem->refcount[idx]);
		if (old <= 1 &&
		    (pp_load(&mem->meta[idx]) & PP_META_STATE) != PP_ST_OUT) {
			pp_misuse(netmem_get_pp(netmem), netmem,
				  "put_netmem without a get_netmem");
			return;
		}
	} while (!pp_cas(&mem->refcount[idx], &old, old - 1));
	if (old > 1) {
		if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx])))
			pp_lent_unref(mem, idx, 1);
		return;
	}
	/* last holder of a page outside: page_let_go() left the order here */
	pp_area_home(area, idx, pp_load(&mem->link[idx]));
	pp_area_unref(area);
}

void netmem_set_pfmemalloc(netmem_ref netmem, bool on)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!held_page(netmem, &mem, &idx, "pfmemalloc of a page nobody holds"))
		return;
	/* lent: it is the kernel that recycles, and it does not ask */
	if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx])))
		return;
	if (on)
		pp_fetch_or(&mem->meta[idx], PP_META_PFMEMALLOC);
	else
		pp_fetch_and(&mem->meta[idx], ~PP_META_PFMEMALLOC);
}

bool netmem_is_pfmemalloc(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!pp_mem_find(netmem, &mem, &idx))
		return false;
	return pp_load(&mem->meta[idx]) & PP_META_PFMEMALLOC;
}
