/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_xsk: receives, sends or forwards by AF_XDP and accounts for it all. */
#define _GNU_SOURCE
#include "bench_xsk.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tool.h"

#define POOL_SIZE_MAX 16384u
#define REAP_MS 5000 /* for a zero-copy queue to be seen free */

static double cpu_seconds(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

static void on_pool_destroyed(void *arg)
{
	struct bench *b = arg;

	b->pool_gone = true;
}

static int pin(const struct bench_opts *o)
{
	cpu_set_t set;

	if (!o->pin)
		return TOOL_OK;
	CPU_ZERO(&set);
	CPU_SET(o->cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return tool_failed("--cpu %llu: %s", (unsigned long long)o->cpu,
				   strerror(errno));
	return TOOL_OK;
}

static int pool_open(struct bench *b)
{
	const struct bench_opts *o = &b->opts;
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params ap = {
		.sz = sizeof(ap),
		.chunk_bytes = (uint32_t)o->chunk,
		.chunks = (uint32_t)o->frames,
		.nid = NUMA_NO_NODE,
		.flags = PP_AREA_POPULATE,
		.name = "bench_xsk",
	};
	struct page_pool_params pp = {
		.sz = sizeof(pp),
		.pool_size = o->frames < POOL_SIZE_MAX ? (uint32_t)o->frames :
							 POOL_SIZE_MAX,
		.nid = NUMA_NO_NODE,
		.name = "bench_xsk",
		.on_destroyed = on_pool_destroyed,
		.on_destroyed_arg = b,
	};
	int err;

	err = pp_area_create(&b->area, &ap, &ext);
	if (err)
		return tool_failed("no memory area: %s (%s)", ext.msg,
				   strerror(-err));
	pp.area = b->area;
	err = page_pool_create(&b->pool, &pp, &ext);
	if (err) {
		pp_area_destroy(b->area);
		return tool_failed("no pool: %s (%s)", ext.msg, strerror(-err));
	}
	return TOOL_OK;
}

/*
 * Rings from the number of chunks: a half of them in the fill ring, a quarter
 * in the RX ring, the rest for the TX ring and the application.
 */
static int port_open(struct bench *b, struct bench_port *port,
		     const char *ifname, uint32_t flags)
{
	const struct bench_opts *o = &b->opts;
	uint32_t quarter = (uint32_t)o->frames / 4;
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk_params params = {
		.sz = sizeof(params),
		.ifindex = if_nametoindex(ifname),
		.queue = (uint32_t)o->queue,
		.xdp_mode = o->xdp,
		.bind_mode = o->bind,
		.flags = flags,
		.rx_size = quarter < 16384 ? quarter : 16384,
		.tx_size = quarter / 2 < 2048 ? quarter / 2 : 2048,
		.pool = b->pool,
	};
	int err;

	if (!params.ifindex)
		return tool_failed("%s: no such interface", ifname);
	err = pp_xsk_open(&port->xsk, &params, &ext);
	if (err)
		return tool_failed("%s: %s (%s)", ifname,
				   ext.msg[0] ? ext.msg : "cannot open",
				   strerror(-err));
	port->info.sz = sizeof(port->info);
	pp_xsk_get_info(port->xsk, &port->info);
	return TOOL_OK;
}

static int ports_open(struct bench *b)
{
	const struct bench_opts *o = &b->opts;
	int ret;

	switch (o->mode) {
	case BENCH_RX:
		return port_open(b, &b->in, o->ifname, PP_XSK_RX_ONLY);
	case BENCH_TX:
		return port_open(b, &b->out, o->ifname, PP_XSK_TX_ONLY);
	default:
		ret = port_open(b, &b->in, o->ifname, PP_XSK_RX_ONLY);
		if (ret)
			return ret;
		return port_open(b, &b->out, o->out, PP_XSK_TX_ONLY);
	}
}

static void port_last_words(struct bench_port *port)
{
	if (!port->xsk)
		return;
	port->stats.sz = sizeof(port->stats);
	pp_xsk_get_stats(port->xsk, &port->stats);
}

/* Closes all, and counts what did not come home. */
static void bench_close(struct bench *b)
{
	int ms;

	port_last_words(&b->in);
	port_last_words(&b->out);
	pp_xsk_close(b->out.xsk);
	pp_xsk_close(b->in.xsk);
	for (ms = 0; pp_xsk_reap() && ms < REAP_MS; ms += 10)
		poll(NULL, 0, 10);

	page_pool_disable_direct_recycling(b->pool);
	page_pool_get_stats(b->pool, &b->stats);
	/* cache and ring are emptied; a pool that lives on has pages out */
	page_pool_destroy(b->pool);
	if (!b->pool_gone)
		b->inflight = (uint32_t)page_pool_inflight(b->pool);
	b->missing = (uint32_t)b->opts.frames - pp_area_free_chunks(b->area);
	pp_area_destroy(b->area);
}

static void say_started(const struct bench *b)
{
	const struct pp_xsk_info *info = b->in.xsk ? &b->in.info : &b->out.info;
	static const char *const xdp[] = { "no program", "native XDP", "SKB XDP" };

	if (b->opts.json_only)
		return;
	printf("%s %s queue %u: %s, %s\n", bench_mode_name(b->opts.mode),
	       b->opts.ifname, info->queue, xdp[info->xdp_used % 3],
	       info->bind_used == PP_XSK_BIND_ZEROCOPY ? "zero-copy" : "copy");
}

static int bench_run(struct bench *b)
{
	double cpu;
	int err;

	err = page_pool_enable_direct_recycling(b->pool);
	if (err)
		return tool_failed("direct recycling: %s", strerror(-err));
	say_started(b);
	cpu = cpu_seconds();
	b->start_ns = b->tick_ns = tool_now_ns();
	switch (b->opts.mode) {
	case BENCH_RX:
		err = bench_rx(b);
		break;
	case BENCH_TX:
		err = bench_tx(b);
		break;
	default:
		err = bench_fwd(b);
	}
	b->seconds = (double)(tool_now_ns() - b->start_ns) / 1e9;
	b->cpu_seconds = cpu_seconds() - cpu;
	if (err)
		return tool_failed("%s: %s", b->opts.ifname, strerror(-err));
	return TOOL_OK;
}

int main(int argc, char **argv)
{
	static struct bench b;
	int ret;

	tool_init("bench_xsk");
	ret = bench_parse(&b.opts, argc, argv);
	if (ret)
		return ret < 0 ? TOOL_OK : ret;
	ret = pin(&b.opts);
	if (ret)
		return ret;
	ret = pool_open(&b);
	if (ret)
		return ret;
	ret = ports_open(&b);
	if (ret) {
		bench_close(&b);
		return ret;
	}
	ret = bench_run(&b);
	bench_close(&b);
	bench_report(&b);
	return ret;
}
