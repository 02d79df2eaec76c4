/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the pool under many threads: owners allocate and stamp, workers
 * check the stamps and put. One body, plugged with each mode.
 *
 * Usage: stress_ring [all|MODE] [SEED]. Exits 0 or 1.
 */
#define _GNU_SOURCE
#include "stress.h"

#include <pthread.h>
#include <time.h>

#define WORKERS 3
#define OWNERS 2
#define CHUNKS_MAX 4096
#define GRANULE 64
#define GRANULES (4096 / GRANULE)
#define BACKLOG 48

enum put_style {
	PUT_SINGLE,
	PUT_BULK,
	PUT_FRAGS,
	PUT_MIXED,
};

struct mode {
	const char *name;
	unsigned int owners, workers;
	uint32_t chunks, pool_size, pool_mode;
	enum put_style style;
	uint32_t ops;
	bool frags;    /* parts of pages */
	bool shared;   /* several references of the same bytes */
	bool holders;  /* external holders: pages leave the pool */
	bool direct;   /* enable_direct_recycling */
	bool lives;    /* many short pools, destroyed with pages out */
	bool handover; /* the owners share one pool and take turns */
	bool provider; /* net_iovs instead of pages */
};

static const struct mode modes[] = {
	{ .name = "one_to_one", .owners = 1, .workers = 1, .chunks = 1024,
	  .pool_size = 1024, .style = PUT_SINGLE, .ops = 500000 },
	{ .name = "many_single", .owners = 1, .workers = 3, .chunks = 1024,
	  .pool_size = 1024, .style = PUT_SINGLE, .ops = 500000 },
	{ .name = "many_bulk", .owners = 1, .workers = 3, .chunks = 1024,
	  .pool_size = 1024, .style = PUT_BULK, .ops = 500000 },
	{ .name = "many_frags_put", .owners = 1, .workers = 3, .chunks = 1024,
	  .pool_size = 1024, .style = PUT_FRAGS, .ops = 500000 },
	{ .name = "fragments", .owners = 1, .workers = 3, .chunks = 512,
	  .pool_size = 256, .style = PUT_MIXED, .ops = 800000, .frags = true },
	{ .name = "references", .owners = 1, .workers = 3, .chunks = 512,
	  .pool_size = 256, .style = PUT_MIXED, .ops = 300000, .shared = true },
	{ .name = "ring_full", .owners = 1, .workers = 3, .chunks = 512,
	  .pool_size = 4, .style = PUT_MIXED, .ops = 500000 },
	{ .name = "ring_of_one", .owners = 1, .workers = 3, .chunks = 256,
	  .pool_size = 1, .style = PUT_MIXED, .ops = 500000 },
	{ .name = "kernel_ring", .owners = 1, .workers = 3, .chunks = 512,
	  .pool_size = 40, .pool_mode = PP_MODE_KERNEL_RING,
	  .style = PUT_MIXED, .ops = 500000 },
	{ .name = "no_checks", .owners = 1, .workers = 3, .chunks = 512,
	  .pool_size = 64, .pool_mode = PP_MODE_NO_CHECKS,
	  .style = PUT_MIXED, .ops = 500000 },
	{ .name = "two_pools", .owners = 2, .workers = 2, .chunks = 96,
	  .pool_size = 16, .style = PUT_MIXED, .ops = 250000 },
	{ .name = "holders", .owners = 1, .workers = 3, .chunks = 256,
	  .pool_size = 64, .style = PUT_MIXED, .ops = 300000, .holders = true },
	{ .name = "destroy", .owners = 1, .workers = 3, .chunks = 1024,
	  .pool_size = 32, .style = PUT_MIXED, .ops = 300000, .lives = true },
	{ .name = "destroy_fragments", .owners = 2, .workers = 2,
	  .chunks = 512, .pool_size = 16, .style = PUT_MIXED, .ops = 200000,
	  .frags = true, .holders = true, .lives = true },
	{ .name = "handover", .owners = 2, .workers = 2, .chunks = 256,
	  .pool_size = 64, .style = PUT_MIXED, .ops = 200000,
	  .handover = true, .direct = true },
	{ .name = "provider", .owners = 1, .workers = 3, .chunks = 256,
	  .pool_size = 16, .style = PUT_MIXED, .ops = 500000,
	  .provider = true },
	{ .name = "everything", .owners = 2, .workers = 3, .chunks = 160,
	  .pool_size = 20, .pool_mode = PP_MODE_KERNEL_RING,
	  .style = PUT_MIXED, .ops = 200000, .frags = true, .shared = true,
	  .holders = true, .direct = true },
};

uint64_t stress_seed = 1;
const char *stress_mode = "?";

/* ---- who has what, told apart from the pool's own books ---- */

struct granule {
	_Atomic uint64_t stamp; /* of who has the bytes from here on, 0 nobody */
	_Atomic uint32_t left;	/* references of them */
};

struct world {
	const struct mode *mode;
	struct pp_area *area;
	struct page_pool *shared_pool; /* with handover */
	pthread_mutex_t turn;
	struct channel channel[OWNERS][WORKERS];
	struct granule granule[CHUNKS_MAX * GRANULES];
	_Atomic uint64_t pools, destroyed, misuses;

	/* the provider */
	struct net_iov_area *niovs;
	pthread_mutex_t niov_lock;
	uint32_t niov_free[CHUNKS_MAX], niov_nfree;
};

static struct world world;

struct thread {
	pthread_t thread;
	struct world *world;
	unsigned int index;
	uint64_t random;
	uint64_t whole; /* owner: allocations that moved alloc counters */
	uint64_t sent;
};

static uint32_t rnd(struct thread *t, uint32_t below)
{
	return (uint32_t)(stress_random(&t->random) >> 20) % below;
}

static struct granule *granule_of(struct world *w, const struct item *item)
{
	uint64_t addr = page_pool_get_dma_addr_netmem(item->netmem);

	return &w->granule[addr / GRANULE + item->offset / GRANULE];
}

/* From now on the bytes have an owner; they had none, or the pool is wrong. */
static void claim(struct world *w, const struct item *item, uint32_t refs)
{
	struct granule *g = granule_of(w, item);
	uint64_t before = atomic_exchange_explicit(&g->stamp, item->stamp,
						   memory_order_relaxed);

	check(!before, "chunk %" PRIu64 "+%u was handed out twice",
	      page_pool_get_dma_addr_netmem(item->netmem) / 4096, item->offset);
	atomic_store_explicit(&g->left, refs, memory_order_relaxed);
}

/* One reference less: to be told before the put. */
static void disclaim(struct world *w, const struct item *item)
{
	struct granule *g = granule_of(w, item);

	check(atomic_load_explicit(&g->stamp, memory_order_relaxed) ==
		      item->stamp,
	      "a page changed hands while it was held");
	if (atomic_fetch_sub_explicit(&g->left, 1, memory_order_relaxed) == 1)
		atomic_store_explicit(&g->stamp, 0, memory_order_relaxed);
}

/* Plain writes and reads: a barrier missing in the pool is a race in here. */
static void stamp(const struct item *item, uint64_t with)
{
	char *p = netmem_address(item->netmem);
	uint64_t word;
	uint32_t i;

	for (i = 0; p && i + sizeof(word) <= item->len; i += GRANULE) {
		word = with + i;
		memcpy(p + item->offset + i, &word, sizeof(word));
	}
}

static void verify(const struct item *item, uint64_t with)
{
	const char *p = netmem_address(item->netmem);
	uint64_t word;
	uint32_t i;

	for (i = 0; p && i + sizeof(word) <= item->len; i += GRANULE) {
		memcpy(&word, p + item->offset + i, sizeof(word));
		check(word == with + i,
		      "foreign bytes at %u of a held page", item->offset + i);
	}
}

/* ---- a provider of net_iovs, its list under a lock of the test's ---- */

static netmem_ref niov_alloc(struct page_pool *pool)
{
	struct world *w = page_pool_mp_priv(pool);
	struct net_iov *niov = NULL;

	pthread_mutex_lock(&w->niov_lock);
	if (w->niov_nfree)
		niov = pp_niov_area_at(w->niovs,
				       w->niov_free[--w->niov_nfree]);
	pthread_mutex_unlock(&w->niov_lock);
	if (!niov)
		return 0;
	net_mp_niov_set_page_pool(pool, niov);
	return net_iov_to_netmem(niov);
}

static bool niov_release(struct page_pool *pool, netmem_ref netmem)
{
	struct world *w = page_pool_mp_priv(pool);
	struct net_iov *niov = netmem_to_net_iov(netmem);

	net_mp_niov_clear_page_pool(niov);
	pthread_mutex_lock(&w->niov_lock);
	w->niov_free[w->niov_nfree++] = pp_niov_index(niov);
	pthread_mutex_unlock(&w->niov_lock);
	return false;
}

static const struct memory_provider_ops niov_ops = {
	.alloc_netmems = niov_alloc,
	.release_netmem = niov_release,
};

/* ---- pools ---- */

static void on_destroyed(void *arg)
{
	struct world *w = arg;

	atomic_fetch_add(&w->destroyed, 1);
}

static struct page_pool *pool_make(struct world *w)
{
	const struct mode *m = w->mode;
	struct page_pool_params params = {
		.sz = sizeof(params),
		.pool_size = m->pool_size,
		.area = w->area,
		.mode = m->pool_mode,
		.on_destroyed = on_destroyed,
		.on_destroyed_arg = w,
	};
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct page_pool *pool = NULL;

	if (m->provider) {
		params.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV;
		params.max_len = 4096;
		params.mp_ops = &niov_ops;
		params.mp_priv = w;
	}
	check(!page_pool_create(&pool, &params, &ext), "create: %s", ext.msg);
	atomic_fetch_add(&w->pools, 1);
	return pool;
}

/*
 * All that was allocated was put: every alloc has its recycle or release. Only
 * the fragment page in work may be out. Context: nobody else uses the pool.
 */
static void pool_balance(const struct world *w, struct page_pool *pool,
			 uint64_t flushed)
{
	struct page_pool_stats st = { 0 };
	uint64_t in, out;

	page_pool_get_stats(pool, &st);
	in = st.recycle_stats.cached + st.recycle_stats.ring +
	     page_pool_release_cnt(pool) - flushed;
	out = st.alloc_stats.fast + st.alloc_stats.slow +
	      st.alloc_stats.slow_high_order + st.alloc_stats.refill;
	if (w->mode->provider) /* its slow allocations move no counter */
		out += page_pool_hold_cnt(pool);
	check(out == in || (w->mode->frags && out == in + 1),
	      "%" PRIu64 " pages went out and %" PRIu64 " came back", out, in);
	check(!page_pool_misuse_count(pool), "misuse was counted");
}

/* ---- owners ---- */

/* A page, or a part of one; waits until there is one. */
static void owner_alloc(struct thread *t, struct page_pool *pool,
			struct item *item)
{
	const struct mode *m = t->world->mode;
	uint32_t tries = 0, size;

	item->pool = pool;
	item->offset = 0;
	for (;;) {
		item->len = 4096;
		if (m->frags && rnd(t, 4)) {
			size = 64 * (1 + rnd(t, 40));
			item->len = size;
			item->netmem = page_pool_alloc_frag_netmem(
				pool, &item->offset, size);
		} else if (rnd(t, 8)) {
			item->netmem = page_pool_alloc_netmems(pool);
		} else if (!page_pool_alloc_netmems_bulk(pool, &item->netmem,
							 1)) {
			item->netmem = 0;
		}
		if (item->netmem)
			return;
		check(++tries < 50000000, "no page comes back any more");
		sched_yield();
	}
}

/* Allocates one thing and deals its references out. */
static void owner_step(struct thread *t, struct page_pool *pool)
{
	struct world *w = t->world;
	const struct mode *m = w->mode;
	struct item item;
	uint32_t refs = 1, i;

	owner_alloc(t, pool, &item);
	item.stamp = stress_random(&t->random) | 1;
	if (m->shared && !rnd(t, 2))
		refs += rnd(t, 4);
	item.shared = refs > 1;
	claim(w, &item, refs);
	stamp(&item, item.stamp);
	for (i = 1; i < refs; i++)
		page_pool_ref_netmem(item.netmem);
	for (i = 0; i < refs; i++) {
		if (rnd(t, 10)) {
			channel_put(&w->channel[t->index][rnd(t, m->workers)],
				    &item);
			continue;
		}
		verify(&item, item.stamp);
		disclaim(w, &item);
		page_pool_put_full_netmem(pool, item.netmem, rnd(t, 2));
	}
}

/* Lets the cache go, so that another owner finds pages. */
static uint64_t flush(struct page_pool *pool)
{
	uint64_t n = page_pool_cache_count(pool);

	page_pool_update_nid(pool, 0);
	return n;
}

static void owner_lives(struct thread *t)
{
	struct world *w = t->world;
	struct page_pool *pool;
	uint32_t ops, n;

	for (ops = w->mode->ops / STRESS_SLOW; ops; ops -= n) {
		pool = pool_make(w);
		n = 1 + rnd(t, 100);
		n = n < ops ? n : ops;
		for (uint32_t i = 0; i < n; i++)
			owner_step(t, pool);
		/* with pages on their way: the last put frees it */
		page_pool_destroy(pool);
	}
}

static void owner_turns(struct thread *t)
{
	struct world *w = t->world;
	uint32_t ops, i;

	for (ops = w->mode->ops / STRESS_SLOW; ops >= 100; ops -= 100) {
		pthread_mutex_lock(&w->turn);
		check(!page_pool_enable_direct_recycling(w->shared_pool),
		      "the pool has an owner still");
		for (i = 0; i < 100; i++)
			owner_step(t, w->shared_pool);
		page_pool_disable_direct_recycling(w->shared_pool);
		pthread_mutex_unlock(&w->turn);
	}
}

static void workers_join(struct world *w);

static void *owner_main(void *arg)
{
	struct thread *t = arg;
	struct world *w = t->world;
	struct page_pool *pool = NULL;
	uint64_t flushed = 0;
	uint32_t ops, i;

	if (w->mode->lives) {
		owner_lives(t);
	} else if (w->mode->handover) {
		owner_turns(t);
	} else {
		pool = pool_make(w);
		if (w->mode->direct)
			page_pool_enable_direct_recycling(pool);
		for (ops = w->mode->ops / STRESS_SLOW; ops; ops--)
			owner_step(t, pool);
		flushed = flush(pool);
	}
	for (i = 0; i < w->mode->workers; i++)
		channel_end(&w->channel[t->index][i]);
	if (pool) {
		workers_join(w);
		pool_balance(w, pool, flushed);
		page_pool_destroy(pool);
	}
	return NULL;
}

/* ---- workers ---- */

struct backlog {
	struct item item[BACKLOG];
	uint32_t n;
};

static void put_single(struct thread *t, const struct item *item)
{
	if (rnd(t, 8))
		page_pool_put_full_netmem(item->pool, item->netmem, rnd(t, 2));
	else if (!page_pool_unref_netmem(item->netmem, 1))
		page_pool_put_unrefed_netmem(item->pool, item->netmem, 64,
					     false);
}

/* Gives @n items back in the way of the mode. */
static void put_items(struct thread *t, const struct item *item, uint32_t n)
{
	enum put_style style = t->world->mode->style;
	struct pp_frag frags[BACKLOG];
	netmem_ref refs[BACKLOG];
	uint32_t i;

	if (style == PUT_MIXED)
		style = (enum put_style)rnd(t, 3);
	for (i = 0; i < n; i++) {
		verify(&item[i], item[i].stamp);
		disclaim(t->world, &item[i]);
		refs[i] = item[i].netmem;
		frags[i] = (struct pp_frag){ .netmem = item[i].netmem,
					     .offset = item[i].offset,
					     .len = item[i].len };
	}
	switch (style) {
	case PUT_BULK:
		page_pool_put_netmem_bulk(refs, n);
		break;
	case PUT_FRAGS:
		pp_frags_put(frags, n);
		break;
	default:
		for (i = 0; i < n; i++)
			put_single(t, &item[i]);
	}
}

/* Puts a page and goes on reading it as an external holder. */
static void put_and_hold(struct thread *t, const struct item *item)
{
	uint32_t i, more = rnd(t, 3);

	for (i = 0; i <= more; i++)
		get_netmem(item->netmem);
	page_pool_put_full_netmem(item->pool, item->netmem, false);
	verify(item, item->stamp);
	for (i = 0; i < more; i++)
		put_netmem(item->netmem);
	verify(item, item->stamp);
	disclaim(t->world, item);
	put_netmem(item->netmem);
}

static void backlog_flush(struct thread *t, struct backlog *b)
{
	uint32_t at = 0, n;

	while (at < b->n) {
		n = 1 + rnd(t, b->n - at);
		put_items(t, b->item + at, n);
		at += n;
	}
	b->n = 0;
}

/* Counters never run backwards, whoever reads them. */
static void watch(struct world *w, struct page_pool *pool)
{
	struct page_pool_stats a = { 0 }, b = { 0 };

	page_pool_get_stats(pool, &a);
	page_pool_get_stats(pool, &b);
	check(a.alloc_stats.fast <= b.alloc_stats.fast &&
		      a.alloc_stats.empty <= b.alloc_stats.empty &&
		      a.recycle_stats.ring <= b.recycle_stats.ring &&
		      a.recycle_stats.cached <= b.recycle_stats.cached,
	      "a counter ran backwards");
	check(page_pool_cache_count(pool) <= 128, "cache of %u",
	      page_pool_cache_count(pool));
	check(w->mode->provider || pp_area_free_chunks(w->area) <=
					   w->mode->chunks,
	      "more chunks are home than there are");
}

static void worker_take(struct thread *t, struct backlog *b,
			const struct item *taken)
{
	const struct mode *m = t->world->mode;
	struct item item = *taken;

	check(netmem_get_pp(item.netmem) == item.pool, "page of another pool");
	verify(&item, item.stamp);
	if (!item.shared && rnd(t, 2)) {
		/* ours alone: leave other bytes behind */
		stamp(&item, ~item.stamp);
		verify(&item, ~item.stamp);
		stamp(&item, item.stamp);
	}
	if (m->shared && !rnd(t, 8)) {
		page_pool_ref_netmem(item.netmem);
		put_single(t, &item);
	}
	if (m->holders && item.len == 4096 && !item.shared && !rnd(t, 4)) {
		put_and_hold(t, &item);
		return;
	}
	if (!rnd(t, 64))
		watch(t->world, item.pool);
	b->item[b->n++] = item;
	if (b->n == BACKLOG || !rnd(t, 10))
		backlog_flush(t, b);
}

static void *worker_main(void *arg)
{
	struct thread *t = arg;
	struct world *w = t->world;
	struct backlog b = { .n = 0 };
	struct item item;
	unsigned int o, busy, ended;

	do {
		for (o = busy = ended = 0; o < w->mode->owners; o++) {
			if (channel_take(&w->channel[o][t->index], &item)) {
				worker_take(t, &b, &item);
				busy++;
			}
			ended += channel_ended(&w->channel[o][t->index]);
		}
		if (!busy) {
			/* an owner may be waiting for what we have */
			backlog_flush(t, &b);
			sched_yield();
		}
	} while (ended < w->mode->owners);
	backlog_flush(t, &b);
	return NULL;
}

/* ---- one run ---- */

static struct thread workers[WORKERS], owners[OWNERS];
static pthread_mutex_t join_lock = PTHREAD_MUTEX_INITIALIZER;
static bool joined;

/* Waits for the workers, which wait for all owners to have ended. */
static void workers_join(struct world *w)
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

static void memory_make(struct world *w)
{
	struct pp_area_params params = { .sz = sizeof(params),
					 .chunks = w->mode->chunks };
	struct pp_extack ext = { .sz = sizeof(ext) };
	uint32_t i;

	if (!w->mode->provider) {
		check(!pp_area_create(&w->area, &params, &ext), "%s", ext.msg);
		return;
	}
	check(!pp_niov_area_create(&w->niovs, w->mode->chunks, 4096,
				   NET_IOV_CUSTOM, &ext),
	      "%s", ext.msg);
	for (i = 0; i < w->mode->chunks; i++)
		w->niov_free[w->niov_nfree++] = i;
}

static void memory_end(struct world *w)
{
	if (w->mode->provider) {
		check(w->niov_nfree == w->mode->chunks,
		      "%u of %u net_iovs came home", w->niov_nfree,
		      w->mode->chunks);
		pp_niov_area_destroy(w->niovs);
		return;
	}
	check(pp_area_free_chunks(w->area) == w->mode->chunks,
	      "%u of %u chunks came home", pp_area_free_chunks(w->area),
	      w->mode->chunks);
	check(!pp_area_destroy(w->area), "the area is busy still");
}

static void start(struct thread *t, struct world *w, unsigned int index,
		  void *(*run)(void *))
{
	t->world = w;
	t->index = index;
	check(!pthread_create(&t->thread, NULL, run, t), "pthread_create");
}

static void run_mode(const struct mode *m)
{
	struct world *w = &world;
	uint64_t random = stress_seed;
	unsigned int o, i;

	stress_mode = m->name;
	memset(w, 0, sizeof(*w));
	joined = false;
	w->mode = m;
	pthread_mutex_init(&w->turn, NULL);
	pthread_mutex_init(&w->niov_lock, NULL);
	memory_make(w);
	for (o = 0; o < m->owners; o++)
		for (i = 0; i < m->workers; i++)
			channel_start(&w->channel[o][i],
				      m->ops * (m->shared ? 4 : 1));
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
	      "%" PRIu64 " of %" PRIu64 " pools ended", w->destroyed,
	      w->pools);
	memory_end(w);
	for (o = 0; o < m->owners; o++)
		for (i = 0; i < m->workers; i++)
			free(w->channel[o][i].item);
	pthread_mutex_destroy(&w->turn);
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
		if (strcmp(want, "all") != 0 &&
		    strcmp(want, modes[i].name) != 0)
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
