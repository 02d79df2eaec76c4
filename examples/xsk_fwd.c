/* SPDX-License-Identifier: BSD-2-Clause */
/* xsk_fwd IF1 IF2: moves every frame from one interface to the other, both ways. */
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
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
	fprintf(stderr, "xsk_fwd: %s: %s (%s)\n", what, why, strerror(-err));
	return 1;
}

static int port_open(struct pp_xsk **xsk, const char *ifname,
		     struct page_pool *pool)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk_params params = {
		.sz = sizeof(params),
		.ifindex = if_nametoindex(ifname),
		.pool = pool,
	};
	int err = pp_xsk_open(xsk, &params, &ext);

	return err ? fail(ifname, err, ext.msg) : 0;
}

/* No copy: the page that was received is the page that is sent. */
static uint32_t forward(struct pp_xsk *from, struct pp_xsk *to)
{
	struct pp_frag frags[BURST];
	uint32_t n = pp_xsk_recv(from, frags, BURST);
	int sent = n ? pp_xsk_send(to, frags, n) : 0;

	/* a sender that is full accepts fewer: the rest is dropped here */
	if (sent < 0)
		sent = 0;
	pp_frags_put(frags + sent, n - (uint32_t)sent);
	return n;
}

static int run(struct pp_xsk *a, struct pp_xsk *b)
{
	struct pollfd pfd[2] = {
		{ .fd = pp_xsk_fd(a), .events = POLLIN },
		{ .fd = pp_xsk_fd(b), .events = POLLIN },
	};
	int err = 0;

	while (!stop && !err) {
		if (forward(a, b) + forward(b, a))
			continue;
		err = pp_xsk_kick(a);
		if (!err)
			err = pp_xsk_kick(b);
		poll(pfd, 2, 100);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params area_params = {
		.sz = sizeof(area_params),
		.chunks = 16384,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool_params pool_params = {
		.sz = sizeof(pool_params),
		.nid = NUMA_NO_NODE,
		.name = "xsk_fwd",
	};
	struct pp_xsk *a = NULL, *b = NULL;
	struct page_pool *pool;
	struct pp_area *area;
	int err;

	if (argc != 3) {
		fprintf(stderr, "usage: xsk_fwd IF1 IF2\n");
		return 2;
	}
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	err = pp_area_create(&area, &area_params, &ext);
	if (err)
		return fail("area", err, ext.msg);
	pool_params.area = area;
	err = page_pool_create(&pool, &pool_params, &ext);
	if (err)
		return fail("pool", err, ext.msg);
	/* one pool for both: its area becomes the memory of both sockets */
	if (port_open(&a, argv[1], pool) || port_open(&b, argv[2], pool))
		return 1;
	page_pool_enable_direct_recycling(pool);
	err = run(a, b);
	pp_xsk_close(a);
	pp_xsk_close(b);
	page_pool_destroy(pool);
	printf("%u of %u chunks are home\n", pp_area_free_chunks(area),
	       area_params.chunks);
	if (pp_area_destroy(area))
		return 1;
	return err ? fail("forward", err, "stopped") : 0;
}
