/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/new.h"

#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void params_take(struct pp_xsk *xsk, const struct pp_xsk_params *p,
			const struct pp_link *link)
{
	xsk->has_rx = !(p->flags & PP_XSK_TX_ONLY);
	xsk->has_tx = !(p->flags & PP_XSK_RX_ONLY);
	xsk->rx_size = xsk->has_rx ? p->rx_size : 0;
	xsk->tx_size = xsk->has_tx ? p->tx_size : 0;
	xsk->headroom = p->headroom;
	xsk->close_timeout_ms = p->close_timeout_ms;
	xsk->fill_batch = pp_min(PP_XSK_BATCH, p->fill_size / 4);
	if (!xsk->fill_batch)
		xsk->fill_batch = 1;
	xsk->netns = link->netns;
	xsk->ifindex = p->ifindex;
	xsk->queue = p->queue;
	memcpy(xsk->ifname, link->name, sizeof(xsk->ifname));
	xsk->info = (struct pp_xsk_info){
		.sz = sizeof(xsk->info),
		.ifindex = p->ifindex,
		.queue = p->queue,
		.rx_size = xsk->rx_size,
		.tx_size = xsk->tx_size,
		.fill_size = p->fill_size,
		.comp_size = p->comp_size,
	};
}

int pp_xsk_new(struct pp_xsk **out, const struct pp_xsk_params *p,
	       const struct pp_link *link, struct pp_extack *ext)
{
	struct pp_xsk *xsk;
	void *shadow;

	xsk = PP_FAULT("xsk.alloc") ? NULL :
				      aligned_alloc(PP_CACHELINE, sizeof(*xsk));
	if (!xsk)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the socket");
	memset(xsk, 0, sizeof(*xsk));
	xsk->area = pp_pool_area(p->pool);
	xsk->chunks = pp_area_chunks(xsk->area);
	xsk->chunk_shift = (uint32_t)__builtin_ctz(pp_area_chunk_bytes(xsk->area));
	shadow = PP_FAULT("xsk.shadow") ?
			 MAP_FAILED :
			 mmap(NULL, xsk->chunks * sizeof(*xsk->shadow),
			      PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (shadow == MAP_FAILED) {
		free(xsk);
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the socket");
	}
	xsk->shadow = shadow;
	xsk->pool = page_pool_get(p->pool);
	pp_area_get(xsk->area);
	params_take(xsk, p, link);
	*out = xsk;
	return 0;
}

int pp_xsk_prefill(struct pp_xsk *xsk, struct pp_extack *ext)
{
	uint32_t want = xsk->info.fill_size, i;
	bool borrowed = false;
	int err;

	xsk->prefill = PP_FAULT("xsk.prefill") ?
			       NULL :
			       malloc(want * sizeof(*xsk->prefill));
	if (!xsk->prefill)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the socket");
	err = pp_pool_borrow(xsk->pool, &borrowed, ext);
	if (err)
		return err;
	xsk->n_prefill = pp_dev_fill(xsk->pool, xsk->prefill, want);
	pp_pool_unborrow(xsk->pool, borrowed);
	for (i = 0; i < xsk->n_prefill; i++)
		xsk->shadow[xsk->prefill[i] >> xsk->chunk_shift] |= PP_SHADOW_FILL;
	xsk->c.fill_entries = xsk->n_prefill;
	xsk->c.fill_packets = xsk->n_prefill;
	if (xsk->n_prefill < want)
		return pp_fail(ext, -ENOMEM, "pool",
			       "the pool had %u pages for a fill ring of %u: use a larger area or a smaller fill_size",
			       xsk->n_prefill, want);
	return 0;
}
