/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_quarantine IF: frames of a zero-copy socket stay with the pool until the
 * queue is seen free. veth has no zero-copy, so the socket is only declared to
 * be; a child that inherits it keeps the queue busy. Links the objects.
 */
#include "xsk_lib.h"

#include "xdp/xdp.h"

#include <signal.h>
#include <sys/wait.h>

static pid_t keeper(void)
{
	pid_t child = fork();

	CHECK(child >= 0, "fork");
	if (!child) {
		pause();
		_exit(0);
	}
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static struct pp_xsk *open_zc(struct pp_xsk_params *p)
{
	struct pp_xsk *xsk = must_open(p);

	xsk->zerocopy = true;
	return xsk;
}

static uint32_t out(const struct rig *rig)
{
	return (uint32_t)page_pool_inflight(rig->pool) -
	       page_pool_cache_count(rig->pool);
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = {
		.sz = sizeof(p),
		.fill_size = 256,
		.rx_size = 128,
		.close_timeout_ms = 100,
	};
	struct pp_xsk *xsk;
	struct rig rig;
	double start;
	pid_t child;
	int err;

	CHECK(argc == 2, "usage: %s IF", argv[0]);
	p.ifindex = must_ifindex(argv[1]);
	rig_init(&rig, 1024, 2048);
	p.pool = rig.pool;

	/* nobody else: home at once */
	CHECK(!pp_xsk_close(open_zc(&p)), "close");
	CHECK(!out(&rig), "%u out", out(&rig));

	/* busy for longer than close waits */
	xsk = open_zc(&p);
	child = keeper();
	start = now_s();
	err = pp_xsk_close(xsk);
	CHECK(err == -EINPROGRESS, "close: %d", err);
	CHECK(now_s() - start < 2, "waited %.1f s", now_s() - start);
	CHECK(out(&rig) == 256, "%u out", out(&rig));
	CHECK(pp_xsk_reap() == 1, "reap");
	CHECK(pp_area_destroy(rig.area) == -EBUSY, "area was destroyed");
	end(child);
	start = now_s();
	while (pp_xsk_reap() && now_s() - start < 5)
		usleep(1000);
	CHECK(!pp_xsk_reap() && !out(&rig), "%u out", out(&rig));

	/* the next open on the queue finishes it */
	xsk = open_zc(&p);
	child = keeper();
	CHECK(pp_xsk_close(xsk) == -EINPROGRESS, "close");
	end(child);
	xsk = must_open(&p);
	CHECK(out(&rig) == 256, "%u out", out(&rig));
	CHECK(!pp_xsk_reap(), "reap");
	CHECK(!pp_xsk_close(xsk), "close");

	/* the pool was given up before: it goes with its last frame */
	xsk = open_zc(&p);
	child = keeper();
	CHECK(pp_xsk_close(xsk) == -EINPROGRESS, "close");
	page_pool_destroy(rig.pool);
	CHECK(pp_area_free_chunks(rig.area) == 1024 - 256, "%u free",
	      pp_area_free_chunks(rig.area));
	end(child);
	while (pp_xsk_reap() && now_s() - start < 10)
		usleep(1000);
	rig.pool = NULL;
	rig_cleanup(&rig);
	return 0;
}
