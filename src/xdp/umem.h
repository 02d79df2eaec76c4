/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of pp_umem: an area's registration with AF_XDP. */
#ifndef PP_XDP_UMEM_H
#define PP_XDP_UMEM_H

#include "xdp/xdp.h"

/*
 * One for each area that has sockets. The kernel's UMEM belongs to its first
 * socket: libxdp keeps that socket's descriptor and binds all others through
 * it. When the first one is closed, its descriptor is made to name another
 * socket of the area (pp_umem_forget), so that its queue becomes free.
 */
struct pp_umem {
	struct pp_umem *next;
	struct pp_area *area;
	struct xsk_umem *umem;
	struct pp_xsk *fd_of; /* the socket that umem's descriptor names */
	uint32_t users;
	/* what all sockets share */
	uint32_t xdp_used; /* 0: the first socket needed no program */
	uint32_t bind_used;
	uint32_t fill_size;
	uint32_t comp_size;
	uint32_t headroom;
	/* to name the first socket */
	char ifname[16];
	uint32_t queue;
};

/* The area's registration, NULL if there is none. Context: all as pp_prog. */
struct pp_umem *pp_umem_find(const struct pp_area *area);

/*
 * Registers @xsk's area; its fill and completion ring exist then. The sizes and
 * the headroom are those in @umem. Return: 0 or -errno with a reason.
 */
int pp_umem_register(struct pp_umem *umem, struct pp_xsk *xsk, bool again,
		     struct pp_extack *ext);
void pp_umem_unregister(struct pp_umem *umem);

void pp_umem_publish(struct pp_umem *umem);

/* @xsk's socket is deleted: frees its queue, and the UMEM after the last one. */
void pp_umem_forget(struct pp_umem *umem, struct pp_xsk *xsk);

/* Any live socket on this UMEM but @not, NULL if none. xsk.c. */
struct pp_xsk *pp_xsk_of_umem(const struct pp_umem *umem,
			      const struct pp_xsk * not );

#endif /* PP_XDP_UMEM_H */
