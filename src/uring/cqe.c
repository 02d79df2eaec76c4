/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the calls for an application's own loop: prepare, and understand. */
#include "base/fault.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdlib.h>
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

/* An entry that was taken from the ring must be something. */
static int prep_nothing(struct io_uring_sqe *sqe, int err)
{
	io_uring_prep_nop(sqe);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	return err;
}

int pp_zcrx_prep_recv(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		      uint64_t user_data)
{
	if (!z || !sqe || fd < 0)
		return -EINVAL;
	if (!pp_zcrx_ready(z)) {
		pp_stat_inc(&z->c.held);
		return prep_nothing(sqe, -EAGAIN);
	}
	z->ops->prep(z, sqe, fd, 0);
	io_uring_sqe_set_data64(sqe, user_data);
	return 0;
}

/* ---- limited receives ---- */

static struct pp_limit *limit_find(struct pp_zcrx *z, uint64_t user_data)
{
	uint32_t i;

	for (i = 0; i < z->limits; i++)
		if (z->limit[i].user_data == user_data)
			return &z->limit[i];
	return NULL;
}

static int limit_add(struct pp_zcrx *z, uint64_t user_data, uint32_t bytes)
{
	uint32_t room = z->limit_room ? 2 * z->limit_room : 16;
	struct pp_limit *grown;

	if (limit_find(z, user_data))
		return -EEXIST;
	if (z->limits == z->limit_room) {
		grown = PP_FAULT("zcrx.limits") ?
				NULL :
				realloc(z->limit, room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		z->limit = grown;
		z->limit_room = room;
	}
	z->limit[z->limits++] = (struct pp_limit){ user_data, bytes };
	return 0;
}

int pp_zcrx_prep_recv_limit(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
			    uint64_t user_data, uint32_t bytes)
{
	int err;

	if (!z || !sqe)
		return -EINVAL;
	if (fd < 0 || !bytes)
		return prep_nothing(sqe, -EINVAL);
	if (!pp_zcrx_ready(z)) {
		pp_stat_inc(&z->c.held);
		return prep_nothing(sqe, -EAGAIN);
	}
	err = limit_add(z, user_data, bytes);
	if (err)
		return prep_nothing(sqe, err);
	z->ops->prep(z, sqe, fd, bytes);
	io_uring_sqe_set_data64(sqe, user_data);
	return 0;
}

/*
 * Counts a completion of a limited receive. Return: true if that was the last
 * byte of it, and the receive has ended.
 */
static bool limit_count(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
			uint32_t bytes)
{
	struct pp_limit *l = limit_find(z, cqe->user_data);
	bool all;

	if (!l)
		return false;
	l->left -= pp_min(bytes, l->left);
	if (cqe->flags & IORING_CQE_F_MORE)
		return false;
	all = !l->left;
	*l = z->limit[--z->limits];
	return all;
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
	if (pp_unlikely(z->event_on && cqe->user_data == z->event_ud)) {
		*events = PP_ZCRX_EV_STARVED;
		return z->ops->event(z);
	}
	n = z->ops->take(z, cqe, frags);
	if (pp_unlikely(n < 0)) {
		pp_stat_inc(&z->c.bad_cqes);
		return n;
	}
	if (pp_unlikely(z->limits) &&
	    limit_count(z, cqe, n ? (uint32_t)cqe->res : 0) && cqe->res >= 0)
		*events = PP_ZCRX_EV_LIMIT;
	if (pp_unlikely(!n))
		return *events || cqe->flags & IORING_CQE_F_MORE ?
			       0 :
			       ended(z, cqe->res, events);
	frags->len = (uint32_t)cqe->res;
	pp_stat_add(&z->c.bytes, frags->len);
	pp_stat_inc(&z->c.frags);
	if (pp_unlikely(!(cqe->flags & IORING_CQE_F_MORE)) && !*events) {
		*events = PP_ZCRX_EV_REARM;
		pp_stat_inc(&z->c.rearms);
	}
	return n;
}
