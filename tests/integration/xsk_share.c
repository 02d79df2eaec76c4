/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_share IF LOAD: two sockets on two queues of IF share an area, each with a
 * pool of its own. The first is closed first while frames come, its frames go
 * home, the second goes on, and the first queue can be opened again on the same
 * area. IF needs two queues.
 */
#include "xsk_lib.h"

static struct page_pool *pool_on(struct pp_area *area)
{
	struct page_pool_params pp = {
		.sz = sizeof(pp),
		.nid = NUMA_NO_NODE,
		.area = area,
	};
	struct page_pool *pool;

	CHECK(!page_pool_create(&pool, &pp, NULL), "pool");
	return pool;
}

static void conflict(struct pp_xsk_params p, uint32_t queue, uint32_t xdp,
		     uint32_t bind, const char *param)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk *xsk = NULL;
	int err;

	p.queue = queue;
	p.xdp_mode = xdp;
	p.bind_mode = bind;
	err = pp_xsk_open(&xsk, &p, &ext);
	printf("  %d %s: %s\n", err, ext.bad_param, ext.msg);
	CHECK(err == -EINVAL && !xsk, "a conflicting policy was accepted");
	CHECK(!strcmp(ext.bad_param, param), "expected %s", param);
	CHECK(strstr(ext.msg, "queue 0"), "does not name the first socket");
}

static void gone(const struct page_pool *pool, const char *what)
{
	/* what is left are pages the pool recycled: cache and ring */
	printf("  %s: in flight %d, cache %u\n", what, page_pool_inflight(pool),
	       page_pool_cache_count(pool));
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = { .sz = sizeof(p) };
	struct pp_xsk *a, *b;
	struct page_pool *pool_b;
	struct rig rig;
	uint64_t got;
	pid_t load;
	int round;

	CHECK(argc == 3, "usage: %s IF LOAD", argv[0]);
	p.ifindex = must_ifindex(argv[1]);
	load = load_start(argv[2], 50000);
	rig_init(&rig, 16384, 2048);
	pool_b = pool_on(rig.area);

	p.pool = rig.pool;
	a = must_open(&p);
	conflict(p, 1, PP_XDP_SKB, 0, "xdp_mode");
	conflict(p, 1, 0, PP_XSK_BIND_ZEROCOPY, "bind_mode");
	p.queue = 1;
	p.pool = pool_b;
	b = must_open(&p);

	got = receive(a, 1000, 10);
	CHECK(got >= 1000, "first: %llu", (unsigned long long)got);
	got = receive(b, 1000, 10);
	CHECK(got >= 1000, "second: %llu", (unsigned long long)got);

	for (round = 0; round < 5; round++) {
		CHECK(!pp_xsk_close(a), "close the first one");
		gone(rig.pool, "closed");
		got = receive(b, 1000, 10);
		CHECK(got >= 1000, "second, alone: %llu",
		      (unsigned long long)got);
		p.queue = 0;
		p.pool = rig.pool;
		a = must_open(&p);
		got = receive(a, 1000, 10);
		CHECK(got >= 1000, "first, again: %llu", (unsigned long long)got);
		/* now the second one is the one the UMEM hangs on */
		CHECK(!pp_xsk_close(b), "close the second one");
		got = receive(a, 1000, 10);
		CHECK(got >= 1000, "first, alone: %llu", (unsigned long long)got);
		p.queue = 1;
		p.pool = pool_b;
		b = must_open(&p);
		got = receive(b, 1000, 10);
		CHECK(got >= 1000, "second, again: %llu",
		      (unsigned long long)got);
	}
	CHECK(pp_area_destroy(rig.area) == -EBUSY, "area in use was destroyed");
	CHECK(!pp_xsk_close(a) && !pp_xsk_close(b), "close");
	load_stop(load);
	page_pool_destroy(pool_b);
	rig_cleanup(&rig);
	return 0;
}
