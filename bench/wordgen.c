/* SPDX-License-Identifier: BSD-2-Clause */
/* wordgen: sends consecutive little-endian 32-bit words over TCP connections. */
#define _GNU_SOURCE
#include "stream.h"
#include "tcp.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONNS_MAX 1024u
#define WAIT_NS (10 * TOOL_NS_PER_SEC) /* for the listener to be there */

struct opts {
	struct sockaddr_storage to;
	socklen_t to_len;
	uint64_t bytes; /* of all connections together */
	uint64_t conns;
	uint64_t block;
	uint64_t cpu;
	bool pin;
};

struct conn {
	int fd;
	uint64_t left;
	uint64_t pos;
	uint32_t have, sent; /* in buf */
	unsigned char *buf;
};

static int usage(void)
{
	return tool_usage(
		"usage: wordgen --connect ADDR:PORT --bytes N [--conns N] [--block BYTES] [--cpu N]");
}

static int parse(struct opts *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "connect", required_argument, NULL, 'c' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "conns", required_argument, NULL, 'n' },
		{ "block", required_argument, NULL, 'k' },
		{ "cpu", required_argument, NULL, 'p' },
		{ 0 },
	};
	int c, bad = 0;

	*o = (struct opts){ .conns = 1, .block = 65536 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			bad |= tcp_parse(optarg, &o->to, &o->to_len);
			break;
		case 'b':
			bad |= tool_number(optarg, 4, UINT64_MAX, &o->bytes);
			break;
		case 'n':
			bad |= tool_number(optarg, 1, CONNS_MAX, &o->conns);
			break;
		case 'k':
			bad |= tool_number(optarg, 4, 1u << 24, &o->block);
			break;
		case 'p':
			bad |= tool_number(optarg, 0, CPU_SETSIZE - 1, &o->cpu);
			o->pin = true;
			break;
		default:
			bad = 1;
		}
	}
	o->block &= ~(uint64_t)3;
	return bad || optind != argc || !o->to_len || !o->bytes ? usage() : 0;
}

static int open_one(struct conn *c, const struct opts *o, uint64_t bytes)
{
	uint64_t end = tool_now_ns() + WAIT_NS;

	do {
		c->fd = tcp_connect(&o->to, o->to_len);
		if (c->fd >= 0)
			break;
		if (c->fd != -ECONNREFUSED)
			return c->fd;
		usleep(20000);
	} while (tool_now_ns() < end && !tool_stopped());
	if (c->fd < 0)
		return c->fd;
	c->left = bytes;
	c->buf = malloc(o->block);
	return c->buf ? 0 : -ENOMEM;
}

/* Sends what goes without waiting; 0 or -errno. */
static int send_some(struct conn *c, const struct opts *o)
{
	ssize_t n;

	if (c->sent == c->have) {
		c->have = (uint32_t)(c->left < o->block ? c->left : o->block);
		c->sent = 0;
		stream_fill(c->buf, (c->have + 3u) & ~3u, c->pos);
		c->pos += c->have;
		c->left -= c->have;
	}
	n = send(c->fd, c->buf + c->sent, c->have - c->sent,
		 MSG_NOSIGNAL | (o->conns > 1 ? MSG_DONTWAIT : 0));
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c->sent += (uint32_t)n;
	return 0;
}

static int run(struct conn *c, const struct opts *o)
{
	static struct pollfd pfd[CONNS_MAX];
	uint64_t i, open = o->conns;
	int err = 0;

	for (i = 0; i < o->conns; i++)
		pfd[i] = (struct pollfd){ .fd = c[i].fd, .events = POLLOUT };
	while (open && !tool_stopped()) {
		if (o->conns > 1 && poll(pfd, o->conns, 1000) < 0)
			continue;
		for (i = 0; i < o->conns; i++) {
			if (pfd[i].fd < 0 || (o->conns > 1 && !pfd[i].revents))
				continue;
			err = send_some(&c[i], o);
			if (err)
				return err;
			if (c[i].left || c[i].sent < c[i].have)
				continue;
			shutdown(c[i].fd, SHUT_WR);
			pfd[i].fd = -1;
			open--;
		}
	}
	return open ? -EINTR : 0;
}

int main(int argc, char **argv)
{
	static struct conn conns[CONNS_MAX];
	struct opts o;
	uint64_t i, each;
	cpu_set_t set;
	char end;
	int err;

	tool_init("wordgen");
	err = parse(&o, argc, argv);
	if (err)
		return err;
	CPU_ZERO(&set);
	CPU_SET(o.cpu, &set);
	if (o.pin && sched_setaffinity(0, sizeof(set), &set))
		return tool_failed("no CPU %u", (unsigned int)o.cpu);
	each = o.bytes / o.conns & ~(uint64_t)3;
	for (i = 0; i < o.conns && !err; i++)
		err = open_one(&conns[i], &o,
			       i ? each : o.bytes - each * (o.conns - 1));
	if (err)
		return tool_failed("connection %u: %s", (unsigned int)i,
				   strerror(-err));
	err = run(conns, &o);
	if (err)
		return tool_failed("sending: %s", strerror(-err));
	/* all is read when the peer closes */
	for (i = 0; i < o.conns; i++)
		while (recv(conns[i].fd, &end, 1, 0) > 0)
			;
	return TOOL_OK;
}
