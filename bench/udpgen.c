/* SPDX-License-Identifier: BSD-2-Clause */
/* udpgen: sends numbered UDP frames at a given rate and says what it sent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "frame.h"
#include "tool.h"

#define GEN_BURST 64u
/*
 * Frames wait in the peer's veth ring (256 entries) with our socket as owner.
 * The kernel doubles this: about 100 small frames, so a paced or flooding
 * sender sleeps instead of filling that ring.
 */
#define GEN_SNDBUF (48 << 10)

static const char gen_usage[] =
	"usage: udpgen --if IF --frames N [--pps N] [--len BYTES] [--start SEQ] [--quiet]";

struct gen {
	const char *ifname;
	uint64_t frames, pps, len, start;
	bool quiet;
	int fd;
	uint64_t accepted, refused;
};

enum {
	OPT_IF,
	OPT_FRAMES,
	OPT_PPS,
	OPT_LEN,
	OPT_START,
	OPT_QUIET
};

static const struct option gen_options[] = {
	{ "if", required_argument, NULL, OPT_IF },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "pps", required_argument, NULL, OPT_PPS },
	{ "len", required_argument, NULL, OPT_LEN },
	{ "start", required_argument, NULL, OPT_START },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ 0 },
};

static int option(struct gen *gen, int opt)
{
	switch (opt) {
	case OPT_IF:
		gen->ifname = optarg;
		return 0;
	case OPT_FRAMES:
		return tool_number(optarg, 0, UINT64_MAX, &gen->frames);
	case OPT_PPS:
		return tool_number(optarg, 0, 1000000000, &gen->pps);
	case OPT_LEN:
		return tool_number(optarg, FRAME_MIN, FRAME_MAX, &gen->len);
	case OPT_START:
		return tool_number(optarg, 0, UINT64_MAX, &gen->start);
	case OPT_QUIET:
		gen->quiet = true;
		return 0;
	}
	return -1;
}

static int parse(struct gen *gen, int argc, char **argv)
{
	int opt;

	*gen = (struct gen){ .len = FRAME_MIN };
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", gen_options, NULL)) != -1)
		if (option(gen, opt))
			return tool_usage("%s", gen_usage);
	if (optind != argc || !gen->ifname || !gen->frames)
		return tool_usage("%s", gen_usage);
	return TOOL_OK;
}

static int gen_open(struct gen *gen)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	int size = GEN_SNDBUF;

	addr.sll_ifindex = (int)if_nametoindex(gen->ifname);
	if (!addr.sll_ifindex)
		return tool_failed("%s: no such interface", gen->ifname);
	/* protocol 0: this socket receives nothing */
	gen->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (gen->fd < 0)
		return tool_failed("cannot open a packet socket: %s",
				   strerror(errno));
	if (setsockopt(gen->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    bind(gen->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		tool_failed("%s: %s", gen->ifname, strerror(errno));
		close(gen->fd);
		return TOOL_FAILED;
	}
	return TOOL_OK;
}

/*
 * One frame, one system call: sendmmsg() does not tell a frame that the device
 * dropped from one that it never saw. ENOBUFS is the former, the frame is gone.
 * Returns 0, or -EINTR: not sent.
 */
static int gen_frame(struct gen *gen, uint64_t seq)
{
	uint8_t buf[FRAME_MAX];

	frame_build(buf, (uint32_t)gen->len, seq);
	while (send(gen->fd, buf, gen->len, 0) < 0) {
		if (errno == ENOBUFS) {
			gen->refused++;
			return 0;
		}
		if (errno != EINTR)
			return -errno;
		if (tool_stopped())
			return -EINTR;
	}
	gen->accepted++;
	return 0;
}

static int gen_burst(struct gen *gen, uint32_t n)
{
	int err;

	while (n--) {
		err = gen_frame(gen, gen->start + gen->accepted + gen->refused);
		if (err)
			return err;
	}
	return 0;
}

static int gen_run(struct gen *gen)
{
	uint64_t sent = 0, tick, now;
	struct tool_pace pace;
	uint32_t n;
	int err;

	tool_pace_start(&pace, gen->pps);
	tick = pace.start_ns;
	while (!tool_stopped() && sent < gen->frames) {
		n = gen->frames - sent < GEN_BURST ?
			    (uint32_t)(gen->frames - sent) :
			    GEN_BURST;
		err = gen_burst(gen, tool_pace_take(&pace, n));
		if (err && err != -EINTR)
			return tool_failed("%s: send: %s", gen->ifname,
					   strerror(-err));
		sent = gen->accepted + gen->refused;
		now = tool_now_ns();
		if (!gen->quiet && now - tick >= TOOL_NS_PER_SEC) {
			tick = now;
			printf("sent %llu\n", (unsigned long long)sent);
		}
	}
	return TOOL_OK;
}

static void gen_report(const struct gen *gen, uint64_t start_ns)
{
	double seconds = (double)(tool_now_ns() - start_ns) / 1e9;
	uint64_t sent = gen->accepted + gen->refused;
	struct json_object *root = json_object_new_object();
	char text[32];

	snprintf(text, sizeof(text), "%.6f", seconds);
	json_object_object_add(root, "sent", json_object_new_uint64(sent));
	json_object_object_add(root, "accepted",
			       json_object_new_uint64(gen->accepted));
	json_object_object_add(root, "refused",
			       json_object_new_uint64(gen->refused));
	json_object_object_add(root, "seconds",
			       json_object_new_double_s(seconds, text));
	printf("%s\n",
	       json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN));
	json_object_put(root);
}

int main(int argc, char **argv)
{
	uint64_t start_ns;
	struct gen gen;
	int ret;

	tool_init("udpgen");
	ret = parse(&gen, argc, argv);
	if (ret)
		return ret;
	ret = gen_open(&gen);
	if (ret)
		return ret;
	start_ns = tool_now_ns();
	ret = gen_run(&gen);
	close(gen.fd);
	gen_report(&gen, start_ns);
	return ret;
}
