/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of struct pp_zc: one of the kernel's zero-copy receive instances, the
 * range of the area that is lent to it, and its refill ring.
 *
 * What one side does with a buffer:
 *	kernel	delivers bytes in it by a CQE: one reference, one return owed
 *	us	the last put returns exactly what is owed, as entries (RQEs) of
 *		the refill ring, one for each CQE
 * Any thread may put, the refill ring has one producer, and nobody waits: a put
 * adds its buffer to a list (one CAS), and whoever finds the ring's producer
 * role free moves the list into the ring.
 *
 * The kernel looks at the ring when it is told to (FLUSH_RQ), in device mode
 * also when the driver refills. Without that nothing comes back.
 */
#ifndef PP_URING_ZC_H
#define PP_URING_ZC_H

#include "uring/abi.h"
#include "uring/uring.h"

struct pp_zc {
	struct page_pool *pool; /* valid for as long as we are */
	struct pp_area *area;
	uint32_t first; /* chunk of the range */
	uint32_t bufs;	/* in it */
	uint32_t order; /* chunks of a buffer, log2 */
	uint32_t shift; /* bytes of a buffer, log2 */
	uint32_t users; /* rings; control */
	uint64_t token; /* goes into every RQE */

	/* device mode */
	bool device; /* a queue is ours: it writes */
	uint32_t ifindex;
	uint32_t queue;
	struct pp_io_zcrx_stats *stats; /* the kernel writes */

	/* the refill ring; head is the kernel's, tail ours */
	void *region;
	size_t region_bytes;
	size_t stats_at; /* in the region */
	uint32_t *head, *tail;
	struct pp_io_rqe *rqes;
	uint32_t mask;
	uint32_t next_tail;  /* producer only */
	uint32_t *list_next; /* of a buffer: number + 1 of the next, 0 ends */
	uint32_t *list_owed; /* of a buffer on the list */

	/* any thread: [buffers on the list:32][number + 1 of the newest:32] */
	uint64_t list pp_cacheline_aligned;
	uint32_t producing; /* 1: somebody is the producer */
	uint32_t hungry;    /* 1: the device has found no buffer */

	uint32_t delivered pp_cacheline_aligned; /* CQEs; any driver, wraps */
};

/* ---- rq.c ---- */
/*
 * The kernel is owed @n returns of buffer @b. Context: any thread.
 */
void pp_rq_owe(struct pp_zc *zc, uint32_t b, uint32_t n);
/* Moves the list into the ring, unless somebody does. Context: any thread. */
void pp_rq_produce(struct pp_zc *zc);
/* RQEs that the kernel has not taken yet. Context: any thread. */
uint32_t pp_rq_used(const struct pp_zc *zc);
/* Returns not in the ring yet, because it is full or nobody moved them. */
static inline bool pp_rq_listed(const struct pp_zc *zc)
{
	return (uint32_t)pp_load(&zc->list) != 0;
}

#endif /* PP_URING_ZC_H */
