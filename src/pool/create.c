/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a pool's beginning: parameters, parts, unwind. */
#include "pool/pool.h"

#include "base/extack.h"
#include "base/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PP_FLAGS_KNOWN                                                         \
	(PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV |                              \
	 PP_FLAG_ALLOW_UNREADABLE_NETMEM)
#define PP_MODES_KNOWN (PP_MODE_KERNEL_RING | PP_MODE_NO_CHECKS)
#define PP_NIOV_PAGE 4096u /* until the first net_iov tells the true size */

const char *pp_version(void)
{
#define PP_STR(x) #x
#define PP_VERSION_STR(a, b, c) PP_STR(a) "." PP_STR(b) "." PP_STR(c)
	return PP_VERSION_STR(PP_VERSION_MAJOR, PP_VERSION_MINOR,
			      PP_VERSION_PATCH);
}

static int flags_check(const struct page_pool_params *p, struct pp_extack *ext)
{
	if (p->flags & PP_FLAG_SYSTEM_POOL)
		return pp_fail(ext, -EINVAL, "flags",
			       "PP_FLAG_SYSTEM_POOL: there is no system pool in a process, drop the flag");
	if (p->flags & ~PP_FLAGS_KNOWN)
		return pp_fail(ext, -EINVAL, "flags",
			       "flags 0x%x has unknown bits: known are 0x%x",
			       p->flags, PP_FLAGS_KNOWN);
	if (p->mode & ~PP_MODES_KNOWN)
		return pp_fail(ext, -EINVAL, "mode",
			       "mode 0x%x has unknown bits: known are 0x%x",
			       p->mode, PP_MODES_KNOWN);
	if (p->nid < NUMA_NO_NODE)
		return pp_fail(ext, -EINVAL, "nid",
			       "nid is %d: it must be a node number, or NUMA_NO_NODE (-1)",
			       p->nid);
	return 0;
}

static int dma_check(const struct page_pool_params *p, struct pp_extack *ext)
{
	if ((p->flags & PP_FLAG_DMA_MAP) && p->dma_dir != DMA_FROM_DEVICE &&
	    p->dma_dir != DMA_BIDIRECTIONAL)
		return pp_fail(ext, -EINVAL, "dma_dir",
			       "dma_dir is %d: with PP_FLAG_DMA_MAP it must be DMA_FROM_DEVICE or DMA_BIDIRECTIONAL",
			       (int)p->dma_dir);
	if (!(p->flags & PP_FLAG_DMA_SYNC_DEV))
		return 0;
	if (!(p->flags & PP_FLAG_DMA_MAP))
		return pp_fail(ext, -EINVAL, "flags",
			       "PP_FLAG_DMA_SYNC_DEV needs PP_FLAG_DMA_MAP too: flags are 0x%x",
			       p->flags);
	if (!p->max_len)
		return pp_fail(ext, -EINVAL, "max_len",
			       "max_len is 0: PP_FLAG_DMA_SYNC_DEV needs to know how much to sync");
	return 0;
}

static uint32_t chunk_shift(const struct page_pool_params *p)
{
	return p->area && !p->mp_ops ? p->area->mem.chunk_shift : 12;
}

static int size_check(const struct page_pool_params *p, struct pp_extack *ext)
{
	uint64_t page;

	if (p->mp_ops) {
		page = (uint64_t)1 << 30;
	} else {
		if (p->order > PP_ORDER_MAX)
			return pp_fail(ext, -EINVAL, "order",
				       "order is %u: at most %u without a provider",
				       p->order, PP_ORDER_MAX);
		page = (uint64_t)1 << (chunk_shift(p) + p->order);
		if (page > UINT32_MAX)
			return pp_fail(ext, -EINVAL, "order",
				       "order is %u: a page of this area would be 4 GiB or more, use a lower order",
				       p->order);
	}
	if (p->frag_align & (p->frag_align - 1) || p->frag_align > page)
		return pp_fail(ext, -EINVAL, "frag_align",
			       "frag_align is %u: it must be a power of two not above the page size",
			       p->frag_align);
	return 0;
}

static int provider_check(const struct page_pool_params *p, struct pp_extack *ext)
{
	const uint32_t need = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV;

	if (!p->mp_ops)
		return 0;
	if ((p->flags & need) != need)
		return pp_fail(ext, -EOPNOTSUPP, "flags",
			       "flags are 0x%x: a memory provider needs PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV",
			       p->flags);
	if (!p->mp_ops->alloc_netmems || !p->mp_ops->release_netmem)
		return pp_fail(ext, -EINVAL, "mp_ops",
			       "alloc_netmems or release_netmem is NULL: a provider needs both");
	return 0;
}

/* In the kernel's order: flags, DMA rules, order, provider. */
static int params_check(const struct page_pool_params *p, struct pp_extack *ext)
{
	int err;

	err = flags_check(p, ext);
	if (!err)
		err = dma_check(p, ext);
	if (!err)
		err = size_check(p, ext);
	if (!err)
		err = provider_check(p, ext);
	return err;
}

void pp_pool_bind_mem(struct page_pool *pool, struct pp_mem *mem)
{
	pool->mem = mem;
	pool->base = mem->base;
	pool->meta = mem->meta;
	pool->page_bytes = 1u
			   << (mem->chunk_shift + (mem->niov ? 0 : pool->order));
	pool->n = mem->n;
}

static struct page_pool *pool_alloc(const struct page_pool_params *p)
{
	struct page_pool *pool;

	if (PP_FAULT("pool.alloc_struct"))
		return NULL;
	pool = aligned_alloc(PP_CACHELINE, (sizeof(*pool) + PP_CACHELINE - 1) &
						   ~(size_t)(PP_CACHELINE - 1));
	if (!pool)
		return NULL;
	memset(pool, 0, sizeof(*pool));
	pool->p = *p;
	pool->nid = p->nid;
	pool->order = (uint8_t)pp_min(p->order, 255u);
	pool->users = 1;
	pool->checks = !(p->mode & PP_MODE_NO_CHECKS);
	pool->frag_align = p->frag_align ? p->frag_align : 64;
	pool->page_bytes = PP_NIOV_PAGE << pp_min(p->order, PP_ORDER_MAX);
	pool->sync_dev = (p->flags & PP_FLAG_DMA_SYNC_DEV) &&
			 p->dma_sync_for_device;
	pool->sync_cpu = true;
	pool->ring.size = p->pool_size ? pp_min(p->pool_size, PP_RING_MAX) :
					 PP_RING_DEFAULT;
	pool->ring.lazy = p->mode & PP_MODE_KERNEL_RING && pool->ring.size >= 32 ?
				  16 :
				  1;
	pool->p.pool_size = pool->ring.size;
	if (p->name)
		strncpy(pool->name, p->name, sizeof(pool->name) - 1);
	pool->p.name = pool->name;
	return pool;
}

/* The pool's part in an area: a given one, or one of its own. */
static int area_init(struct page_pool *pool, struct pp_extack *ext)
{
	struct pp_area_params ap = {
		.sz = sizeof(ap),
		.chunks = pool->p.area_chunks ? pool->p.area_chunks : 4096,
		.nid = pool->p.nid,
		.name = pool->name,
	};
	int err;

	if (pool->p.mp_ops) {
		pool->p.area = NULL;
		return 0;
	}
	if (pool->p.area) {
		pp_area_ref(pool->p.area);
	} else {
		/* its creator's reference is the pool's */
		err = pp_area_create(&pool->p.area, &ap, ext);
		if (err)
			return pp_fail(ext, err, "area_chunks",
				       "no memory for a private area of %u chunks of 4096 bytes: ask for fewer",
				       ap.chunks);
	}
	pool->area = pool->p.area;
	pp_pool_bind_mem(pool, &pool->area->mem);
	return 0;
}

static void area_cleanup(struct page_pool *pool)
{
	if (pool->area)
		pp_area_unref(pool->area);
}

static int provider_init(struct page_pool *pool, struct pp_extack *ext)
{
	const struct memory_provider_ops *ops = pool->p.mp_ops;
	int err;

	if (!ops || !ops->init)
		return 0;
	err = ops->init(pool);
	if (err)
		return pp_fail(ext, err, "mp_ops",
			       "the memory provider's init refused the pool with %d",
			       err);
	return 0;
}

int page_pool_create(struct page_pool **out,
		     const struct page_pool_params *params, struct pp_extack *ext)
{
	struct page_pool_params p;
	struct page_pool *pool;
	int err;

	if (!out)
		return pp_fail(ext, -EINVAL, "out",
			       "out is NULL: pass where the pool shall go");
	err = pp_copy_sized(&p, sizeof(p), sizeof(p), params, ext);
	if (!err)
		err = params_check(&p, ext);
	if (err)
		return err;
	pool = pool_alloc(&p);
	if (!pool)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for a pool");
	err = area_init(pool, ext);
	if (err)
		goto err_free;
	err = pp_pool_register(pool);
	if (err) {
		pp_fail(ext, err, NULL,
			"no room for one more pool: this process has 65535");
		goto err_area;
	}
	err = provider_init(pool, ext);
	if (err)
		goto err_register;
	*out = pool;
	return 0;

err_register:
	pp_pool_unregister(pool);
err_area:
	area_cleanup(pool);
err_free:
	free(pool);
	return err;
}

void pp_pool_free(struct page_pool *pool)
{
	void (*on_destroyed)(void *) = pool->p.on_destroyed;
	void *arg = pool->p.on_destroyed_arg;

	if (pool->p.mp_ops && pool->p.mp_ops->destroy)
		pool->p.mp_ops->destroy(pool);
	pp_pool_unregister(pool);
	area_cleanup(pool);
	free(pool);
	if (on_destroyed)
		on_destroyed(arg);
}
