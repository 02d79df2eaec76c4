/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/reclaim.h"

#include "pool/device.h"
#include "xdp/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static struct pp_xsk *quarantine; /* under pp_xdp_lock */

/* Everything the shadow names: a filled frame once, a sent one per reference. */
static void frames_home(struct pp_xsk *xsk)
{
	uint32_t chunk, refs;
	uint64_t addr;

	for (chunk = 0; chunk < xsk->chunks; chunk++) {
		if (!xsk->shadow[chunk])
			continue;
		addr = (uint64_t)chunk << xsk->chunk_shift;
		refs = xsk->shadow[chunk] & PP_SHADOW_TX_MASK;
		refs += !!(xsk->shadow[chunk] & PP_SHADOW_FILL);
		while (refs--)
			pp_dev_home(xsk->area, addr);
	}
}

void pp_reclaim_finish(struct pp_xsk *xsk)
{
	frames_home(xsk);
	munmap(xsk->shadow, xsk->chunks * sizeof(*xsk->shadow));
	/* before the pool: its last user may destroy the area in a callback */
	pp_area_put(xsk->area);
	page_pool_destroy(xsk->pool);
	free(xsk);
}

static bool is_free(const struct pp_xsk *xsk)
{
	return pp_queue_free(xsk->netns, xsk->ifindex, xsk->queue);
}

int pp_reclaim_quarantine(struct pp_xsk *xsk)
{
	struct pp_wait wait = pp_wait_start(xsk->close_timeout_ms);

	do {
		if (is_free(xsk)) {
			pp_reclaim_finish(xsk);
			return 0;
		}
	} while (pp_wait_more(&wait));

	pthread_mutex_lock(&pp_xdp_lock);
	xsk->next = quarantine;
	quarantine = xsk;
	pthread_mutex_unlock(&pp_xdp_lock);
	return -EINPROGRESS;
}

void pp_reclaim_finish_all(struct pp_xsk *list)
{
	struct pp_xsk *next;

	for (; list; list = next) {
		next = list->next;
		pp_reclaim_finish(list);
	}
}

uint32_t pp_reclaim_poll(void)
{
	struct pp_xsk **at, *xsk, *freed = NULL;
	uint32_t left = 0;

	pthread_mutex_lock(&pp_xdp_lock);
	for (at = &quarantine; (xsk = *at);) {
		if (!is_free(xsk)) {
			left++;
			at = &xsk->next;
			continue;
		}
		*at = xsk->next;
		xsk->next = freed;
		freed = xsk;
	}
	pthread_mutex_unlock(&pp_xdp_lock);
	pp_reclaim_finish_all(freed);
	return left;
}

void pp_reclaim_freed(const struct pp_xsk *bound, struct pp_xsk **freed)
{
	struct pp_xsk **at, *xsk;

	for (at = &quarantine; (xsk = *at);) {
		if (xsk->netns != bound->netns || xsk->ifindex != bound->ifindex ||
		    xsk->queue != bound->queue) {
			at = &xsk->next;
			continue;
		}
		*at = xsk->next;
		xsk->next = *freed;
		*freed = xsk;
	}
}
