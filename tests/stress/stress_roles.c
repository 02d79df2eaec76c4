/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the two roles under stress: who allocates, and who gives back. */
#include "stress_world.h"

#include <errno.h>

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
			item->netmem = page_pool_alloc_frag_netmem(pool,
								   &item->offset,
								   size);
		} else if (rnd(t, 8)) {
			item->netmem = page_pool_alloc_netmems(pool);
		} else if (!page_pool_alloc_netmems_bulk(pool, &item->netmem, 1)) {
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
	uint32_t refs = 1, holders = 0, i;

	owner_alloc(t, pool, &item);
	item.stamp = stress_random(&t->random) | 1;
	if (m->shared && !rnd(t, 2))
		refs += rnd(t, 4);
	if (m->holders && !rnd(t, 3))
		holders = 1 + rnd(t, 2);
	item.shared = refs + holders > 1;
	item.holder = false;
	claim(w, &item, refs + holders);
	stamp(&item, item.stamp);
	for (i = 1; i < refs; i++)
		page_pool_ref_netmem(item.netmem);
	for (i = 0; i < holders; i++)
		get_netmem(item.netmem);
	for (i = 0; i < refs + holders; i++) {
		item.holder = i < holders;
		if (item.holder || rnd(t, 10)) {
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

/* The role is all that keeps the owners apart: no lock of ours beside it. */
static void owner_turns(struct thread *t)
{
	struct world *w = t->world;
	uint32_t ops, i, tries = 0;
	int err;

	for (ops = w->mode->ops / STRESS_SLOW; ops >= 100; ops -= 100) {
		while ((err = page_pool_enable_direct_recycling(w->shared_pool)) ==
		       -EBUSY) {
			check(++tries < 50000000, "the role stays away");
			sched_yield();
		}
		check(!err, "enable: %d", err);
		for (i = 0; i < 100; i++)
			owner_step(t, w->shared_pool);
		page_pool_disable_direct_recycling(w->shared_pool);
	}
}

void *owner_main(void *arg)
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
		page_pool_put_unrefed_netmem(item->pool, item->netmem, 64, false);
}

/* Gives @n items back in the way of the mode. */
static void put_items(struct thread *t, const struct item *item, uint32_t n)
{
	enum put_style style = t->world->mode->style;
	struct pp_frag frags[BACKLOG];
	netmem_ref refs[BACKLOG];
	uint32_t i;

	if (style == PUT_MIXED)
		style = (enum put_style)(PUT_SINGLE + rnd(t, 3));
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
	check(w->mode->provider || pp_area_free_chunks(w->area) <= w->mode->chunks,
	      "more chunks are home than there are");
}

static void worker_take(struct thread *t, struct backlog *b,
			const struct item *taken)
{
	const struct mode *m = t->world->mode;
	struct item item = *taken;

	verify(&item, item.stamp);
	if (item.holder) {
		/* the page may have left its pool, and the pool be gone */
		disclaim(t->world, &item);
		put_netmem(item.netmem);
		return;
	}
	check(netmem_get_pp(item.netmem) == item.pool, "page of another pool");
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
	/* not with other references: their put would be the last */
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

void *worker_main(void *arg)
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
