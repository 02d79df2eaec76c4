/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what bench_zcrx's files share. */
#ifndef BENCH_ZCRX_H
#define BENCH_ZCRX_H

#include "stream.h"
#include "tcp.h"

#include <pagepool/pagepool.h>

#define ZB_CONNS_MAX 1024u
#define ZB_BLOCK 65536u /* of the plain baselines */

enum zb_mode {
	ZB_AUTO = PP_ZCRX_AUTO,
	ZB_DEVICE = PP_ZCRX_DEVICE,
	ZB_NODEV = PP_ZCRX_NODEV,
	ZB_PBUF = PP_ZCRX_PBUF,
	ZB_RECV,
	ZB_EPOLL,
	ZB_MODES
};

/* What the command line asked for */
struct zb_opts {
	struct sockaddr_storage listen;
	socklen_t listen_len;
	const char *ifname;
	uint64_t queue;
	enum zb_mode mode;
	uint64_t area_mb;
	uint64_t chunk; /* bytes in a buffer, 0 = by mode */
	uint64_t bufs;
	uint64_t conns;
	uint64_t bytes; /* 0 = to the end of all connections */
	uint64_t hold;	/* fragments kept while more come */
	uint64_t cpu;
	bool pin, verify, json_only;
};

struct zb_conn {
	int fd;
	bool open;
	struct stream stream;
};

struct zb {
	struct zb_opts o;
	struct zb_conn *conn;
	uint32_t n_open;
	uint64_t bytes;
	uint64_t start_ns;
	double seconds, cpu_seconds, cpu_start;
	int err; /* of a connection */

	/* the zero-copy modes */
	struct pp_area *area;
	struct pp_zcrx *z;
	bool gone; /* set by on_gone */
	struct pp_frag *held;
	uint32_t held_first, held_n;
	struct pp_zcrx_info info;
	struct pp_zcrx_stats stats;
	uint32_t inflight, missing; /* after close */
};

const char *zb_mode_name(uint32_t mode);

/* bench_zcrx.c: bytes of a connection, and its end */
void zb_data(struct zb *b, struct zb_conn *c, const void *p, size_t n);
void zb_end(struct zb *b, struct zb_conn *c, int err);
bool zb_done(const struct zb *b);
double zb_cpu_now(void);

/* zcrx_modes.c: 0 or TOOL_FAILED */
int zb_zcrx_open(struct zb *b);
int zb_zcrx_run(struct zb *b);
int zb_zcrx_close(struct zb *b);
int zb_recv_run(struct zb *b);
int zb_epoll_run(struct zb *b);

/* zcrx_report.c: one JSON object, one line, on stdout */
void zb_report(const struct zb *b);

#endif /* BENCH_ZCRX_H */
