/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool/device.h"
#include "pool/pool.h"

#include <errno.h>

struct pp_area *pp_pool_area(const struct page_pool *pool)
{
	return pool ? pool->area : NULL;
}

void pp_area_get(struct pp_area *area)
{
	pp_area_ref(area);
}

void pp_area_put(struct pp_area *area)
{
	pp_area_unref(area);
}

uint32_t pp_area_chunk_bytes(const struct pp_area *area)
{
	return 1u << area->mem.chunk_shift;
}

uint32_t pp_area_chunks(const struct pp_area *area)
{
	return area->mem.n;
}

static inline uint32_t with_state(uint32_t meta, uint32_t state)
{
	return (meta & ~PP_META_STATE) | state;
}

int pp_dev_send(struct pp_area *area, netmem_ref netmem, uint32_t offset,
		uint32_t len, uint64_t *addr)
{
	const struct pp_mem *mem = &area->mem;
	uint64_t idx = pp_handle_idx(netmem, mem->base);
	uint32_t meta;

	if (pp_unlikely(idx >= mem->n))
		return netmem_is_net_iov(netmem) ? -EOPNOTSUPP : -EINVAL;
	meta = pp_load(&mem->meta[idx]);
	if (pp_unlikely((meta & PP_META_STATE) != PP_ST_HELD))
		return -EINVAL;
	if (pp_unlikely((uint64_t)offset + len > UINT64_C(1) << mem->chunk_shift))
		return len > 1u << mem->chunk_shift ? -EMSGSIZE : -EINVAL;
	/* lent to the kernel and with no holder: nobody can send it */
	if (pp_unlikely(meta & PP_META_SHARED) &&
	    pp_load(&mem->pp_ref[idx]) < 0 && !netmem_pp_ref_count(netmem))
		return -EINVAL;
	/* a shared page stays with its other holders */
	if (!(meta & PP_META_SHARED))
		pp_store(&mem->meta[idx], with_state(meta, PP_ST_KERNEL));
	*addr = (idx << mem->chunk_shift) + offset;
	return 0;
}

void pp_dev_unsend(struct pp_area *area, uint64_t addr)
{
	uint32_t *meta = &area->mem.meta[addr >> area->mem.chunk_shift];

	if ((pp_load(meta) & PP_META_STATE) == PP_ST_KERNEL)
		pp_store(meta, with_state(pp_load(meta), PP_ST_HELD));
}

void pp_dev_complete(struct pp_area *area, const uint64_t *addrs, uint32_t n)
{
	netmem_ref refs[PP_BULK];
	uint32_t i, k;

	for (i = 0; i < n; i += k) {
		for (k = 0; k < PP_BULK && i + k < n; k++) {
			pp_dev_unsend(area, addrs[i + k]);
			refs[k] = pp_mem_ref(&area->mem,
					     (uint32_t)(addrs[i + k] >>
							area->mem.chunk_shift));
		}
		pp_put_group(refs, k, PP_PUT_DIRECT | PP_PUT_FULL_EACH);
	}
}

void pp_dev_home(struct pp_area *area, uint64_t addr)
{
	uint32_t idx = (uint32_t)(addr >> area->mem.chunk_shift), meta;
	struct page_pool *pool;

	pp_dev_unsend(area, addr);
	meta = pp_load(&area->mem.meta[idx]);
	pool = pp_pool_of_meta(meta);
	if (!pool || (meta & PP_META_STATE) != PP_ST_HELD)
		return;
	if ((meta & PP_META_SHARED) && pp_unref(&area->mem, idx, 1) != 0)
		return;
	pp_release(pool, idx);
}
