/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of net_iovs: descriptors of a provider's buffers. */
#include "pool/pool.h"

#include "base/extack.h"
#include "base/fault.h"

#include <errno.h>
#include <stdlib.h>

struct net_iov_area {
	struct pp_mem mem;
	uint32_t type;
};

int pp_niov_area_create(struct net_iov_area **out, uint32_t num_niovs,
			uint32_t niov_bytes, uint32_t type, struct pp_extack *ext)
{
	struct net_iov_area *area;
	int err = pp_extack_check(ext);

	if (err)
		return err;
	if (!out)
		return pp_fail(ext, -EINVAL, "out",
			       "out is NULL: pass where the area shall go");
	if (!num_niovs)
		return pp_fail(ext, -EINVAL, "num_niovs",
			       "num_niovs is 0: at least 1 is needed");
	if (niov_bytes < 256 || niov_bytes > 1u << 30 ||
	    (niov_bytes & (niov_bytes - 1)))
		return pp_fail(ext, -EINVAL, "niov_bytes",
			       "niov_bytes is %u: it must be a power of two from 256 to 1 GiB",
			       niov_bytes);
	if (type > NET_IOV_CUSTOM)
		return pp_fail(ext, -EINVAL, "type",
			       "type is %u: use NET_IOV_DMABUF, NET_IOV_IOURING or NET_IOV_CUSTOM",
			       type);
	area = PP_FAULT("niov.alloc") ? NULL : calloc(1, sizeof(*area));
	if (!area)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for an area");
	area->type = type;
	area->mem.n = num_niovs;
	area->mem.chunk_shift = (uint32_t)__builtin_ctz(niov_bytes);
	area->mem.niov = true;
	err = pp_mem_init(&area->mem);
	if (err) {
		free(area);
		return pp_fail(ext, err, "num_niovs",
			       "no memory for the state of %u net_iovs: ask for fewer",
			       num_niovs);
	}
	*out = area;
	return 0;
}

void pp_niov_area_destroy(struct net_iov_area *area)
{
	if (!area)
		return;
	pp_mem_cleanup(&area->mem);
	free(area);
}

struct net_iov *pp_niov_area_at(struct net_iov_area *area, uint32_t i)
{
	if (!area || i >= area->mem.n)
		return NULL;
	return netmem_to_net_iov(pp_mem_ref(&area->mem, i));
}

static bool niov_find(const struct net_iov *niov, struct pp_mem **mem,
		      uint32_t *idx)
{
	netmem_ref netmem = net_iov_to_netmem((struct net_iov *)(uintptr_t)niov);

	return netmem && pp_mem_find(netmem, mem, idx) && (*mem)->niov;
}

uint32_t pp_niov_index(const struct net_iov *niov)
{
	struct pp_mem *mem;
	uint32_t idx;

	return niov_find(niov, &mem, &idx) ? idx : 0;
}

void *page_pool_mp_priv(const struct page_pool *pool)
{
	return pool ? pool->p.mp_priv : NULL;
}

/* The pool's first net_iov tells which memory it has. Context: owner. */
static void bind_area(struct page_pool *pool, struct pp_mem *mem)
{
	const struct net_iov_area *area = pp_container_of(mem,
							  struct net_iov_area,
							  mem);

	pp_pool_bind_mem(pool, mem);
	if (area->type == NET_IOV_DMABUF) {
		/* whoever maps the buffer syncs it, as in the kernel */
		pp_store(&pool->sync_dev, false);
		pool->sync_cpu = false;
	}
}

void net_mp_niov_set_page_pool(struct page_pool *pool, struct net_iov *niov)
{
	struct pp_mem *mem;
	uint32_t idx, state;

	if (!pool || !niov)
		return;
	if (!niov_find(niov, &mem, &idx)) {
		pp_misuse(pool, net_iov_to_netmem(niov),
			  "set_page_pool of something that is no net_iov");
		return;
	}
	if (pool->mem && pool->mem != mem) {
		pp_misuse(pool, net_iov_to_netmem(niov),
			  "set_page_pool of a net_iov of a second area: a pool has one");
		return;
	}
	state = pp_load(&mem->meta[idx]) & PP_META_STATE;
	if (state != PP_ST_HOME && state != PP_ST_OUT) {
		pp_misuse(pool, net_iov_to_netmem(niov),
			  "set_page_pool of a net_iov that is in a pool");
		return;
	}
	if (!pool->mem)
		bind_area(pool, mem);
	pp_store(&mem->pp_ref[idx], 1);
	pp_store(&mem->meta[idx], pool->tag | PP_ST_HELD);
	pp_store(&pool->hold, pool->hold + 1);
}

void net_mp_niov_clear_page_pool(struct net_iov *niov)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (niov_find(niov, &mem, &idx))
		pp_store(&mem->meta[idx], PP_ST_HOME);
}

void net_mp_netmem_place_in_cache(struct page_pool *pool, netmem_ref netmem)
{
	uint64_t idx;

	if (!pool || !netmem)
		return;
	idx = pp_handle_idx(netmem, pool->base);
	if (idx >= pool->n ||
	    pp_load(&pool->meta[idx]) != (pool->tag | PP_ST_HELD)) {
		pp_misuse(pool, netmem,
			  "place_in_cache without net_mp_niov_set_page_pool()");
		return;
	}
	if (pool->cache_count >= PP_CACHE_SIZE) {
		pp_misuse(pool, netmem,
			  "place_in_cache of more than there is room for");
		pp_release(pool, (uint32_t)idx);
		return;
	}
	pp_store(&pool->meta[idx], pool->tag | PP_ST_CACHE);
	pool->cache[pool->cache_count] = (uint32_t)idx;
	pp_store(&pool->cache_count, pool->cache_count + 1);
}

void net_mp_niov_set_dma_addr(struct net_iov *niov, uint64_t addr)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (niov_find(niov, &mem, &idx))
		pp_store(&mem->dma_addr[idx], addr);
}
