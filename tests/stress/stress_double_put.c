/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of wrong callers in parallel: several threads put the same pages,
 * each of which has one reference. One put of each page counts, the others are
 * refused, and no page is lost or handed out twice.
 *
 * Usage: stress_double_put [SEED]. Exits 0 or 1.
 */
#define _GNU_SOURCE
#include "stress.h"

#include <pthread.h>
#include <time.h>

#define THREADS 4
#define PAGES 100
#define CHUNKS 256
#define ROUNDS 8000

uint64_t stress_seed;
const char *stress_mode = "?";

static struct page_pool *pool;
static netmem_ref page[PAGES];
static pthread_barrier_t begin, end;
static _Atomic uint64_t misuses;

static void on_misuse(void *arg, const struct page_pool *which,
		      netmem_ref netmem, const char *what)
{
	(void)arg;
	/* a page that a full ring released is in no pool any more */
	check(which == pool || !which, "misuse of another pool: %s", what);
	check(netmem && what[0], "misuse of nothing");
	atomic_fetch_add(&misuses, 1);
}

/* Puts every page once, in an order and a way of its own. */
static void put_all(uint64_t *random)
{
	netmem_ref mine[PAGES], x;
	struct pp_frag frags[PAGES];
	uint32_t i, k, n;

	memcpy(mine, page, sizeof(mine));
	for (i = PAGES; i > 1; i--) {
		k = (uint32_t)(stress_random(random) % i);
		x = mine[i - 1];
		mine[i - 1] = mine[k];
		mine[k] = x;
	}
	for (i = 0; i < PAGES; i += n) {
		n = 1 + (uint32_t)(stress_random(random) % 20);
		if (n > PAGES - i)
			n = PAGES - i;
		for (k = 0; k < n; k++)
			frags[k] = (struct pp_frag){ .netmem = mine[i + k] };
		switch (stress_random(random) % 3) {
		case 0:
			pp_frags_put(frags, n);
			break;
		case 1:
			page_pool_put_netmem_bulk(mine + i, n);
			break;
		default:
			for (k = 0; k < n; k++)
				page_pool_put_full_netmem(pool, mine[i + k],
							  k % 2);
		}
	}
}

static void *putter(void *arg)
{
	uint64_t random = *(uint64_t *)arg;
	int round;

	for (round = 0; round < ROUNDS / STRESS_SLOW; round++) {
		pthread_barrier_wait(&begin);
		put_all(&random);
		pthread_barrier_wait(&end);
	}
	return NULL;
}

/* Every page can be had, and none twice. */
static void take_all(void)
{
	static netmem_ref all[CHUNKS + 1];
	unsigned char seen[CHUNKS] = { 0 };
	uint64_t at;
	uint32_t n, i;

	n = page_pool_alloc_netmems_bulk(pool, all, CHUNKS + 1);
	check(n == CHUNKS, "%u of %u pages are there", n, CHUNKS);
	for (i = 0; i < n; i++) {
		at = page_pool_get_dma_addr_netmem(all[i]) / 4096;
		check(!seen[at], "page %" PRIu64 " was handed out twice", at);
		seen[at] = 1;
	}
	for (i = 0; i < n; i++)
		page_pool_put_full_netmem(pool, all[i], false);
}

static void run(uint32_t pool_size, bool direct)
{
	struct page_pool_params params = { .sz = sizeof(params),
					   .pool_size = pool_size,
					   .area_chunks = CHUNKS };
	pthread_t thread[THREADS];
	uint64_t random = stress_seed, seed[THREADS], expected = 0;
	int round, i;

	check(!page_pool_create(&pool, &params, NULL), "create");
	atomic_store(&misuses, 0);
	pthread_barrier_init(&begin, NULL, THREADS + 1);
	pthread_barrier_init(&end, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++) {
		seed[i] = stress_random(&random);
		check(!pthread_create(&thread[i], NULL, putter, &seed[i]),
		      "pthread_create");
	}
	if (direct)
		check(!page_pool_enable_direct_recycling(pool), "enable");
	for (round = 0; round < ROUNDS / STRESS_SLOW; round++) {
		check(page_pool_alloc_netmems_bulk(pool, page, PAGES) == PAGES,
		      "round %d: pages are missing", round);
		pthread_barrier_wait(&begin);
		if (direct)
			put_all(&random);
		pthread_barrier_wait(&end);
		take_all();
		/* the owner's put is one more */
		expected += PAGES * (THREADS - !direct);
		check(atomic_load(&misuses) == expected,
		      "round %d: %" PRIu64 " refusals, not %" PRIu64, round,
		      atomic_load(&misuses), expected);
		check(page_pool_misuse_count(pool) <= expected,
		      "the pool counts more than there were");
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	pthread_barrier_destroy(&begin);
	pthread_barrier_destroy(&end);
	page_pool_destroy(pool);
}

int main(int argc, char **argv)
{
	stress_seed = argc > 1 ? strtoull(argv[1], NULL, 0) :
				 (uint64_t)time(NULL);
	printf("seed %" PRIu64 "\n", stress_seed);
	fflush(stdout);
	pp_set_misuse_handler(on_misuse, NULL);
	stress_mode = "roomy ring";
	run(1024, false);
	stress_mode = "small ring";
	run(8, false);
#ifndef __SANITIZE_THREAD__
	/*
	 * The owner's direct put is a plain store. That a foreign double put
	 * beside it poisons the page at the same time is the caller's race.
	 */
	stress_mode = "beside the owner";
	run(1024, true);
#endif
	printf("ok\n");
	return 0;
}
