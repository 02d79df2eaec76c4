/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the one question asked of the kernel's netdev family. */
#ifndef PP_URING_NETDEV_H
#define PP_URING_NETDEV_H

#include <stdint.h>

/*
 * Is a receive queue given to an io_uring? Context: control.
 * Return: 1 yes, 0 no, -errno where the kernel does not tell.
 */
int pp_netdev_queue_io_uring(uint32_t ifindex, uint32_t queue);

#endif /* PP_URING_NETDEV_H */
