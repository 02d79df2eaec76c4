/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from the RX ring to fragments. */
#include "xdp/xdp.h"

#include "pool/device.h"

/*
 * One descriptor becomes one fragment. A frame that the kernel did not hold is
 * counted and left alone: whoever has it has it still. Context: owner.
 */
static inline bool take(uint16_t *shadow, struct pp_dev_view view,
			const struct xdp_desc *desc, struct pp_frag *frag)
{
	uint64_t chunk = desc->addr >> view.chunk_shift;
	uint32_t bytes = 1u << view.chunk_shift;
	uint32_t offset = (uint32_t)desc->addr & (bytes - 1);
	netmem_ref netmem;

	if (pp_unlikely(chunk >= view.n || !(shadow[chunk] & PP_SHADOW_FILL) ||
			desc->len > bytes - offset))
		return false;
	netmem = pp_dev_take(view, chunk);
	if (pp_unlikely(!netmem))
		return false;
	shadow[chunk] &= (uint16_t)~PP_SHADOW_FILL;
	frag->netmem = netmem;
	frag->offset = offset;
	frag->len = desc->len;
	frag->flags = desc->options & XDP_PKT_CONTD ? PP_FRAG_MORE : 0;
	return true;
}

static uint32_t rx_burst(struct pp_xsk *xsk, struct pp_frag *frags, uint32_t n)
{
	struct pp_dev_view view = pp_dev_view(xsk->area);
	const struct xdp_desc *ring = xsk->rx.ring;
	uint32_t mask = xsk->rx.mask, idx = 0, done = 0, got, i;
	uint16_t *shadow = xsk->shadow;
	uint64_t bytes = 0;

	got = xsk_ring_cons__peek(&xsk->rx, n, &idx);
	if (!got)
		return 0;
	for (i = 0; i < got; i++) {
		if (!take(shadow, view, &ring[(idx + i) & mask], &frags[done]))
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

/*
 * The fill ring is served before the RX ring is read: what the application put
 * since the last burst is in the owner's cache now and goes round without
 * leaving it. The other way round, bursts of changing size overflow the cache.
 */
uint32_t pp_xsk_recv(struct pp_xsk *xsk, struct pp_frag *frags, uint32_t n)
{
	if (pp_unlikely(!xsk || !frags || !xsk->has_rx))
		return 0;
	/* sent pages first: they are what the fill ring gets next */
	if (xsk->c.tx_entries)
		pp_comp_drain(xsk);
	pp_fill_refill(xsk, n);
	/* after a refill, never before: the kernel must find the new frames */
	if (pp_unlikely(xsk_ring_prod__needs_wakeup(&xsk->fill)))
		pp_kick_rx(xsk);
	return rx_burst(xsk, frags, n);
}
