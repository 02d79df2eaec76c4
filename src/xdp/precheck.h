/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of checks before anything is made: each failure has its own name. */
#ifndef PP_XDP_PRECHECK_H
#define PP_XDP_PRECHECK_H

#include "xdp/link.h"
#include "xdp/umem.h"

/*
 * Values that are wrong by themselves. Puts the defaults where @p has 0, except
 * in fill_size and comp_size. Context: any thread.
 * Return: 0, -EINVAL with a reason.
 */
int pp_precheck_params(struct pp_xsk_params *p, struct pp_extack *ext);

/*
 * Values against the interface and the area. @umem is the area's registration,
 * NULL before the first socket. Sets the ring sizes that are still 0.
 * Context: under pp_xdp_lock.
 * Return: 0, -EINVAL, -EMSGSIZE, -ENOMEM, with a reason.
 */
int pp_precheck_world(struct pp_xsk_params *p, const struct pp_link *link,
		      const struct pp_umem *umem, struct pp_extack *ext);

#endif /* PP_XDP_PRECHECK_H */
