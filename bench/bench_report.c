/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_xsk's JSON object. Keys are stable; new ones may come. */
#include "bench_xsk.h"

#include "json_out.h"

static struct json_object *add_object(struct json_object *obj, const char *key)
{
	struct json_object *sub = json_object_new_object();

	json_object_object_add(obj, key, sub);
	return sub;
}

static const char *xdp_name(uint32_t xdp)
{
	switch (xdp) {
	case PP_XDP_NATIVE:
		return "native";
	case PP_XDP_SKB:
		return "skb";
	}
	return "none";
}

static void add_steps(struct json_object *list, const struct pp_xsk_info *info)
{
	uint32_t i;

	for (i = 0; i < info->n_steps && i < PP_XSK_STEPS; i++) {
		json_add_step(list, info->steps[i].step, info->steps[i].err,
			      info->steps[i].reason);
	}
}

/* The mode is that of the first socket; a second one inherits it. */
static void add_modes(struct json_object *root, const struct bench *b)
{
	const struct bench_port *port = b->in.info.sz ? &b->in : &b->out;
	struct json_object *list = json_object_new_array();

	json_add_text(root, "xdp_used", xdp_name(port->info.xdp_used));
	json_add_text(root, "bind_used",
		      port->info.bind_used == PP_XSK_BIND_ZEROCOPY ? "zerocopy" :
								     "copy");
	add_steps(list, &b->in.info);
	add_steps(list, &b->out.info);
	json_object_object_add(root, "fallback_reasons", list);
}

/* With two sockets the sum: each counts one direction only. */
static void add_xdp_statistics(struct json_object *root, const struct bench *b)
{
	struct json_object *obj = add_object(root, "xdp_statistics");
	const struct pp_xsk_stats *in = &b->in.stats, *out = &b->out.stats;

	json_add_u64(obj, "rx_dropped", in->rx_dropped + out->rx_dropped);
	json_add_u64(obj, "rx_invalid_descs",
		     in->rx_invalid_descs + out->rx_invalid_descs);
	json_add_u64(obj, "tx_invalid_descs",
		     in->tx_invalid_descs + out->tx_invalid_descs);
	json_add_u64(obj, "rx_ring_full", in->rx_ring_full + out->rx_ring_full);
	json_add_u64(obj, "rx_fill_ring_empty_descs",
		     in->rx_fill_ring_empty_descs + out->rx_fill_ring_empty_descs);
	json_add_u64(obj, "tx_ring_empty_descs",
		     in->tx_ring_empty_descs + out->tx_ring_empty_descs);
}

static void add_redirect(struct json_object *root, const struct bench *b)
{
	struct json_object *obj = add_object(root, "redirect");
	const struct pp_xsk_stats *in = &b->in.stats;

	json_add_u64(obj, "redirected", in->redirected);
	json_add_u64(obj, "passed", in->passed);
	json_add_u64(obj, "no_socket", in->no_socket);
	json_add_u64(obj, "malformed", in->malformed);
}

static void add_sockets(struct json_object *root, const struct bench *b)
{
	struct json_object *obj = add_object(root, "rx");
	const struct pp_xsk_stats *in = &b->in.stats, *out = &b->out.stats;

	json_add_u64(obj, "packets", in->rx_packets);
	json_add_u64(obj, "bytes", in->rx_bytes);
	json_add_u64(obj, "fill_starved", in->fill_starved);
	json_add_u64(obj, "wakeups", in->rx_wakeups);
	json_add_u64(obj, "bad_descs", in->bad_descs);
	obj = add_object(root, "tx");
	json_add_u64(obj, "packets", out->tx_packets);
	json_add_u64(obj, "bytes", out->tx_bytes);
	json_add_u64(obj, "completed", out->tx_completed);
	json_add_u64(obj, "full", out->tx_full);
	json_add_u64(obj, "wakeups", out->tx_wakeups);
}

/* The kernel's attribute names (alloc-fast ...) with _ for -. */
static void add_pool(struct json_object *root, const struct page_pool_stats *s)
{
	struct json_object *obj = add_object(root, "pool");

	json_add_u64(obj, "alloc_fast", s->alloc_stats.fast);
	json_add_u64(obj, "alloc_slow", s->alloc_stats.slow);
	json_add_u64(obj, "alloc_slow_high_order",
		     s->alloc_stats.slow_high_order);
	json_add_u64(obj, "alloc_empty", s->alloc_stats.empty);
	json_add_u64(obj, "alloc_refill", s->alloc_stats.refill);
	json_add_u64(obj, "alloc_waive", s->alloc_stats.waive);
	json_add_u64(obj, "recycle_cached", s->recycle_stats.cached);
	json_add_u64(obj, "recycle_cache_full", s->recycle_stats.cache_full);
	json_add_u64(obj, "recycle_ring", s->recycle_stats.ring);
	json_add_u64(obj, "recycle_ring_full", s->recycle_stats.ring_full);
	json_add_u64(obj, "recycle_released_refcnt",
		     s->recycle_stats.released_refcnt);
}

void bench_report(const struct bench *b)
{
	struct json_object *root = json_object_new_object();

	json_add_text(root, "mode", bench_mode_name(b->opts.mode));
	add_modes(root, b);
	json_add_u64(root, "packets", b->packets);
	json_add_u64(root, "bytes",
		     b->opts.mode == BENCH_RX ? b->in.stats.rx_bytes :
						b->out.stats.tx_bytes);
	json_add_double(root, "seconds", b->seconds);
	json_add_double(root, "pps",
			b->seconds > 0 ? (double)b->packets / b->seconds : 0);
	json_add_double(root, "cpu_seconds", b->cpu_seconds);
	add_xdp_statistics(root, b);
	add_redirect(root, b);
	add_sockets(root, b);
	add_pool(root, &b->stats);
	json_add_u64(root, "inflight_after_close", b->inflight);
	json_add_u64(root, "chunks_missing_after_close", b->missing);
	printf("%s\n",
	       json_object_to_json_string_ext(root,
					      JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}
