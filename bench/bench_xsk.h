/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what bench_xsk's files share. */
#ifndef BENCH_XSK_H
#define BENCH_XSK_H

#include <stdbool.h>
#include <stdint.h>

#include <pagepool/pagepool.h>

#define BENCH_BATCH_MAX 1024u
#define BENCH_FRAMES_DEFAULT 8192u
#define BENCH_FRAMES_MIN 256u
#define BENCH_CHUNK_DEFAULT 4096u

enum bench_mode {
	BENCH_NONE,
	BENCH_RX,
	BENCH_TX,
	BENCH_FWD
};

/* What the command line asked for */
struct bench_opts {
	enum bench_mode mode;
	const char *ifname;
	const char *out; /* fwd: where to */
	uint64_t queue;
	enum pp_xdp_mode xdp;
	enum pp_xsk_bind bind;
	uint64_t chunk;
	uint64_t batch;
	uint64_t frames; /* chunks of the area */
	uint64_t len;
	uint64_t duration; /* seconds, 0 = until a signal or --packets */
	uint64_t packets;
	uint64_t pps;
	uint64_t cpu;
	bool pin; /* --cpu was given */
	bool json_only;
};

/* One socket, and what it said last */
struct bench_port {
	struct pp_xsk *xsk;
	struct pp_xsk_info info;
	struct pp_xsk_stats stats;
};

struct bench {
	struct bench_opts opts;
	struct pp_area *area;
	struct page_pool *pool;
	bool pool_gone;	       /* set by on_destroyed */
	struct bench_port in;  /* rx, fwd */
	struct bench_port out; /* tx, fwd */
	uint64_t packets;
	uint64_t start_ns;
	uint64_t tick_ns, tick_packets; /* progress line */
	double seconds, cpu_seconds;
	struct page_pool_stats stats;
	uint32_t inflight, missing; /* after close */
};

/* bench_opts.c: 0, TOOL_USAGE, or -1 after --help */
int bench_parse(struct bench_opts *opts, int argc, char **argv);
const char *bench_mode_name(enum bench_mode mode);

/* bench_modes.c: the loops; 0 or -errno. They return what they hold. */
int bench_rx(struct bench *b);
int bench_tx(struct bench *b);
int bench_fwd(struct bench *b);

/* bench_report.c: one JSON object, one line, on stdout */
void bench_report(const struct bench *b);

#endif /* BENCH_XSK_H */
