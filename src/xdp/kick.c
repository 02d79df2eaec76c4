/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of wake-ups: the only system calls of the data path. */
#include "xdp/xdp.h"

#include <errno.h>

/* Conditions that pass by themselves are not errors. */
static int lasting(int err)
{
	switch (err) {
	case ENETDOWN:
		return -ENETDOWN;
	case ENXIO: /* unbound: the interface is gone */
	case ENODEV:
		return -ENODEV;
	default: /* EAGAIN, EBUSY, ENOBUFS, EINTR */
		return 0;
	}
}

/*
 * The device stopped because it found no frames. Waking it up with an empty
 * fill ring would change nothing. Context: owner, after a refill.
 */
int pp_kick_rx(struct pp_xsk *xsk)
{
	if (!pp_ring_prod_pending(&xsk->fill))
		return 0;
	pp_stat_inc(&xsk->c.rx_wakeups);
	if (recvfrom(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL) >= 0)
		return 0;
	return lasting(errno);
}

/*
 * In copy mode one call sends at most the kernel's budget (32 frames), so it is
 * repeated while that helps. Kernels before 6.17 move the ring's index only
 * once they have emptied it, hence one call without visible progress is
 * allowed. A zero-copy device works on by itself: one call will do. Context:
 * owner.
 */
int pp_kick_tx(struct pp_xsk *xsk)
{
	uint32_t pending = pp_ring_prod_pending(&xsk->tx), idle = 0, before;
	int err;

	while (pending && xsk_ring_prod__needs_wakeup(&xsk->tx)) {
		pp_stat_inc(&xsk->c.tx_wakeups);
		if (sendto(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0) {
			err = lasting(errno);
			if (err)
				return err;
		}
		if (xsk->zerocopy)
			break;
		before = pending;
		pending = pp_ring_prod_pending(&xsk->tx);
		if (pending == before && ++idle == 2)
			break;
	}
	return 0;
}

int pp_xsk_kick(struct pp_xsk *xsk)
{
	int rx = 0, tx = 0;

	if (!xsk)
		return -EINVAL;
	if (xsk->c.tx_entries) {
		pp_comp_drain(xsk);
		tx = pp_kick_tx(xsk);
	}
	if (xsk->has_rx) {
		pp_fill_refill(xsk, PP_XSK_BATCH);
		if (xsk_ring_prod__needs_wakeup(&xsk->fill))
			rx = pp_kick_rx(xsk);
	}
	return rx ? rx : tx;
}
