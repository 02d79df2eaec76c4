/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The home of the redirect program: a frame goes to the socket of its queue. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "xsk_redirect.h"

/* Sockets by receive queue. The loader sets the size to the queues there are. */
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, XSK_REDIRECT_MAP_SIZE);
	__type(key, __u32);
	__type(value, __u32);
} xsks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xsk_redirect_counters);
} counters SEC(".maps");

/*
 * Runs in the receiving CPU's softirq, so its own counters need no atomics.
 * "frags": frames in several buffers may come; the Ethernet header is always in
 * the first one.
 */
SEC("xdp.frags")
int xsk_redirect(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct xsk_redirect_counters *c;
	__u32 zero = 0;
	int action;

	c = bpf_map_lookup_elem(&counters, &zero);
	if (!c)
		return XDP_PASS; /* cannot be: the array has one entry */

	if (data + sizeof(struct ethhdr) > end) {
		c->malformed++;
		c->passed++;
		return XDP_PASS;
	}

	/* the low bits of the last argument are the answer without a socket */
	action = bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS);
	if (action == XDP_REDIRECT) {
		c->redirected++;
	} else {
		c->no_socket++;
		c->passed++;
	}
	return action;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
