/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_rx IF LOAD native|skb [FRAMES]: receives at least FRAMES (1000) frames in
 * one XDP mode; every page is accounted for before, during and after.
 * LOAD is IF or NETNS:IF, the other end of IF.
 */
#include "xsk_lib.h"

static void hold_some(const struct rig *rig, struct pp_xsk *xsk)
{
	const struct pp_xsk *const xsks[] = { xsk };
	struct pp_frag frags[32];
	uint32_t held = 0;
	double until = now_s() + 5;

	while (held < 32 && now_s() < until)
		held += pp_xsk_recv(xsk, &frags[held], 32 - held);
	CHECK(held == 32, "%u frames", held);
	rig_conserved(rig, xsks, 1, held, "with 32 frames held");
	pp_frags_put(frags, held);
	rig_conserved(rig, xsks, 1, 0, "after giving them back");
}

static void info_check(const struct pp_xsk *xsk, uint32_t mode)
{
	struct pp_xsk_info info = { .sz = sizeof(info) };
	uint32_t i;

	CHECK(!pp_xsk_get_info(xsk, &info), "info");
	CHECK(info.xdp_used == mode, "mode %u", info.xdp_used);
	CHECK(info.prog_id, "no program id");
	CHECK(info.bind_used == PP_XSK_BIND_COPY ||
		      info.bind_used == PP_XSK_BIND_ZEROCOPY,
	      "bind %u", info.bind_used);
	for (i = 0; i < info.n_steps; i++)
		printf("  refused %s: %d %s\n", info.steps[i].step,
		       info.steps[i].err, info.steps[i].reason);
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = { .sz = sizeof(p) };
	struct pp_xsk_stats st;
	const struct pp_xsk *xsks[1];
	struct pp_xsk *xsk;
	uint64_t want, got;
	struct rig rig;
	pid_t load;

	CHECK(argc >= 4, "usage: %s IF LOAD native|skb [FRAMES]", argv[0]);
	want = argc > 4 ? strtoull(argv[4], NULL, 0) : 1000;
	p.ifindex = must_ifindex(argv[1]);
	p.xdp_mode = strcmp(argv[3], "skb") ? PP_XDP_NATIVE : PP_XDP_SKB;

	load = load_start(argv[2], 100000);
	rig_init(&rig, 8192, 0);
	p.pool = rig.pool;
	xsk = must_open(&p);
	xsks[0] = xsk;
	st = must_stats(xsk);
	CHECK(st.fill_entries == 4096, "fill ring has %u", st.fill_entries);
	rig_conserved(&rig, xsks, 1, 0, "after open");
	info_check(xsk, p.xdp_mode);

	got = receive(xsk, want, 20);
	CHECK(got >= want, "received %llu of %llu", (unsigned long long)got,
	      (unsigned long long)want);
	hold_some(&rig, xsk);
	load_stop(load);
	receive(xsk, UINT64_MAX, 0.2);

	st = must_stats(xsk);
	CHECK(st.redirected == st.rx_packets + st.rx_dropped + st.rx_ring_full,
	      "redirected %llu, received %llu, dropped %llu, ring full %llu",
	      (unsigned long long)st.redirected,
	      (unsigned long long)st.rx_packets,
	      (unsigned long long)st.rx_dropped,
	      (unsigned long long)st.rx_ring_full);
	printf("%s: received %llu, redirected %llu, passed %llu\n", argv[3],
	       (unsigned long long)st.rx_packets,
	       (unsigned long long)st.redirected, (unsigned long long)st.passed);
	rig_conserved(&rig, xsks, 1, 0, "before close");
	CHECK(!pp_xsk_close(xsk), "close");
	rig_conserved(&rig, NULL, 0, 0, "after close");
	rig_cleanup(&rig);
	return 0;
}
