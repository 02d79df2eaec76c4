/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the kernel's AF_XDP interface has and older headers lack. */
#ifndef PP_XDP_COMPAT_H
#define PP_XDP_COMPAT_H

#include <stddef.h>

#include <linux/if_xdp.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* 5.14 */
#endif

#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4) /* bind flag, 6.6 */
#endif
#ifndef XDP_PKT_CONTD
#define XDP_PKT_CONTD (1 << 0) /* desc.options, 6.6 */
#endif
#ifndef XDP_TX_METADATA
#define XDP_TX_METADATA (1 << 1) /* desc.options, 6.8 */
#endif
#ifndef XDP_UMEM_TX_SW_CSUM
#define XDP_UMEM_TX_SW_CSUM (1 << 1)
#endif
#ifndef XDP_UMEM_TX_METADATA_LEN
#define XDP_UMEM_TX_METADATA_LEN (1 << 2)
#endif
#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9 /* socket option, 6.18 */
#endif

/* What the kernel leaves free before a frame, whatever headroom is asked for. */
#define PP_XDP_HEADROOM 256u

_Static_assert(sizeof(struct xdp_desc) == 16, "TX and RX descriptors");
_Static_assert(offsetof(struct xdp_desc, len) == 8, "TX and RX descriptors");
_Static_assert(sizeof(struct xdp_statistics) == 48, "XDP_STATISTICS, 5.9");
_Static_assert(sizeof(struct sockaddr_xdp) == 16, "bind() address");

/*
 * Gives back the last @n entries of a reservation. libxdp has it for consumer
 * rings only (xsk_ring_cons__cancel). Context: the ring's producer.
 */
static inline void pp_ring_prod_cancel(struct xsk_ring_prod *prod, uint32_t n)
{
	prod->cached_prod -= n;
}

/* Entries that the kernel has not consumed. Context: the ring's producer. */
static inline uint32_t pp_ring_prod_pending(struct xsk_ring_prod *prod)
{
	/* more than there can be free: makes libxdp look at the kernel's index */
	return prod->size - xsk_prod_nb_free(prod, prod->size + 1);
}

#endif /* PP_XDP_COMPAT_H */
