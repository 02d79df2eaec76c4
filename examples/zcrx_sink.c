/* SPDX-License-Identifier: BSD-2-Clause */
/* zcrx_sink PORT [IF QUEUE]: receives TCP into a pool's pages, counts, lets go. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pagepool/pagepool.h>

static volatile sig_atomic_t stop;
static uint64_t bytes, frags, streams;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int fail(const char *what, int err, const char *why)
{
	fprintf(stderr, "zcrx_sink: %s: %s (%s)\n", what, why, strerror(-err));
	return 1;
}

/* n > 0: bytes in pages of the pool. Any thread may put them, at any time. */
static void received(void *arg, uint64_t fd, const struct pp_frag *f, int n)
{
	int i;

	(void)arg;
	for (i = 0; i < n; i++) {
		/* here you would look at pp_frag_data(&f[i]) */
		bytes += f[i].len;
		frags++;
	}
	if (n > 0)
		pp_frags_put(f, (uint32_t)n);
	else
		close((int)fd); /* 0: the peer has closed, else -errno */
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, (struct sockaddr *)&any, sizeof(any)) && !listen(fd, 64))
		return fd;
	close(fd);
	return -1;
}

/* Whatever the mode, this is all: add sockets, poll, put what came. */
static int run(struct pp_zcrx *z, int listener)
{
	int fd, err = 0;

	while (!stop && err >= 0) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0 && !pp_zcrx_add(z, fd, (uint64_t)fd))
			streams++;
		err = pp_zcrx_poll(z, 20, received, NULL);
	}
	return err < 0 ? err : 0;
}

int main(int argc, char **argv)
{
	static const char *const modes[] = { "auto", "device", "nodev", "pbuf" };
	struct pp_zcrx_params params = { .sz = sizeof(params) };
	struct pp_zcrx_info info = { .sz = sizeof(info) };
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct sigaction sa = { .sa_handler = on_signal };
	struct pp_zcrx *z;
	int listener, err;
	uint32_t i;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: zcrx_sink PORT [IF QUEUE]\n");
		return 2;
	}
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (argc == 4) {
		params.ifindex = if_nametoindex(argv[2]);
		params.queue = (uint32_t)strtoul(argv[3], NULL, 0);
	}
	err = pp_zcrx_open(&z, &params, &ext);
	if (err)
		return fail("open", err, ext.msg);
	pp_zcrx_get_info(z, &info);
	for (i = 0; i < info.n_steps; i++)
		printf("not %s: %s\n", info.steps[i].step, info.steps[i].reason);
	printf("%s: %" PRIu32 " buffers of %" PRIu32 " bytes\n",
	       modes[info.mode], info.bufs, info.buf_bytes);
	fflush(stdout);
	listener = listen_on((uint16_t)strtoul(argv[1], NULL, 0));
	err = listener < 0 ? -errno : run(z, listener);
	pp_zcrx_close(z);
	if (err)
		return fail("receiving", err, argv[1]);
	printf("%" PRIu64 " bytes in %" PRIu64 " fragments of %" PRIu64
	       " streams\n",
	       bytes, frags, streams);
	return 0;
}
