/* SPDX-License-Identifier: BSD-2-Clause */
/* udpsink: takes udpgen's frames and checks number and payload of each. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "frame.h"
#include "tool.h"

#define SINK_BLOCK (1u << 20)
#define SINK_BLOCKS 64u /* about 400,000 small frames */
#define SINK_FRAME 2048u
#define SINK_RETIRE_MS 5u
#define SINK_QUIET_MS 200 /* nothing for so long after a signal: the end */

static const char sink_usage[] = "usage: udpsink --if IF [--frames N] [--quiet]";

struct sink {
	const char *ifname;
	uint64_t frames; /* numbers 0..frames-1 are expected */
	bool quiet;
	int fd;
	uint8_t *ring;
	uint32_t block;
	uint64_t *seen; /* a bit for each number */
	uint64_t next;	/* highest number seen + 1 */
	uint64_t received, duplicates, reordered, corrupt, foreign, beyond;
	uint64_t dropped; /* by the kernel: the ring was full */
};

enum {
	OPT_IF,
	OPT_FRAMES,
	OPT_QUIET
};

static const struct option sink_options[] = {
	{ "if", required_argument, NULL, OPT_IF },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ 0 },
};

static int option(struct sink *sink, int opt)
{
	switch (opt) {
	case OPT_IF:
		sink->ifname = optarg;
		return 0;
	case OPT_FRAMES:
		return tool_number(optarg, 1, 1ull << 32, &sink->frames);
	case OPT_QUIET:
		sink->quiet = true;
		return 0;
	}
	return -1;
}

static int parse(struct sink *sink, int argc, char **argv)
{
	int opt;

	*sink = (struct sink){
		.frames = 1u << 24,
		.fd = -1,
		.ring = MAP_FAILED,
	};
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", sink_options, NULL)) != -1)
		if (option(sink, opt))
			return tool_usage("%s", sink_usage);
	if (optind != argc || !sink->ifname)
		return tool_usage("%s", sink_usage);
	return TOOL_OK;
}

/* Only UDP to our port over IPv4 without options; the rest costs us nothing. */
static int sink_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x4500, 0, 4),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FRAME_PORT, 0, 2),
		BPF_STMT(BPF_RET | BPF_K, FRAME_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

/* Everything is in place before bind() lets the first frame in. */
static int sink_setup(struct sink *sink, int ifindex)
{
	struct tpacket_req3 req = {
		.tp_block_size = SINK_BLOCK,
		.tp_block_nr = SINK_BLOCKS,
		.tp_frame_size = SINK_FRAME,
		.tp_frame_nr = SINK_BLOCK / SINK_FRAME * SINK_BLOCKS,
		.tp_retire_blk_tov = SINK_RETIRE_MS,
	};
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int version = TPACKET_V3, one = 1;

	if (setsockopt(sink->fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(sink->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		       sizeof(one)) ||
	    setsockopt(sink->fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) ||
	    sink_filter(sink->fd))
		return -errno;
	sink->ring = mmap(NULL, (size_t)SINK_BLOCK * SINK_BLOCKS,
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  sink->fd, 0);
	if (sink->ring == MAP_FAILED)
		return -errno;
	if (bind(sink->fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	return 0;
}

static void sink_close(struct sink *sink)
{
	if (sink->ring != MAP_FAILED)
		munmap(sink->ring, (size_t)SINK_BLOCK * SINK_BLOCKS);
	if (sink->fd >= 0)
		close(sink->fd);
	free(sink->seen);
}

static int sink_open(struct sink *sink)
{
	int ifindex = (int)if_nametoindex(sink->ifname);
	int err;

	if (!ifindex)
		return tool_failed("%s: no such interface", sink->ifname);
	sink->seen = calloc(sink->frames / 64 + 1, sizeof(*sink->seen));
	if (!sink->seen)
		return tool_failed("no memory");
	sink->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sink->fd < 0)
		return tool_failed("cannot open a packet socket: %s",
				   strerror(errno));
	err = sink_setup(sink, ifindex);
	if (err)
		return tool_failed("%s: %s", sink->ifname, strerror(-err));
	return TOOL_OK;
}

static void sink_frame(struct sink *sink, const uint8_t *data, uint32_t len)
{
	uint64_t seq, bit;

	switch (frame_check(data, len, &seq)) {
	case FRAME_FOREIGN:
		sink->foreign++;
		return;
	case FRAME_CORRUPT:
		sink->corrupt++;
		return;
	case FRAME_GOOD:
		break;
	}
	if (seq >= sink->frames) {
		sink->beyond++;
		return;
	}
	bit = 1ull << seq % 64;
	if (sink->seen[seq / 64] & bit) {
		sink->duplicates++;
		return;
	}
	sink->seen[seq / 64] |= bit;
	sink->received++;
	if (seq < sink->next)
		sink->reordered++;
	else
		sink->next = seq + 1;
}

/* Takes one block if the kernel handed one over. */
static bool sink_block(struct sink *sink)
{
	struct tpacket_block_desc *desc =
		(void *)(sink->ring + (size_t)sink->block * SINK_BLOCK);
	const struct tpacket3_hdr *hdr;
	const uint8_t *p;
	uint32_t i;

	/* pairs with the kernel's write of the status, last of the block */
	if (!(__atomic_load_n(&desc->hdr.bh1.block_status, __ATOMIC_ACQUIRE) &
	      TP_STATUS_USER))
		return false;
	p = (const uint8_t *)desc + desc->hdr.bh1.offset_to_first_pkt;
	for (i = 0; i < desc->hdr.bh1.num_pkts; i++) {
		hdr = (const void *)p;
		sink_frame(sink, p + hdr->tp_mac, hdr->tp_snaplen);
		p += hdr->tp_next_offset;
	}
	__atomic_store_n(&desc->hdr.bh1.block_status, TP_STATUS_KERNEL,
			 __ATOMIC_RELEASE);
	sink->block = (sink->block + 1) % SINK_BLOCKS;
	return true;
}

static void sink_run(struct sink *sink)
{
	struct pollfd pfd = { .fd = sink->fd, .events = POLLIN };
	uint64_t tick = tool_now_ns(), quiet = tick, now;

	/* Blocks retire after SINK_RETIRE_MS: silence means all were seen. */
	for (;;) {
		now = tool_now_ns();
		if (sink_block(sink))
			quiet = now;
		else if (tool_stopped() &&
			 now - quiet > SINK_QUIET_MS * 1000000ull)
			return;
		else if (poll(&pfd, 1, SINK_RETIRE_MS * 4) < 0 && errno != EINTR)
			return;
		if (!sink->quiet && now - tick >= TOOL_NS_PER_SEC) {
			tick = now;
			printf("received %llu\n",
			       (unsigned long long)sink->received);
		}
	}
}

static int sink_count_drops(struct sink *sink)
{
	struct tpacket_stats_v3 stats;
	socklen_t len = sizeof(stats);

	if (getsockopt(sink->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len))
		return tool_failed("PACKET_STATISTICS: %s", strerror(errno));
	sink->dropped = stats.tp_drops;
	return TOOL_OK;
}

static void sink_report(const struct sink *sink)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "received", sink->received },
		{ "duplicates", sink->duplicates },
		{ "reordered", sink->reordered },
		{ "corrupt", sink->corrupt },
		{ "foreign", sink->foreign },
		{ "beyond", sink->beyond },
		{ "missing_below_highest", sink->next - sink->received },
		{ "ring_drops", sink->dropped },
	};
	struct json_object *root = json_object_new_object();
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_object_add(root, rows[i].name,
				       json_object_new_uint64(rows[i].value));
	printf("%s\n",
	       json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN));
	json_object_put(root);
}

int main(int argc, char **argv)
{
	struct sink sink;
	int ret;

	tool_init("udpsink");
	ret = parse(&sink, argc, argv);
	if (ret)
		return ret;
	ret = sink_open(&sink);
	if (!ret) {
		puts("ready");
		sink_run(&sink);
		ret = sink_count_drops(&sink);
		sink_report(&sink);
	}
	sink_close(&sink);
	return ret;
}
