/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from the completion ring back to the pools. */
#include "xdp/xdp.h"

#include "pool/device.h"

/* Keeps the addresses that were really out; the others are only counted. */
static uint32_t comp_check(struct pp_xsk *xsk, uint64_t *addrs, uint32_t idx,
			   uint32_t n)
{
	uint32_t kept = 0, chunk, i;
	uint64_t addr;

	for (i = 0; i < n; i++) {
		addr = *xsk_ring_cons__comp_addr(&xsk->comp, idx + i);
		chunk = pp_xsk_chunk(xsk, addr);
		if (pp_unlikely(chunk == UINT32_MAX ||
				!(xsk->shadow[chunk] & PP_SHADOW_TX_MASK)))
			continue;
		xsk->shadow[chunk]--;
		addrs[kept++] = addr;
	}
	return kept;
}

uint32_t pp_comp_drain(struct pp_xsk *xsk)
{
	uint64_t addrs[PP_XSK_BATCH];
	uint32_t idx = 0, done = 0, n, kept;

	while ((n = xsk_ring_cons__peek(&xsk->comp, PP_XSK_BATCH, &idx))) {
		kept = comp_check(xsk, addrs, idx, n);
		xsk_ring_cons__release(&xsk->comp, n);
		pp_dev_complete(xsk->area, addrs, kept);
		if (pp_unlikely(kept != n))
			pp_stat_add(&xsk->c.bad_descs, n - kept);
		done += kept;
	}
	if (done) {
		pp_stat_add(&xsk->c.tx_completed, done);
		pp_stat_add(&xsk->c.tx_entries, 0u - done);
	}
	return done;
}

uint32_t pp_xsk_complete(struct pp_xsk *xsk)
{
	uint32_t done;

	if (!xsk || !xsk->has_tx || !xsk->c.tx_entries)
		return 0;
	done = pp_comp_drain(xsk);
	/* what a full device or a spent budget left in the ring */
	if (xsk->c.tx_entries)
		pp_kick_tx(xsk);
	return done;
}
