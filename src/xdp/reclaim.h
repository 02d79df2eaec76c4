/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of frames that the kernel held when their socket went. */
#ifndef PP_XDP_RECLAIM_H
#define PP_XDP_RECLAIM_H

#include "xdp/xdp.h"

/*
 * The socket is gone and its queue is free: every frame goes home, and @xsk with
 * them. Context: control, without pp_xdp_lock: pools and their callbacks run.
 */
void pp_reclaim_finish(struct pp_xsk *xsk);

/*
 * A zero-copy queue is not free yet: waits close_timeout_ms, then leaves @xsk to
 * pp_reclaim_poll(). Context: as above. Return: 0, -EINPROGRESS.
 */
int pp_reclaim_quarantine(struct pp_xsk *xsk);

/* Finishes those whose queue is free now. Context: as above. Return: the rest. */
uint32_t pp_reclaim_poll(void);

/*
 * A socket was bound to the queue, so the one before is gone: moves it to
 * *freed. Context: under pp_xdp_lock; the caller finishes the list later.
 */
void pp_reclaim_freed(const struct pp_xsk *bound, struct pp_xsk **freed);
void pp_reclaim_finish_all(struct pp_xsk *list);

/*
 * probe.c. Has the queue an AF_XDP owner? Tries with a socket of its own.
 * Context: control, in the network namespace @netns.
 * Return: true if it surely has none.
 */
bool pp_queue_free(uint64_t netns, uint32_t ifindex, uint32_t queue);

#endif /* PP_XDP_RECLAIM_H */
