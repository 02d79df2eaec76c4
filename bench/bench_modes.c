/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_xsk's three loops: rx, tx and fwd. */
#include "bench_xsk.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "frame.h"
#include "tool.h"

#define IDLE_MS 100 /* longest sleep: the stop flag is looked at */
#define DRAIN_NS (2 * TOOL_NS_PER_SEC) /* for completions at the end */
#define LOOK_EVERY 64u /* bursts between two looks at the clock */

/*
 * Is it over? The clock is looked at now and then only, and whenever there was
 * nothing to do.
 */
static bool finished(struct bench *b, uint32_t *bursts, bool idle)
{
	const struct bench_opts *o = &b->opts;
	uint64_t now;

	if (tool_stopped() || (o->packets && b->packets >= o->packets))
		return true;
	if (!idle && ++*bursts % LOOK_EVERY)
		return false;
	now = tool_now_ns();
	if (!o->json_only && now - b->tick_ns >= TOOL_NS_PER_SEC) {
		printf("%s %" PRIu64 " packets, %.0f pps\n",
		       bench_mode_name(o->mode), b->packets,
		       (double)(b->packets - b->tick_packets) * 1e9 /
			       (double)(now - b->tick_ns));
		b->tick_ns = now;
		b->tick_packets = b->packets;
	}
	return o->duration && now - b->start_ns >= o->duration * TOOL_NS_PER_SEC;
}

/* How many more packets may be taken in this burst. */
static uint32_t burst_size(const struct bench *b)
{
	uint64_t left = b->opts.packets - b->packets;

	return b->opts.packets && left < b->opts.batch ? (uint32_t)left :
							 (uint32_t)b->opts.batch;
}

/* Nothing to do: let the kernel know what it must, then sleep a little. */
static int idle(struct bench_port *port, short events)
{
	struct pollfd pfd = { .fd = pp_xsk_fd(port->xsk), .events = events };
	int err = pp_xsk_kick(port->xsk);

	if (err)
		return err;
	if (poll(&pfd, 1, IDLE_MS) < 0 && errno != EINTR)
		return -errno;
	/* an interface that goes down wakes us up for ever */
	return pfd.revents & (POLLERR | POLLNVAL) ? -ENETDOWN : 0;
}

static void drop(struct bench *b, const struct pp_frag *frags, uint32_t n)
{
	b->packets += n;
	pp_frags_put(frags, n);
}

/*
 * After a signal: what was received before it still counts, so that the sum of
 * all counters is what was sent. One RX ring at most. Returns 0 at the end.
 */
static uint32_t recv_rest(struct bench *b, struct pp_frag *frags, uint32_t *left)
{
	uint32_t n = *left < b->opts.batch ? *left : (uint32_t)b->opts.batch;

	if (!tool_stopped())
		return 0;
	n = pp_xsk_recv(b->in.xsk, frags, n);
	*left -= n;
	return n;
}

int bench_rx(struct bench *b)
{
	struct pp_frag frags[BENCH_BATCH_MAX];
	uint32_t left = b->in.info.rx_size, n, bursts = 0;
	int err;

	do {
		n = pp_xsk_recv(b->in.xsk, frags, burst_size(b));
		if (n) {
			drop(b, frags, n);
			continue;
		}
		err = idle(&b->in, POLLIN);
		if (err)
			return err;
	} while (!finished(b, &bursts, !n));
	while ((n = recv_rest(b, frags, &left)))
		drop(b, frags, n);
	return 0;
}

/* Waits for the kernel to report every frame as sent, for a while. */
static int drain(struct bench *b)
{
	uint64_t deadline = tool_now_ns() + DRAIN_NS;
	int err;

	for (;;) {
		pp_xsk_complete(b->out.xsk);
		b->out.stats.sz = sizeof(b->out.stats);
		err = pp_xsk_get_stats(b->out.xsk, &b->out.stats);
		if (err || !b->out.stats.tx_entries)
			return err;
		if (tool_now_ns() > deadline)
			return 0; /* the close takes them home */
		err = pp_xsk_kick(b->out.xsk);
		if (err)
			return err;
		poll(NULL, 0, 1);
	}
}

/* Fresh frames; fewer than @n when the pages are all under way. */
static uint32_t make_frames(struct bench *b, struct pp_frag *frags, uint32_t n)
{
	netmem_ref pages[BENCH_BATCH_MAX];
	uint32_t i;

	n = page_pool_alloc_netmems_bulk(b->pool, pages, n);
	for (i = 0; i < n; i++) {
		frags[i] = (struct pp_frag){
			.netmem = pages[i],
			.len = (uint32_t)b->opts.len,
		};
		frame_build(pp_frag_data(&frags[i]), frags[i].len,
			    b->packets + i);
	}
	return n;
}

/* Sends from the front; what did not fit goes back to the pool. */
static int send_frames(struct bench *b, const struct pp_frag *frags, uint32_t n)
{
	int sent = pp_xsk_send(b->out.xsk, frags, n);
	uint32_t done = sent < 0 ? 0 : (uint32_t)sent;

	b->packets += done;
	pp_frags_put(frags + done, n - done);
	return sent;
}

int bench_tx(struct bench *b)
{
	struct pp_frag frags[BENCH_BATCH_MAX];
	struct tool_pace pace;
	uint32_t bursts = 0, allowed, n;
	int sent, err;

	tool_pace_start(&pace, b->opts.pps);
	do {
		allowed = tool_pace_take(&pace, burst_size(b));
		n = make_frames(b, frags, allowed);
		sent = send_frames(b, frags, n);
		if (sent < 0)
			return sent;
		tool_pace_return(&pace, allowed - (uint32_t)sent);
		if (allowed && !sent) {
			err = idle(&b->out, POLLOUT);
			if (err)
				return err;
		} else if (!allowed) {
			pp_xsk_kick(b->out.xsk);
		}
	} while (!finished(b, &bursts, !sent));
	return drain(b);
}

/* Sends all @n, waiting for room where needed: nothing is dropped here. */
static int forward(struct bench *b, const struct pp_frag *frags, uint32_t n)
{
	uint64_t deadline = 0;
	uint32_t done = 0;
	int sent, err;

	while (done < n) {
		sent = pp_xsk_send(b->out.xsk, frags + done, n - done);
		if (sent < 0)
			err = sent;
		else
			err = sent ? 0 : idle(&b->out, POLLOUT);
		/* a way out that is shut shall not keep us from stopping */
		if (tool_stopped() && !deadline)
			deadline = tool_now_ns() + DRAIN_NS;
		if (!err && deadline && tool_now_ns() > deadline)
			err = -ETIMEDOUT;
		if (err) {
			pp_frags_put(frags + done, n - done);
			return err;
		}
		b->packets += (uint32_t)sent;
		done += (uint32_t)sent;
	}
	return 0;
}

int bench_fwd(struct bench *b)
{
	struct pp_frag frags[BENCH_BATCH_MAX];
	uint32_t left = b->in.info.rx_size, n, bursts = 0;
	int err;

	do {
		n = pp_xsk_recv(b->in.xsk, frags, burst_size(b));
		if (n) {
			err = forward(b, frags, n);
		} else {
			/* what an earlier send had to leave in the TX ring */
			err = pp_xsk_kick(b->out.xsk);
			if (!err)
				err = idle(&b->in, POLLIN);
		}
		if (err)
			return err;
	} while (!finished(b, &bursts, !n));
	while (!err && (n = recv_rest(b, frags, &left)))
		err = forward(b, frags, n);
	return err ? err : drain(b);
}
