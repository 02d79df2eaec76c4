/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of struct pp_xsk, and the file to read first in this directory.
 *
 * A frame's way: fill.c takes it from the pool into the fill ring, the kernel
 * receives into it, rx.c hands it out as a pp_frag, tx.c queues it, the kernel
 * sends it, comp.c drops its reference. xsk.c opens and closes, reclaim.c brings
 * home what the kernel held at the end.
 *
 * What the kernel holds is written down in the shadow, one word for each chunk
 * of the area:
 *	PP_SHADOW_FILL     the frame is in the fill ring, with the device or in
 *			   the RX ring
 *	PP_SHADOW_TX_MASK  references in the TX ring, in flight or in the
 *			   completion ring
 * Every address from the kernel is checked against it, and a close sends home
 * exactly what it names.
 */
#ifndef PP_XDP_XDP_H
#define PP_XDP_XDP_H

#include "base/atomic.h"
#include "base/compiler.h"
#include "xdp/compat.h"

#include <pagepool/xsk.h>

#include <pthread.h>
#include <string.h>

struct pp_umem;
struct pp_prog;

#define PP_SHADOW_FILL 0x8000u
#define PP_SHADOW_TX_MASK 0x7fffu

#define PP_XSK_BATCH 64u /* frames moved at a time */

#define PP_XSK_RING_DEFAULT 2048u
#define PP_XSK_RING_MAX 65536u
#define PP_XSK_FILL_TX_ONLY 1024u /* default fill ring without an RX ring */
#define PP_XSK_TIMEOUT_DEFAULT_MS 2000u

/* One writer (the driver of the rings), any reader. */
struct pp_xsk_counters {
	uint32_t fill_entries;
	uint32_t tx_entries;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_completed;
	uint64_t fill_packets;
	uint64_t fill_starved;
	uint64_t tx_full;
	uint64_t rx_wakeups;
	uint64_t tx_wakeups;
	uint64_t bad_descs;
};

struct pp_xsk {
	/* data path; written by the pool's owner only */
	struct xsk_ring_cons rx;
	struct xsk_ring_prod fill;
	struct xsk_ring_prod tx;
	struct xsk_ring_cons comp;
	uint16_t *shadow;
	struct pp_area *area;
	struct page_pool *pool; /* we are one of its users */
	uint32_t chunk_shift;
	uint32_t chunks;
	uint32_t fill_batch;
	int fd;
	bool has_rx;
	bool has_tx;
	bool zerocopy;
	pp_cacheline_aligned struct pp_xsk_counters c;

	/* control; under pp_xdp_lock */
	struct pp_xsk *next; /* live sockets, or those in quarantine */
	struct xsk_socket *sock;
	struct pp_umem *umem;
	struct pp_prog *prog;
	uint64_t *prefill; /* during open: frames for the fill ring */
	uint32_t n_prefill;
	uint64_t netns; /* cookie: ifindex means nothing without it */
	uint32_t ifindex;
	uint32_t queue;
	uint32_t rx_size;
	uint32_t tx_size;
	uint32_t headroom;
	uint32_t close_timeout_ms;
	bool in_map;
	char ifname[16];
	struct pp_xsk_info info;
};

/*
 * Set-up and tear-down in this process, one at a time: guards the lists of
 * UMEMs, programs, sockets and quarantine. Never taken on the data path, and
 * never held while a pool may run its callbacks.
 */
extern pthread_mutex_t pp_xdp_lock;

static inline uint32_t pp_xsk_chunk(const struct pp_xsk *xsk, uint64_t addr)
{
	uint64_t idx = addr >> xsk->chunk_shift;

	return idx < xsk->chunks ? (uint32_t)idx : UINT32_MAX;
}

/* libxdp sets up a ring's mapping and trusts that its indices are 0. */
static inline void pp_rings_reset(struct pp_xsk *xsk)
{
	memset(&xsk->rx, 0, sizeof(xsk->rx));
	memset(&xsk->fill, 0, sizeof(xsk->fill));
	memset(&xsk->tx, 0, sizeof(xsk->tx));
	memset(&xsk->comp, 0, sizeof(xsk->comp));
}

/* fill.c. Both: owner, or control before the socket is handed out. */
void pp_fill_refill(struct pp_xsk *xsk, uint32_t pace);
void pp_fill_push(struct pp_xsk *xsk, const uint64_t *addrs, uint32_t n);

/* comp.c. Context: owner, or control at close. Return: frames completed. */
uint32_t pp_comp_drain(struct pp_xsk *xsk);

/* kick.c. Context: as comp.c. Return: 0, -ENETDOWN, -ENODEV. */
int pp_kick_rx(struct pp_xsk *xsk);
int pp_kick_tx(struct pp_xsk *xsk);

#endif /* PP_XDP_XDP_H */
