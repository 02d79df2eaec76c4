/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what a socket has before it is bound: object, shadow, frames. */
#ifndef PP_XDP_NEW_H
#define PP_XDP_NEW_H

#include "xdp/link.h"
#include "xdp/xdp.h"

/*
 * The object, its shadow, its hold on area and pool; pp_reclaim_finish() undoes
 * it. Context: control. Return: 0, -ENOMEM with a reason.
 */
int pp_xsk_new(struct pp_xsk **out, const struct pp_xsk_params *p,
	       const struct pp_link *link, struct pp_extack *ext);

/*
 * Takes the frames for the whole fill ring. They count as the kernel's from
 * here on, so that pp_reclaim_finish() brings them home whatever happens.
 * Context: control; the pool has no owner or it is the caller.
 * Return: 0, -EBUSY, -ENOMEM, with a reason.
 */
int pp_xsk_prefill(struct pp_xsk *xsk, struct pp_extack *ext);

#endif /* PP_XDP_NEW_H */
