/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of received pages under many threads: one drives the ring, workers
 * check the bytes and put. The fewer buffers, the more often it starves.
 *
 * Usage: stress_zcrx [MODE] [SEED]. Exits 0, 1, or 77 without io_uring.
 */
#define _GNU_SOURCE
#include <pagepool/pagepool.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORKERS 3
#define STREAMS 3
#define QUEUE 64

struct mode {
	const char *name;
	uint32_t chunks, bufs;
	uint64_t bytes; /* of each stream */
	bool refs;	/* a second reference, put by another worker */
};

static const struct mode modes[] = {
	{ .name = "plenty", .chunks = 1024, .bufs = 64, .bytes = 8 << 20 },
	{ .name = "scarce", .chunks = 20, .bufs = 16, .bytes = 4 << 20 },
	{ .name = "references",
	  .chunks = 64,
	  .bufs = 32,
	  .bytes = 4 << 20,
	  .refs = true },
};

/* A fragment on its way to a worker: byte i of a stream is the low byte of 7i. */
struct item {
	struct pp_frag frag;
	uint64_t pos;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t some, room;
	struct item item[QUEUE];
	unsigned int n;
	bool end;
	uint64_t bad;
};

struct run {
	const struct mode *mode;
	struct worker worker[WORKERS];
	uint64_t seed, send_seed; /* one thread each */
	int fd[STREAMS][2];
	uint64_t seen[STREAMS];
	unsigned int open;
	int err;
};

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % n;
}

static void hand_over(struct worker *w, const struct pp_frag *frag, uint64_t pos)
{
	pthread_mutex_lock(&w->lock);
	while (w->n == QUEUE)
		pthread_cond_wait(&w->room, &w->lock);
	w->item[w->n++] = (struct item){ *frag, pos };
	pthread_cond_signal(&w->some);
	pthread_mutex_unlock(&w->lock);
}

static uint64_t check(const struct item *it)
{
	const unsigned char *p = pp_frag_data(&it->frag);
	uint64_t bad = 0;
	uint32_t i;

	for (i = 0; i < it->frag.len; i++)
		bad += p[i] != (unsigned char)((it->pos + i) * 7);
	return bad;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct item got[QUEUE];
	unsigned int n, i;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->n && !w->end)
			pthread_cond_wait(&w->some, &w->lock);
		n = w->n;
		memcpy(got, w->item, n * sizeof(*got));
		w->n = 0;
		pthread_cond_signal(&w->room);
		pthread_mutex_unlock(&w->lock);
		if (!n)
			return NULL;
		for (i = 0; i < n; i++) {
			w->bad += check(&got[i]);
			pp_frags_put(&got[i].frag, 1);
		}
	}
}

static void received(void *arg, uint64_t user_data, const struct pp_frag *frags,
		     int n)
{
	struct run *r = arg;
	int i;

	if (n <= 0) {
		r->open--;
		r->err |= n;
		return;
	}
	for (i = 0; i < n; i++) {
		if (r->mode->refs) {
			page_pool_ref_netmem(frags[i].netmem);
			hand_over(&r->worker[random_below(&r->seed, WORKERS)],
				  &frags[i], r->seen[user_data]);
		}
		hand_over(&r->worker[random_below(&r->seed, WORKERS)],
			  &frags[i], r->seen[user_data]);
		r->seen[user_data] += frags[i].len;
	}
}

static void *send_all(void *arg)
{
	struct run *r = arg;
	unsigned char block[5000];
	uint64_t sent[STREAMS] = { 0 }, seed = r->send_seed, i, len;
	unsigned int left = STREAMS, s;
	ssize_t put;

	while (left) {
		s = random_below(&seed, STREAMS);
		if (sent[s] == r->mode->bytes)
			continue;
		len = 1 + random_below(&seed, sizeof(block) - 1);
		if (len > r->mode->bytes - sent[s])
			len = r->mode->bytes - sent[s];
		for (i = 0; i < len; i++)
			block[i] = (unsigned char)((sent[s] + i) * 7);
		put = write(r->fd[s][1], block, len);
		if (put < 0)
			break;
		sent[s] += (uint64_t)put;
		if (sent[s] == r->mode->bytes) {
			shutdown(r->fd[s][1], SHUT_WR);
			left--;
		}
	}
	return NULL;
}

static int start(struct run *r, struct pp_zcrx *z, pthread_t *sender)
{
	unsigned int i;

	for (i = 0; i < STREAMS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, r->fd[i]))
			return -errno;
		if (pp_zcrx_add(z, r->fd[i][0], i))
			return -EINVAL;
	}
	r->open = STREAMS;
	for (i = 0; i < WORKERS; i++) {
		struct worker *w = &r->worker[i];

		pthread_mutex_init(&w->lock, NULL);
		pthread_cond_init(&w->some, NULL);
		pthread_cond_init(&w->room, NULL);
		if (pthread_create(&w->thread, NULL, work, w))
			return -EAGAIN;
	}
	return pthread_create(sender, NULL, send_all, r) ? -EAGAIN : 0;
}

static uint64_t stop(struct run *r, pthread_t sender)
{
	uint64_t bad = 0;
	unsigned int i;

	pthread_join(sender, NULL);
	for (i = 0; i < WORKERS; i++) {
		struct worker *w = &r->worker[i];

		pthread_mutex_lock(&w->lock);
		w->end = true;
		pthread_cond_signal(&w->some);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
		bad += w->bad;
	}
	for (i = 0; i < STREAMS; i++) {
		close(r->fd[i][0]);
		close(r->fd[i][1]);
	}
	return bad;
}

static int failed(const struct mode *mode, uint64_t seed, const char *what)
{
	fprintf(stderr, "stress_zcrx: %s, seed %llu: %s\n", mode->name,
		(unsigned long long)seed, what);
	return 1;
}

static int receive_all(struct run *r, struct pp_zcrx *z)
{
	int n = 0;

	while (r->open && n >= 0)
		n = pp_zcrx_poll(z, 1000, received, r);
	return n < 0 ? n : r->err;
}

/* Everything arrived once, right, and every chunk is home. */
static int verdict(const struct run *r, const struct pp_area *area, uint64_t bad)
{
	unsigned int i;

	if (bad)
		return failed(r->mode, r->seed, "wrong bytes");
	for (i = 0; i < STREAMS; i++)
		if (r->seen[i] != r->mode->bytes)
			return failed(r->mode, r->seed, "bytes are missing");
	if (pp_area_free_chunks(area) != r->mode->chunks)
		return failed(r->mode, r->seed, "chunks are not home");
	return 0;
}

static int run(const struct mode *mode, uint64_t seed)
{
	struct pp_area_params ap = { .sz = sizeof(ap),
				     .chunks = mode->chunks,
				     .nid = NUMA_NO_NODE };
	struct pp_zcrx_params zp = { .sz = sizeof(zp),
				     .bufs = mode->bufs,
				     .mode = PP_ZCRX_PBUF,
				     .buf_bytes = 4096 };
	static struct run r; /* large */
	struct pp_zcrx_stats st = { .sz = sizeof(st) };
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_zcrx *z;
	pthread_t sender;
	uint64_t bad;
	int err;

	memset(&r, 0, sizeof(r));
	r.mode = mode;
	r.seed = seed;
	r.send_seed = seed + 1;
	if (pp_area_create(&zp.area, &ap, &ext) || pp_zcrx_open(&z, &zp, &ext))
		return failed(mode, seed, ext.msg);
	if (start(&r, z, &sender))
		return failed(mode, seed, "cannot start");
	err = receive_all(&r, z);
	bad = stop(&r, sender);
	pp_zcrx_get_stats(z, &st);
	pp_zcrx_close(z);
	if (err)
		return failed(mode, seed, strerror(-err));
	err = verdict(&r, zp.area, bad);
	if (!err && pp_area_destroy(zp.area))
		err = failed(mode, seed, "the area is in use");
	printf("%s: %llu bytes, %llu fragments, starved %llu times\n",
	       mode->name, (unsigned long long)st.bytes,
	       (unsigned long long)st.frags, (unsigned long long)st.starved);
	return err;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct pp_zcrx_params zp = { .sz = sizeof(zp) };
	struct pp_zcrx *z;
	size_t i;
	int err;

	err = pp_zcrx_open(&z, &zp, NULL);
	if (err) {
		printf("skipped: no io_uring here (%s)\n", strerror(-err));
		return getenv("CI") ? 1 : 77;
	}
	pp_zcrx_close(z);
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (argc > 1 && strcmp(argv[1], modes[i].name))
			continue;
		err = run(&modes[i], seed);
		if (err)
			return err;
	}
	return 0;
}
