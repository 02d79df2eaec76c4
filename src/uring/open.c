/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of an instance's life, and of what it tells about itself. */
#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int params_check(const struct pp_zcrx_params *p, struct pp_extack *ext)
{
	if (p->mode > PP_ZCRX_PBUF)
		return pp_fail(ext, -EINVAL, "mode",
			       "mode is %u: it must be one of enum pp_zcrx_mode",
			       p->mode);
	if (p->buf_bytes && (p->buf_bytes < 256 || p->buf_bytes > 1u << 30 ||
			     (p->buf_bytes & (p->buf_bytes - 1))))
		return pp_fail(ext, -EINVAL, "buf_bytes",
			       "buf_bytes is %u: it must be a power of two from 256 to 2^30",
			       p->buf_bytes);
	if (p->cq_entries > PP_ZCRX_CQ_MAX)
		return pp_fail(ext, -EINVAL, "cq_entries",
			       "cq_entries is %u: it must be at most %u",
			       p->cq_entries, PP_ZCRX_CQ_MAX);
	if (p->reserved)
		return pp_fail(ext, -EINVAL, "reserved",
			       "reserved is %u: it must be 0", p->reserved);
	if (p->area_bytes && (p->area || p->pool))
		return pp_fail(ext, -EINVAL, "area_bytes",
			       "area_bytes is %llu and there is an area already: leave it 0",
			       (unsigned long long)p->area_bytes);
	return 0;
}

int pp_zcrx_open(struct pp_zcrx **out, const struct pp_zcrx_params *params,
		 struct pp_extack *ext)
{
	struct pp_zcrx_params p;
	struct pp_zcrx *z;
	int err;

	if (!out)
		return pp_fail(ext, -EINVAL, NULL,
			       "out is NULL: pass the address of a pointer");
	err = pp_copy_sized(&p, sizeof(p), sizeof(p), params, ext);
	if (!err)
		err = params_check(&p, ext);
	if (err)
		return err;
	z = PP_FAULT("zcrx.alloc") ? NULL : calloc(1, sizeof(*z));
	if (!z)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the instance");
	z->info.sz = sizeof(z->info);
	err = pp_zcrx_ladder(z, &p, ext);
	if (err) {
		free(z);
		return err;
	}
	z->low_water = p.low_water ? pp_min(p.low_water, z->bufs) : z->bufs / 4;
	if (!z->low_water)
		z->low_water = 1;
	z->info.buf_bytes = z->buf_bytes;
	z->info.bufs = z->bufs;
	z->info.low_water = z->low_water;
	*out = z;
	return 0;
}

void pp_zcrx_close(struct pp_zcrx *z)
{
	if (!z)
		return;
	pp_ring_quiet(z);
	z->ops->stop(z);
	pp_ring_cleanup(z);
	z->ops->cleanup(z);
	pp_conns_free(z);
	free(z->limit);
	pp_memory_cleanup(z);
	free(z);
}

struct io_uring *pp_zcrx_ring(const struct pp_zcrx *z)
{
	return z ? z->ring : NULL;
}

struct page_pool *pp_zcrx_pool(const struct pp_zcrx *z)
{
	return z ? z->pool : NULL;
}

struct pp_area *pp_zcrx_area(const struct pp_zcrx *z)
{
	return z ? z->area : NULL;
}

int pp_zcrx_fd(const struct pp_zcrx *z)
{
	return z ? z->ring->ring_fd : -EINVAL;
}

int pp_zcrx_get_info(const struct pp_zcrx *z, struct pp_zcrx_info *info)
{
	if (!z || !info)
		return -EINVAL;
	return pp_copy_out(info, &z->info, sizeof(z->info), sizeof(z->info));
}

int pp_zcrx_get_stats(const struct pp_zcrx *z, struct pp_zcrx_stats *stats)
{
	struct pp_zcrx_stats s = { .sz = sizeof(s) };
	const struct pp_zcrx_counters *c;

	if (!z || !stats)
		return -EINVAL;
	c = &z->c;
	s.kernel_bufs = z->ops->free_bufs(z);
	s.cqes = pp_load(&c->cqes);
	s.bytes = pp_load(&c->bytes);
	s.frags = pp_load(&c->frags);
	s.rearms = pp_load(&c->rearms);
	s.starved = pp_load(&c->starved);
	s.cq_full = pp_load(&c->cq_full);
	s.held = pp_load(&c->held);
	s.refills = pp_load(&c->refills);
	s.refill_short = pp_load(&c->refill_short);
	s.flushes = pp_load(&c->flushes);
	s.bad_cqes = pp_load(&c->bad_cqes);
	s.copied_bytes = pp_load(&c->copied_bytes) + pp_zc_kernel_copied(z);
	return pp_copy_out(stats, &s, sizeof(s), sizeof(s));
}
