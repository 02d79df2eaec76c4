/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the pool under many threads: owners allocate and stamp, workers
 * check the stamps and put. One body, plugged with each mode.
 *
 * Usage: stress_ring [all|MODE] [SEED]. Exits 0 or 1.
 */
#define _GNU_SOURCE
#include "stress_world.h"

#include <time.h>

/* clang-format off: a table */
/* owners 0 is 1, workers 0 is WORKERS */
static const struct mode modes[] = {
	{ "one_to_one", 500000, 1024, 1024, .workers = 1, .style = PUT_SINGLE },
	{ "many_single", 500000, 1024, 1024, .style = PUT_SINGLE },
	{ "many_bulk", 500000, 1024, 1024, .style = PUT_BULK },
	{ "many_frags_put", 500000, 1024, 1024, .style = PUT_FRAGS },
	{ "fragments", 800000, 512, 256, .frags = true },
	{ "references", 300000, 512, 256, .shared = true },
	{ "ring_full", 500000, 512, 4, .style = PUT_MIXED },
	{ "ring_of_one", 500000, 256, 1, .style = PUT_MIXED },
	{ "kernel_ring", 500000, 512, 40, PP_MODE_KERNEL_RING,
	  .style = PUT_MIXED },
	{ "no_checks", 500000, 512, 64, PP_MODE_NO_CHECKS, .style = PUT_MIXED },
	{ "two_pools", 250000, 96, 16, .owners = 2, .workers = 2 },
	{ "holders", 300000, 256, 64, .holders = true },
	{ "destroy", 300000, 1024, 32, .lives = true },
	{ "destroy_fragments", 200000, 512, 16, .owners = 2, .workers = 2,
	  .frags = true, .holders = true, .lives = true },
	{ "handover", 200000, 256, 64, .owners = 2, .workers = 2,
	  .direct = true, .handover = true },
	{ "provider", 500000, 256, 16, .provider = true },
	{ "everything", 200000, 160, 20, PP_MODE_KERNEL_RING, .owners = 2,
	  .frags = true, .shared = true, .holders = true, .direct = true },
};
/* clang-format on */

uint64_t stress_seed = 1;
const char *stress_mode = "?";

static struct world world;
static struct thread workers[WORKERS], owners[OWNERS];
static pthread_mutex_t join_lock = PTHREAD_MUTEX_INITIALIZER;
static bool joined;

void workers_join(struct world *w)
{
	unsigned int i;

	pthread_mutex_lock(&join_lock);
	for (i = 0; !joined && i < w->mode->workers; i++)
		check(!pthread_join(workers[i].thread, NULL), "join");
	joined = true;
	pthread_mutex_unlock(&join_lock);
}

static void on_misuse(void *arg, const struct page_pool *pool,
		      netmem_ref netmem, const char *what)
{
	(void)arg;
	fail("misuse of pool %p, %p: %s", (const void *)pool, (void *)netmem,
	     what);
}

static void start(struct thread *t, struct world *w, unsigned int index,
		  void *(*run)(void *))
{
	t->world = w;
	t->index = index;
	check(!pthread_create(&t->thread, NULL, run, t), "pthread_create");
}

static void run_mode(const struct mode *row)
{
	static struct mode mode;
	const struct mode *m = &mode;
	struct world *w = &world;
	uint64_t random = stress_seed;
	unsigned int o, i;

	mode = *row;
	mode.owners = mode.owners ? mode.owners : 1;
	mode.workers = mode.workers ? mode.workers : WORKERS;
	stress_mode = m->name;
	memset(w, 0, sizeof(*w));
	joined = false;
	w->mode = m;
	pthread_mutex_init(&w->niov_lock, NULL);
	memory_make(w);
	for (o = 0; o < m->owners; o++)
		for (i = 0; i < m->workers; i++)
			channel_start(&w->channel[o][i],
				      m->ops * (m->shared || m->holders ? 4 : 1));
	if (m->handover)
		w->shared_pool = pool_make(w);
	for (i = 0; i < m->workers; i++) {
		workers[i].random = stress_random(&random);
		start(&workers[i], w, i, worker_main);
	}
	for (o = 0; o < m->owners; o++) {
		owners[o].random = stress_random(&random);
		start(&owners[o], w, o, owner_main);
	}
	for (o = 0; o < m->owners; o++)
		check(!pthread_join(owners[o].thread, NULL), "join");
	workers_join(w);
	if (m->handover) {
		pool_balance(w, w->shared_pool, 0);
		page_pool_destroy(w->shared_pool);
	}
	check(w->destroyed == w->pools,
	      "%" PRIu64 " of %" PRIu64 " pools ended", w->destroyed, w->pools);
	memory_end(w);
	for (o = 0; o < m->owners; o++)
		for (i = 0; i < m->workers; i++)
			free(w->channel[o][i].item);
	pthread_mutex_destroy(&w->niov_lock);
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const char *want = argc > 1 ? argv[1] : "all";
	unsigned int i, ran = 0;
	double from;

	stress_seed = argc > 2 ? strtoull(argv[2], NULL, 0) :
				 (uint64_t)time(NULL);
	pp_set_misuse_handler(on_misuse, NULL);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(want, "all") != 0 && strcmp(want, modes[i].name) != 0)
			continue;
		printf("%-18s seed %" PRIu64, modes[i].name, stress_seed);
		fflush(stdout);
		from = seconds();
		run_mode(&modes[i]);
		printf("  ok, %.2f s\n", seconds() - from);
		ran++;
	}
	if (!ran)
		fprintf(stderr, "stress_ring: no mode %s\n", want);
	return ran ? 0 : 1;
}
