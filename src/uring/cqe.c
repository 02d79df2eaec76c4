/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the calls for an application's own loop: prepare, and understand. */
#include "uring/uring.h"

#include <errno.h>
#include <string.h>
#include <time.h>

uint64_t pp_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/*
 * Free buffers below the mark are not worth a receive that ends at once; but an
 * application that keeps nearly all of them must still get on, so after a while
 * any free buffer will do.
 */
static bool enough(struct pp_zcrx *z)
{
	uint32_t n = z->ops->free_bufs(z);

	if (!z->starved)
		return n > 0;
	if (n < z->low_water &&
	    (!n || pp_now_ns() - z->starved_ns < PP_ZCRX_HOLD_NS))
		return false;
	z->starved = false;
	return true;
}

bool pp_zcrx_ready(struct pp_zcrx *z)
{
	return z && z->ops->refill(z) == 0 && enough(z);
}

int pp_zcrx_refill(struct pp_zcrx *z)
{
	return z ? z->ops->refill(z) : -EINVAL;
}

int pp_zcrx_prep_recv(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		      uint64_t user_data)
{
	if (!z || !sqe || fd < 0)
		return -EINVAL;
	if (!pp_zcrx_ready(z)) {
		/* an entry that was taken must be something */
		io_uring_prep_nop(sqe);
		sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
		io_uring_sqe_set_data64(sqe, user_data);
		pp_stat_inc(&z->c.held);
		return -EAGAIN;
	}
	z->ops->prep(z, sqe, fd);
	io_uring_sqe_set_data64(sqe, user_data);
	return 0;
}

static void starve(struct pp_zcrx *z)
{
	if (!z->starved)
		z->starved_ns = pp_now_ns();
	z->starved = true;
	pp_stat_inc(&z->c.starved);
}

/* A CQE without bytes: why the receive has ended. */
static int ended(struct pp_zcrx *z, int res, uint32_t *events)
{
	switch (-res) {
	case 0:
		*events = PP_ZCRX_EV_EOF;
		return 0;
	case ENOBUFS: /* pbuf: the ring is empty */
	case ENOMEM:  /* zero-copy: no free buffer in readable memory */
		starve(z);
		*events = PP_ZCRX_EV_STARVED | PP_ZCRX_EV_REARM;
		break;
	case ENOSPC: /* zero-copy: no room for a completion */
		pp_stat_inc(&z->c.cq_full);
		*events = PP_ZCRX_EV_REARM;
		break;
	case EINTR:
	case EAGAIN:
		*events = PP_ZCRX_EV_REARM;
		break;
	default:
		return res;
	}
	pp_stat_inc(&z->c.rearms);
	return 0;
}

int pp_zcrx_on_cqe(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		   struct pp_frag *frags, uint32_t *events)
{
	int n;

	if (!z || !cqe || !frags || !events)
		return -EINVAL;
	*events = 0;
	pp_stat_inc(&z->c.cqes);
	n = z->ops->take(z, cqe, frags);
	if (pp_unlikely(n < 0)) {
		pp_stat_inc(&z->c.bad_cqes);
		return n;
	}
	if (pp_unlikely(!n))
		return cqe->flags & IORING_CQE_F_MORE ?
			       0 :
			       ended(z, cqe->res, events);
	frags->len = (uint32_t)cqe->res;
	pp_stat_add(&z->c.bytes, frags->len);
	pp_stat_inc(&z->c.frags);
	if (pp_unlikely(!(cqe->flags & IORING_CQE_F_MORE))) {
		*events = PP_ZCRX_EV_REARM;
		pp_stat_inc(&z->c.rearms);
	}
	return n;
}
