// SPDX-License-Identifier: GPL-2.0-only
/* ppsim: which receive queue a packet takes: ntuple rules, then RSS. */
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <net/flow_dissector.h>
#include <net/netdev_lock.h>

#include "ppsim.h"

struct ppsim_rule {
	struct ethtool_rx_flow_spec spec;
	struct rcu_head rcu;
};

/* The fields of a packet that rules and RSS look at, in network order. */
struct flow {
	__be32 src[4], dst[4];
	__be16 sport, dport;
	u8 addr_words; /* 1 for IPv4, 4 for IPv6 */
	u8 proto;
	bool has_ports;
};

static bool dissect(struct sk_buff *skb, struct flow *f)
{
	struct ppsim_cb *cb = ppsim_cb(skb);
	struct flow_keys keys;

	memset(cb, 0, sizeof(*cb));
	memset(f, 0, sizeof(*f));
	if (!skb_flow_dissect_flow_keys(skb, &keys, 0))
		return false;
	if (keys.control.addr_type == FLOW_DISSECTOR_KEY_IPV4_ADDRS) {
		f->addr_words = 1;
		f->src[0] = keys.addrs.v4addrs.src;
		f->dst[0] = keys.addrs.v4addrs.dst;
	} else if (keys.control.addr_type == FLOW_DISSECTOR_KEY_IPV6_ADDRS) {
		f->addr_words = 4;
		memcpy(f->src, &keys.addrs.v6addrs.src, sizeof(f->src));
		memcpy(f->dst, &keys.addrs.v6addrs.dst, sizeof(f->dst));
	} else {
		return false;
	}
	f->proto = keys.basic.ip_proto;
	/* Later fragments have no ports; all of a datagram go one way. */
	if (keys.control.flags & FLOW_DIS_IS_FRAGMENT)
		return true;
	if (f->proto != IPPROTO_TCP && f->proto != IPPROTO_UDP)
		return true;
	f->has_ports = true;
	f->sport = keys.ports.src;
	f->dport = keys.ports.dst;
	if (f->proto == IPPROTO_TCP) {
		struct tcphdr buf;
		const struct tcphdr *th;

		th = skb_header_pointer(skb, keys.control.thoff, sizeof(buf),
					&buf);
		if (th)
			cb->header_len = keys.control.thoff + __tcp_hdrlen(th);
	}
	return true;
}

/* Toeplitz: for each set bit of the input, the 32 key bits starting there. */
static u32 toeplitz(const u8 *key, u32 hash, unsigned int *bit,
		    const void *data, unsigned int len)
{
	const u8 *bytes = data;
	unsigned int i;

	for (i = 0; i < len * 8; i++, (*bit)++) {
		u64 window;

		if (!(bytes[i / 8] & (0x80 >> (i % 8))))
			continue;
		window = get_unaligned_be64(key + *bit / 8);
		hash ^= (u32)(window >> (32 - *bit % 8));
	}
	return hash;
}

static u32 rss_hash(const struct ppsim_port *port, const struct flow *f)
{
	unsigned int bit = 0, addr = f->addr_words * sizeof(f->src[0]);
	u32 hash = 0;

	hash = toeplitz(port->rss_key, hash, &bit, f->src, addr);
	hash = toeplitz(port->rss_key, hash, &bit, f->dst, addr);
	if (f->has_ports) {
		hash = toeplitz(port->rss_key, hash, &bit, &f->sport,
				sizeof(f->sport));
		hash = toeplitz(port->rss_key, hash, &bit, &f->dport,
				sizeof(f->dport));
	}
	return hash;
}

/* A bit that is set in the mask must agree. */
static bool field_match(const void *have, const void *want, const void *mask,
			unsigned int len)
{
	const u8 *h = have, *w = want, *m = mask;
	unsigned int i;

	for (i = 0; i < len; i++)
		if ((h[i] ^ w[i]) & m[i])
			return false;
	return true;
}

static bool rule_match(const struct ethtool_rx_flow_spec *r, const struct flow *f)
{
	bool v6 = r->flow_type == TCP_V6_FLOW || r->flow_type == UDP_V6_FLOW;
	bool tcp = r->flow_type == TCP_V4_FLOW || r->flow_type == TCP_V6_FLOW;

	if (!f->has_ports || f->addr_words != (v6 ? 4 : 1) ||
	    f->proto != (tcp ? IPPROTO_TCP : IPPROTO_UDP))
		return false;
	if (v6) {
		const struct ethtool_tcpip6_spec *h = &r->h_u.tcp_ip6_spec;
		const struct ethtool_tcpip6_spec *m = &r->m_u.tcp_ip6_spec;

		return field_match(f->src, h->ip6src, m->ip6src, 16) &&
		       field_match(f->dst, h->ip6dst, m->ip6dst, 16) &&
		       field_match(&f->sport, &h->psrc, &m->psrc, 2) &&
		       field_match(&f->dport, &h->pdst, &m->pdst, 2);
	}
	return field_match(f->src, &r->h_u.tcp_ip4_spec.ip4src,
			   &r->m_u.tcp_ip4_spec.ip4src, 4) &&
	       field_match(f->dst, &r->h_u.tcp_ip4_spec.ip4dst,
			   &r->m_u.tcp_ip4_spec.ip4dst, 4) &&
	       field_match(&f->sport, &r->h_u.tcp_ip4_spec.psrc,
			   &r->m_u.tcp_ip4_spec.psrc, 2) &&
	       field_match(&f->dport, &r->h_u.tcp_ip4_spec.pdst,
			   &r->m_u.tcp_ip4_spec.pdst, 2);
}

int ppsim_steer(struct ppsim_port *receiver, struct sk_buff *skb)
{
	const struct ppsim_rule *rule;
	struct flow f;
	u32 hash;
	int i, queue;

	if (!dissect(skb, &f))
		return 0;
	hash = rss_hash(receiver, &f);
	ppsim_cb(skb)->hash = hash;
	ppsim_cb(skb)->l4_hash = f.has_ports;
	queue = READ_ONCE(receiver->indir[hash % PPSIM_INDIR_LEN]);

	if (!(receiver->dev->features & NETIF_F_NTUPLE) ||
	    !READ_ONCE(receiver->rule_count))
		return queue;
	rcu_read_lock();
	for (i = 0; i < PPSIM_RULES; i++) {
		rule = rcu_dereference(receiver->rules[i]);
		if (!rule || !rule_match(&rule->spec, &f))
			continue;
		if (rule->spec.ring_cookie == RX_CLS_FLOW_DISC) {
			atomic64_inc(&receiver->rule_drops);
			queue = PPSIM_STEER_DROP;
		} else {
			queue = rule->spec.ring_cookie;
		}
		break; /* the lowest location wins */
	}
	rcu_read_unlock();
	return queue;
}

void ppsim_steer_init(struct ppsim_port *port)
{
	int i;

	for (i = 0; i < PPSIM_INDIR_LEN; i++)
		port->indir[i] = ethtool_rxfh_indir_default(i, port->queues);
	netdev_rss_key_fill(port->rss_key, PPSIM_KEY_LEN);
}

static struct ppsim_rule *rule_at(struct ppsim_port *port, u32 loc)
{
	return rcu_dereference_protected(port->rules[loc],
					 lockdep_is_held(&port->dev->lock));
}

static void rule_set(struct ppsim_port *port, u32 loc, struct ppsim_rule *rule)
{
	struct ppsim_rule *old = rule_at(port, loc);

	rcu_assign_pointer(port->rules[loc], rule);
	WRITE_ONCE(port->rule_count, port->rule_count + !!rule - !!old);
	if (old)
		kfree_rcu(old, rcu);
}

/* After the device is gone: nobody reads the rules any more. */
void ppsim_steer_cleanup(struct ppsim_port *port)
{
	int i;

	for (i = 0; i < PPSIM_RULES; i++)
		kfree(rcu_dereference_protected(port->rules[i], true));
}

int ppsim_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd,
		    u32 *rule_locs)
{
	struct ppsim_port *port = netdev_priv(dev);
	struct ppsim_rule *rule;
	u32 i, n = 0;

	switch (cmd->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		cmd->rule_cnt = port->rule_count;
		cmd->data = PPSIM_RULES | RX_CLS_LOC_SPECIAL;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		if (cmd->fs.location >= PPSIM_RULES)
			return -EINVAL;
		rule = rule_at(port, cmd->fs.location);
		if (!rule)
			return -ENOENT;
		cmd->fs = rule->spec;
		return 0;
	case ETHTOOL_GRXCLSRLALL:
		for (i = 0; i < PPSIM_RULES; i++) {
			if (!rule_at(port, i))
				continue;
			if (n == cmd->rule_cnt)
				return -EMSGSIZE;
			rule_locs[n++] = i;
		}
		cmd->rule_cnt = n;
		cmd->data = PPSIM_RULES;
		return 0;
	}
	return -EOPNOTSUPP;
}

static int rule_insert(struct ppsim_port *port, struct ethtool_rx_flow_spec *spec)
{
	struct ppsim_rule *rule;
	u32 loc = spec->location;

	if (!(port->dev->features & NETIF_F_NTUPLE))
		return -EOPNOTSUPP;
	switch (spec->flow_type) {
	case TCP_V4_FLOW:
	case UDP_V4_FLOW:
		if (spec->m_u.tcp_ip4_spec.tos)
			return -EOPNOTSUPP;
		break;
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
		if (spec->m_u.tcp_ip6_spec.tclass)
			return -EOPNOTSUPP;
		break;
	default: /* also every FLOW_EXT, FLOW_MAC_EXT and FLOW_RSS */
		return -EOPNOTSUPP;
	}
	if (spec->ring_cookie != RX_CLS_FLOW_DISC &&
	    spec->ring_cookie >= port->queues)
		return -EINVAL;

	if (loc & RX_CLS_LOC_SPECIAL) {
		if (loc != RX_CLS_LOC_ANY)
			return -EOPNOTSUPP;
		for (loc = 0; loc < PPSIM_RULES && rule_at(port, loc); loc++)
			;
		if (loc == PPSIM_RULES)
			return -ENOSPC;
	}
	if (loc >= PPSIM_RULES)
		return -EINVAL;
	rule = kzalloc_obj(*rule, GFP_KERNEL);
	if (!rule)
		return -ENOMEM;
	rule->spec = *spec;
	rule->spec.location = loc;
	spec->location = loc;
	rule_set(port, loc, rule);
	return 0;
}

int ppsim_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *cmd)
{
	struct ppsim_port *port = netdev_priv(dev);

	switch (cmd->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return rule_insert(port, &cmd->fs);
	case ETHTOOL_SRXCLSRLDEL:
		if (cmd->fs.location >= PPSIM_RULES)
			return -EINVAL;
		if (!rule_at(port, cmd->fs.location))
			return -ENOENT;
		rule_set(port, cmd->fs.location, NULL);
		return 0;
	}
	return -EOPNOTSUPP;
}
