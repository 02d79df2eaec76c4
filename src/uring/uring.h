/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of struct pp_zcrx, and the file to read first in this directory.
 *
 * One object, three ways for bytes to come in: device and nodev (zero-copy
 * receive, the kernel picks the buffer) and pbuf (multishot receive into a ring
 * of buffers from the pool). Each is a struct pp_zcrx_ops; ladder.c picks one,
 * cqe.c and loop.c do not care which.
 */
#ifndef PP_URING_URING_H
#define PP_URING_URING_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <pagepool/zcrx.h>

#include <liburing.h>

#define PP_ZCRX_AREA_DEFAULT ((uint64_t)16 << 20)
#define PP_ZCRX_SQ_ENTRIES 256u
#define PP_ZCRX_CQ_MIN 1024u
#define PP_ZCRX_CQ_MAX 65536u
#define PP_ZCRX_HOLD_NS 10000000u /* then any free buffer arms a receive */

/* A limited receive in flight. */
struct pp_limit {
	uint64_t user_data;
	uint32_t left;
};

struct pp_pbuf;
struct pp_zc;
struct pp_conns;

/* One writer (the thread that drives the ring), any reader. */
struct pp_zcrx_counters {
	uint64_t cqes;
	uint64_t bytes;
	uint64_t frags;
	uint64_t rearms;
	uint64_t starved;
	uint64_t cq_full;
	uint64_t held;
	uint64_t refills;
	uint64_t refill_short;
	uint64_t flushes;
	uint64_t bad_cqes;
	uint64_t copied_bytes;
};

/* What differs between the modes. Context: as the public calls. */
struct pp_zcrx_ops {
	/* buffers back to the kernel; 0 or -errno */
	int (*refill)(struct pp_zcrx *z);
	/* buffers that a receive can use now */
	uint32_t (*free_bufs)(const struct pp_zcrx *z);
	/* @limit: bytes at most, 0 = to the end */
	void (*prep)(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		     uint32_t limit);
	/*
	 * The buffer of a CQE: 1 and *frag (flags and netmem set, len = res) if
	 * there are bytes in it, 0 if it carries none, -EIO if it is not ours.
	 */
	int (*take)(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		    struct pp_frag *frag);
	/* a CQE of the kernel's own; NULL where there are none */
	int (*event)(struct pp_zcrx *z);
	/* before the ring goes: tell the kernel; after: buffers go home */
	void (*stop)(struct pp_zcrx *z);
	void (*cleanup)(struct pp_zcrx *z);
};

struct pp_zcrx {
	const struct pp_zcrx_ops *ops;
	struct io_uring *ring;
	struct page_pool *pool; /* we are one of its users */
	struct pp_area *area;
	struct pp_pbuf *pbuf;
	struct pp_zc *zc;  /* shared by all rings of one kernel instance */
	uint64_t event_ud; /* user_data of the kernel's own CQEs */
	bool event_on;	   /* the kernel sends them */
	bool watch;	   /* it does not: we look for a want ourselves */
	bool ctrl_missing; /* the kernel has no ZCRX_CTRL */
	uint32_t zc_id;	   /* the kernel's number of it in our ring */
	uint32_t buf_bytes;
	uint32_t bufs;
	uint32_t low_water;
	bool starved;	     /* a receive ended for want of buffers: hold it */
	uint64_t starved_ns; /* since when */
	struct pp_limit *limit;
	uint32_t limits, limit_room;
	struct pp_zcrx_counters c;

	/* control */
	struct pp_conns *conns;	   /* loop.c */
	struct pp_zcrx_last *last; /* memory.c; the pool's, may outlive us */
	struct io_uring own_ring;
	bool ring_is_ours;
	struct pp_zcrx_info info;
};

/* ---- memory.c ---- */
/*
 * The area and the pool of @z: the caller's, or made with buffers of
 * @buf_bytes. Context: control. Undone by pp_memory_cleanup().
 */
int pp_memory_init(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   uint32_t buf_bytes, struct pp_extack *ext);
/* The same for buffers that are lent: the pool is always a new one. */
int pp_memory_lent(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   uint32_t buf_bytes, struct pp_extack *ext);
/* Calls @fn once the pool of @z, one of ours, is gone. Context: control. */
void pp_memory_follow(struct pp_zcrx *z, void (*fn)(void *arg), void *arg);
void pp_memory_cleanup(struct pp_zcrx *z);
/* The same for an instance that was never handed out: no on_gone. */
void pp_memory_cancel(struct pp_zcrx *z);

/* ---- ring.c ---- */
/*
 * The ring of @z: the caller's, or one with room for @cq completions and the
 * set-up flags @need. Context: control.
 */
int pp_ring_init(struct pp_zcrx *z, const struct pp_zcrx_params *p, uint32_t cq,
		 uint32_t need, struct pp_extack *ext);
/* Ends every receive in a ring of ours and tears it down. */
void pp_ring_quiet(struct pp_zcrx *z);
void pp_ring_cleanup(struct pp_zcrx *z);

/* ---- ladder.c ---- */
int pp_zcrx_ladder(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   struct pp_extack *ext);

/* ---- pbuf.c ---- */
int pp_pbuf_open(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		 struct pp_extack *ext);

/* ---- zc.c ---- */
/* Bytes that the kernel says it copied in device mode. Context: any thread. */
uint64_t pp_zc_kernel_copied(const struct pp_zcrx *z);
int pp_zc_open_share(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     struct pp_extack *ext);
int pp_zc_open_device(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		      struct pp_extack *ext);
int pp_zc_open_nodev(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		     struct pp_extack *ext);

/* ---- cqe.c ---- */
uint64_t pp_now_ns(void);

/* ---- loop.c ---- */
void pp_conns_free(struct pp_zcrx *z);

#endif /* PP_URING_URING_H */
