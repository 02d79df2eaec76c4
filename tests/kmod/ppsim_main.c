// SPDX-License-Identifier: GPL-2.0-only
/* ppsim: module, the two net devices, their transmit side and the faults. */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <net/netdev_lock.h>
#include <net/netdev_queues.h>

#include "ppsim.h"

static unsigned int queues = 2;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "receive and transmit queues of each port, 1 to 8");

static struct platform_device *parent;
static struct dentry *debugfs_root;
static struct net_device *ports[PPSIM_PORTS];

struct device *ppsim_dma_device(void)
{
	return &parent->dev;
}

static netdev_tx_t ppsim_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_port *receiver = netdev_priv(port->peer);
	u16 txq = skb_get_queue_mapping(skb);
	unsigned int len = skb->len;
	int rxq;

	rxq = ppsim_steer(receiver, skb);
	if (rxq == PPSIM_STEER_DROP) {
		/* The frame left this port; the receiver discards it. */
		ppsim_count(port->tx[txq].packets, 1);
		ppsim_count(port->tx[txq].bytes, len);
		dev_consume_skb_any(skb);
		return NETDEV_TX_OK;
	}
	skb_orphan(skb);
	if (!ppsim_rx_push(&receiver->rxq[rxq], skb)) {
		ppsim_count(port->tx[txq].drops, 1);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	ppsim_count(port->tx[txq].packets, 1);
	ppsim_count(port->tx[txq].bytes, len);
	return NETDEV_TX_OK;
}

static int ppsim_open(struct net_device *dev)
{
	struct ppsim_port *port = netdev_priv(dev);
	int err;

	err = ppsim_rx_start(port);
	if (err)
		return err;
	netif_carrier_on(dev);
	netif_tx_start_all_queues(dev);
	return 0;
}

static int ppsim_stop(struct net_device *dev)
{
	struct ppsim_port *port = netdev_priv(dev);

	netif_tx_disable(dev);
	netif_carrier_off(dev);
	ppsim_rx_stop(port);
	return 0;
}

static void ppsim_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct ppsim_port *port = netdev_priv(dev);
	u32 i;

	for (i = 0; i < port->queues; i++) {
		struct ppsim_rxq *rxq = &port->rxq[i];

		s->rx_packets += READ_ONCE(rxq->stats.packets);
		s->rx_bytes += READ_ONCE(rxq->stats.bytes);
		s->rx_dropped += READ_ONCE(rxq->stats.alloc_fail) +
				 READ_ONCE(rxq->stats.fault_drops);
		s->rx_missed_errors += atomic64_read(&rxq->overruns);
		s->tx_packets += READ_ONCE(port->tx[i].packets);
		s->tx_bytes += READ_ONCE(port->tx[i].bytes);
		s->tx_dropped += READ_ONCE(port->tx[i].drops);
	}
}

static const struct net_device_ops ppsim_netdev_ops = {
	.ndo_open = ppsim_open,
	.ndo_stop = ppsim_stop,
	.ndo_start_xmit = ppsim_start_xmit,
	.ndo_get_stats64 = ppsim_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* Named by port number, not by interface: a name may change with the netns. */
static void port_debugfs(struct ppsim_port *port, int index)
{
	struct dentry *dir;
	char name[4];

	snprintf(name, sizeof(name), "%d", index);
	dir = debugfs_create_dir(name, debugfs_root);
	debugfs_create_u32("drop_every", 0600, dir, &port->drop_every);
	debugfs_create_u32("unsplit_every", 0600, dir, &port->unsplit_every);
	debugfs_create_u32("refuse_bind", 0600, dir, &port->refuse_bind);
}

static struct net_device *port_alloc(int index)
{
	struct ppsim_port *port;
	struct net_device *dev;
	u32 i;

	dev = alloc_etherdev_mqs(sizeof(*port), queues, queues);
	if (!dev)
		return NULL;
	port = netdev_priv(dev);
	port->dev = dev;
	port->queues = queues;
	port->hds = true;
	for (i = 0; i < queues; i++) {
		port->rxq[i].index = i;
		skb_queue_head_init(&port->rxq[i].wire);
	}
	ppsim_steer_init(port);

	SET_NETDEV_DEV(dev, &parent->dev);
	snprintf(dev->name, IFNAMSIZ, "ppsim%d", index);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &ppsim_netdev_ops;
	dev->ethtool_ops = &ppsim_ethtool_ops;
	dev->queue_mgmt_ops = &ppsim_queue_mgmt_ops;
	dev->stat_ops = &ppsim_stat_ops;
	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO |
			 NETIF_F_TSO6 | NETIF_F_HIGHDMA | NETIF_F_RXCSUM |
			 NETIF_F_RXHASH;
	/* Rules are off until the user asks for them, as on most NICs. */
	dev->hw_features = dev->features | NETIF_F_NTUPLE;
	dev->max_mtu = ETH_MAX_MTU - ETH_HLEN;
	dev->cfg->hds_config = ETHTOOL_TCP_DATA_SPLIT_ENABLED;
	netif_carrier_off(dev);
	return dev;
}

static void port_free(struct net_device *dev)
{
	ppsim_steer_cleanup(netdev_priv(dev));
	free_netdev(dev);
}

static int __init ppsim_init(void)
{
	int i, err;

	if (queues < 1 || queues > PPSIM_MAX_QUEUES)
		return -EINVAL;
	parent = platform_device_register_simple("ppsim", PLATFORM_DEVID_NONE,
						 NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	err = dma_coerce_mask_and_coherent(&parent->dev, DMA_BIT_MASK(64));
	if (err)
		goto err_parent;

	for (i = 0; i < PPSIM_PORTS; i++) {
		ports[i] = port_alloc(i);
		if (!ports[i]) {
			err = -ENOMEM;
			goto err_ports;
		}
	}
	/* Both know each other before either can send. */
	for (i = 0; i < PPSIM_PORTS; i++) {
		struct ppsim_port *port = netdev_priv(ports[i]);

		port->peer = ports[!i];
	}
	for (i = 0; i < PPSIM_PORTS; i++) {
		err = register_netdev(ports[i]);
		if (err)
			goto err_registered;
	}

	debugfs_root = debugfs_create_dir("ppsim", NULL);
	for (i = 0; i < PPSIM_PORTS; i++)
		port_debugfs(netdev_priv(ports[i]), i);
	return 0;

err_registered:
	while (i--)
		unregister_netdev(ports[i]);
	i = PPSIM_PORTS;
err_ports:
	while (i--)
		port_free(ports[i]);
err_parent:
	platform_device_unregister(parent);
	return err;
}

static void __exit ppsim_exit(void)
{
	int i;

	debugfs_remove_recursive(debugfs_root);
	/* A port sends to its peer's memory: free none before both are gone. */
	for (i = 0; i < PPSIM_PORTS; i++)
		unregister_netdev(ports[i]);
	for (i = 0; i < PPSIM_PORTS; i++)
		port_free(ports[i]);
	platform_device_unregister(parent);
}

module_init(ppsim_init);
module_exit(ppsim_exit);
MODULE_DESCRIPTION("two back-to-back software NICs that accept memory providers");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS("NETDEV_INTERNAL");
