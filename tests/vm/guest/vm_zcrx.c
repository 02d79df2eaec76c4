/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm_zcrx TEST: zero-copy receive where a whole program is needed, over TCP
 * connections to itself. Exits 0, or 1 with the failure on stderr.
 *	limit	the limit of a receive is not the peer's end
 *	share	a second ring on the same instance; the first may close first
 *	many	two instances, several sockets, in one ring of the application
 *	full	a completion queue that is too small: recovered, nothing lost
 *	starve IF QUEUE PORT BYTES EVENTS	waits for wordgen on PORT, keeps all:
 *			the want is seen, with the kernel's event or without,
 *			and the stream goes on to its end
 *	fork IF QUEUE	a child that inherited the ring is named, and when it is
 *			gone the queue can be had again
 */
#define _GNU_SOURCE
#include <pagepool/pagepool.h>

#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define check(what, ...)                                                       \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "line %d: %s: ", __LINE__, #what);     \
			fprintf(stderr, __VA_ARGS__);                          \
			fputc('\n', stderr);                                   \
			exit(1);                                               \
		}                                                              \
	} while (0)

/* A connection to ourselves: byte i is the low byte of 7i. */
struct tcp {
	int rx, tx;
	uint64_t bytes; /* to send */
	uint64_t seen;
	pthread_t sender;
	bool ended;
};

static void tcp_open(struct tcp *t)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	memset(t, 0, sizeof(*t));
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(!bind(listener, (struct sockaddr *)&sa, len) &&
		      !listen(listener, 1) &&
		      !getsockname(listener, (struct sockaddr *)&sa, &len),
	      "%m");
	t->tx = socket(AF_INET, SOCK_STREAM, 0);
	check(!connect(t->tx, (struct sockaddr *)&sa, len), "%m");
	t->rx = accept(listener, NULL, NULL);
	check(t->rx >= 0, "%m");
	close(listener);
}

static void *send_all(void *arg)
{
	struct tcp *t = arg;
	unsigned char block[16384];
	uint64_t sent = 0, i, len;
	ssize_t n;

	while (sent < t->bytes) {
		len = t->bytes - sent < sizeof(block) ? t->bytes - sent :
							sizeof(block);
		for (i = 0; i < len; i++)
			block[i] = (unsigned char)((sent + i) * 7);
		n = send(t->tx, block, len, MSG_NOSIGNAL);
		check(n > 0, "%m");
		sent += (uint64_t)n;
	}
	shutdown(t->tx, SHUT_WR);
	return NULL;
}

static void tcp_send(struct tcp *t, uint64_t bytes)
{
	t->bytes = bytes;
	check(!pthread_create(&t->sender, NULL, send_all, t), "%m");
}

static void tcp_close(struct tcp *t)
{
	pthread_join(t->sender, NULL);
	close(t->rx);
	close(t->tx);
}

static void tcp_check(struct tcp *t, const struct pp_frag *f)
{
	const unsigned char *p = pp_frag_data(f);
	uint32_t i;

	check(p, "no address");
	for (i = 0; i < f->len; i++)
		check(p[i] == (unsigned char)((t->seen + i) * 7),
		      "byte %llu is wrong", (unsigned long long)(t->seen + i));
	t->seen += f->len;
}

static struct pp_zcrx *nodev(struct pp_zcrx_params p)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_zcrx *z = NULL;
	int err;

	p.sz = sizeof(p);
	p.mode = PP_ZCRX_NODEV;
	err = pp_zcrx_open(&z, &p, &ext);
	check(!err, "open: %s (%s)", ext.msg, strerror(-err));
	return z;
}

static struct pp_area *area_of(uint32_t chunks)
{
	struct pp_area_params ap = { .sz = sizeof(ap),
				     .chunks = chunks,
				     .nid = NUMA_NO_NODE };
	struct pp_area *area;

	check(!pp_area_create(&area, &ap, NULL), "area");
	return area;
}

static void received(void *arg, uint64_t user_data, const struct pp_frag *f, int n)
{
	struct tcp *t = (struct tcp *)arg + user_data;
	int i;

	check(n >= 0, "connection: %s", strerror(-n));
	for (i = 0; i < n; i++)
		tcp_check(t, &f[i]);
	pp_frags_put(f, (uint32_t)n);
	t->ended = !n;
}

/* One connection from beginning to end through @z. */
static void transfer(struct pp_zcrx *z, uint64_t bytes)
{
	struct tcp t;
	int n;

	tcp_open(&t);
	check(!pp_zcrx_add(z, t.rx, 0), "add");
	tcp_send(&t, bytes);
	while (!t.ended) {
		n = pp_zcrx_poll(z, 1000, received, &t);
		check(n >= 0, "poll: %s", strerror(-n));
	}
	check(t.seen == bytes, "%llu of %llu bytes", (unsigned long long)t.seen,
	      (unsigned long long)bytes);
	tcp_close(&t);
}

static void ring_open(struct io_uring *ring, uint32_t cq)
{
	struct io_uring_params p = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
			 IORING_SETUP_CQE32 | IORING_SETUP_CQSIZE,
		.cq_entries = cq,
	};
	int err = io_uring_queue_init_params(64, ring, &p);

	check(!err, "ring: %s", strerror(-err));
}

static uint32_t limited(struct pp_zcrx *z, struct tcp *t, uint32_t bytes)
{
	struct io_uring *ring = pp_zcrx_ring(z);
	struct pp_frag f[PP_ZCRX_FRAGS];
	uint64_t to = t->seen + bytes;
	struct io_uring_cqe *cqe;
	uint32_t ev = PP_ZCRX_EV_REARM;
	int n;

	do {
		if (ev & PP_ZCRX_EV_REARM) {
			n = pp_zcrx_prep_recv_limit(z, io_uring_get_sqe(ring),
						    t->rx, 5,
						    (uint32_t)(to - t->seen));
			check(!n, "prep: %s", strerror(-n));
		}
		io_uring_submit_and_wait(ring, 1);
		check(!io_uring_peek_cqe(ring, &cqe), "no completion");
		n = pp_zcrx_on_cqe(z, cqe, f, &ev);
		check(n >= 0, "on_cqe: %s", strerror(-n));
		io_uring_cqe_seen(ring, cqe);
		if (n)
			tcp_check(t, f);
		pp_frags_put(f, (uint32_t)n);
		check(!pp_zcrx_refill(z), "refill");
	} while (!(ev & (PP_ZCRX_EV_LIMIT | PP_ZCRX_EV_EOF)));
	return ev;
}

static void test_limit(void)
{
	struct pp_zcrx *z = nodev((struct pp_zcrx_params){ 0 });
	struct tcp t;

	tcp_open(&t);
	tcp_send(&t, 10000);
	check(limited(z, &t, 6000) == PP_ZCRX_EV_LIMIT, "not the limit");
	check(t.seen == 6000, "%llu bytes", (unsigned long long)t.seen);
	check(limited(z, &t, 4000) == PP_ZCRX_EV_LIMIT, "not the limit");
	check(limited(z, &t, 4000) == PP_ZCRX_EV_EOF, "not the end");
	check(t.seen == 10000, "%llu bytes", (unsigned long long)t.seen);
	pp_zcrx_close(z);
	tcp_close(&t);
	puts("limit: 6000, then 4000, then the end");
}

struct sharer {
	struct pp_zcrx *with;
	int fd;
	pthread_barrier_t opened, closed;
};

/* The second ring lives in a thread of its own. */
static void *share_thread(void *arg)
{
	struct sharer *s = arg;
	struct pp_zcrx *z = nodev(
		(struct pp_zcrx_params){ .share = s->with, .share_fd = s->fd });

	check(pp_zcrx_pool(z) == pp_zcrx_pool(s->with), "another pool");
	pthread_barrier_wait(&s->opened);
	transfer(z, 8 << 20);
	pthread_barrier_wait(&s->closed); /* the first ring is gone now */
	transfer(z, 8 << 20);
	pp_zcrx_close(z);
	return NULL;
}

static void test_share(void)
{
	struct pp_area *area = area_of(1024);
	struct pp_zcrx *z = nodev(
		(struct pp_zcrx_params){ .area = area, .bufs = 512 });
	struct sharer s = { .with = z, .fd = pp_zcrx_export(z) };
	pthread_t thread;

	check(s.fd >= 0, "export: %s", strerror(-s.fd));
	pthread_barrier_init(&s.opened, NULL, 2);
	pthread_barrier_init(&s.closed, NULL, 2);
	check(!pthread_create(&thread, NULL, share_thread, &s), "thread");
	pthread_barrier_wait(&s.opened);
	close(s.fd);
	transfer(z, 8 << 20); /* both at once */
	pp_zcrx_close(z);
	check(pp_area_free_chunks(area) == 512, "%u chunks are home",
	      pp_area_free_chunks(area));
	pthread_barrier_wait(&s.closed);
	pthread_join(thread, NULL);
	check(pp_area_free_chunks(area) == 1024, "%u chunks are home",
	      pp_area_free_chunks(area));
	check(!pp_area_destroy(area), "the area is in use");
	puts("share: 8 MiB in each ring at once, 8 MiB after the first was closed");
}

static void on_each(struct pp_zcrx **z, struct tcp *t, struct io_uring *ring,
		    uint32_t n_z, uint32_t n_t)
{
	struct pp_frag f[PP_ZCRX_FRAGS];
	struct io_uring_cqe *cqe;
	uint32_t ev, i, open = n_t, idle = 0;
	int n;

	for (i = 0; i < n_t; i++)
		t[i].ended = false;
	for (i = 0; i < n_t; i++)
		check(!pp_zcrx_prep_recv(z[i % n_z], io_uring_get_sqe(ring),
					 t[i].rx, i),
		      "prep");
	while (open) {
		struct __kernel_timespec ts = { .tv_nsec = 2000000 };

		io_uring_submit_and_wait_timeout(ring, &cqe, 1, &ts, NULL);
		while (!io_uring_peek_cqe(ring, &cqe)) {
			i = (uint32_t)cqe->user_data;
			n = pp_zcrx_on_cqe(z[i % n_z], cqe, f, &ev);
			check(n >= 0, "on_cqe: %s", strerror(-n));
			io_uring_cqe_seen(ring, cqe);
			if (n)
				tcp_check(&t[i], f);
			pp_frags_put(f, (uint32_t)n);
			open -= !!(ev & PP_ZCRX_EV_EOF);
			if (ev & PP_ZCRX_EV_REARM)
				idle |= 1u << i;
		}
		for (i = 0; i < n_z; i++)
			check(!pp_zcrx_refill(z[i]), "refill");
		for (i = 0; i < n_t; i++)
			if (idle & 1u << i && pp_zcrx_ready(z[i % n_z]) &&
			    !pp_zcrx_prep_recv(z[i % n_z], io_uring_get_sqe(ring),
					       t[i].rx, i))
				idle &= ~(1u << i);
	}
}

static void test_many(uint32_t cq, uint32_t n_z, uint32_t bufs, bool full)
{
	struct pp_area *area = area_of(1024);
	struct pp_zcrx_stats st = { .sz = sizeof(st) };
	struct pp_zcrx *z[2];
	struct io_uring ring;
	struct tcp t[6];
	uint64_t cq_full = 0;
	uint32_t i;

	ring_open(&ring, cq);
	for (i = 0; i < n_z; i++)
		z[i] = nodev((struct pp_zcrx_params){
			.area = area, .bufs = bufs, .ring = &ring });
	for (i = 0; i < 6; i++) {
		tcp_open(&t[i]);
		tcp_send(&t[i], 4 << 20);
	}
	on_each(z, t, &ring, n_z, 6);
	for (i = 0; i < 6; i++) {
		check(t[i].seen == 4 << 20, "socket %u: %llu bytes", i,
		      (unsigned long long)t[i].seen);
		tcp_close(&t[i]);
	}
	io_uring_queue_exit(&ring);
	for (i = 0; i < n_z; i++) {
		pp_zcrx_get_stats(z[i], &st);
		cq_full += st.cq_full;
		pp_zcrx_close(z[i]);
	}
	check(full == (cq_full > 0), "the queue was full %llu times",
	      (unsigned long long)cq_full);
	check(pp_area_free_chunks(area) == 1024, "chunks are missing");
	check(!pp_area_destroy(area), "the area is in use");
	printf("%u instances, 6 sockets of 4 MiB: queue full %llu times\n", n_z,
	       (unsigned long long)cq_full);
}

static struct pp_zcrx *device(const char *ifname, const char *queue,
			      uint32_t timeout_ms, struct pp_extack *ext)
{
	struct pp_zcrx_params p = { .sz = sizeof(p),
				    .mode = PP_ZCRX_DEVICE,
				    .ifindex = if_nametoindex(ifname),
				    .queue = (uint32_t)atoi(queue),
				    .busy_timeout_ms = timeout_ms };
	struct pp_zcrx *z = NULL;

	*ext = (struct pp_extack){ .sz = sizeof(*ext) };
	check(p.ifindex, "no interface %s", ifname);
	return pp_zcrx_open(&z, &p, ext) ? NULL : z;
}

static void test_fork(const char *ifname, const char *queue)
{
	struct pp_extack ext;
	struct pp_zcrx *z = device(ifname, queue, 0, &ext);
	char want[32];
	pid_t child;

	check(z, "open: %s", ext.msg);
	/* twice in one process, too */
	check(!device(ifname, queue, 100, &ext), "the queue was given twice");
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	pp_zcrx_close(z);
	check(!device(ifname, queue, 200, &ext), "the child lost the ring");
	puts(ext.msg);
	snprintf(want, sizeof(want), "(pid %d)", (int)child);
	check(strstr(ext.msg, want) && strstr(ext.msg, "our child"),
	      "the child is not named");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	z = device(ifname, queue, 0, &ext);
	check(z, "after the child: %s", ext.msg);
	pp_zcrx_close(z);
	puts("fork: named, and free when the child was gone");
}

static int accept_on(uint16_t port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1, fd;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	check(!bind(listener, (struct sockaddr *)&sa, sizeof(sa)) &&
		      !listen(listener, 1),
	      "%m");
	fd = accept(listener, NULL, NULL);
	check(fd >= 0, "%m");
	close(listener);
	return fd;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Little-endian words 0, 1, 2, ... that may be cut anywhere. */
static void words_check(uint64_t *pos, const struct pp_frag *f)
{
	const unsigned char *p = pp_frag_data(f);
	uint32_t i;

	for (i = 0; i < f->len; i++, ++*pos)
		check(p[i] == (unsigned char)((uint32_t)(*pos / 4) >>
					      (*pos % 4 * 8)),
		      "byte %llu is wrong", (unsigned long long)*pos);
}

/*
 * Receives until the peer closes, holding what comes until a want is seen for
 * the first time. Return: seconds from the last bytes to that, 0 if it was seen
 * before them.
 */
static double starve_run(struct pp_zcrx *z, int fd, uint64_t *pos)
{
	static struct pp_frag held[4096];
	struct pp_frag f[PP_ZCRX_FRAGS];
	struct pp_zcrx_stats st = { .sz = sizeof(st) };
	struct io_uring *ring = pp_zcrx_ring(z);
	double last = now(), first = 0, seen = -1;
	struct io_uring_cqe *cqe;
	uint32_t ev, n_held = 0;
	bool open = true;
	int n;

	check(!pp_zcrx_prep_recv(z, io_uring_get_sqe(ring), fd, 5), "prep");
	while (open) {
		struct __kernel_timespec ts = { .tv_nsec = 10000000 };

		io_uring_submit_and_wait_timeout(ring, &cqe, 1, &ts, NULL);
		while (!io_uring_peek_cqe(ring, &cqe)) {
			n = pp_zcrx_on_cqe(z, cqe, f, &ev);
			check(n >= 0, "on_cqe: %s", strerror(-n));
			io_uring_cqe_seen(ring, cqe);
			open = !(ev & PP_ZCRX_EV_EOF);
			if (!n)
				continue;
			words_check(pos, f);
			last = now();
			if (seen >= 0)
				pp_frags_put(f, 1);
			else
				held[n_held++] = *f;
		}
		check(!pp_zcrx_refill(z), "refill");
		pp_zcrx_get_stats(z, &st);
		check(seen >= 0 || now() - last < 10, "no want was seen");
		if (!first && st.starved)
			first = now();
		/* nothing more comes, and we know why */
		if (seen < 0 && first && now() - last > 0.3) {
			seen = first > last ? first - last : 0;
			pp_frags_put(held, n_held);
		}
	}
	return seen;
}

static void test_starve(char **argv)
{
	struct pp_zcrx_params p = { .sz = sizeof(p),
				    .mode = PP_ZCRX_DEVICE,
				    .ifindex = if_nametoindex(argv[2]),
				    .queue = (uint32_t)atoi(argv[3]),
				    .bufs = 1024,
				    .event_user_data = (uint64_t)atoi(argv[6]) };
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct io_uring ring;
	struct pp_zcrx *z;
	uint64_t pos = 0;
	double seen;
	int fd;

	ring_open(&ring, 4096);
	p.ring = &ring;
	check(!pp_zcrx_open(&z, &p, &ext), "open: %s", ext.msg);
	fd = accept_on((uint16_t)atoi(argv[4]));
	seen = starve_run(z, fd, &pos);
	check(pos == strtoull(argv[5], NULL, 0), "%llu bytes",
	      (unsigned long long)pos);
	check(seen >= 0, "it never starved");
	check(seen < 2, "it was seen after %.3f s", seen);
	io_uring_queue_exit(&ring);
	pp_zcrx_close(z);
	close(fd);
	printf("starve: seen after %.0f ms, %llu bytes to the end, events %s\n",
	       seen * 1000, (unsigned long long)pos,
	       atoi(argv[6]) ? "on" : "off");
}

int main(int argc, char **argv)
{
	const char *test = argc >= 2 ? argv[1] : "";

	if (argc == 4 && !strcmp(test, "fork"))
		test_fork(argv[2], argv[3]);
	else if (argc == 7 && !strcmp(test, "starve"))
		test_starve(argv);
	else if (!strcmp(test, "limit"))
		test_limit();
	else if (!strcmp(test, "share"))
		test_share();
	else if (!strcmp(test, "many"))
		test_many(4096, 2, 256, false);
	else if (!strcmp(test, "full"))
		test_many(64, 1, 512, true);
	else
		return 2;
	return 0;
}
