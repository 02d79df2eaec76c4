/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the mode ladder. */
#ifndef PP_XDP_LADDER_H
#define PP_XDP_LADDER_H

#include "xdp/umem.h"
#include "xdp/wait.h"

struct pp_link;

/*
 * Attaches the program and binds the socket: on an area's first socket in the
 * best mode that the policies allow, on a later one in the first one's mode.
 * Sets @xsk's umem, sock, prog, fd, and in its info the modes and every refused
 * step. @fresh holds the sizes for a new registration. Waits while the queue is
 * busy. Context: under pp_xdp_lock, quiet.
 * Return: 0 or -errno with a reason; nothing is left then.
 */
int pp_ladder_first(struct pp_xsk *xsk, const struct pp_link *link,
		    const struct pp_xsk_params *p, struct pp_umem *fresh,
		    struct pp_wait *wait, struct pp_extack *ext);
int pp_ladder_later(struct pp_xsk *xsk, const struct pp_link *link,
		    const struct pp_xsk_params *p, struct pp_umem *umem,
		    struct pp_wait *wait, struct pp_extack *ext);

/*
 * bind.c. One socket, one try; the UMEM is registered. Failure points are passed
 * on the first try only: their number does not depend on how long the queue was
 * busy. Context: as above.
 */
int pp_bind(struct pp_xsk *xsk, struct pp_umem *umem, uint16_t flags, bool again);
int pp_bind_explain(int err, const struct pp_xsk *xsk, const char *how,
		    struct pp_extack *ext);

#endif /* PP_XDP_LADDER_H */
