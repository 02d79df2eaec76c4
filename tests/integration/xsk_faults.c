/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_faults IF: makes the 1st, 2nd, ... failure point in pp_xsk_open() fail
 * until it succeeds. Each time: an error with a reason, *out untouched, every
 * frame home, no descriptor and no XDP program left. For the first and for a
 * further socket of an area (IF needs two queues for that, else it is left out).
 * Links the objects that have failure points.
 */
#include "xsk_lib.h"

#include "base/fault.h"

#include <bpf/libbpf.h>
#include <dirent.h>

static uint32_t fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	uint32_t n = 0;

	CHECK(dir, "/proc");
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static uint32_t prog_id(uint32_t ifindex)
{
	uint32_t id = 0;

	CHECK(!bpf_xdp_query_id((int)ifindex, 0, &id), "query");
	return id;
}

static struct pp_xsk *fail_each(const struct pp_xsk_params *p,
				const struct rig *rig, const char *what)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk *mark = (struct pp_xsk *)&ext, *xsk;
	uint32_t fds_before = fds(), id_before = prog_id(p->ifindex);
	int32_t inflight = page_pool_inflight(rig->pool);
	uint32_t cache = page_pool_cache_count(rig->pool);
	int err = -1;
	unsigned int n;

	for (n = 1; err && n < 200; n++) {
		xsk = mark;
		ext.msg[0] = 0;
		pp_fault_arm(n);
		err = pp_xsk_open(&xsk, p, &ext);
		if (!err && pp_fault_fired()) {
			/* survived: one batch from the pool came later */
			printf("  %s %u: %s survived\n", what, n,
			       pp_fault_fired());
			CHECK(!pp_xsk_close(xsk), "close");
			err = -1;
			continue;
		}
		if (!err)
			break;
		printf("  %s %u: %s: %d %s\n", what, n, pp_fault_fired(), err,
		       ext.msg);
		CHECK(xsk == mark, "*out was touched");
		CHECK(ext.msg[0], "no reason");
		CHECK(fds() == fds_before, "%u descriptors, %u before", fds(),
		      fds_before);
		CHECK(prog_id(p->ifindex) == id_before, "a program is left");
		CHECK(page_pool_inflight(rig->pool) -
				      (int32_t)page_pool_cache_count(rig->pool) ==
			      inflight - (int32_t)cache,
		      "in flight %d, cache %u; %d and %u before",
		      page_pool_inflight(rig->pool),
		      page_pool_cache_count(rig->pool), inflight, cache);
	}
	pp_fault_arm(0);
	CHECK(!err, "never succeeded");
	CHECK(n > 5, "only %u points", n);
	return xsk;
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = { .sz = sizeof(p), .fill_size = 256 };
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk *first, *later = NULL;
	struct rig rig;
	uint32_t before;

	CHECK(argc == 2, "usage: %s IF", argv[0]);
	p.ifindex = must_ifindex(argv[1]);
	rig_init(&rig, 16384, 0);
	p.pool = rig.pool;
	pp_xsk_close(must_open(&p)); /* skips without the privilege */
	before = fds();

	first = fail_each(&p, &rig, "first");
	p.queue = 1;
	if (!pp_xsk_open(&later, &p, &ext)) {
		CHECK(!pp_xsk_close(later), "close");
		later = fail_each(&p, &rig, "later");
	} else {
		printf("one queue only: %s\n", ext.msg);
	}
	CHECK(!pp_xsk_close(first), "close");
	CHECK(!pp_xsk_close(later), "close");
	CHECK(fds() == before, "%u descriptors, %u before", fds(), before);
	CHECK(!prog_id(p.ifindex), "a program is left");
	rig_cleanup(&rig);
	return 0;
}
