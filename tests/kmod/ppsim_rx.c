// SPDX-License-Identifier: GPL-2.0-only
/* ppsim: the receive side: page pools, header split, NAPI and queue restarts. */
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <net/gso.h>
#include <net/netdev_lock.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>

#include "ppsim.h"

static struct page_pool *pool_create(struct ppsim_port *port, u32 queue, u32 order)
{
	struct page_pool_params params = {
		.order = order,
		.pool_size = PPSIM_POOL_PAGES,
		.nid = NUMA_NO_NODE,
		.dev = ppsim_dma_device(),
		.napi = &port->rxq[queue].napi,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = PAGE_SIZE << order,
		.netdev = port->dev,
		.queue_idx = queue,
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV |
			 PP_FLAG_ALLOW_UNREADABLE_NETMEM,
	};

	return page_pool_create(&params);
}

/* True for every Nth call; @period may change at any time. */
static bool fault_due(u32 *count, const u32 *period)
{
	u32 every = READ_ONCE(*period);

	if (!every || ++*count < every)
		return false;
	*count = 0;
	return true;
}

/* How many bytes go to the linear part; what follows them goes to the pool. */
static unsigned int linear_len(struct ppsim_port *port, struct ppsim_rxq *rxq,
			       const struct sk_buff *skb, unsigned int header)
{
	if (!header || header >= skb->len)
		return skb->len;
	if (!READ_ONCE(port->hds) || skb->len <= READ_ONCE(port->hds_thresh))
		return skb->len;
	if (fault_due(&rxq->unsplit_count, &port->unsplit_every)) {
		ppsim_count(rxq->stats.fault_unsplits, 1);
		return min(skb->len, header + PPSIM_UNSPLIT_BYTES);
	}
	return header;
}

/*
 * The "DMA" into pool memory. An address is all a NIC has, so it is all this
 * uses: a buffer may be a net_iov without a struct page. The parent device has
 * no IOMMU, hence the DMA address is the physical one.
 */
static bool fill_frags(struct ppsim_rxq *rxq, struct sk_buff *to,
		       const struct sk_buff *from, unsigned int off)
{
	unsigned int size = PAGE_SIZE << rxq->order;
	int i;

	for (i = 0; off < from->len; i++) {
		unsigned int len = min(size, from->len - off);
		netmem_ref netmem;

		if (i == MAX_SKB_FRAGS)
			return false;
		netmem = page_pool_alloc_netmems(rxq->pool,
						 GFP_ATOMIC | __GFP_NOWARN);
		if (!netmem)
			return false;
		skb_copy_bits(from, off,
			      phys_to_virt(page_pool_get_dma_addr_netmem(netmem)),
			      len);
		skb_add_rx_frag_netmem(to, i, netmem, 0, len, size);
		off += len;
	}
	return true;
}

static void count_payload(struct ppsim_rx_stats *stats, unsigned int total,
			  unsigned int linear, unsigned int header)
{
	if (!header || header >= total)
		return;
	if (linear > header) {
		ppsim_count(stats->unsplit, 1);
		ppsim_count(stats->linear_bytes, linear - header);
	}
	if (total > linear) {
		ppsim_count(stats->split, 1);
		ppsim_count(stats->frag_bytes, total - linear);
	}
}

static void receive_one(struct ppsim_port *port, struct ppsim_rxq *rxq,
			const struct sk_buff *from, const struct ppsim_cb *cb)
{
	unsigned int linear = linear_len(port, rxq, from, cb->header_len);
	struct sk_buff *skb;

	skb = napi_alloc_skb(&rxq->napi, linear);
	if (!skb) {
		ppsim_count(rxq->stats.alloc_fail, 1);
		return;
	}
	skb_mark_for_recycle(skb);
	skb_copy_bits(from, 0, skb_put(skb, linear), linear);
	if (!fill_frags(rxq, skb, from, linear)) {
		ppsim_count(rxq->stats.alloc_fail, 1);
		kfree_skb(skb);
		return;
	}
	/* A TSO packet that came in one piece, as from a NIC with hardware
	 * GRO: the stack must know the segment size of the sender. */
	skb_shinfo(skb)->gso_size = skb_shinfo(from)->gso_size;
	skb_shinfo(skb)->gso_segs = skb_shinfo(from)->gso_segs;
	skb_shinfo(skb)->gso_type = skb_shinfo(from)->gso_type;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (port->dev->features & NETIF_F_RXHASH)
		skb_set_hash(skb, cb->hash,
			     cb->l4_hash ? PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
	skb_record_rx_queue(skb, rxq->index);
	skb->protocol = eth_type_trans(skb, port->dev);

	ppsim_count(rxq->stats.packets, 1);
	ppsim_count(rxq->stats.bytes, from->len);
	count_payload(&rxq->stats, from->len, linear, cb->header_len);
	netif_receive_skb(skb);
}

/*
 * Without header split there is no pool memory to spread 64 KiB over, and a
 * linear part of that size would need an order-5 allocation: cut the packet to
 * wire size first. Every segment repeats the header, so the cb fits them all.
 */
static void receive(struct ppsim_port *port, struct ppsim_rxq *rxq,
		    struct sk_buff *skb)
{
	struct ppsim_cb cb = *ppsim_cb(skb);
	struct sk_buff *segs, *next;

	if (fault_due(&rxq->drop_count, &port->drop_every)) {
		ppsim_count(rxq->stats.fault_drops, 1);
		dev_kfree_skb_any(skb);
		return;
	}
	if (READ_ONCE(port->hds) || !skb_is_gso(skb)) {
		receive_one(port, rxq, skb, &cb);
		dev_consume_skb_any(skb);
		return;
	}
	segs = skb_gso_segment(skb,
			       NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA);
	if (IS_ERR_OR_NULL(segs)) {
		ppsim_count(rxq->stats.alloc_fail, 1);
		dev_kfree_skb_any(skb);
		return;
	}
	dev_consume_skb_any(skb);
	skb_list_walk_safe(segs, skb, next)
	{
		skb_mark_not_on_list(skb);
		receive_one(port, rxq, skb, &cb);
		dev_consume_skb_any(skb);
	}
}

static int ppsim_poll(struct napi_struct *napi, int budget)
{
	struct ppsim_rxq *rxq = container_of(napi, struct ppsim_rxq, napi);
	struct ppsim_port *port = netdev_priv(napi->dev);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = skb_dequeue(&rxq->wire))) {
		receive(port, rxq, skb);
		done++;
	}
	/* A sender that saw the NAPI still scheduled has not scheduled it. */
	if (done < budget && napi_complete_done(napi, done) &&
	    !skb_queue_empty(&rxq->wire))
		napi_schedule(napi);
	return done;
}

bool ppsim_rx_push(struct ppsim_rxq *rxq, struct sk_buff *skb)
{
	bool taken = false;

	spin_lock_bh(&rxq->wire.lock);
	if (!rxq->up)
		goto out;
	if (skb_queue_len(&rxq->wire) >= PPSIM_RING_LEN) {
		atomic64_inc(&rxq->overruns);
		goto out;
	}
	__skb_queue_tail(&rxq->wire, skb);
	napi_schedule(&rxq->napi);
	taken = true;
out:
	spin_unlock_bh(&rxq->wire.lock);
	return taken;
}

static void wire_set_up(struct ppsim_rxq *rxq, bool up)
{
	spin_lock_bh(&rxq->wire.lock);
	rxq->up = up;
	spin_unlock_bh(&rxq->wire.lock);
}

static void rxq_remove(struct ppsim_rxq *rxq)
{
	netif_napi_del_locked(&rxq->napi);
	page_pool_destroy(rxq->pool);
	rxq->pool = NULL;
}

int ppsim_rx_start(struct ppsim_port *port)
{
	struct ppsim_rxq *rxq;
	u32 i;
	int err;

	for (i = 0; i < port->queues; i++) {
		rxq = &port->rxq[i];
		netif_napi_add_config_locked(port->dev, &rxq->napi, ppsim_poll,
					     i);
		rxq->pool = pool_create(port, i, rxq->order);
		if (IS_ERR(rxq->pool)) {
			err = PTR_ERR(rxq->pool);
			rxq->pool = NULL;
			netif_napi_del_locked(&rxq->napi);
			goto err_queues;
		}
	}
	for (i = 0; i < port->queues; i++) {
		rxq = &port->rxq[i];
		netif_queue_set_napi(port->dev, i, NETDEV_QUEUE_TYPE_RX,
				     &rxq->napi);
		napi_enable_locked(&rxq->napi);
		wire_set_up(rxq, true);
	}
	return 0;

err_queues:
	while (i--)
		rxq_remove(&port->rxq[i]);
	return err;
}

void ppsim_rx_stop(struct ppsim_port *port)
{
	struct ppsim_rxq *rxq;
	u32 i;

	for (i = 0; i < port->queues; i++) {
		rxq = &port->rxq[i];
		wire_set_up(rxq, false);
		napi_disable_locked(&rxq->napi);
		netif_queue_set_napi(port->dev, i, NETDEV_QUEUE_TYPE_RX, NULL);
		skb_queue_purge(&rxq->wire);
		rxq_remove(rxq);
	}
}

/*
 * Queue restarts: how the core gives a queue to a memory provider and takes it
 * back. The port stays up; packets wait on the wire meanwhile.
 */
struct ppsim_queue_mem {
	struct page_pool *pool;
	u32 order;
};

static int queue_mem_alloc(struct net_device *dev,
			   struct netdev_queue_config *qcfg,
			   void *per_queue_mem, int idx)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_queue_mem *mem = per_queue_mem;
	u32 refuse = READ_ONCE(port->refuse_bind);
	struct page_pool *pool;

	if (!netif_running(dev))
		return -ENETDOWN;
	/* Only a new provider: the way back to plain memory must not fail. */
	if (refuse && netif_rxq_has_unreadable_mp(dev, idx)) {
		atomic64_inc(&port->refused_binds);
		return -(int)min_t(u32, refuse, MAX_ERRNO);
	}
	mem->order = ilog2(max_t(u32, qcfg->rx_page_size, PAGE_SIZE)) -
		     PAGE_SHIFT;
	pool = pool_create(port, idx, mem->order);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	mem->pool = pool;
	return 0;
}

static void queue_mem_free(struct net_device *dev, void *per_queue_mem)
{
	struct ppsim_queue_mem *mem = per_queue_mem;

	if (mem->pool)
		page_pool_destroy(mem->pool);
}

static int queue_start(struct net_device *dev, struct netdev_queue_config *qcfg,
		       void *per_queue_mem, int idx)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_queue_mem *mem = per_queue_mem;
	struct ppsim_rxq *rxq = &port->rxq[idx];

	rxq->pool = mem->pool;
	rxq->order = mem->order;
	napi_enable_locked(&rxq->napi);
	/* For what came in while the NAPI was off. */
	local_bh_disable();
	napi_schedule(&rxq->napi);
	local_bh_enable();
	return 0;
}

static int queue_stop(struct net_device *dev, void *per_queue_mem, int idx)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_queue_mem *mem = per_queue_mem;
	struct ppsim_rxq *rxq = &port->rxq[idx];

	napi_disable_locked(&rxq->napi);
	mem->pool = rxq->pool;
	mem->order = rxq->order;
	/* The NAPI lives on with the next pool: this one may no longer take
	 * its being on that NAPI for being its only consumer. */
	page_pool_disable_direct_recycling(mem->pool);
	return 0;
}

static void default_qcfg(struct net_device *dev, struct netdev_queue_config *qcfg)
{
	qcfg->rx_page_size = PAGE_SIZE;
}

const struct netdev_queue_mgmt_ops ppsim_queue_mgmt_ops = {
	.ndo_queue_mem_size = sizeof(struct ppsim_queue_mem),
	.ndo_queue_mem_alloc = queue_mem_alloc,
	.ndo_queue_mem_free = queue_mem_free,
	.ndo_queue_start = queue_start,
	.ndo_queue_stop = queue_stop,
	.ndo_default_qcfg = default_qcfg,
	.supported_params = QCFG_RX_PAGE_SIZE,
};
