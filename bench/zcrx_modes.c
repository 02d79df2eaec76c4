/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_zcrx's loops: pp_zcrx, blocking recv, epoll. */
#define _GNU_SOURCE
#include "bench_zcrx.h"

#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ZB_CHUNK 4096u
#define ZB_STALL_MS 100 /* nothing came: what is held may be why */

/* ---- pp_zcrx ---- */
static void gone(void *arg)
{
	*(bool *)arg = true;
}

int zb_zcrx_open(struct zb *b)
{
	uint32_t chunk = ZB_CHUNK;
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params ap = { .sz = sizeof(ap), .nid = NUMA_NO_NODE };
	struct pp_zcrx_params zp = {
		.sz = sizeof(zp),
		.mode = (uint32_t)b->o.mode,
		.queue = (uint32_t)b->o.queue,
		.buf_bytes = (uint32_t)b->o.chunk,
		.bufs = (uint32_t)b->o.bufs,
		.on_gone = gone,
		.on_gone_arg = &b->gone,
	};

	if (b->o.ifname) {
		zp.ifindex = if_nametoindex(b->o.ifname);
		if (!zp.ifindex)
			return tool_failed("--if %s: no such interface",
					   b->o.ifname);
	}
	if (b->o.hold) {
		b->held = calloc(b->o.hold, sizeof(*b->held));
		if (!b->held)
			return tool_failed("--hold: no memory");
	}
	if (b->o.chunk && b->o.chunk < chunk)
		chunk = (uint32_t)b->o.chunk;
	if (b->o.mode == ZB_DEVICE || b->o.ifname)
		/* a device's large buffers need contiguous memory */
		ap.flags = PP_AREA_THP | PP_AREA_POPULATE;
	ap.chunk_bytes = chunk;
	ap.chunks = (uint32_t)((b->o.area_mb << 20) / chunk);
	if (pp_area_create(&b->area, &ap, &ext))
		return tool_failed("--area-mb: %s", ext.msg);
	zp.area = b->area;
	if (pp_zcrx_open(&b->z, &zp, &ext)) {
		pp_area_destroy(b->area);
		return tool_failed("%s: %s", zb_mode_name(b->o.mode), ext.msg);
	}
	b->info.sz = sizeof(b->info);
	pp_zcrx_get_info(b->z, &b->info);
	if (!b->o.json_only)
		printf("%s: %u buffers of %u bytes\n", zb_mode_name(b->info.mode),
		       b->info.bufs, b->info.buf_bytes);
	return TOOL_OK;
}

static void held_release(struct zb *b, uint32_t n)
{
	for (; n && b->held_n; n--, b->held_n--) {
		pp_frags_put(&b->held[b->held_first], 1);
		if (++b->held_first == b->o.hold)
			b->held_first = 0;
	}
}

static void hold(struct zb *b, const struct pp_frag *frag)
{
	uint32_t at;

	if (b->held_n == b->o.hold)
		held_release(b, 1);
	at = b->held_first + b->held_n;
	b->held[at < b->o.hold ? at : at - b->o.hold] = *frag;
	b->held_n++;
}

static void received(void *arg, uint64_t user_data, const struct pp_frag *frags,
		     int n)
{
	struct zb *b = arg;
	struct zb_conn *c = &b->conn[user_data];
	int i;

	if (n <= 0) {
		zb_end(b, c, n == -ECANCELED ? 0 : n);
		return;
	}
	for (i = 0; i < n; i++) {
		zb_data(b, c, pp_frag_data(&frags[i]), frags[i].len);
		if (b->o.hold)
			hold(b, &frags[i]);
		else
			pp_frags_put(&frags[i], 1);
	}
}

int zb_zcrx_run(struct zb *b)
{
	uint64_t i;
	int n = 0;

	for (i = 0; i < b->o.conns; i++) {
		n = pp_zcrx_add(b->z, b->conn[i].fd, i);
		if (n)
			return tool_failed("add: %s", strerror(-n));
	}
	while (!zb_done(b)) {
		uint64_t until = tool_now_ns() + ZB_STALL_MS * 1000000ull;

		do {
			n = pp_zcrx_poll(b->z, ZB_STALL_MS, received, b);
		} while (!n && !zb_done(b) && tool_now_ns() < until);
		if (n < 0)
			return tool_failed("poll: %s", strerror(-n));
		if (!n)
			held_release(b, b->held_n);
	}
	return TOOL_OK;
}

int zb_zcrx_close(struct zb *b)
{
	struct page_pool *pool = pp_zcrx_pool(b->z);

	held_release(b, b->held_n);
	free(b->held);
	b->stats.sz = sizeof(b->stats);
	pp_zcrx_get_stats(b->z, &b->stats);
	pp_zcrx_close(b->z);
	/* a pool that is not gone is valid: somebody holds a page of it */
	b->inflight = b->gone ? 0 : (uint32_t)page_pool_inflight(pool);
	b->missing = (uint32_t)(pp_area_bytes(b->area) /
				(b->o.chunk && b->o.chunk < ZB_CHUNK ?
					 b->o.chunk :
					 ZB_CHUNK)) -
		     pp_area_free_chunks(b->area);
	if (b->gone && pp_area_destroy(b->area))
		return tool_failed("the area is still in use");
	return TOOL_OK;
}

/* ---- blocking recv, a thread for each connection but the first ---- */
struct recv_job {
	struct zb *b;
	struct zb_conn *c;
	pthread_t thread;
};

static void *recv_one(void *arg)
{
	struct recv_job *job = arg;
	unsigned char *buf = malloc(ZB_BLOCK);
	struct timeval tv = { .tv_usec = 100000 };
	ssize_t n;

	setsockopt(job->c->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	while (buf && !zb_done(job->b)) {
		n = recv(job->c->fd, buf, ZB_BLOCK, 0);
		if (n > 0) {
			zb_data(job->b, job->c, buf, (size_t)n);
		} else if (!n || (errno != EAGAIN && errno != EINTR)) {
			zb_end(job->b, job->c, n ? -errno : 0);
			break;
		}
	}
	if (!buf)
		zb_end(job->b, job->c, -ENOMEM);
	free(buf);
	return NULL;
}

int zb_recv_run(struct zb *b)
{
	struct recv_job *job = calloc(b->o.conns, sizeof(*job));
	uint64_t i, started = 1;

	if (!job)
		return tool_failed("no memory");
	for (i = 0; i < b->o.conns; i++)
		job[i] = (struct recv_job){ .b = b, .c = &b->conn[i] };
	for (; started < b->o.conns; started++)
		if (pthread_create(&job[started].thread, NULL, recv_one,
				   &job[started]))
			break;
	for (i = started; i < b->o.conns; i++)
		zb_end(b, &b->conn[i], -EAGAIN);
	recv_one(&job[0]);
	for (i = 1; i < started; i++)
		pthread_join(job[i].thread, NULL);
	free(job);
	return TOOL_OK;
}

/* ---- epoll and non-blocking recv ---- */
static void epoll_one(struct zb *b, struct zb_conn *c, unsigned char *buf)
{
	ssize_t n;

	while (c->open && !zb_done(b)) {
		n = recv(c->fd, buf, ZB_BLOCK, MSG_DONTWAIT);
		if (n > 0) {
			zb_data(b, c, buf, (size_t)n);
			continue;
		}
		if (n && (errno == EAGAIN || errno == EINTR))
			return;
		zb_end(b, c, n ? -errno : 0);
	}
}

static int epoll_loop(struct zb *b, int ep, unsigned char *buf)
{
	struct epoll_event ev[64];
	int n, i;

	while (!zb_done(b)) {
		n = epoll_wait(ep, ev, 64, 100);
		if (n < 0 && errno != EINTR)
			return tool_failed("epoll: %s", strerror(errno));
		for (i = 0; i < n; i++)
			epoll_one(b, &b->conn[ev[i].data.u64], buf);
	}
	return TOOL_OK;
}

int zb_epoll_run(struct zb *b)
{
	unsigned char *buf = malloc(ZB_BLOCK);
	int ep = epoll_create1(EPOLL_CLOEXEC), err = TOOL_OK;
	struct epoll_event ev = { .events = EPOLLIN };
	uint64_t i;

	if (!buf || ep < 0)
		err = tool_failed("no memory");
	for (i = 0; i < b->o.conns && !err; i++) {
		ev.data.u64 = i;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, b->conn[i].fd, &ev))
			err = tool_failed("epoll: %s", strerror(errno));
	}
	if (!err)
		err = epoll_loop(b, ep, buf);
	if (ep >= 0)
		close(ep);
	free(buf);
	return err;
}
