/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what we must know of a network interface. */
#ifndef PP_XDP_LINK_H
#define PP_XDP_LINK_H

#include <pagepool/common.h>

/*
 * struct pp_link: rx_queues and tx_queues are those that exist now, max_queues
 * those there can be; 0 where the driver does not tell.
 */
struct pp_link {
	char name[16];
	uint64_t netns; /* cookie */
	uint32_t ifindex;
	uint32_t mtu;
	uint32_t rx_queues;
	uint32_t tx_queues;
	uint32_t max_queues;
};

/*
 * Reads all by index: a name may be an alias or change. Context: control, in
 * the interface's network namespace.
 * Return: 0, -ENODEV, -EPERM (no AF_XDP for this process), -EOPNOTSUPP (kernel
 * without AF_XDP), or what the kernel answered.
 */
int pp_link_read(struct pp_link *link, uint32_t ifindex, struct pp_extack *ext);

/* Cookie of the calling thread's network namespace. Context: control. */
int pp_netns_cookie(uint64_t *cookie);

#endif /* PP_XDP_LINK_H */
