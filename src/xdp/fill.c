/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the way from the pool into the fill ring. */
#include "xdp/xdp.h"

#include "pool/device.h"

/* Writes down what the kernel is about to get. */
static void shadow_filled(struct pp_xsk *xsk, const uint64_t *addrs, uint32_t n)
{
	uint16_t *shadow = xsk->shadow;
	uint32_t shift = xsk->chunk_shift, i;

	for (i = 0; i < n; i++)
		shadow[addrs[i] >> shift] |= PP_SHADOW_FILL;
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
 * a time; one store publishes all. Up to half of the ring at once; beyond that
 * there is no hurry, and about as much goes in as the caller takes out, @pace.
 * Filling all of it behind a long RX queue would bring more pages into the
 * round than the owner's cache can take back. Context: owner.
 */
void pp_fill_refill(struct pp_xsk *xsk, uint32_t pace)
{
	uint32_t room = xsk_prod_nb_free(&xsk->fill, xsk->fill_batch);
	uint32_t half = xsk->fill.size / 2, urgent, done = 0;

	if (room < xsk->fill_batch)
		return;
	urgent = pp_max(room, half + xsk->fill_batch) - half;
	pace = pp_max(pace, urgent);
	room = pp_min(room, pace);
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
