/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of where received bytes go: the caller's area and pool, or ours. */
#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdlib.h>

/* What the end of a pool of ours brings along: it may outlive the instance. */
struct pp_zcrx_last {
	struct pp_area *area; /* ours to destroy, or NULL */
	void (*on_gone)(void *arg);
	void *arg;
	void (*follow)(void *arg); /* goes after the pool, before the area */
	void *follow_arg;
};

static void pool_gone(void *arg)
{
	struct pp_zcrx_last *last = arg;

	if (last->follow)
		last->follow(last->follow_arg);
	pp_area_destroy(last->area);
	if (last->on_gone)
		last->on_gone(last->arg);
	free(last);
}

static int area_make(struct pp_area **area, const struct pp_zcrx_params *p,
		     uint32_t buf_bytes, struct pp_extack *ext)
{
	uint64_t bytes = p->area_bytes ? p->area_bytes : PP_ZCRX_AREA_DEFAULT;
	struct pp_area_params ap = {
		.sz = sizeof(ap),
		.chunk_bytes = buf_bytes,
		.nid = NUMA_NO_NODE,
		.name = "zcrx",
	};

	if (bytes / buf_bytes > UINT32_MAX || bytes < buf_bytes)
		return pp_fail(ext, -EINVAL, "area_bytes",
			       "area_bytes is %llu: it must hold 1 to 2^32 - 1 buffers of %u bytes",
			       (unsigned long long)bytes, buf_bytes);
	ap.chunks = (uint32_t)(bytes / buf_bytes);
	return pp_area_create(area, &ap, ext);
}

static int pool_make(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     uint32_t buf_bytes, bool own_area, struct pp_extack *ext)
{
	uint32_t chunk = pp_area_chunk_bytes(z->area);
	struct page_pool_params pp = {
		.sz = sizeof(pp),
		.nid = NUMA_NO_NODE,
		.area = z->area,
		.name = "zcrx",
		.on_destroyed = pool_gone,
	};
	struct pp_zcrx_last *last;
	int err;

	if (buf_bytes < chunk)
		return pp_fail(ext, -EINVAL, "buf_bytes",
			       "buf_bytes is %u: the area's chunks have %u, a buffer is one or more",
			       buf_bytes, chunk);
	pp.order = (uint32_t)__builtin_ctz(buf_bytes / chunk);
	pp.pool_size = pp_min(pp_area_chunks(z->area) >> pp.order, 16384u);
	last = PP_FAULT("zcrx.last") ? NULL : malloc(sizeof(*last));
	if (!last)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the instance");
	*last = (struct pp_zcrx_last){
		.area = own_area ? z->area : NULL,
		.on_gone = p->on_gone,
		.arg = p->on_gone_arg,
	};
	pp.on_destroyed_arg = last;
	err = page_pool_create(&z->pool, &pp, ext);
	if (err)
		free(last);
	else
		z->last = last;
	return err;
}

static int pool_take(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     struct pp_extack *ext)
{
	struct pp_area *area = pp_pool_area(p->pool);
	uint32_t page;

	if (!area)
		return pp_fail(ext, -EINVAL, "pool",
			       "the pool has a memory provider: buffers must come from a pp_area");
	if (p->area && p->area != area)
		return pp_fail(ext, -EINVAL, "area",
			       "area is not the pool's: leave it NULL, or name the same");
	page = pp_area_chunk_bytes(area) << page_pool_order(p->pool);
	if (p->buf_bytes && p->buf_bytes != page)
		return pp_fail(ext, -EINVAL, "buf_bytes",
			       "buf_bytes is %u: the pool's pages have %u, leave it 0",
			       p->buf_bytes, page);
	z->area = area;
	z->pool = page_pool_get(p->pool);
	z->buf_bytes = page;
	return 0;
}

int pp_memory_init(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   uint32_t buf_bytes, struct pp_extack *ext)
{
	bool own = !p->area && !p->pool;
	int err;

	if (p->pool)
		return pool_take(z, p, ext);
	z->area = p->area;
	err = own ? area_make(&z->area, p, buf_bytes, ext) : 0;
	if (err)
		return err;
	z->buf_bytes = buf_bytes;
	err = pool_make(z, p, buf_bytes, own, ext);
	if (err && own)
		pp_area_destroy(z->area);
	return err;
}

int pp_memory_lent(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   uint32_t buf_bytes, struct pp_extack *ext)
{
	struct pp_zcrx_params own = *p;

	/* the pool is for lent buffers only: never the caller's */
	own.pool = NULL;
	if (p->pool && !p->area)
		own.area = pp_pool_area(p->pool);
	if (p->pool && !own.area)
		return pp_fail(ext, -EINVAL, "pool",
			       "the pool has a memory provider: buffers must come from a pp_area");
	return pp_memory_init(z, &own, buf_bytes, ext);
}

void pp_memory_follow(struct pp_zcrx *z, void (*fn)(void *arg), void *arg)
{
	z->last->follow = fn;
	z->last->follow_arg = arg;
}

void pp_memory_cancel(struct pp_zcrx *z)
{
	/* nobody was told of the instance: nobody hears of its end */
	if (z->last)
		z->last->on_gone = NULL;
	pp_memory_cleanup(z);
}

void pp_memory_cleanup(struct pp_zcrx *z)
{
	z->last = NULL;
	page_pool_destroy(z->pool);
	z->pool = NULL;
	z->area = NULL;
}
