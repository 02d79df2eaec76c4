// SPDX-License-Identifier: BSD-2-Clause
/*
 * vm_xsk zc|copy|auto IF_A IF_B FRAMES [share]: FRAMES each way between two
 * ports that are wired to each other, every byte verified, conservation and
 * the way home checked. "share": both sockets on one area.
 */
#include "vm_port.h"

#include <string.h>

static void check_mode(const struct port *port, const char *mode)
{
	struct pp_xsk_info info = port_info(port);

	if (!strcmp(mode, "zc"))
		CHECK(info.bind_used == PP_XSK_BIND_ZEROCOPY,
		      "%s is not zero-copy", port->name);
	if (!strcmp(mode, "copy"))
		CHECK(info.bind_used == PP_XSK_BIND_COPY, "%s is not copying",
		      port->name);
	/* What is less than the best has its reason. */
	if (!strcmp(mode, "auto") && info.bind_used == PP_XSK_BIND_COPY)
		CHECK(info.n_steps && info.steps[0].err < 0 &&
			      info.steps[0].reason[0],
		      "%s copies and does not say why", port->name);
}

int main(int argc, char **argv)
{
	struct ground grounds[2];
	struct port ports[2], *all[2] = { &ports[0], &ports[1] };
	struct pp_xsk_params params;
	const char *mode = argc > 1 ? argv[1] : "";
	bool share = argc == 6 && !strcmp(argv[5], "share");
	uint64_t frames;
	int i;

	CHECK((argc == 5 || share) &&
		      (!strcmp(mode, "zc") || !strcmp(mode, "copy") ||
		       !strcmp(mode, "auto")),
	      "usage: vm_xsk zc|copy|auto IF_A IF_B FRAMES [share]");
	frames = strtoull(argv[4], NULL, 0);
	ground_init(&grounds[0], share ? 2 : 1);
	if (!share)
		ground_init(&grounds[1], 1);
	for (i = 0; i < 2; i++) {
		port_init(&ports[i], argv[2 + i], &grounds[share ? 0 : i],
			  (uint32_t)i + 1);
		params = port_params(&ports[i]);
		if (!strcmp(mode, "zc"))
			params.bind_mode = PP_XSK_BIND_ZEROCOPY;
		else if (!strcmp(mode, "copy"))
			params.bind_mode = PP_XSK_BIND_COPY;
		port_open(&ports[i], &params);
		check_mode(&ports[i], mode);
	}

	exchange(&ports[0], &ports[1], frames);
	if (share) {
		ground_conserved(&grounds[0], all, 2, 0, "shared");
	} else {
		ground_conserved(&grounds[0], &all[0], 1, 0, ports[0].name);
		ground_conserved(&grounds[1], &all[1], 1, 0, ports[1].name);
	}
	for (i = 0; i < 2; i++) {
		struct pp_xsk_stats st = port_stats(&ports[i]);

		CHECK(ports[i].received >= frames, "%s", ports[i].name);
		CHECK(st.tx_completed == st.tx_packets, "%s: %llu of %llu sent",
		      ports[i].name, (unsigned long long)st.tx_completed,
		      (unsigned long long)st.tx_packets);
		CHECK(!st.tx_invalid_descs && !st.rx_invalid_descs,
		      "%s: invalid descriptors", ports[i].name);
		CHECK(ports[i].lost * 100 <= frames, "%s lost %llu of %llu",
		      ports[i].name, (unsigned long long)ports[i].lost,
		      (unsigned long long)frames);
	}
	for (i = 0; i < 2; i++) {
		int err = pp_xsk_close(ports[i].xsk);

		CHECK(!err, "close %s: %d", ports[i].name, err);
	}
	CHECK(!pp_xsk_reap(), "frames in quarantine");
	ground_cleanup(&grounds[0]);
	if (!share)
		ground_cleanup(&grounds[1]);
	return 0;
}
