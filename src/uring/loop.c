/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the loop for applications that have none of their own. */
#include "base/fault.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdlib.h>

#define HELD_POLL_MS 2 /* how often puts of other threads are looked for */
#define UD_IGNORE UINT64_MAX

enum conn_state {
	CONN_FREE = 0,
	CONN_ARMED, /* its completions come */
	CONN_IDLE,  /* to be armed */
	CONN_ENDING /* a cancellation is on its way */
};

struct conn {
	uint64_t user_data;
	int fd;
	uint32_t gen; /* so that a late completion finds nobody */
	enum conn_state state;
};

struct pp_conns {
	struct conn *conn;
	uint32_t n, room;
	uint32_t idle; /* how many want to be armed */
};

void pp_conns_free(struct pp_zcrx *z)
{
	if (!z->conns)
		return;
	free(z->conns->conn);
	free(z->conns);
	z->conns = NULL;
}

static struct pp_conns *conns_of(struct pp_zcrx *z)
{
	if (!z->conns && !PP_FAULT("zcrx.conns"))
		z->conns = calloc(1, sizeof(*z->conns));
	return z->conns;
}

static struct conn *conn_new(struct pp_conns *cs)
{
	uint32_t i, room;
	struct conn *grown;

	for (i = 0; i < cs->n; i++)
		if (cs->conn[i].state == CONN_FREE)
			return &cs->conn[i];
	if (cs->n == cs->room) {
		room = cs->room ? 2 * cs->room : 16;
		grown = PP_FAULT("zcrx.conns_grow") ?
				NULL :
				realloc(cs->conn, room * sizeof(*grown));
		if (!grown)
			return NULL;
		cs->conn = grown;
		cs->room = room;
	}
	cs->conn[cs->n] = (struct conn){ 0 };
	return &cs->conn[cs->n++];
}

static uint64_t conn_ud(const struct pp_conns *cs, const struct conn *c)
{
	return (uint64_t)c->gen << 32 | (uint32_t)(c - cs->conn);
}

static struct conn *conn_find(const struct pp_conns *cs, uint64_t ud)
{
	uint32_t i = (uint32_t)ud;

	if (i >= cs->n || cs->conn[i].gen != ud >> 32 ||
	    cs->conn[i].state == CONN_FREE)
		return NULL;
	return &cs->conn[i];
}

static void conn_end(struct pp_conns *cs, struct conn *c)
{
	if (c->state == CONN_IDLE)
		cs->idle--;
	c->state = CONN_FREE;
	c->gen++;
}

static struct io_uring_sqe *sqe_get(struct pp_zcrx *z)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(z->ring);

	if (!sqe && io_uring_submit(z->ring) >= 0)
		sqe = io_uring_get_sqe(z->ring);
	return sqe;
}

/* Arms what wants to be armed, as far as there are buffers and entries. */
static void arm_idle(struct pp_zcrx *z)
{
	struct pp_conns *cs = z->conns;
	struct io_uring_sqe *sqe;
	struct conn *c;
	uint32_t i;

	if (!cs->idle)
		return;
	if (!pp_zcrx_ready(z)) {
		pp_stat_inc(&z->c.held);
		return;
	}
	for (i = 0; i < cs->n && cs->idle; i++) {
		c = &cs->conn[i];
		if (c->state != CONN_IDLE)
			continue;
		sqe = sqe_get(z);
		if (!sqe)
			return;
		z->ops->prep(z, sqe, c->fd, 0);
		io_uring_sqe_set_data64(sqe, conn_ud(cs, c));
		c->state = CONN_ARMED;
		cs->idle--;
	}
}

int pp_zcrx_add(struct pp_zcrx *z, int fd, uint64_t user_data)
{
	struct pp_conns *cs;
	struct conn *c;

	if (!z || fd < 0)
		return -EINVAL;
	cs = conns_of(z);
	c = cs ? conn_new(cs) : NULL;
	if (!c)
		return -ENOMEM;
	c->fd = fd;
	c->user_data = user_data;
	c->state = CONN_IDLE;
	cs->idle++;
	return 0;
}

int pp_zcrx_remove(struct pp_zcrx *z, uint64_t user_data)
{
	struct io_uring_sqe *sqe;
	struct conn *c;
	uint32_t i;

	if (!z)
		return -EINVAL;
	for (i = 0; z->conns && i < z->conns->n; i++) {
		c = &z->conns->conn[i];
		if (c->user_data != user_data || c->state == CONN_FREE ||
		    c->state == CONN_ENDING)
			continue;
		if (c->state == CONN_IDLE) {
			/* not in the kernel: poll tells its end */
			z->conns->idle--;
			c->state = CONN_ENDING;
			c->fd = -1;
			return 0;
		}
		sqe = sqe_get(z);
		if (!sqe)
			return -EBUSY;
		io_uring_prep_cancel64(sqe, conn_ud(z->conns, c), 0);
		io_uring_sqe_set_data64(sqe, UD_IGNORE);
		c->state = CONN_ENDING;
		return 0;
	}
	return -ENOENT;
}

static void one_cqe(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		    pp_zcrx_fn fn, void *arg)
{
	struct pp_frag frags[PP_ZCRX_FRAGS];
	struct pp_conns *cs = z->conns;
	uint32_t events;
	struct conn *c;
	uint64_t ud;
	int n;

	if (cqe->user_data == UD_IGNORE)
		return;
	n = pp_zcrx_on_cqe(z, cqe, frags, &events);
	c = conn_find(cs, cqe->user_data);
	if (!c) {
		/* cannot be; its bytes go back */
		if (n > 0)
			pp_frags_put(frags, (uint32_t)n);
		return;
	}
	ud = c->user_data;
	if (n < 0 || (events & PP_ZCRX_EV_EOF)) {
		conn_end(cs, c);
		fn(arg, ud, NULL, n < 0 ? n : 0);
		return;
	}
	if (events & PP_ZCRX_EV_REARM) {
		if (c->state == CONN_ARMED) {
			c->state = CONN_IDLE;
			cs->idle++;
		} else {
			c->fd = -1; /* being removed, and out of the kernel */
		}
	}
	if (n)
		fn(arg, ud, frags, n);
}

/* Removed ones that are not in the kernel: this is their end. */
static void tell_removed(struct pp_zcrx *z, pp_zcrx_fn fn, void *arg)
{
	struct pp_conns *cs = z->conns;
	uint32_t i;

	for (i = 0; i < cs->n; i++) {
		struct conn *c = &cs->conn[i];

		if (c->state == CONN_ENDING && c->fd < 0) {
			conn_end(cs, c);
			fn(arg, c->user_data, NULL, -ECANCELED);
		}
	}
}

static int wait_cqes(struct pp_zcrx *z, int timeout_ms)
{
	struct __kernel_timespec ts, *at = NULL;
	struct io_uring_cqe *cqe;
	int err;

	if (z->conns->idle && (timeout_ms < 0 || timeout_ms > HELD_POLL_MS))
		timeout_ms = HELD_POLL_MS;
	if (timeout_ms >= 0) {
		ts.tv_sec = timeout_ms / 1000;
		ts.tv_nsec = timeout_ms % 1000 * 1000000ll;
		at = &ts;
	}
	err = io_uring_submit_and_wait_timeout(z->ring, &cqe, 1, at, NULL);
	if (err >= 0 || err == -ETIME || err == -EINTR || err == -EAGAIN ||
	    err == -EBUSY)
		return 0;
	return err;
}

int pp_zcrx_poll(struct pp_zcrx *z, int timeout_ms, pp_zcrx_fn fn, void *arg)
{
	const struct io_uring_cqe *cqe;
	unsigned int head, n = 0;
	int err;

	if (!z || !fn)
		return -EINVAL;
	if (!conns_of(z))
		return -ENOMEM;
	arm_idle(z);
	err = wait_cqes(z, timeout_ms);
	if (err)
		return err;
	io_uring_for_each_cqe(z->ring, head, cqe)
	{
		one_cqe(z, cqe, fn, arg);
		n++;
	}
	io_uring_cq_advance(z->ring, n);
	tell_removed(z, fn, arg);
	err = z->ops->refill(z);
	return err ? err : (int)n;
}
