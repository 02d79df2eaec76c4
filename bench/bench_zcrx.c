/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_zcrx: receives TCP in every mode of pp_zcrx, and by plain recv(). */
#define _GNU_SOURCE
#include "bench_zcrx.h"

#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const names[ZB_MODES] = { "auto", "device", "nodev",
					     "pbuf", "recv",   "epoll" };

const char *zb_mode_name(uint32_t mode)
{
	return mode < ZB_MODES ? names[mode] : "none";
}

static const char help[] =
	"usage: bench_zcrx --listen ADDR:PORT [--if IF --queue N]\n"
	"	--mode auto|device|nodev|pbuf|recv|epoll\n"
	"	[--area-mb N] [--chunk BYTES] [--bufs N] [--conns N] [--bytes N]\n"
	"	[--verify] [--hold N] [--cpu N] [--json]\n"
	"Receives --bytes N, or all until --conns N connections have ended, and\n"
	"prints one JSON object as the last line.\n"
	"  --verify  expects 32-bit little-endian words 0, 1, 2, ... (wordgen)\n"
	"  --hold N  keeps the last N fragments; lets go of them when nothing comes\n"
	"  --bufs N  buffers for the kernel (pbuf: a power of two)\n";

static int parse_mode(struct zb_opts *o, const char *text)
{
	int i;

	for (i = 0; i < ZB_MODES; i++)
		if (!strcmp(text, names[i])) {
			o->mode = (enum zb_mode)i;
			return 0;
		}
	return -1;
}

static int parse_one(struct zb_opts *o, int c)
{
	switch (c) {
	case 'l':
		return tcp_parse(optarg, &o->listen, &o->listen_len);
	case 'i':
		o->ifname = optarg;
		return 0;
	case 'q':
		return tool_number(optarg, 0, UINT32_MAX, &o->queue);
	case 'm':
		return parse_mode(o, optarg);
	case 'a':
		return tool_number(optarg, 1, 1u << 20, &o->area_mb);
	case 'k':
		return tool_number(optarg, 256, 1u << 30, &o->chunk);
	case 'u':
		return tool_number(optarg, 1, UINT32_MAX, &o->bufs);
	case 'n':
		return tool_number(optarg, 1, ZB_CONNS_MAX, &o->conns);
	case 'b':
		return tool_number(optarg, 1, UINT64_MAX, &o->bytes);
	case 'h':
		return tool_number(optarg, 0, 1u << 24, &o->hold);
	case 'p':
		o->pin = true;
		return tool_number(optarg, 0, CPU_SETSIZE - 1, &o->cpu);
	case 'v':
		o->verify = true;
		return 0;
	case 'j':
		o->json_only = true;
		return 0;
	}
	return -1;
}

static const struct option longs[] = {
	{ "listen", required_argument, NULL, 'l' },
	{ "if", required_argument, NULL, 'i' },
	{ "queue", required_argument, NULL, 'q' },
	{ "mode", required_argument, NULL, 'm' },
	{ "area-mb", required_argument, NULL, 'a' },
	{ "chunk", required_argument, NULL, 'k' },
	{ "bufs", required_argument, NULL, 'u' },
	{ "conns", required_argument, NULL, 'n' },
	{ "bytes", required_argument, NULL, 'b' },
	{ "verify", no_argument, NULL, 'v' },
	{ "hold", required_argument, NULL, 'h' },
	{ "cpu", required_argument, NULL, 'p' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'H' },
	{ 0 },
};

/* 0, TOOL_USAGE, or -1 after --help */
static int parse(struct zb_opts *o, int argc, char **argv)
{
	int c, at = 0;

	*o = (struct zb_opts){ .area_mb = 16, .conns = 1 };
	while ((c = getopt_long(argc, argv, "", longs, &at)) != -1) {
		if (c == 'H') {
			fputs(help, stdout);
			return -1;
		}
		if (c == '?')
			return TOOL_USAGE;
		if (parse_one(o, c))
			return tool_usage("--%s %s is not valid; --help",
					  longs[at].name, optarg);
	}
	if (optind != argc)
		return tool_usage("unknown argument %s; --help", argv[optind]);
	if (!o->listen_len)
		return tool_usage("--listen ADDR:PORT is missing; --help");
	return 0;
}

double zb_cpu_now(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	       (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

void zb_data(struct zb *b, struct zb_conn *c, const void *p, size_t n)
{
	/* several receivers in recv mode, each with connections of its own */
	__atomic_fetch_add(&b->bytes, n, __ATOMIC_RELAXED);
	if (b->o.verify)
		stream_verify(&c->stream, p, n);
	else
		stream_touch(p, n);
}

void zb_end(struct zb *b, struct zb_conn *c, int err)
{
	c->open = false;
	if (err)
		__atomic_store_n(&b->err, err, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&b->n_open, 1, __ATOMIC_RELAXED);
}

bool zb_done(const struct zb *b)
{
	return tool_stopped() || !__atomic_load_n(&b->n_open, __ATOMIC_RELAXED) ||
	       (b->o.bytes &&
		__atomic_load_n(&b->bytes, __ATOMIC_RELAXED) >= b->o.bytes);
}

/* Waits for all connections; a signal ends it. */
static int accept_all(struct zb *b, int listener)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	int fd;

	while (b->n_open < b->o.conns) {
		if (tool_stopped())
			return tool_failed(
				"stopped while waiting for connections");
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			return tool_failed("accept: %s", strerror(errno));
		b->conn[b->n_open].fd = fd;
		b->conn[b->n_open++].open = true;
	}
	return TOOL_OK;
}

static int run(struct zb *b)
{
	int err;

	b->start_ns = tool_now_ns();
	b->cpu_start = zb_cpu_now();
	if (b->o.mode == ZB_RECV)
		err = zb_recv_run(b);
	else if (b->o.mode == ZB_EPOLL)
		err = zb_epoll_run(b);
	else
		err = zb_zcrx_run(b);
	b->seconds = (double)(tool_now_ns() - b->start_ns) / TOOL_NS_PER_SEC;
	b->cpu_seconds = zb_cpu_now() - b->cpu_start;
	return err;
}

/* Was all that was expected there, right, and is everything home? */
static int verdict(const struct zb *b)
{
	uint64_t bad = 0, i;

	for (i = 0; i < b->o.conns; i++)
		bad += b->conn[i].stream.bad_words;
	if (b->err)
		return tool_failed("a connection ended with: %s",
				   strerror(-b->err));
	if (bad)
		return tool_failed("%llu words are wrong",
				   (unsigned long long)bad);
	if (b->bytes < b->o.bytes)
		return tool_failed("%llu bytes came, not %llu",
				   (unsigned long long)b->bytes,
				   (unsigned long long)b->o.bytes);
	if (b->inflight || b->missing)
		return tool_failed("%u pages and %u chunks are not home",
				   b->inflight, b->missing);
	return TOOL_OK;
}

static bool is_plain(const struct zb *b)
{
	return b->o.mode == ZB_RECV || b->o.mode == ZB_EPOLL;
}

static int serve(struct zb *b)
{
	int listener, err;
	uint64_t i;

	err = is_plain(b) ? 0 : zb_zcrx_open(b);
	if (err)
		return err;
	listener = tcp_listen(&b->o.listen, b->o.listen_len, (int)b->o.conns);
	if (listener < 0)
		err = tool_failed("--listen: %s", strerror(-listener));
	else
		err = accept_all(b, listener);
	if (!err)
		err = run(b);
	if (!is_plain(b))
		err |= zb_zcrx_close(b);
	for (i = 0; i < b->o.conns; i++)
		if (b->conn[i].fd >= 0)
			close(b->conn[i].fd);
	if (listener >= 0)
		close(listener);
	if (err)
		return TOOL_FAILED;
	zb_report(b);
	return verdict(b);
}

int main(int argc, char **argv)
{
	static struct zb b;
	cpu_set_t set;
	uint64_t i;
	int err;

	tool_init("bench_zcrx");
	err = parse(&b.o, argc, argv);
	if (err)
		return err < 0 ? TOOL_OK : err;
	CPU_ZERO(&set);
	CPU_SET(b.o.cpu, &set);
	if (b.o.pin && sched_setaffinity(0, sizeof(set), &set))
		return tool_failed("no CPU %u", (unsigned int)b.o.cpu);
	b.conn = calloc(b.o.conns, sizeof(*b.conn));
	if (!b.conn)
		return tool_failed("no memory");
	for (i = 0; i < b.o.conns; i++)
		b.conn[i].fd = -1;
	err = serve(&b);
	free(b.conn);
	return err;
}
