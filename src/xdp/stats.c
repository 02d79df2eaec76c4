/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a socket's counters and description; only reads. */
#include "base/extack.h"
#include "xdp/prog.h"
#include "xdp/xdp.h"

#include <errno.h>

static void own_read(const struct pp_xsk *xsk, struct pp_xsk_stats *st)
{
	st->fill_entries = pp_load(&xsk->c.fill_entries);
	st->tx_entries = pp_load(&xsk->c.tx_entries);
	st->rx_packets = pp_load(&xsk->c.rx_packets);
	st->rx_bytes = pp_load(&xsk->c.rx_bytes);
	st->tx_packets = pp_load(&xsk->c.tx_packets);
	st->tx_bytes = pp_load(&xsk->c.tx_bytes);
	st->tx_completed = pp_load(&xsk->c.tx_completed);
	st->fill_packets = pp_load(&xsk->c.fill_packets);
	st->fill_starved = pp_load(&xsk->c.fill_starved);
	st->tx_full = pp_load(&xsk->c.tx_full);
	st->rx_wakeups = pp_load(&xsk->c.rx_wakeups);
	st->tx_wakeups = pp_load(&xsk->c.tx_wakeups);
	st->bad_descs = pp_load(&xsk->c.bad_descs);
}

static int kernel_read(const struct pp_xsk *xsk, struct pp_xsk_stats *st)
{
	struct xdp_statistics xs = { 0 };
	socklen_t len = sizeof(xs);

	/* older kernels fill the first half */
	if (getsockopt(xsk->fd, SOL_XDP, XDP_STATISTICS, &xs, &len))
		return -errno;
	st->rx_dropped = xs.rx_dropped;
	st->rx_invalid_descs = xs.rx_invalid_descs;
	st->tx_invalid_descs = xs.tx_invalid_descs;
	st->rx_ring_full = xs.rx_ring_full;
	st->rx_fill_ring_empty_descs = xs.rx_fill_ring_empty_descs;
	st->tx_ring_empty_descs = xs.tx_ring_empty_descs;
	return 0;
}

static int prog_read(const struct pp_xsk *xsk, struct pp_xsk_stats *st)
{
	struct xsk_redirect_counters sum;
	int err;

	if (!xsk->prog)
		return 0;
	err = pp_prog_counters(xsk->prog, &sum);
	if (err)
		return err;
	st->redirected = sum.redirected;
	st->passed = sum.passed;
	st->no_socket = sum.no_socket;
	st->malformed = sum.malformed;
	return 0;
}

int pp_xsk_get_stats(const struct pp_xsk *xsk, struct pp_xsk_stats *stats)
{
	struct pp_xsk_stats st = { .sz = sizeof(st) };
	int err;

	if (!xsk || !stats)
		return -EINVAL;
	own_read(xsk, &st);
	err = kernel_read(xsk, &st);
	if (!err)
		err = prog_read(xsk, &st);
	if (err)
		return err;
	return pp_copy_out(stats, &st, sizeof(st), sizeof(st));
}

int pp_xsk_get_info(const struct pp_xsk *xsk, struct pp_xsk_info *info)
{
	if (!xsk || !info)
		return -EINVAL;
	return pp_copy_out(info, &xsk->info, sizeof(xsk->info),
			   sizeof(xsk->info));
}

int pp_xsk_fd(const struct pp_xsk *xsk)
{
	return xsk ? xsk->fd : -EINVAL;
}
