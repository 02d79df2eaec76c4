/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/precheck.h"

#include "base/extack.h"
#include "pool/device.h"

#include <errno.h>

#define FRAME_OVERHEAD 18u /* Ethernet header and one VLAN tag */

static int modes_check(const struct pp_xsk_params *p, struct pp_extack *ext)
{
	if (p->xdp_mode > PP_XDP_SKB)
		return pp_fail(ext, -EINVAL, "xdp_mode",
			       "xdp_mode is %u: use enum pp_xdp_mode",
			       p->xdp_mode);
	if (p->bind_mode > PP_XSK_BIND_ZEROCOPY)
		return pp_fail(ext, -EINVAL, "bind_mode",
			       "bind_mode is %u: use enum pp_xsk_bind",
			       p->bind_mode);
	if (p->xdp_mode == PP_XDP_SKB && p->bind_mode == PP_XSK_BIND_ZEROCOPY)
		return pp_fail(ext, -EINVAL, "bind_mode",
			       "there is no zero-copy with SKB XDP: use PP_XDP_NATIVE or PP_XSK_BIND_COPY");
	if (p->flags & ~(PP_XSK_RX_ONLY | PP_XSK_TX_ONLY))
		return pp_fail(ext, -EINVAL, "flags",
			       "flags 0x%x: only PP_XSK_RX_ONLY and PP_XSK_TX_ONLY are known",
			       p->flags);
	if (p->flags == (PP_XSK_RX_ONLY | PP_XSK_TX_ONLY))
		return pp_fail(ext, -EINVAL, "flags",
			       "PP_XSK_RX_ONLY and PP_XSK_TX_ONLY together leave nothing: use one");
	return 0;
}

static int ring_check(const char *name, uint32_t n, struct pp_extack *ext)
{
	/* the kernel would take 2^24 and more */
	if ((n & (n - 1)) || n > PP_XSK_RING_MAX)
		return pp_fail(ext, -EINVAL, name,
			       "%s is %u: use a power of two up to %u", name, n,
			       PP_XSK_RING_MAX);
	return 0;
}

static int rings_check(struct pp_xsk_params *p, struct pp_extack *ext)
{
	int err;

	if (!p->rx_size)
		p->rx_size = PP_XSK_RING_DEFAULT;
	if (!p->tx_size)
		p->tx_size = PP_XSK_RING_DEFAULT;
	err = ring_check("rx_size", p->rx_size, ext);
	if (!err)
		err = ring_check("tx_size", p->tx_size, ext);
	if (!err)
		err = ring_check("fill_size", p->fill_size, ext);
	if (!err)
		err = ring_check("comp_size", p->comp_size, ext);
	return err;
}

static int pool_check(const struct pp_xsk_params *p, struct pp_extack *ext)
{
	struct pp_area *area;
	uint32_t chunk;

	if (!p->pool)
		return pp_fail(ext, -EINVAL, "pool",
			       "pool is NULL: make one with page_pool_create()");
	area = pp_pool_area(p->pool);
	if (!area)
		return pp_fail(ext, -EINVAL, "pool",
			       "the pool has a memory provider: AF_XDP needs one over a pp_area");
	if (page_pool_order(p->pool))
		return pp_fail(ext, -EINVAL, "pool",
			       "the pool's order is %u: AF_XDP frames are single chunks, use order 0",
			       page_pool_order(p->pool));
	chunk = pp_area_chunk_bytes(area);
	if (chunk != 2048 && chunk != 4096)
		return pp_fail(ext, -EINVAL, "pool",
			       "chunk_bytes of the area is %u: AF_XDP takes 2048 or 4096",
			       chunk);
	if (p->headroom >= chunk - PP_XDP_HEADROOM)
		return pp_fail(ext, -EINVAL, "headroom",
			       "headroom %u and the kernel's %u leave nothing of a chunk of %u: use less",
			       p->headroom, PP_XDP_HEADROOM, chunk);
	return 0;
}

int pp_precheck_params(struct pp_xsk_params *p, struct pp_extack *ext)
{
	int err = modes_check(p, ext);

	if (!err)
		err = rings_check(p, ext);
	if (!err)
		err = pool_check(p, ext);
	if (err)
		return err;
	if (!p->busy_timeout_ms)
		p->busy_timeout_ms = PP_XSK_TIMEOUT_DEFAULT_MS;
	if (!p->close_timeout_ms)
		p->close_timeout_ms = PP_XSK_TIMEOUT_DEFAULT_MS;
	return 0;
}

static int queue_check(const struct pp_xsk_params *p,
		       const struct pp_link *link, struct pp_extack *ext)
{
	bool rx = !(p->flags & PP_XSK_TX_ONLY);
	bool tx = !(p->flags & PP_XSK_RX_ONLY);

	/* 0: the driver does not tell, the kernel will */
	if (rx && link->rx_queues && p->queue >= link->rx_queues)
		return pp_fail(ext, -EINVAL, "queue",
			       "queue is %u, %s has %u receive queues: use a lower one, or ethtool -L",
			       p->queue, link->name, link->rx_queues);
	if (tx && link->tx_queues && p->queue >= link->tx_queues)
		return pp_fail(ext, -EINVAL, "queue",
			       "queue is %u, %s has %u transmit queues: use a lower one, ethtool -L or PP_XSK_RX_ONLY",
			       p->queue, link->name, link->tx_queues);
	return 0;
}

static int mtu_check(const struct pp_xsk_params *p, const struct pp_link *link,
		     struct pp_extack *ext)
{
	uint32_t chunk = pp_area_chunk_bytes(pp_pool_area(p->pool));
	uint32_t room = chunk - PP_XDP_HEADROOM - p->headroom;

	if ((p->flags & PP_XSK_TX_ONLY) || link->mtu + FRAME_OVERHEAD <= room)
		return 0;
	return pp_fail(ext, -EMSGSIZE, "pool",
		       "frames of %s (MTU %u + %u) need several buffers: a chunk of %u has room for %u. Lower the MTU%s",
		       link->name, link->mtu, FRAME_OVERHEAD, chunk, room,
		       chunk < 4096 ? " or use chunks of 4096" : "");
}

/* Rings that libxdp sizes once for a UMEM, and its headroom. */
static int shared_check(struct pp_xsk_params *p, const struct pp_umem *umem,
			struct pp_extack *ext)
{
	const struct {
		const char *name;
		uint32_t *asked, has;
	} same[] = {
		{ "fill_size", &p->fill_size, umem->fill_size },
		{ "comp_size", &p->comp_size, umem->comp_size },
		{ "headroom", &p->headroom, umem->headroom },
	};
	uint32_t i;

	for (i = 0; i < PP_ARRAY_SIZE(same); i++) {
		if (*same[i].asked && *same[i].asked != same[i].has)
			return pp_fail(ext, -EINVAL, same[i].name,
				       "%s is %u, the area's first socket (%s, queue %u) has %u, and further ones share it: use 0",
				       same[i].name, *same[i].asked,
				       umem->ifname, umem->queue, same[i].has);
		*same[i].asked = same[i].has;
	}
	return 0;
}

static int chunks_check(const struct pp_xsk_params *p, struct pp_extack *ext)
{
	uint32_t chunks = pp_area_chunks(pp_pool_area(p->pool));

	if (p->fill_size <= chunks)
		return 0;
	return pp_fail(ext, -ENOMEM, "pool",
		       "the area has %u chunks, the fill ring alone takes %u: use a larger area or a smaller fill_size",
		       chunks, p->fill_size);
}

int pp_precheck_world(struct pp_xsk_params *p, const struct pp_link *link,
		      const struct pp_umem *umem, struct pp_extack *ext)
{
	int err = queue_check(p, link, ext);

	if (!err && umem)
		err = shared_check(p, umem, ext);
	if (!err)
		err = mtu_check(p, link, ext);
	if (err)
		return err;
	if (!p->fill_size && (p->flags & PP_XSK_TX_ONLY))
		p->fill_size = PP_XSK_FILL_TX_ONLY;
	if (!p->fill_size)
		p->fill_size = pp_min(2 * p->rx_size, PP_XSK_RING_MAX);
	if (!p->comp_size)
		p->comp_size = p->tx_size;
	return chunks_check(p, ext);
}
