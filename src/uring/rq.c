/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the refill ring: returns from any thread, one producer at a time. */
#include "uring/zc.h"

#define LIST_ONE (UINT64_C(1) << 32)

static void list_push(struct pp_zc *zc, uint32_t b)
{
	uint64_t old = pp_load(&zc->list);

	do {
		pp_store(&zc->list_next[b], (uint32_t)old);
		/* release: pairs with the acquire of the exchange in drain() */
	} while (!pp_cas_weak(&zc->list, &old,
			      ((old + LIST_ONE) & ~(LIST_ONE - 1)) | (b + 1)));
}

void pp_rq_owe(struct pp_zc *zc, uint32_t b, uint32_t n)
{
	/* on the list already: whoever takes it off sees the sum */
	if (!pp_fetch_add(&zc->list_owed[b], n))
		list_push(zc, b);
}

uint32_t pp_rq_used(const struct pp_zc *zc)
{
	/* acquire: pairs with the kernel's release of what it has read */
	return pp_load(zc->tail) - pp_load_acquire(zc->head);
}

/* As many RQEs of a buffer as fit; what is left is owed still. */
static bool produce_one(struct pp_zc *zc, uint32_t b)
{
	uint32_t owed = pp_xchg(&zc->list_owed[b], 0u);
	uint32_t room = zc->mask + 1 -
			(zc->next_tail - pp_load_acquire(zc->head));
	uint64_t off = ((uint64_t)b << zc->shift) | zc->token;
	struct pp_io_rqe *rqe;

	for (; owed && room; owed--, room--) {
		rqe = &zc->rqes[zc->next_tail++ & zc->mask];
		rqe->off = off;
		rqe->len = 1u << zc->shift;
		rqe->pad = 0;
	}
	if (owed)
		pp_rq_owe(zc, b, owed);
	return !owed;
}

/* The whole list, as far as there is room. Context: the producer. */
static void drain(struct pp_zc *zc)
{
	uint64_t list = pp_xchg(&zc->list, UINT64_C(0));
	uint32_t at = (uint32_t)list, next;
	bool room = true;

	for (; at; at = next) {
		/* read first: a buffer whose debt is taken may be listed again */
		next = pp_load(&zc->list_next[at - 1]);
		if (room)
			room = produce_one(zc, at - 1);
		else
			list_push(zc, at - 1);
	}
	/* pairs with the kernel's acquire */
	pp_store_release(zc->tail, zc->next_tail);
}

void pp_rq_produce(struct pp_zc *zc)
{
	do {
		if (!pp_rq_listed(zc))
			return;
		/* somebody is at it and looks once more after he is done */
		if (pp_xchg(&zc->producing, 1u))
			return;
		drain(zc);
		/*
		 * Read-modify-write, not a store: it is ordered with the
		 * exchange of a thread that was turned away, so the list that
		 * we look at next has what that thread had put there.
		 */
		pp_xchg(&zc->producing, 0u);
	} while (pp_rq_listed(zc) && pp_rq_used(zc) <= zc->mask);
}
