/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from the pool into the fill ring. */
#include "xdp/xdp.h"

#include "pool/device.h"

/* Writes down what the kernel is about to get. */
static void shadow_filled(struct pp_xsk *xsk, const uint64_t *addrs, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		xsk->shadow[addrs[i] >> xsk->chunk_shift] |= PP_SHADOW_FILL;
}

/*
 * Takes at most @n frames straight into the ring's memory; false if the pool
 * had fewer. A run ends where the ring wraps. Context: owner.
 */
static bool fill_run(struct pp_xsk *xsk, uint32_t n, uint32_t *done)
{
	uint32_t idx = 0, run, got;
	uint64_t *slots;

	if (!xsk_ring_prod__reserve(&xsk->fill, n, &idx))
		return false;
	run = pp_min(n, xsk->fill.size - (idx & xsk->fill.mask));
	slots = (uint64_t *)xsk_ring_prod__fill_addr(&xsk->fill, idx);
	got = pp_dev_fill(xsk->pool, slots, run);
	pp_ring_prod_cancel(&xsk->fill, n - got);
	shadow_filled(xsk, slots, got);
	*done += got;
	return got == run;
}

/*
 * Fills up once a batch is missing, so that the pool is asked for many pages at
 * a time. One store publishes all. Context: owner.
 */
void pp_fill_refill(struct pp_xsk *xsk)
{
	uint32_t room = xsk_prod_nb_free(&xsk->fill, xsk->fill_batch);
	uint32_t done = 0;

	if (room < xsk->fill_batch)
		return;
	while (done < room) {
		if (!fill_run(xsk, pp_min(room - done, PP_XSK_BATCH), &done)) {
			pp_stat_inc(&xsk->c.fill_starved);
			break;
		}
	}
	if (!done)
		return;
	xsk_ring_prod__submit(&xsk->fill, done);
	pp_stat_add(&xsk->c.fill_packets, done);
	pp_stat_add(&xsk->c.fill_entries, done);
}

/* Frames taken before there was a ring. Context: control, in open. */
void pp_fill_push(struct pp_xsk *xsk, const uint64_t *addrs, uint32_t n)
{
	uint32_t idx = 0, i;

	if (!xsk_ring_prod__reserve(&xsk->fill, n, &idx))
		return; /* cannot be: the ring is new and n its size */
	for (i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&xsk->fill, idx + i) = addrs[i];
	xsk_ring_prod__submit(&xsk->fill, n);
}
