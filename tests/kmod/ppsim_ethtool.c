// SPDX-License-Identifier: GPL-2.0-only
/* ppsim: what ethtool and the netdev statistics read and set. */
#include <linux/ethtool.h>
#include <net/netdev_lock.h>
#include <net/netdev_queues.h>
#include <net/page_pool/helpers.h>

#include "ppsim.h"

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "ppsim", sizeof(info->driver));
}

static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kring,
			  struct netlink_ext_ack *extack)
{
	struct ppsim_port *port = netdev_priv(dev);

	ring->rx_max_pending = PPSIM_RING_LEN;
	ring->rx_pending = PPSIM_RING_LEN;
	/* The device's own state, not what the core remembers of the request:
	 * reading it back proves that the request arrived. */
	kring->tcp_data_split = port->hds ? ETHTOOL_TCP_DATA_SPLIT_ENABLED :
					    ETHTOOL_TCP_DATA_SPLIT_DISABLED;
	kring->hds_thresh = port->hds_thresh;
	kring->hds_thresh_max = PPSIM_HDS_THRESH_MAX;
}

static int set_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			 struct kernel_ethtool_ringparam *kring,
			 struct netlink_ext_ack *extack)
{
	struct ppsim_port *port = netdev_priv(dev);

	if (ring->rx_pending != PPSIM_RING_LEN) {
		NL_SET_ERR_MSG(extack, "the ring length is fixed");
		return -EINVAL;
	}
	/* "auto" is on. Packets on the wire are split as NAPI finds it. */
	WRITE_ONCE(port->hds,
		   kring->tcp_data_split != ETHTOOL_TCP_DATA_SPLIT_DISABLED);
	WRITE_ONCE(port->hds_thresh, kring->hds_thresh);
	return 0;
}

static void get_channels(struct net_device *dev, struct ethtool_channels *ch)
{
	struct ppsim_port *port = netdev_priv(dev);

	ch->max_combined = port->queues;
	ch->combined_count = port->queues;
}

static u32 get_rx_ring_count(struct net_device *dev)
{
	struct ppsim_port *port = netdev_priv(dev);

	return port->queues;
}

static u32 get_rxfh_key_size(struct net_device *dev)
{
	return PPSIM_KEY_LEN;
}

static u32 get_rxfh_indir_size(struct net_device *dev)
{
	return PPSIM_INDIR_LEN;
}

static int get_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rxfh)
{
	struct ppsim_port *port = netdev_priv(dev);
	int i;

	rxfh->hfunc = ETH_RSS_HASH_TOP;
	if (rxfh->indir)
		for (i = 0; i < PPSIM_INDIR_LEN; i++)
			rxfh->indir[i] = port->indir[i];
	if (rxfh->key)
		memcpy(rxfh->key, port->rss_key, PPSIM_KEY_LEN);
	return 0;
}

static int set_rxfh(struct net_device *dev, struct ethtool_rxfh_param *rxfh,
		    struct netlink_ext_ack *extack)
{
	struct ppsim_port *port = netdev_priv(dev);
	int i;

	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE &&
	    rxfh->hfunc != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	/* A packet that meets a half-written table or key lands on one of the
	 * two queues it could have had, as on hardware. */
	if (rxfh->indir)
		for (i = 0; i < PPSIM_INDIR_LEN; i++)
			WRITE_ONCE(port->indir[i], rxfh->indir[i]);
	if (rxfh->key)
		memcpy(port->rss_key, rxfh->key, PPSIM_KEY_LEN);
	return 0;
}

static int get_rxfh_fields(struct net_device *dev,
			   struct ethtool_rxfh_fields *fields)
{
	switch (fields->flow_type) {
	case TCP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V4_FLOW:
	case UDP_V6_FLOW:
		fields->data = RXH_L4_B_0_1 | RXH_L4_B_2_3;
		fallthrough;
	case IPV4_FLOW:
	case IPV6_FLOW:
		fields->data |= RXH_IP_SRC | RXH_IP_DST;
		return 0;
	}
	return -EOPNOTSUPP;
}

/* ethtool -S: per queue what the netdev family has no field for. */
static const char rxq_stat_names[][ETH_GSTRING_LEN - 8] = {
	"split_packets", "unsplit_packets", "linear_bytes",
	"frag_bytes",	 "fault_drops",	    "fault_unsplits",
};

static const char port_stat_names[][ETH_GSTRING_LEN] = {
	"rule_drops",
	"refused_binds",
};

static int get_sset_count(struct net_device *dev, int sset)
{
	struct ppsim_port *port = netdev_priv(dev);

	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return port->queues * ARRAY_SIZE(rxq_stat_names) +
	       ARRAY_SIZE(port_stat_names) + page_pool_ethtool_stats_get_count();
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	struct ppsim_port *port = netdev_priv(dev);
	unsigned int q, i;

	if (sset != ETH_SS_STATS)
		return;
	for (q = 0; q < port->queues; q++)
		for (i = 0; i < ARRAY_SIZE(rxq_stat_names); i++)
			ethtool_sprintf(&data, "rx%u_%s", q, rxq_stat_names[i]);
	for (i = 0; i < ARRAY_SIZE(port_stat_names); i++)
		ethtool_puts(&data, port_stat_names[i]);
	page_pool_ethtool_stats_get_strings(data);
}

static void get_ethtool_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct page_pool_stats pool_stats = {};
	u32 q;

	for (q = 0; q < port->queues; q++) {
		const struct ppsim_rx_stats *s = &port->rxq[q].stats;

		*data++ = READ_ONCE(s->split);
		*data++ = READ_ONCE(s->unsplit);
		*data++ = READ_ONCE(s->linear_bytes);
		*data++ = READ_ONCE(s->frag_bytes);
		*data++ = READ_ONCE(s->fault_drops);
		*data++ = READ_ONCE(s->fault_unsplits);
		/* A queue restart exchanges the pool; both run under the
		 * instance lock. The counters start anew with the pool. */
		if (port->rxq[q].pool)
			page_pool_get_stats(port->rxq[q].pool, &pool_stats);
	}
	*data++ = atomic64_read(&port->rule_drops);
	*data++ = atomic64_read(&port->refused_binds);
	page_pool_ethtool_stats_get(data, &pool_stats);
}

const struct ethtool_ops ppsim_ethtool_ops = {
	.supported_ring_params = ETHTOOL_RING_USE_TCP_DATA_SPLIT |
				 ETHTOOL_RING_USE_HDS_THRS,
	.op_needs_rtnl = ETHTOOL_OP_NEEDS_RTNL_GLINK,
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ringparam = get_ringparam,
	.set_ringparam = set_ringparam,
	.get_channels = get_channels,
	.get_rx_ring_count = get_rx_ring_count,
	.get_rxnfc = ppsim_get_rxnfc,
	.set_rxnfc = ppsim_set_rxnfc,
	.get_rxfh_key_size = get_rxfh_key_size,
	.get_rxfh_indir_size = get_rxfh_indir_size,
	.get_rxfh = get_rxfh,
	.set_rxfh = set_rxfh,
	.get_rxfh_fields = get_rxfh_fields,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};

static void get_queue_stats_rx(struct net_device *dev, int idx,
			       struct netdev_queue_stats_rx *stats)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_rxq *rxq = &port->rxq[idx];

	stats->packets = READ_ONCE(rxq->stats.packets);
	stats->bytes = READ_ONCE(rxq->stats.bytes);
	stats->alloc_fail = READ_ONCE(rxq->stats.alloc_fail);
	stats->hw_drop_overruns = atomic64_read(&rxq->overruns);
	stats->hw_drops = stats->hw_drop_overruns +
			  READ_ONCE(rxq->stats.fault_drops);
}

static void get_queue_stats_tx(struct net_device *dev, int idx,
			       struct netdev_queue_stats_tx *stats)
{
	struct ppsim_port *port = netdev_priv(dev);

	stats->packets = READ_ONCE(port->tx[idx].packets);
	stats->bytes = READ_ONCE(port->tx[idx].bytes);
	stats->hw_drops = READ_ONCE(port->tx[idx].drops);
}

/* What queues that exist no longer have counted: here, they never change. */
static void get_base_stats(struct net_device *dev,
			   struct netdev_queue_stats_rx *rx,
			   struct netdev_queue_stats_tx *tx)
{
	rx->packets = 0;
	rx->bytes = 0;
	rx->alloc_fail = 0;
	rx->hw_drop_overruns = 0;
	rx->hw_drops = 0;
	tx->packets = 0;
	tx->bytes = 0;
	tx->hw_drops = 0;
}

const struct netdev_stat_ops ppsim_stat_ops = {
	.get_queue_stats_rx = get_queue_stats_rx,
	.get_queue_stats_tx = get_queue_stats_tx,
	.get_base_stats = get_base_stats,
};
