/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the fallback: multishot receive into a provided-buffer ring that
 * is fed from the pool. A buffer in the ring is a page in the state KERNEL, and
 * its number (bid) is a slot of our table, which is how a CQE finds its page.
 *
 * No bundles and no incremental buffers: kernels differ in what the two do, and
 * with 64 KiB buffers neither saves anything.
 */
#define _GNU_SOURCE
#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PBUF_DEFAULT 64u
#define PBUF_MAX 32768u
#define PBUF_BYTES 65536u
#define PBUF_BATCH 16u
#define PBUF_NONE UINT64_MAX

struct pp_pbuf {
	struct io_uring_buf_ring *br;
	size_t br_bytes;
	struct pp_dev_view view;
	unsigned char *base; /* of the area */
	uint32_t mask;
	uint32_t entries; /* with the kernel */
	uint32_t n_free;
	uint16_t bgid;
	bool registered;
	bool direct_set; /* our own pool: its owner puts into the cache */
	uint64_t *addr;	 /* bid -> frame address, PBUF_NONE if it is unused */
	uint16_t *free;	 /* unused bids */
};

/* ---- the ring ---- */

/* Buffers for @n unused numbers; one store makes them visible to the kernel. */
static void push(struct pp_zcrx *z, const uint64_t *addr, uint32_t n)
{
	struct pp_pbuf *b = z->pbuf;
	uint32_t i;
	uint16_t bid;

	for (i = 0; i < n; i++) {
		bid = b->free[--b->n_free];
		b->addr[bid] = addr[i];
		io_uring_buf_ring_add(b->br, b->base + addr[i], z->buf_bytes,
				      bid, (int)b->mask, (int)i);
	}
	io_uring_buf_ring_advance(b->br, (int)n);
	pp_store(&b->entries, b->entries + n);
}

/* The frame of a CQE, PBUF_NONE if the kernel did not hold that number. */
static uint64_t pull(struct pp_pbuf *b, uint32_t flags)
{
	uint32_t bid = flags >> IORING_CQE_BUFFER_SHIFT;
	uint64_t addr;

	if (bid > b->mask || b->addr[bid] == PBUF_NONE)
		return PBUF_NONE;
	addr = b->addr[bid];
	b->addr[bid] = PBUF_NONE;
	b->free[b->n_free++] = (uint16_t)bid;
	pp_store(&b->entries, b->entries - 1);
	return addr;
}

static int pbuf_refill(struct pp_zcrx *z)
{
	struct pp_pbuf *b = z->pbuf;
	uint64_t addr[PBUF_BATCH];
	uint32_t want, got;

	if (!b->direct_set) {
		/* in the thread that drives the ring, not in the one that opened */
		page_pool_enable_direct_recycling(z->pool);
		b->direct_set = true;
	}
	while (b->n_free) {
		want = pp_min(b->n_free, PBUF_BATCH);
		got = pp_dev_fill(z->pool, addr, want);
		if (got) {
			push(z, addr, got);
			pp_stat_add(&z->c.refills, got);
		}
		if (got < want) {
			pp_stat_inc(&z->c.refill_short);
			break;
		}
	}
	return 0;
}

static uint32_t pbuf_free(const struct pp_zcrx *z)
{
	return pp_load(&z->pbuf->entries);
}

static void pbuf_prep(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		      uint32_t limit)
{
	/* a multishot receive cannot be told when to stop: one buffer a time */
	if (limit)
		io_uring_prep_recv(sqe, fd, NULL, pp_min(limit, z->buf_bytes), 0);
	else
		io_uring_prep_recv_multishot(sqe, fd, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = z->pbuf->bgid;
}

static int pbuf_take(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		     struct pp_frag *frag)
{
	uint64_t addr;

	if (!(cqe->flags & IORING_CQE_F_BUFFER))
		return cqe->res > 0 ? -EIO : 0;
	addr = pull(z->pbuf, cqe->flags);
	if (addr == PBUF_NONE)
		return -EIO;
	if (cqe->res <= 0 || (uint32_t)cqe->res > z->buf_bytes) {
		push(z, &addr, 1); /* taken and not used */
		return cqe->res <= 0 ? 0 : -EIO;
	}
	frag->netmem = pp_dev_take(z->pbuf->view,
				   addr >> z->pbuf->view.chunk_shift);
	if (!frag->netmem)
		return -EIO;
	frag->offset = 0;
	frag->flags = PP_FRAG_LINEAR; /* the kernel copied */
	pp_stat_add(&z->c.copied_bytes, (uint32_t)cqe->res);
	return 1;
}

/* ---- life ---- */

static void pbuf_stop(struct pp_zcrx *z)
{
	if (z->pbuf->registered)
		io_uring_unregister_buf_ring(z->ring, z->pbuf->bgid);
	z->pbuf->registered = false;
}

static void pbuf_cleanup(struct pp_zcrx *z)
{
	struct pp_pbuf *b = z->pbuf;
	uint32_t bid;

	for (bid = 0; b->addr && bid <= b->mask; bid++)
		if (b->addr[bid] != PBUF_NONE)
			pp_dev_home(z->area, b->addr[bid]);
	if (b->br)
		munmap(b->br, b->br_bytes);
	free(b->addr);
	free(b->free);
	free(b);
	z->pbuf = NULL;
}

static const struct pp_zcrx_ops pbuf_ops = {
	.refill = pbuf_refill,
	.free_bufs = pbuf_free,
	.prep = pbuf_prep,
	.take = pbuf_take,
	.stop = pbuf_stop,
	.cleanup = pbuf_cleanup,
};

static int tables_make(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		       struct pp_extack *ext)
{
	struct pp_pbuf *b;
	uint32_t i;
	void *br;

	b = PP_FAULT("zcrx.pbuf") ? NULL : calloc(1, sizeof(*b));
	if (!b)
		goto err;
	z->pbuf = b;
	z->ops = &pbuf_ops;
	b->mask = z->bufs - 1;
	b->bgid = (uint16_t)p->bgid;
	b->view = pp_dev_view(z->area);
	b->base = pp_area_base(z->area);
	b->direct_set = p->pool != NULL; /* the caller's pool is his to set up */
	b->br_bytes = z->bufs * sizeof(struct io_uring_buf);
	b->addr = PP_FAULT("zcrx.pbuf_addr") ?
			  NULL :
			  malloc(z->bufs * sizeof(*b->addr));
	b->free = PP_FAULT("zcrx.pbuf_free") ?
			  NULL :
			  malloc(z->bufs * sizeof(*b->free));
	if (b->addr)
		memset(b->addr, 0xff, z->bufs * sizeof(*b->addr));
	br = PP_FAULT("zcrx.pbuf_map") ?
		     MAP_FAILED :
		     mmap(NULL, b->br_bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	b->br = br == MAP_FAILED ? NULL : br;
	if (!b->addr || !b->free || !b->br)
		goto err;
	for (i = 0; i < z->bufs; i++)
		b->free[i] = (uint16_t)(z->bufs - 1 - i);
	b->n_free = z->bufs;
	io_uring_buf_ring_init(b->br);
	return 0;

err:
	return pp_fail(ext, -ENOMEM, "bufs",
		       "no memory for a ring of %u buffers", z->bufs);
}

static int ring_register(struct pp_zcrx *z, struct pp_extack *ext)
{
	struct pp_pbuf *b = z->pbuf;
	struct io_uring_buf_reg reg = {
		.ring_addr = (uintptr_t)b->br,
		.ring_entries = z->bufs,
		.bgid = b->bgid,
	};
	int err;

	err = PP_FAULT("zcrx.pbuf_register") ?
		      -ENOMEM :
		      io_uring_register_buf_ring(z->ring, &reg, 0);
	if (err == -EEXIST)
		return pp_fail(ext, err, "bgid",
			       "buffer group %u of the ring is in use: choose another bgid",
			       b->bgid);
	if (err == -EINVAL)
		return pp_fail(ext, -EOPNOTSUPP, NULL,
			       "this kernel's io_uring has no buffer rings: Linux 5.19 has them");
	if (err)
		return pp_fail(ext, err, "bufs",
			       "registering a ring of %u buffers: %s", z->bufs,
			       strerror(-err));
	b->registered = true;
	return 0;
}

/* Half a ring of buffers is the least to begin with. */
static int first_fill(struct pp_zcrx *z, struct pp_extack *ext)
{
	bool direct_set = z->pbuf->direct_set, borrowed;
	int err = pp_pool_borrow(z->pool, &borrowed, ext);

	if (err)
		return err;
	z->pbuf->direct_set = true;
	pbuf_refill(z);
	z->pbuf->direct_set = direct_set;
	pp_pool_unborrow(z->pool, borrowed);
	if (pbuf_free(z) < (z->bufs + 1) / 2)
		return pp_fail(ext, -ENOMEM, "bufs",
			       "the pool had %u pages of %u bytes for a ring of %u: use a larger area or fewer bufs",
			       pbuf_free(z), z->buf_bytes, z->bufs);
	return 0;
}

static int sizes_check(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		       struct pp_extack *ext)
{
	z->bufs = p->bufs ? p->bufs : PBUF_DEFAULT;
	if (z->bufs > PBUF_MAX || (z->bufs & (z->bufs - 1)))
		return pp_fail(ext, -EINVAL, "bufs",
			       "bufs is %u: in pbuf mode it must be a power of two up to %u",
			       z->bufs, PBUF_MAX);
	if (p->bgid > UINT16_MAX)
		return pp_fail(ext, -EINVAL, "bgid",
			       "bgid is %u: it must be at most %u", p->bgid,
			       UINT16_MAX);
	return 0;
}

int pp_pbuf_open(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		 struct pp_extack *ext)
{
	uint32_t buf = p->buf_bytes ? p->buf_bytes : PBUF_BYTES;
	int err;

	/* no smaller than a chunk, unless that was asked for: then refused */
	if (!p->buf_bytes && p->area && pp_area_chunk_bytes(p->area) > buf)
		buf = pp_area_chunk_bytes(p->area);
	err = sizes_check(z, p, ext);
	if (err)
		return err;
	err = pp_memory_init(z, p, buf, ext);
	if (err)
		return err;
	err = pp_ring_init(z, p, 2 * z->bufs, 0, ext);
	if (err)
		goto err_memory;
	err = tables_make(z, p, ext);
	if (!err)
		err = ring_register(z, ext);
	if (!err)
		err = first_fill(z, ext);
	if (err)
		goto err_ring;
	return 0;

err_ring:
	if (z->pbuf) {
		pbuf_stop(z);
		pbuf_cleanup(z);
	}
	pp_ring_cleanup(z);
err_memory:
	pp_memory_cancel(z);
	return err;
}
