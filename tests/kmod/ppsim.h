/* SPDX-License-Identifier: GPL-2.0-only */
/* ppsim: the home of the structures that the files of the test NIC share. */
#ifndef PPSIM_H
#define PPSIM_H

#include <linux/atomic.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/page_pool/types.h>

#define PPSIM_PORTS 2
#define PPSIM_MAX_QUEUES 8
/* Packets that wait between a sender and the receiver's NAPI, per queue. */
#define PPSIM_RING_LEN 1024
#define PPSIM_POOL_PAGES 512
#define PPSIM_HDS_THRESH_MAX 4096
#define PPSIM_RULES 64
#define PPSIM_INDIR_LEN 128
#define PPSIM_KEY_LEN 40
/* The hash reads 8 key bytes at once, the last time from byte 35 (IPv6, ports). */
#define PPSIM_KEY_ROOM (35 + sizeof(u64))
/* Payload that a packet hit by the unsplit_every fault keeps beside its header. */
#define PPSIM_UNSPLIT_BYTES 512

/* Written by the queue's NAPI alone, read with READ_ONCE() from anywhere. */
struct ppsim_rx_stats {
	u64 packets;
	u64 bytes;
	u64 split;	  /* TCP packets whose payload went to pool memory */
	u64 unsplit;	  /* TCP packets with payload in the linear part */
	u64 linear_bytes; /* TCP payload in the linear part */
	u64 frag_bytes;	  /* TCP payload in pool memory */
	u64 alloc_fail;
	u64 fault_drops;
	u64 fault_unsplits;
};

/* Written by the sender under the transmit queue's lock. */
struct ppsim_tx_stats {
	u64 packets;
	u64 bytes;
	u64 drops;
};

struct ppsim_rxq {
	struct napi_struct napi;
	struct page_pool *pool;
	u32 order; /* of one pool buffer; above 0 with rx_page_size */
	u32 index;

	/* The wire. @up is guarded by wire.lock: once it is clear, no sender
	 * queues a packet or schedules the NAPI any more. */
	struct sk_buff_head wire;
	bool up;
	atomic64_t overruns; /* written by any sender */

	u32 drop_count; /* position in the fault period, NAPI only */
	u32 unsplit_count;
	struct ppsim_rx_stats stats;
};

struct ppsim_port {
	struct net_device *dev;
	struct net_device *peer;
	u32 queues;

	/* Header split as the device does it now; set by ethtool -G. */
	bool hds;
	u32 hds_thresh;

	/* Which queue a packet that arrives at this port takes. Readers are
	 * the peer's transmit path, under rcu. */
	struct ppsim_rule __rcu *rules[PPSIM_RULES];
	u32 rule_count;
	u8 indir[PPSIM_INDIR_LEN];
	u8 rss_key[PPSIM_KEY_ROOM]; /* zero after PPSIM_KEY_LEN */
	atomic64_t rule_drops;

	/* Faults, set through debugfs; 0 is off. */
	u32 drop_every;	   /* every Nth packet of a queue is lost */
	u32 unsplit_every; /* every Nth splittable packet is not split */
	u32 refuse_bind;   /* errno for a queue that gets a memory provider */
	atomic64_t refused_binds;

	struct ppsim_rxq rxq[PPSIM_MAX_QUEUES];
	struct ppsim_tx_stats tx[PPSIM_MAX_QUEUES];
};

/* What the sender found out about a packet, for the receiver's NAPI. */
struct ppsim_cb {
	u32 hash;
	u16 header_len; /* up to the end of the TCP header; 0: not TCP */
	bool l4_hash;
};

static inline struct ppsim_cb *ppsim_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct ppsim_cb) > sizeof(skb->cb));
	return (struct ppsim_cb *)skb->cb;
}

/* One writer: a plain add, but never torn for the readers. */
#define ppsim_count(field, n) WRITE_ONCE(field, (field) + (n))

/* ppsim_main.c */
struct device *ppsim_dma_device(void);

/* ppsim_rx.c */
extern const struct netdev_queue_mgmt_ops ppsim_queue_mgmt_ops;
int ppsim_rx_start(struct ppsim_port *port);
void ppsim_rx_stop(struct ppsim_port *port);
/* Takes the packet, or returns false and leaves it to the caller. */
bool ppsim_rx_push(struct ppsim_rxq *rxq, struct sk_buff *skb);

/* ppsim_steer.c */
#define PPSIM_STEER_DROP (-1)
void ppsim_steer_init(struct ppsim_port *port);
void ppsim_steer_cleanup(struct ppsim_port *port);
/* The receiver's queue for the packet, or PPSIM_STEER_DROP. Fills the cb. */
int ppsim_steer(struct ppsim_port *receiver, struct sk_buff *skb);
int ppsim_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd,
		    u32 *rule_locs);
int ppsim_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd);

/* ppsim_ethtool.c */
extern const struct ethtool_ops ppsim_ethtool_ops;
extern const struct netdev_stat_ops ppsim_stat_ops;

#endif
