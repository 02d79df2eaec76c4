/* SPDX-License-Identifier: BSD-2-Clause */
/* xsk_drop IF [QUEUE]: receives every frame of a queue and lets it go. */
#include <inttypes.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pagepool/pagepool.h>

#define BURST 64

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int fail(const char *what, int err, const char *why)
{
	fprintf(stderr, "xsk_drop: %s: %s (%s)\n", what, why, strerror(-err));
	return 1;
}

/* Receive a burst, use it, give it back; sleep when there is none. */
static int run(struct pp_xsk *xsk)
{
	struct pollfd pfd = { .fd = pp_xsk_fd(xsk), .events = POLLIN };
	struct pp_frag frags[BURST];
	uint32_t n;
	int err = 0;

	while (!stop && !err) {
		n = pp_xsk_recv(xsk, frags, BURST);
		/* here you would look at pp_frag_data(&frags[i]) */
		pp_frags_put(frags, n);
		if (!n) {
			err = pp_xsk_kick(xsk);
			poll(&pfd, 1, 100);
		}
	}
	return err;
}

int main(int argc, char **argv)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params area_params = {
		.sz = sizeof(area_params),
		.chunks = 8192, /* of 4096 bytes: that is 0 */
		.nid = NUMA_NO_NODE,
	};
	struct page_pool_params pool_params = {
		.sz = sizeof(pool_params),
		.nid = NUMA_NO_NODE,
		.name = "xsk_drop",
	};
	struct pp_xsk_params xsk_params = { .sz = sizeof(xsk_params) };
	struct pp_xsk_stats stats = { .sz = sizeof(stats) };
	struct page_pool *pool;
	struct pp_area *area;
	struct pp_xsk *xsk;
	int err;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: xsk_drop IF [QUEUE]\n");
		return 2;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);

	/* memory, a pool that draws from it, a socket that draws from that */
	err = pp_area_create(&area, &area_params, &ext);
	if (err)
		return fail("area", err, ext.msg);
	pool_params.area = area;
	err = page_pool_create(&pool, &pool_params, &ext);
	if (err)
		return fail("pool", err, ext.msg);
	xsk_params.pool = pool;
	xsk_params.ifindex = if_nametoindex(argv[1]);
	xsk_params.queue = argc > 2 ? (uint32_t)atoi(argv[2]) : 0;
	xsk_params.flags = PP_XSK_RX_ONLY;
	err = pp_xsk_open(&xsk, &xsk_params, &ext);
	if (err)
		return fail(argv[1], err, ext.msg);

	/* we allocate and we put: pages take the short way */
	page_pool_enable_direct_recycling(pool);
	err = run(xsk);
	pp_xsk_get_stats(xsk, &stats);
	printf("%" PRIu64 " frames, %" PRIu64 " bytes\n", stats.rx_packets,
	       stats.rx_bytes);

	/* every frame comes home, also those that the kernel still held */
	pp_xsk_close(xsk);
	page_pool_destroy(pool);
	printf("%u of %u chunks are home\n", pp_area_free_chunks(area),
	       area_params.chunks);
	if (pp_area_destroy(area))
		return 1;
	return err ? fail(argv[1], err, "stopped") : 0;
}
