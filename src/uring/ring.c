/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the io_uring instance: the application's, or one of ours. */
#include "base/extack.h"
#include "base/fault.h"
#include "uring/abi.h"
#include "uring/uring.h"

#include <errno.h>
#include <string.h>

static uint32_t pow2_above(uint32_t n)
{
	uint32_t p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

static int setup(struct io_uring *ring, uint32_t cq, uint32_t flags)
{
	struct io_uring_params params;

	memset(&params, 0, sizeof(params));
	params.flags = flags | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
	params.cq_entries = cq;
	if (PP_FAULT("zcrx.ring"))
		return -ENOMEM;
	return io_uring_queue_init_params(PP_ZCRX_SQ_ENTRIES, ring, &params);
}

static int setup_explain(int err, struct pp_extack *ext)
{
	if (err == -EPERM)
		return pp_fail(ext, err, NULL,
			       "io_uring is forbidden here: see kernel.io_uring_disabled and the seccomp filter");
	if (err == -ENOSYS)
		return pp_fail(ext, -EOPNOTSUPP, NULL,
			       "this kernel has no io_uring, or a seccomp filter hides it");
	if (err == -EINVAL)
		return pp_fail(ext, -EOPNOTSUPP, NULL,
			       "this kernel's io_uring lacks DEFER_TASKRUN: Linux 6.1 has it");
	return pp_fail(ext, err, NULL, "cannot make an io_uring: %s",
		       strerror(-err));
}

static int ring_take(struct pp_zcrx *z, struct io_uring *ring, uint32_t need,
		     struct pp_extack *ext)
{
	/* of 32-byte and mixed CQEs either will do */
	if (ring->flags & PP_IO_SETUP_CQE_MIXED)
		need &= ~IORING_SETUP_CQE32;
	if (need & ~ring->flags)
		return pp_fail(ext, -EINVAL, "ring",
			       "the ring has set-up flags 0x%x, this mode needs 0x%x too: IORING_SETUP_DEFER_TASKRUN and IORING_SETUP_CQE32",
			       ring->flags, need & ~ring->flags);
	z->ring = ring;
	z->ring_is_ours = false;
	return 0;
}

int pp_ring_init(struct pp_zcrx *z, const struct pp_zcrx_params *p, uint32_t cq,
		 uint32_t need, struct pp_extack *ext)
{
	int err;

	if (p->ring)
		err = ring_take(z, p->ring, need, ext);
	else {
		if (p->cq_entries)
			cq = p->cq_entries;
		cq = pow2_above(pp_min(cq < PP_ZCRX_CQ_MIN && !p->cq_entries ?
					       PP_ZCRX_CQ_MIN :
					       cq,
				       PP_ZCRX_CQ_MAX));
		err = setup(&z->own_ring, cq,
			    need | IORING_SETUP_SINGLE_ISSUER |
				    IORING_SETUP_DEFER_TASKRUN);
		if (err)
			return setup_explain(err, ext);
		z->ring = &z->own_ring;
		z->ring_is_ours = true;
	}
	if (!err)
		z->info.cq_entries = z->ring->cq.ring_entries;
	return err;
}

void pp_ring_quiet(struct pp_zcrx *z)
{
	struct io_uring_sync_cancel_reg reg;

	if (!z->ring_is_ours)
		return;
	memset(&reg, 0, sizeof(reg));
	reg.fd = -1;
	reg.flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
	reg.timeout.tv_sec = -1;
	reg.timeout.tv_nsec = -1;
	/* -ENOENT: nothing was armed */
	(void)io_uring_register_sync_cancel(z->ring, &reg);
}

void pp_ring_cleanup(struct pp_zcrx *z)
{
	if (z->ring_is_ours)
		io_uring_queue_exit(z->ring);
	z->ring = NULL;
	z->ring_is_ours = false;
}
