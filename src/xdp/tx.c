/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from fragments to the TX ring. */
#include "xdp/xdp.h"

#include "pool/device.h"

#include <errno.h>

/*
 * Writes one descriptor. A chunk of which the kernel holds as many references
 * as the shadow can count has to wait: -EAGAIN. Context: owner, and holder of
 * the fragment's reference.
 */
static inline int queue_one(struct pp_xsk *xsk, const struct pp_frag *frag,
			    struct xdp_desc *desc)
{
	uint16_t *shadow;
	uint64_t addr = 0;
	int err;

	if (pp_unlikely(frag->flags & (PP_FRAG_MORE | PP_FRAG_UNREADABLE)))
		return -EOPNOTSUPP;
	/* the kernel skips an empty descriptor and never completes it */
	if (pp_unlikely(!frag->len))
		return -EINVAL;
	err = pp_dev_send(xsk->area, frag->netmem, frag->offset, frag->len,
			  &addr);
	if (pp_unlikely(err))
		return err;
	shadow = &xsk->shadow[addr >> xsk->chunk_shift];
	if (pp_unlikely((*shadow & PP_SHADOW_TX_MASK) == PP_SHADOW_TX_MASK)) {
		pp_dev_unsend(xsk->area, addr);
		return -EAGAIN;
	}
	++*shadow;
	desc->addr = addr;
	desc->len = frag->len;
	desc->options = 0;
	return 0;
}

/* Queues from the front until one does not go. Return: how many. */
static uint32_t tx_burst(struct pp_xsk *xsk, const struct pp_frag *frags,
			 uint32_t n, int *err)
{
	uint32_t idx = 0, done;
	uint64_t bytes = 0;

	if (!n || !xsk_ring_prod__reserve(&xsk->tx, n, &idx))
		return 0;
	for (done = 0; done < n; done++) {
		*err = queue_one(xsk, &frags[done],
				 xsk_ring_prod__tx_desc(&xsk->tx, idx + done));
		if (pp_unlikely(*err))
			break;
		bytes += frags[done].len;
	}
	pp_ring_prod_cancel(&xsk->tx, n - done);
	if (!done)
		return 0;
	xsk_ring_prod__submit(&xsk->tx, done);
	pp_stat_add(&xsk->c.tx_packets, done);
	pp_stat_add(&xsk->c.tx_bytes, bytes);
	pp_stat_add(&xsk->c.tx_entries, done);
	return done;
}

int pp_xsk_send(struct pp_xsk *xsk, const struct pp_frag *frags, uint32_t n)
{
	uint32_t room, done;
	int err = 0;

	if (pp_unlikely(!xsk || !xsk->has_tx || (n && !frags)))
		return -EINVAL;
	if (xsk->c.tx_entries)
		pp_comp_drain(xsk);
	room = xsk_prod_nb_free(&xsk->tx, n);
	if (pp_unlikely(room < n))
		pp_stat_inc(&xsk->c.tx_full);
	done = tx_burst(xsk, frags, pp_min(room, n), &err);
	pp_kick_tx(xsk);
	if (pp_unlikely(!done && err && err != -EAGAIN))
		return err;
	return (int)done;
}
