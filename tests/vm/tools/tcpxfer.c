// SPDX-License-Identifier: BSD-2-Clause
/*
 * tcpxfer: moves a pattern over one TCP connection and verifies every word.
 *   tcpxfer recv -p PORT -n BYTES
 *   tcpxfer send -a ADDRESS -p PORT -n BYTES [-s SOURCE_ADDRESS] [-l SOURCE_PORT]
 * Both ends fail unless exactly BYTES correct bytes went over.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (64 * 1024)

struct options {
	struct sockaddr_in6 to, from;
	uint64_t bytes;
	uint16_t port;
};

/* The word at a position: no two positions of a stream look alike. */
static uint64_t pattern(uint64_t position)
{
	uint64_t x = position + 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void usage(void)
{
	fprintf(stderr,
		"usage: tcpxfer recv -p PORT -n BYTES\n"
		"       tcpxfer send -a ADDR -p PORT -n BYTES [-s ADDR] [-l PORT]\n");
	exit(2);
}

/* IPv4 as a mapped address: one kind of socket for both. */
static void parse_address(struct sockaddr_in6 *sa, const char *text)
{
	char mapped[INET6_ADDRSTRLEN + 8];

	snprintf(mapped, sizeof(mapped), "%s%s",
		 strchr(text, ':') ? "" : "::ffff:", text);
	sa->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, mapped, &sa->sin6_addr) != 1)
		usage();
}

static int receive(const struct options *o)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(o->port) };
	static uint64_t block[BLOCK / 8];
	uint64_t got = 0, bad = 0;
	struct timespec t0, t1;
	int listener, fd, one = 1;
	size_t have = 0; /* bytes of block that are filled */

	listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0)
		die("socket");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) ||
	    listen(listener, 1))
		die("listen");
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		die("accept");
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (;;) {
		ssize_t n = recv(fd, (char *)block + have, sizeof(block) - have,
				 0);
		size_t i, words;

		if (n < 0)
			die("recv");
		if (!n)
			break;
		have += n;
		words = have / 8;
		for (i = 0; i < words; i++)
			bad += block[i] != pattern(got + i * 8);
		got += words * 8;
		have -= words * 8;
		/* The rest of a word that the next call completes. */
		memmove(block, &block[words], have);
	}
	if (have) { /* the last word of a length that is no multiple of 8 */
		uint64_t last = pattern(got);

		bad += memcmp(block, &last, have) != 0;
		got += have;
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	printf("received %llu bytes, %llu bad words, %.1f s\n",
	       (unsigned long long)got, (unsigned long long)bad,
	       (t1.tv_sec - t0.tv_sec) + (t1.tv_nsec - t0.tv_nsec) / 1e9);
	return bad || got != o->bytes;
}

static int transmit(const struct options *o)
{
	struct sockaddr_in6 to = o->to;
	static uint64_t block[BLOCK / 8];
	uint64_t sent = 0;
	char end;
	int fd, one = 1;

	to.sin6_port = htons(o->port);
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (o->from.sin6_family &&
	    bind(fd, (struct sockaddr *)&o->from, sizeof(o->from)))
		die("bind");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
	while (sent < o->bytes) {
		size_t len = o->bytes - sent < BLOCK ? o->bytes - sent : BLOCK;
		size_t i, off = 0;

		for (i = 0; i * 8 < len; i++)
			block[i] = pattern(sent + i * 8);
		while (off < len) {
			ssize_t n = send(fd, (char *)block + off, len - off,
					 MSG_NOSIGNAL);

			if (n < 0)
				die("send");
			off += n;
		}
		sent += len;
	}
	/* All read when the peer closes: a reset would say otherwise. */
	shutdown(fd, SHUT_WR);
	if (recv(fd, &end, 1, 0) != 0)
		die("waiting for the receiver");
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };
	bool sender;
	int c;

	if (argc < 2)
		usage();
	sender = !strcmp(argv[1], "send");
	if (!sender && strcmp(argv[1], "recv"))
		usage();
	optind = 2;
	while ((c = getopt(argc, argv, "a:p:n:s:l:")) != -1) {
		switch (c) {
		case 'a':
			parse_address(&o.to, optarg);
			break;
		case 'p':
			o.port = atoi(optarg);
			break;
		case 'n':
			o.bytes = strtoull(optarg, NULL, 0);
			break;
		case 's':
			parse_address(&o.from, optarg);
			break;
		case 'l':
			o.from.sin6_family = AF_INET6;
			o.from.sin6_port = htons(atoi(optarg));
			break;
		default:
			usage();
		}
	}
	if (!o.port || !o.bytes || (sender && !o.to.sin6_family))
		usage();
	return sender ? transmit(&o) : receive(&o);
}
