/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_close IF LOAD [ROUNDS]: opens and closes ROUNDS (50) times while frames
 * come, with frames unread, held and half sent. Each time the area is whole and
 * open sees no EBUSY.
 */
#include "xsk_lib.h"

static void one_round(const char *name, int round)
{
	struct pp_xsk_params p = { .sz = sizeof(p) };
	const struct pp_xsk *xsks[1];
	struct pp_frag held[16];
	uint32_t n = 0;
	struct pp_xsk *xsk;
	struct rig rig;
	int sent;

	rig_init(&rig, 8192, round % 2 ? 2048 : 4096);
	p.ifindex = must_ifindex(name);
	p.xdp_mode = round % 4 == 3 ? PP_XDP_SKB : PP_XDP_AUTO;
	p.rx_size = round % 3 ? 0 : 64;
	p.pool = rig.pool;
	xsk = must_open(&p);
	xsks[0] = xsk;
	receive(xsk, 200, 2);
	while (n < 16)
		n += pp_xsk_recv(xsk, held + n, 16 - n);
	/* frames pile up in the ring, and over it where it is small */
	usleep((useconds_t)(round % 5) * 3000);
	rig_conserved(&rig, xsks, 1, n, "before close");
	sent = pp_xsk_send(xsk, held, 8);
	CHECK(sent == 8, "send %d", sent);
	CHECK(!pp_xsk_close(xsk), "close");
	/* what the application holds is still good */
	CHECK(pp_frag_data(&held[15]), "data");
	pp_frags_put(held + 8, n - 8);
	rig_cleanup(&rig);
}

int main(int argc, char **argv)
{
	int rounds, i;
	double start;
	pid_t load;

	CHECK(argc >= 3, "usage: %s IF LOAD [ROUNDS]", argv[0]);
	rounds = argc > 3 ? atoi(argv[3]) : 50;
	load = load_start(argv[2], 200000);
	start = now_s();
	for (i = 0; i < rounds; i++)
		one_round(argv[1], i);
	load_stop(load);
	printf("%d rounds in %.1f s, %u in quarantine\n", rounds,
	       now_s() - start, pp_xsk_reap());
	CHECK(!pp_xsk_reap(), "quarantine");
	return 0;
}
