/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of zero-copy receive on its data path: what cqe.c calls. */
#include "pool/device.h"
#include "uring/zc_life.h"

#include <errno.h>

int pp_zc_ctrl(struct pp_zcrx *z, struct pp_io_zcrx_ctrl *c)
{
	int err;

	c->zcrx_id = z->zc_id;
	err = io_uring_register((unsigned int)z->ring->ring_fd,
				PP_IO_REGISTER_ZCRX_CTRL, c, 0);
	return err < 0 ? err : 0;
}

/* Makes the kernel look at the refill ring. Context: the driver. */
static int flush(struct pp_zcrx *z)
{
	struct pp_io_zcrx_ctrl c = { .op = PP_IO_ZCRX_CTRL_FLUSH_RQ };

	pp_stat_inc(&z->c.flushes);
	return pp_zc_ctrl(z, &c);
}

/*
 * Buffers the kernel can fill. Every CQE outside is one that the kernel waits
 * for; in nodev mode each is a buffer of its own.
 */
static uint32_t nodev_free(const struct pp_zcrx *z)
{
	const struct pp_zc *zc = z->zc;
	uint32_t out = pp_load(&zc->delivered) - pp_load_acquire(zc->head);

	return out < zc->bufs ? zc->bufs - out : 0;
}

/* Worth a system call: much is in the ring, or the kernel has little left. */
static bool flush_due(const struct pp_zcrx *z)
{
	uint32_t used = pp_rq_used(z->zc), half = z->zc->bufs / 2;

	if (!used)
		return false;
	return z->starved || used > z->zc->mask / 2 || used >= half ||
	       nodev_free(z) < z->low_water;
}

/* Returns into the ring, and the kernel told while @due says so. */
static int refill_while(struct pp_zcrx *z, bool (*due)(const struct pp_zcrx *z))
{
	struct pp_zc *zc = z->zc;
	uint32_t before;
	int err;

	for (;;) {
		pp_rq_produce(zc);
		if (!due(z))
			return 0;
		before = pp_load_acquire(zc->head);
		err = flush(z);
		if (err)
			return err;
		pp_stat_add(&z->c.refills, pp_load_acquire(zc->head) - before);
		/* what did not fit before, fits now */
		if (!pp_rq_listed(zc) || pp_load_acquire(zc->head) == before)
			return 0;
	}
}

static int nodev_refill(struct pp_zcrx *z)
{
	return refill_while(z, flush_due);
}

/* ---- device mode: the driver refills, the kernel tells of want ---- */

static uint32_t device_free(const struct pp_zcrx *z)
{
	uint32_t out = (uint32_t)page_pool_inflight(z->zc->pool);

	return out < z->bufs ? z->bufs - out : 0;
}

/* A driver that gets on needs no telling; one that starved, or copies, does. */
static bool device_flush_due(const struct pp_zcrx *z)
{
	uint32_t used = pp_rq_used(z->zc);

	if (!used || z->ctrl_missing)
		return false;
	return z->starved || pp_load(&z->zc->hungry) ||
	       used > z->zc->mask / 2 || used >= z->zc->bufs / 2;
}

/* There are buffers again: the kernel shall tell of the next want. */
static int event_rearm(struct pp_zcrx *z)
{
	struct pp_io_zcrx_ctrl c = { .op = PP_IO_ZCRX_CTRL_ARM_EVENT,
				     .event_type = PP_IO_ZCRX_EVENT_ALLOC_FAIL };

	if (!pp_load(&z->zc->hungry) || device_free(z) < z->low_water)
		return 0;
	pp_store(&z->zc->hungry, 0u);
	return pp_zc_ctrl(z, &c);
}

/*
 * Without the kernel's event the device just goes silent, so a want is called
 * one before it is there: few buffers are left.
 */
static void watch(struct pp_zcrx *z)
{
	uint32_t low = device_free(z) < pp_min(z->low_water, z->bufs / 16 + 1);

	if (low && !pp_load(&z->zc->hungry))
		pp_stat_inc(&z->c.starved);
	if (low || device_free(z) >= z->low_water)
		pp_store(&z->zc->hungry, low);
}

static int device_refill(struct pp_zcrx *z)
{
	int err;

	if (z->watch)
		watch(z);
	err = refill_while(z, device_flush_due);
	return err || !z->event_on ? err : event_rearm(z);
}

static void zc_prep(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		    uint32_t limit)
{
	io_uring_prep_rw(PP_IO_OP_RECV_ZC, sqe, fd, NULL, limit, 0);
	sqe->ioprio = IORING_RECV_MULTISHOT;
	sqe->file_index = z->zc_id; /* zcrx_ifq_idx of newer headers */
}

/* The kernel's own completion: the device found no buffer. */
static int event_take(struct pp_zcrx *z)
{
	pp_store(&z->zc->hungry, 1u);
	pp_stat_inc(&z->c.starved);
	return 0;
}

static int zc_take(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		   struct pp_frag *frag)
{
	const struct pp_io_zcrx_cqe *zcqe = (const void *)(cqe + 1);
	struct pp_zc *zc = z->zc;
	uint64_t off, b;

	if (cqe->res <= 0)
		return 0;
	off = zcqe->off & PP_IO_ZCRX_OFF_MASK;
	b = off >> zc->shift;
	frag->offset = (uint32_t)(off & ((UINT64_C(1) << zc->shift) - 1));
	if (pp_unlikely((zcqe->off & ~PP_IO_ZCRX_OFF_MASK) != zc->token ||
			b >= zc->bufs ||
			frag->offset + (uint64_t)(uint32_t)cqe->res >
				UINT64_C(1) << zc->shift))
		return -EIO;
	pp_fetch_add(&zc->delivered, 1u);
	frag->netmem = pp_dev_lent_take(zc->pool,
					zc->first + ((uint32_t)b << zc->order));
	frag->flags = zc->device ? 0 : PP_FRAG_LINEAR;
	if (!zc->device)
		pp_stat_add(&z->c.copied_bytes, (uint32_t)cqe->res);
	return 1;
}

int pp_zcrx_export(struct pp_zcrx *z)
{
	struct pp_io_zcrx_ctrl c = { .op = PP_IO_ZCRX_CTRL_EXPORT };
	int err;

	if (!z)
		return -EINVAL;
	if (!z->zc)
		return -EOPNOTSUPP;
	err = pp_zc_ctrl(z, &c);
	return err ? err : (int)c.zcrx_fd;
}

const struct pp_zcrx_ops pp_nodev_ops = {
	.refill = nodev_refill,
	.free_bufs = nodev_free,
	.prep = zc_prep,
	.take = zc_take,
	.stop = pp_zc_stop,
	.cleanup = pp_zc_cleanup,
};

const struct pp_zcrx_ops pp_device_ops = {
	.refill = device_refill,
	.free_bufs = device_free,
	.prep = zc_prep,
	.take = zc_take,
	.event = event_take,
	.stop = pp_zc_stop,
	.cleanup = pp_zc_cleanup,
};
