/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a socket's life: open, close, and the list of those alive. */
#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"
#include "xdp/ladder.h"
#include "xdp/new.h"
#include "xdp/precheck.h"
#include "xdp/prog.h"
#include "xdp/quiet.h"
#include "xdp/reclaim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TX_LINGER_MS 20u /* for frames that are queued and not yet sent */

pthread_mutex_t pp_xdp_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pp_xsk *live; /* under pp_xdp_lock */

struct pp_xsk *pp_xsk_of_umem(const struct pp_umem *umem,
			      const struct pp_xsk * not )
{
	struct pp_xsk *xsk;

	for (xsk = live; xsk; xsk = xsk->next)
		if (xsk->umem == umem && xsk != not )
			return xsk;
	return NULL;
}

static int live_check(const struct pp_link *link, uint32_t queue,
		      struct pp_extack *ext)
{
	const struct pp_xsk *xsk;

	for (xsk = live; xsk; xsk = xsk->next)
		if (xsk->netns == link->netns &&
		    xsk->ifindex == link->ifindex && xsk->queue == queue)
			return pp_fail(ext, -EBUSY, "queue",
				       "queue %u of %s has a socket of this process already: close it first",
				       queue, link->name);
	return 0;
}

static void live_remove(struct pp_xsk *xsk)
{
	struct pp_xsk **at;

	for (at = &live; *at && *at != xsk; at = &(*at)->next)
		;
	if (*at)
		*at = xsk->next;
	xsk->next = NULL;
}

static int bind_first(struct pp_xsk *xsk, const struct pp_link *link,
		      const struct pp_xsk_params *p, struct pp_wait *wait,
		      struct pp_extack *ext)
{
	struct pp_umem *umem;
	int err;

	umem = PP_FAULT("xsk.umem_alloc") ? NULL : calloc(1, sizeof(*umem));
	if (!umem)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the UMEM");
	umem->fill_size = p->fill_size;
	umem->comp_size = p->comp_size;
	umem->headroom = p->headroom;
	umem->queue = p->queue;
	memcpy(umem->ifname, link->name, sizeof(umem->ifname));
	err = pp_ladder_first(xsk, link, p, umem, wait, ext);
	if (err) {
		free(umem);
		return err;
	}
	pp_umem_publish(umem);
	xsk->umem = umem;
	return 0;
}

/* The socket at its queue, its frames in the ring; nothing redirected yet. */
static int bind_socket(struct pp_xsk *xsk, const struct pp_link *link,
		       const struct pp_xsk_params *p, struct pp_extack *ext)
{
	struct pp_wait wait = pp_wait_start(p->busy_timeout_ms);
	struct pp_umem *umem = pp_umem_find(xsk->area);
	int err;

	err = pp_xsk_prefill(xsk, ext);
	if (!err && umem) {
		err = pp_ladder_later(xsk, link, p, umem, &wait, ext);
		if (!err)
			xsk->umem = umem;
	} else if (!err) {
		err = bind_first(xsk, link, p, &wait, ext);
	}
	free(xsk->prefill);
	xsk->prefill = NULL;
	if (err)
		return err;
	xsk->umem->users++;
	xsk->next = live;
	live = xsk;
	return 0;
}

static int redirect_start(struct pp_xsk *xsk, struct pp_extack *ext)
{
	int err;

	if (!xsk->has_rx)
		return 0;
	err = pp_prog_set_socket(xsk->prog, xsk->queue, xsk->fd, ext);
	if (err)
		return err;
	xsk->in_map = true;
	if (xsk_ring_prod__needs_wakeup(&xsk->fill))
		pp_kick_rx(xsk);
	return 0;
}

/* After this no frame comes any more. Context: under pp_xdp_lock, quiet. */
static void redirect_stop(struct pp_xsk *xsk)
{
	if (xsk->in_map)
		pp_prog_clear_socket(xsk->prog, xsk->queue);
	xsk->in_map = false;
}

/* Program, socket and rings, UMEM. Context: as above. */
static void socket_cleanup(struct pp_xsk *xsk)
{
	if (!xsk->umem)
		return;
	live_remove(xsk);
	pp_prog_put(xsk->prog);
	xsk_socket__delete(xsk->sock); /* unmaps the rings */
	pp_umem_forget(xsk->umem, xsk);
	xsk->prog = NULL;
	xsk->sock = NULL;
	xsk->umem = NULL;
	xsk->fd = -1;
}

/* Context: under pp_xdp_lock, quiet. *out may be set on failure: to clean up. */
static int open_locked(struct pp_xsk **out, struct pp_xsk_params *p,
		       struct pp_xsk **freed, struct pp_extack *ext)
{
	struct pp_link link;
	int err;

	err = pp_link_read(&link, p->ifindex, ext);
	if (!err)
		err = live_check(&link, p->queue, ext);
	if (!err)
		err = pp_precheck_world(p, &link,
					pp_umem_find(pp_pool_area(p->pool)), ext);
	if (!err)
		err = pp_xsk_new(out, p, &link, ext);
	if (!err)
		err = bind_socket(*out, &link, p, ext);
	if (err)
		return err;
	pp_reclaim_freed(*out, freed);
	err = redirect_start(*out, ext);
	if (err)
		socket_cleanup(*out);
	return err;
}

/* The socket is gone: brings its frames home. Context: without pp_xdp_lock. */
static int frames_cleanup(struct pp_xsk *xsk)
{
	if (xsk->zerocopy)
		return pp_reclaim_quarantine(xsk);
	pp_reclaim_finish(xsk);
	return 0;
}

int pp_xsk_open(struct pp_xsk **out, const struct pp_xsk_params *params,
		struct pp_extack *ext)
{
	struct pp_xsk *xsk = NULL, *freed = NULL;
	struct pp_xsk_params p;
	int err;

	if (!out)
		return pp_fail(ext, -EINVAL, NULL,
			       "out is NULL: pass the address of a pointer");
	err = pp_copy_sized(&p, sizeof(p), sizeof(p), params, ext);
	if (!err)
		err = pp_precheck_params(&p, ext);
	if (err)
		return err;
	pp_reclaim_poll();

	pthread_mutex_lock(&pp_xdp_lock);
	pp_quiet_begin();
	err = open_locked(&xsk, &p, &freed, ext);
	pp_quiet_end();
	pthread_mutex_unlock(&pp_xdp_lock);

	pp_reclaim_finish_all(freed);
	if (err && xsk)
		frames_cleanup(xsk);
	if (err)
		return err;
	*out = xsk;
	return 0;
}

/*
 * Frames that were accepted shall leave, if the interface sends at all; what is
 * late is not waited for.
 */
static void tx_linger(struct pp_xsk *xsk)
{
	struct pp_wait wait = pp_wait_start(TX_LINGER_MS);
	int err;

	while (xsk->c.tx_entries) {
		err = pp_kick_tx(xsk);
		pp_comp_drain(xsk);
		if (err || !xsk->c.tx_entries || !pp_wait_more(&wait))
			break;
	}
}

int pp_xsk_close(struct pp_xsk *xsk)
{
	if (!xsk)
		return 0;
	pthread_mutex_lock(&pp_xdp_lock);
	pp_quiet_begin();
	redirect_stop(xsk);
	pp_quiet_end();
	pthread_mutex_unlock(&pp_xdp_lock);

	tx_linger(xsk);

	pthread_mutex_lock(&pp_xdp_lock);
	pp_quiet_begin();
	socket_cleanup(xsk);
	pp_quiet_end();
	pthread_mutex_unlock(&pp_xdp_lock);

	pp_reclaim_poll();
	return frames_cleanup(xsk);
}

uint32_t pp_xsk_reap(void)
{
	return pp_reclaim_poll();
}
