/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of lent buffers under many threads. The main thread is the kernel: it
 * delivers buffers, also ones that are out already, and takes returns from the
 * refill ring. A buffer that was returned as often as it was delivered is written
 * anew; if anybody still read it, that is a race, and a wrong stamp.
 *
 * Usage: stress_lent [MODE] [SEED]. Exits 0 or 1.
 */
#define _GNU_SOURCE
#include "pool/device.h"
#include "uring/zc.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 3
#define QUEUE 32
#define BUFS_MAX 256
#define SHARE_MAX 4

struct mode {
	const char *name;
	uint32_t bufs, entries, deliveries;
	bool refs;    /* workers take references of their own */
	bool produce; /* workers move returns into the ring too */
};

static const struct mode modes[] = {
	{ .name = "driver_produces",
	  .bufs = 256,
	  .entries = 256,
	  .deliveries = 200000 },
	{ .name = "all_produce",
	  .bufs = 64,
	  .entries = 64,
	  .deliveries = 200000,
	  .produce = true },
	{ .name = "small_ring",
	  .bufs = 64,
	  .entries = 4,
	  .deliveries = 100000,
	  .produce = true },
	{ .name = "references",
	  .bufs = 32,
	  .entries = 32,
	  .deliveries = 100000,
	  .produce = true,
	  .refs = true },
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct run *run;
	netmem_ref item[QUEUE];
	uint64_t stamp[QUEUE];
	unsigned int n;
	bool end;
	uint64_t bad;
};

struct run {
	const struct mode *mode;
	uint64_t seed;
	struct page_pool *pool;
	struct pp_area *area;
	struct pp_zc zc;
	struct worker worker[WORKERS];
	uint32_t out[BUFS_MAX]; /* deliveries that were not returned */
	uint64_t stamp[BUFS_MAX];
	uint64_t returned;
	const char *wrong;
};

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % n;
}

static void buffer_put(void *arg, uint32_t idx, uint32_t owed, bool ended)
{
	struct run *r = arg;

	if (ended)
		pp_dev_lent_home(r->pool, idx);
	else
		pp_rq_owe(&r->zc, idx - r->zc.first, owed);
}

static void use(struct worker *w, netmem_ref x, uint64_t stamp)
{
	uint64_t got;

	if (w->run->mode->refs) {
		page_pool_ref_netmem(x);
		get_netmem(x);
	}
	memcpy(&got, netmem_address(x), sizeof(got));
	w->bad += got != stamp;
	page_pool_put_full_netmem(w->run->pool, x, true);
	if (w->run->mode->refs) {
		put_netmem(x);
		memcpy(&got, netmem_address(x), sizeof(got));
		w->bad += got != stamp;
		page_pool_put_netmem_bulk(&x, 1);
	}
	if (w->run->mode->produce)
		pp_rq_produce(&w->run->zc);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	netmem_ref item[QUEUE];
	uint64_t stamp[QUEUE];
	unsigned int n, i;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->n && !w->end)
			pthread_cond_wait(&w->change, &w->lock);
		n = w->n;
		memcpy(item, w->item, sizeof(item));
		memcpy(stamp, w->stamp, sizeof(stamp));
		w->n = 0;
		pthread_cond_signal(&w->change);
		pthread_mutex_unlock(&w->lock);
		if (!n)
			return NULL;
		for (i = 0; i < n; i++)
			use(w, item[i], stamp[i]);
	}
}

static void hand_over(struct worker *w, netmem_ref x, uint64_t stamp)
{
	pthread_mutex_lock(&w->lock);
	while (w->n == QUEUE)
		pthread_cond_wait(&w->change, &w->lock);
	w->item[w->n] = x;
	w->stamp[w->n++] = stamp;
	pthread_cond_signal(&w->change);
	pthread_mutex_unlock(&w->lock);
}

/* The kernel's half of the ring. */
static void take_returns(struct run *r)
{
	uint32_t head = *r->zc.head, tail = pp_load_acquire(r->zc.tail), b;

	for (; head != tail; head++) {
		b = (uint32_t)(r->zc.rqes[head & r->zc.mask].off >> 12);
		if (b >= r->mode->bufs || !r->out[b])
			r->wrong = "a return that is not owed";
		else
			r->out[b]--;
		r->returned++;
	}
	pp_store_release(r->zc.head, head);
}

static void deliver(struct run *r)
{
	uint32_t b = random_below(&r->seed, r->mode->bufs);
	netmem_ref x;

	if (r->out[b] >= SHARE_MAX)
		return;
	if (!r->out[b]) {
		r->stamp[b]++;
		memcpy((char *)pp_area_base(r->area) +
			       (size_t)(r->zc.first + b) * 4096,
		       &r->stamp[b], sizeof(r->stamp[b]));
	}
	r->out[b]++;
	x = pp_dev_lent_take(r->pool, r->zc.first + b);
	hand_over(&r->worker[random_below(&r->seed, WORKERS)], x, r->stamp[b]);
}

static int start(struct run *r)
{
	struct pp_area_params ap = { .sz = sizeof(ap),
				     .chunks = r->mode->bufs,
				     .nid = NUMA_NO_NODE };
	struct page_pool_params pp = { .sz = sizeof(pp), .nid = NUMA_NO_NODE };
	uint32_t *words = calloc(2 + 2 * (size_t)r->mode->bufs, sizeof(*words));
	unsigned int i;

	r->zc.rqes = calloc(r->mode->entries, sizeof(*r->zc.rqes));
	if (!words || !r->zc.rqes || pp_area_create(&r->area, &ap, NULL))
		return -1;
	pp.area = r->area;
	if (page_pool_create(&r->pool, &pp, NULL))
		return -1;
	r->zc.head = &words[0];
	r->zc.tail = &words[1];
	r->zc.list_next = words + 2;
	r->zc.list_owed = words + 2 + r->mode->bufs;
	r->zc.mask = r->mode->entries - 1;
	r->zc.shift = 12;
	r->zc.bufs = r->mode->bufs;
	r->zc.first = pp_dev_lend(r->pool, r->mode->bufs, buffer_put, r);
	for (i = 0; i < WORKERS; i++) {
		r->worker[i].run = r;
		pthread_mutex_init(&r->worker[i].lock, NULL);
		pthread_cond_init(&r->worker[i].change, NULL);
		if (pthread_create(&r->worker[i].thread, NULL, work,
				   &r->worker[i]))
			return -1;
	}
	return r->zc.first == PP_NO_IDX ? -1 : 0;
}

static void stop_workers(struct run *r)
{
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		struct worker *w = &r->worker[i];

		pthread_mutex_lock(&w->lock);
		w->end = true;
		pthread_cond_signal(&w->change);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
		if (w->bad)
			r->wrong = "a buffer was written while it was held";
	}
}

static void verdict(struct run *r, uint64_t delivered)
{
	if (r->returned != delivered)
		r->wrong = "returns are missing";
	if (page_pool_inflight(r->pool))
		r->wrong = "buffers are in flight";
	if (page_pool_misuse_count(r->pool))
		r->wrong = "misuse was found";
	pp_dev_lend_end(r->pool, r->zc.first, r->mode->bufs);
	page_pool_destroy(r->pool);
	if (pp_area_free_chunks(r->area) != r->mode->bufs)
		r->wrong = "chunks are not home";
	if (pp_area_destroy(r->area))
		r->wrong = "the area is in use";
}

static int run(const struct mode *mode, uint64_t seed)
{
	static struct run r;
	uint64_t delivered = 0;
	uint32_t i, b;

	memset(&r, 0, sizeof(r));
	r.mode = mode;
	r.seed = seed;
	if (start(&r)) {
		fprintf(stderr, "stress_lent: cannot start\n");
		return 1;
	}
	for (i = 0; i < mode->deliveries && !r.wrong; i++) {
		deliver(&r);
		if (!mode->produce || i % 8 == 0)
			pp_rq_produce(&r.zc);
		take_returns(&r);
	}
	stop_workers(&r);
	do {
		pp_rq_produce(&r.zc);
		take_returns(&r);
	} while (pp_rq_listed(&r.zc) || pp_rq_used(&r.zc));
	for (b = 0; b < mode->bufs; b++) {
		delivered += r.out[b];
		if (r.out[b])
			r.wrong = "a delivery was never returned";
	}
	verdict(&r, r.returned + delivered);
	printf("%s: %llu returns%s%s\n", mode->name,
	       (unsigned long long)r.returned, r.wrong ? ", wrong: " : "",
	       r.wrong ? r.wrong : "");
	if (r.wrong)
		fprintf(stderr, "stress_lent: %s, seed %llu: %s\n", mode->name,
			(unsigned long long)seed, r.wrong);
	free(r.zc.rqes);
	free(r.zc.head);
	return r.wrong != NULL;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if ((argc < 2 || !strcmp(argv[1], modes[i].name)) &&
		    run(&modes[i], seed))
			return 1;
	return 0;
}
