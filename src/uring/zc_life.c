/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of zero-copy receive's beginning and end: range, region, kernel. */
#define _GNU_SOURCE
#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"
#include "uring/probe.h"
#include "uring/zc_life.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define NODEV_BUF 4096u /* the only size of this mode */
#define PAGE 4096u
#define RETURN_BATCH 32u /* buffers worth a store of the ring's tail */

/* ---- the range ---- */

/* The last put of a buffer. Context: any thread. */
static void buffer_put(void *arg, uint32_t idx, uint32_t owed, bool ended)
{
	struct pp_zc *zc = arg;

	if (ended)
		pp_dev_lent_home(zc->pool, idx);
	else
		pp_rq_owe(zc, (idx - zc->first) >> zc->order, owed);
	/*
	 * A driver takes from the ring when it needs, not when we tell: what
	 * is worth a store goes there now, and all of it if the device waits.
	 */
	if (!ended && zc->device &&
	    (pp_load(&zc->hungry) || pp_load(&zc->list) >> 32 >= RETURN_BATCH))
		pp_rq_produce(zc);
}

static int range_lend(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		      struct pp_extack *ext)
{
	struct pp_zc *zc = z->zc;
	uint32_t all = pp_area_free_chunks(z->area) >> zc->order;

	zc->bufs = p->bufs ? p->bufs : all;
	zc->first = zc->bufs ? pp_dev_lend(z->pool, zc->bufs, buffer_put, zc) :
			       PP_NO_IDX;
	if (zc->first == PP_NO_IDX)
		return pp_fail(ext, -ENOMEM, "bufs",
			       "the area has no run of %u free buffers of %u bytes, %u are free: lend it before pools draw from it, or use fewer bufs",
			       zc->bufs ? zc->bufs : 1, z->buf_bytes, all);
	z->bufs = zc->bufs;
	z->info.first_chunk = zc->first;
	return 0;
}

/* ---- the refill ring ---- */

static uint32_t rq_entries(uint32_t bufs)
{
	uint32_t n = 1;

	while (n < bufs && n < PP_IO_ZCRX_RQ_MAX)
		n <<= 1;
	return n;
}

static void *map(size_t bytes)
{
	void *p = PP_FAULT("zcrx.map") ?
			  MAP_FAILED :
			  mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int region_make(struct pp_zc *zc, const struct pp_zcrx_caps *caps,
		       struct pp_extack *ext)
{
	uint32_t n = rq_entries(zc->bufs), align = caps->zcrx.rq_hdr_alignment;
	size_t hdr = caps->zcrx.rq_hdr_size;

	/* a kernel that cannot be asked: a page is more than any header */
	if (!hdr || !align || (align & (align - 1)))
		hdr = PAGE;
	else
		hdr = (hdr + align - 1) & ~(size_t)(align - 1);
	zc->mask = n - 1;
	/* a cache line for the kernel's counters is more than they need */
	zc->stats_at = (hdr + n * sizeof(struct pp_io_rqe) + PP_CACHELINE - 1) &
		       ~(size_t)(PP_CACHELINE - 1);
	zc->region_bytes = (zc->stats_at + PP_CACHELINE + PAGE - 1) &
			   ~(size_t)(PAGE - 1);
	zc->region = map(zc->region_bytes);
	zc->list_next = PP_FAULT("zcrx.list") ? NULL :
						calloc(2 * (size_t)zc->bufs,
						       sizeof(*zc->list_next));
	if (!zc->region || !zc->list_next)
		return pp_fail(ext, -ENOMEM, "bufs",
			       "no memory for a refill ring of %u entries", n);
	zc->list_owed = zc->list_next + zc->bufs;
	return 0;
}

/* Where in the region the kernel wants things. */
static int region_use(struct pp_zc *zc, const struct pp_io_zcrx_ifq_reg *reg,
		      uint32_t entries, struct pp_extack *ext)
{
	const struct pp_io_zcrx_offsets *o = &reg->offsets;
	unsigned char *base = zc->region;

	if (entries != zc->mask + 1 || o->head > zc->region_bytes - 4 ||
	    o->tail > zc->region_bytes - 4 ||
	    o->rqes + (size_t)entries * sizeof(struct pp_io_rqe) >
		    zc->region_bytes)
		return pp_fail(ext, -EOPNOTSUPP, NULL,
			       "the kernel's refill ring has another shape (head %u, tail %u, %u entries at %u): this library is older",
			       o->head, o->tail, entries, o->rqes);
	zc->head = (uint32_t *)(void *)(base + o->head);
	zc->tail = (uint32_t *)(void *)(base + o->tail);
	zc->rqes = (struct pp_io_rqe *)(void *)(base + o->rqes);
	return 0;
}

/* ---- the kernel ---- */

int pp_zc_explain(int err, const struct pp_zcrx *z, struct pp_extack *ext)
{
	unsigned long long kib = (unsigned long long)z->bufs * z->buf_bytes >> 10;
	struct rlimit lim = { 0 };

	switch (-err) {
	case EPERM:
		return pp_fail(ext, err, "mode",
			       "zero-copy receive needs CAP_NET_ADMIN in the first user namespace%s",
			       geteuid() ?
				       "" :
				       ": root of a container or a namespace has not that");
	case ENOMEM:
		getrlimit(RLIMIT_MEMLOCK, &lim);
		if (lim.rlim_cur == RLIM_INFINITY)
			break;
		return pp_fail(ext, err, "bufs",
			       "registering %llu KiB: %s; memlock limit is %llu KiB: raise it (ulimit -l) or give CAP_IPC_LOCK",
			       kib, strerror(-err),
			       (unsigned long long)lim.rlim_cur >> 10);
	case EINVAL:
		return pp_fail(ext, -EOPNOTSUPP, "mode",
			       "this kernel refuses to register %llu KiB for this mode: %s",
			       kib, strerror(-err));
	}
	return pp_fail(ext, err, "mode", "registering %llu KiB: %s", kib,
		       strerror(-err));
}

int pp_zc_ifq_register(struct pp_zcrx *z, struct pp_io_zcrx_ifq_reg *reg)
{
	int err;

	if (PP_FAULT("zcrx.register"))
		return -ENOMEM;
	err = io_uring_register((unsigned int)z->ring->ring_fd,
				PP_IO_REGISTER_ZCRX_IFQ, reg, 1);
	return err < 0 ? err : 0;
}

int pp_zc_register(struct pp_zcrx *z, struct pp_io_zcrx_ifq_reg *reg,
		   int (*explain)(int err, const struct pp_zcrx *z,
				  struct pp_extack *ext),
		   struct pp_extack *ext)
{
	struct pp_zc *zc = z->zc;
	struct pp_io_zcrx_area_reg area = {
		.addr = (uintptr_t)pp_area_base(z->area) +
			((uint64_t)zc->first << (zc->shift - zc->order)),
		.len = (uint64_t)zc->bufs << zc->shift,
	};
	struct pp_io_region_desc region = {
		.user_addr = (uintptr_t)zc->region,
		.size = zc->region_bytes,
		.flags = PP_IO_REGION_USER,
	};
	int err;

	reg->rq_entries = zc->mask + 1;
	reg->area_ptr = (uintptr_t)&area;
	reg->region_ptr = (uintptr_t)&region;
	err = pp_zc_ifq_register(z, reg);
	if (err)
		return explain(err, z, ext);
	zc->device = reg->if_idx != 0;
	z->zc_id = reg->zcrx_id;
	z->info.zcrx_id = reg->zcrx_id;
	zc->token = area.rq_area_token;
	return region_use(zc, reg, reg->rq_entries, ext);
}

static int nodev_register(struct pp_zcrx *z, const struct pp_zcrx_params *p,
			  const struct pp_zcrx_caps *caps, struct pp_extack *ext)
{
	struct pp_io_zcrx_ifq_reg reg = { .flags = PP_IO_ZCRX_REG_NODEV };

	(void)p;
	(void)caps;
	return pp_zc_register(z, &reg, pp_zc_explain, ext);
}

/* ---- life ---- */

/* After the pool: no put can come any more. */
static void zc_free(void *arg)
{
	struct pp_zc *zc = arg;

	if (!zc)
		return;
	if (zc->region)
		munmap(zc->region, zc->region_bytes);
	free(zc->list_next);
	free(zc);
}

void pp_zc_stop(struct pp_zcrx *z)
{
	(void)z; /* an instance lives as long as its ring */
}

void pp_zc_cleanup(struct pp_zcrx *z)
{
	struct pp_zc *zc = z->zc;

	z->zc = NULL;
	if (pp_fetch_sub(&zc->users, 1u) != 1 || zc->first == PP_NO_IDX)
		return;
	/* the device may write until its queue is its own again */
	if (!zc->device || pp_device_quiet(zc))
		pp_dev_lend_end(zc->pool, zc->first, zc->bufs);
}

static int zc_new(struct pp_zcrx *z, struct pp_extack *ext)
{
	struct pp_zc *zc;

	zc = PP_FAULT("zcrx.zc") ? NULL :
				   aligned_alloc(PP_CACHELINE, sizeof(*zc));
	if (!zc)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the instance");
	memset(zc, 0, sizeof(*zc));
	zc->first = PP_NO_IDX;
	zc->users = 1;
	zc->pool = z->pool;
	zc->area = z->area;
	zc->order = page_pool_order(z->pool);
	zc->shift = (uint32_t)__builtin_ctz(z->buf_bytes);
	z->zc = zc;
	/* it goes with the pool, whenever that is */
	pp_memory_follow(z, zc_free, zc);
	return 0;
}

static int nodev_probe(struct pp_zcrx_caps *caps, struct pp_extack *ext)
{
	pp_probe_zcrx(caps);
	if (caps->zcrx.register_flags & PP_IO_ZCRX_REG_NODEV &&
	    caps->zcrx.nr_ctrl_opcodes > PP_IO_ZCRX_CTRL_FLUSH_RQ)
		return 0;
	return pp_fail(ext, -EOPNOTSUPP, "mode",
		       "this kernel's io_uring has no zero-copy receive without a device (it %s): Linux 7.2 has it",
		       caps->has_zcrx  ? "has it only with one" :
		       caps->has_query ? "does not answer the question" :
					 "has no queries");
}

static int zc_start(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		    const struct pp_zcrx_caps *caps, pp_zc_reg_fn *reg,
		    struct pp_extack *ext)
{
	int err = zc_new(z, ext);

	if (!err)
		err = range_lend(z, p, ext);
	if (!err)
		err = region_make(z->zc, caps, ext);
	/* room for a completion of each buffer, and again for what follows */
	if (!err)
		err = pp_ring_init(z, p, 2 * z->bufs,
				   IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQE32,
				   ext);
	if (!err)
		err = reg(z, p, caps, ext);
	return err;
}

int pp_zc_open(struct pp_zcrx *z, const struct pp_zcrx_params *p,
	       const struct pp_zcrx_caps *caps, uint32_t buf_bytes,
	       pp_zc_reg_fn *reg, struct pp_extack *ext)
{
	int err = pp_memory_lent(z, p, buf_bytes, ext);

	if (err)
		return err;
	err = zc_start(z, p, caps, reg, ext);
	if (!err)
		return 0;
	/* the ring first: the kernel lets go of the range with it */
	if (z->ring)
		pp_ring_cleanup(z);
	if (z->zc)
		pp_zc_cleanup(z);
	pp_memory_cancel(z);
	return err;
}

int pp_zc_open_nodev(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     struct pp_extack *ext)
{
	struct pp_zcrx_caps caps;
	int err;

	err = nodev_probe(&caps, ext);
	if (err)
		return err;
	if (p->buf_bytes && p->buf_bytes != NODEV_BUF)
		return pp_fail(ext, -EINVAL, "buf_bytes",
			       "buf_bytes is %u: without a device it must be %u, or 0",
			       p->buf_bytes, NODEV_BUF);
	err = pp_zc_open(z, p, &caps, NODEV_BUF, nodev_register, ext);
	if (!err)
		z->ops = &pp_nodev_ops;
	return err;
}

/* ---- a second ring on the same instance ---- */

static int share_register(struct pp_zcrx *z, int fd, struct pp_extack *ext)
{
	struct pp_io_zcrx_ifq_reg reg = {
		.if_idx = (uint32_t)fd,
		.flags = PP_IO_ZCRX_REG_IMPORT,
	};
	int err = pp_zc_ifq_register(z, &reg);

	if (err == -EBADF)
		return pp_fail(ext, err, "share_fd",
			       "share_fd is %d: pass what pp_zcrx_export() returned, still open",
			       fd);
	if (err == -EINVAL)
		return pp_fail(ext, -EOPNOTSUPP, "share",
			       "this kernel cannot share zero-copy receive between rings: Linux 7.2 can");
	if (err)
		return pp_zc_explain(err, z, ext);
	z->zc_id = reg.zcrx_id;
	z->info.zcrx_id = reg.zcrx_id;
	return 0;
}

int pp_zc_open_share(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     struct pp_extack *ext)
{
	struct pp_zcrx *with = p->share;
	int err;

	if (!with->zc)
		return pp_fail(ext, -EOPNOTSUPP, "share",
			       "the other instance is in pbuf mode: share its pool instead");
	z->bufs = with->bufs;
	z->buf_bytes = with->buf_bytes;
	err = pp_ring_init(z, p, 2 * z->bufs,
			   IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQE32, ext);
	if (err)
		return err;
	err = share_register(z, p->share_fd, ext);
	if (err) {
		pp_ring_cleanup(z);
		return err;
	}
	pp_fetch_add(&with->zc->users, 1u);
	z->zc = with->zc;
	z->area = with->area;
	z->pool = page_pool_get(with->pool);
	z->ops = with->ops;
	z->info.mode = with->info.mode;
	z->info.ifindex = with->info.ifindex;
	z->info.queue = with->info.queue;
	z->info.first_chunk = with->info.first_chunk;
	return 0;
}
