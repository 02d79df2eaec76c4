/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from the RX ring to fragments. */
#include "xdp/xdp.h"

#include "pool/device.h"

/*
 * One descriptor becomes one fragment. A frame that the kernel did not hold is
 * counted and left alone: whoever has it has it still. Context: owner.
 */
static inline bool take(struct pp_xsk *xsk, const struct xdp_desc *desc,
			struct pp_frag *frag)
{
	uint32_t chunk = pp_xsk_chunk(xsk, desc->addr), offset = 0;
	uint32_t mask = (1u << xsk->chunk_shift) - 1;
	uint32_t at = (uint32_t)desc->addr & mask;

	if (pp_unlikely(chunk == UINT32_MAX ||
			!(xsk->shadow[chunk] & PP_SHADOW_FILL) ||
			desc->len > mask + 1 - at))
		return false;
	frag->netmem = pp_dev_take(xsk->area, desc->addr, &offset);
	if (pp_unlikely(!frag->netmem))
		return false;
	xsk->shadow[chunk] &= (uint16_t)~PP_SHADOW_FILL;
	frag->offset = offset;
	frag->len = desc->len;
	frag->flags = desc->options & XDP_PKT_CONTD ? PP_FRAG_MORE : 0;
	return true;
}

static uint32_t rx_burst(struct pp_xsk *xsk, struct pp_frag *frags, uint32_t n)
{
	uint32_t idx = 0, done = 0, got, i;
	uint64_t bytes = 0;

	got = xsk_ring_cons__peek(&xsk->rx, n, &idx);
	if (!got)
		return 0;
	for (i = 0; i < got; i++) {
		if (!take(xsk, xsk_ring_cons__rx_desc(&xsk->rx, idx + i),
			  &frags[done]))
			continue;
		bytes += frags[done++].len;
	}
	xsk_ring_cons__release(&xsk->rx, got);
	pp_stat_add(&xsk->c.rx_packets, done);
	pp_stat_add(&xsk->c.rx_bytes, bytes);
	pp_stat_add(&xsk->c.fill_entries, 0u - done);
	if (pp_unlikely(done != got))
		pp_stat_add(&xsk->c.bad_descs, got - done);
	return done;
}

uint32_t pp_xsk_recv(struct pp_xsk *xsk, struct pp_frag *frags, uint32_t n)
{
	uint32_t done;

	if (pp_unlikely(!xsk || !frags || !xsk->has_rx))
		return 0;
	done = rx_burst(xsk, frags, n);
	/* sent pages first: they are what the fill ring gets next */
	if (xsk->c.tx_entries)
		pp_comp_drain(xsk);
	pp_fill_refill(xsk);
	/* after a refill, never before: the kernel must find the new frames */
	if (pp_unlikely(xsk_ring_prod__needs_wakeup(&xsk->fill)))
		pp_kick_rx(xsk);
	return done;
}
