/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the reference pool: what page_pool.md says, in the simplest way.
 * Pages are chunk numbers. The reference does not guess which chunks a batch
 * from the area brings: they are REF_NEW until the library hands them out.
 */
#ifndef REF_POOL_H
#define REF_POOL_H

#include "pptest.h"

#define REF_CHUNKS 400
#define REF_NONE (-1)
#define REF_NEW (-2)

enum ref_place {
	REF_HOME, /* or in a cache, not seen yet */
	REF_CACHE,
	REF_RING,
	REF_HELD,
	REF_OUT, /* left its pool, holders remain */
};

struct ref_page {
	enum ref_place place;
	int64_t pp_ref;
	int holders, nid;
	bool pfmemalloc;
};

struct ref_area {
	struct ref_page page[REF_CHUNKS];
	int home; /* chunks that are home */
};

struct ref_pool {
	struct ref_area *area;
	int slot[16384], size, batch, producer, head, tail; /* as in ptr_ring */
	int cache[128], cached;
	int nid, frag;
	int64_t frag_users;
	uint32_t frag_offset, align;
	bool owned, direct;
	int64_t fast, slow, empty, refill, waive;
	int64_t to_cache, cache_full, to_ring, ring_full, refcnt;
	uint32_t hold, rel;
};

static void ref_init(struct ref_pool *p, struct ref_area *area, int size,
		     bool lazy, int nid, uint32_t align)
{
	int i;

	memset(p, 0, sizeof(*p));
	p->area = area;
	p->size = size;
	p->batch = lazy && size >= 32 ? 16 : 1;
	p->nid = nid;
	p->frag = REF_NONE;
	p->align = align;
	for (i = 0; i < size; i++)
		p->slot[i] = REF_NONE;
}

static void ref_vector(const struct ref_pool *p, int64_t v[PT_VECTOR])
{
	const int64_t all[PT_VECTOR] = {
		p->fast,     p->slow,
		0,	     p->empty,
		p->refill,   p->waive,
		p->to_cache, p->cache_full,
		p->to_ring,  p->ring_full,
		p->refcnt,   p->hold,
		p->rel,	     (int32_t)(p->hold - p->rel),
		p->cached,
	};

	memcpy(v, all, sizeof(all));
}

static void ref_go_home(struct ref_area *area, struct ref_page *page)
{
	page->place = REF_HOME;
	page->pfmemalloc = false;
	area->home++;
}

static void ref_release(struct ref_pool *p, int i)
{
	struct ref_page *page = &p->area->page[i];

	p->rel++;
	if (page->holders)
		page->place = REF_OUT;
	else
		ref_go_home(p->area, page);
}

static void ref_drop_holder(struct ref_area *area, int i)
{
	struct ref_page *page = &area->page[i];

	if (!--page->holders && page->place == REF_OUT)
		ref_go_home(area, page);
}

static bool ref_produce(struct ref_pool *p, int i)
{
	if (p->slot[p->producer] != REF_NONE)
		return false;
	p->slot[p->producer] = i;
	p->producer = (p->producer + 1) % p->size;
	p->area->page[i].place = REF_RING;
	return true;
}

static int ref_consume(struct ref_pool *p)
{
	int i = p->slot[p->head], head = p->head + 1;

	if (i == REF_NONE)
		return REF_NONE;
	if (head - p->tail >= p->batch || head >= p->size)
		while (p->tail < head)
			p->slot[p->tail++] = REF_NONE;
	if (head >= p->size)
		head = p->tail = 0;
	p->head = head;
	return i;
}

static bool ref_suits(const struct ref_pool *p, int i)
{
	int nid = p->area->page[i].nid;

	return p->nid == NUMA_NO_NODE || nid == NUMA_NO_NODE || nid == p->nid;
}

/* A chunk, REF_NEW for one not seen yet, REF_NONE for none. */
static int ref_alloc(struct ref_pool *p)
{
	int i, n;

	p->owned = true;
	if (p->cached) {
		p->fast++;
		return p->cache[--p->cached];
	}
	if (p->slot[p->head] == REF_NONE) {
		p->empty++;
	} else {
		while (p->cached < 64) {
			i = ref_consume(p);
			if (i == REF_NONE)
				break;
			if (!ref_suits(p, i)) {
				ref_release(p, i);
				p->waive++;
				break;
			}
			p->cache[p->cached++] = i;
			p->area->page[i].place = REF_CACHE;
		}
		if (p->cached) {
			p->refill++;
			return p->cache[--p->cached];
		}
	}
	n = p->area->home < 64 ? p->area->home : 64;
	if (!n)
		return REF_NONE;
	p->area->home -= n;
	p->hold += (uint32_t)n;
	p->slow++;
	while (p->cached < n)
		p->cache[p->cached++] = REF_NEW;
	return p->cache[--p->cached];
}

/* The library handed out @got for what ref_alloc() returned as @i. */
static bool ref_learn(struct ref_pool *p, int i, int got)
{
	struct ref_page *page = &p->area->page[got];

	if (i == REF_NEW ? page->place != REF_HOME || page->holders : got != i)
		return false;
	page->place = REF_HELD;
	page->pp_ref = 1;
	return true;
}

static bool ref_unref(struct ref_pool *p, int i, int64_t n)
{
	struct ref_page *page = &p->area->page[i];

	page->pp_ref -= n;
	if (page->pp_ref)
		return false;
	page->pp_ref = 1;
	return true;
}

static bool ref_recyclable(const struct ref_page *page)
{
	return !page->holders && !page->pfmemalloc;
}

/* Return: true if the page needs the ring. */
static bool ref_prepare(struct ref_pool *p, int i, bool direct)
{
	struct ref_page *page = &p->area->page[i];

	if (!ref_recyclable(page)) {
		p->refcnt++;
		ref_release(p, i);
		return false;
	}
	if (!p->owned || !(direct || p->direct))
		return true;
	if (p->cached < 128) {
		p->cache[p->cached++] = i;
		page->place = REF_CACHE;
		p->to_cache++;
		return false;
	}
	p->cache_full++;
	return true;
}

static void ref_put_last(struct ref_pool *p, int i, bool direct)
{
	if (!ref_prepare(p, i, direct))
		return;
	if (ref_produce(p, i)) {
		p->to_ring++;
	} else {
		p->ring_full++;
		ref_release(p, i);
	}
}

static void ref_put(struct ref_pool *p, int i, bool direct)
{
	if (ref_unref(p, i, 1))
		ref_put_last(p, i, direct);
}

/* At most 16 entries; the pool of each beside it. */
static void ref_put_bulk(struct ref_pool **pool, const int *page, int n)
{
	bool last[16], full;
	int i, k;

	for (i = 0; i < n; i++)
		last[i] = ref_unref(pool[i], page[i], 1);
	for (i = 0; i < n; i++) {
		for (full = false, k = i; k < n; k++) {
			if (!last[k] || pool[k] != pool[i])
				continue;
			last[k] = k == i; /* done; the first is done below */
			if (!ref_prepare(pool[k], page[k], false))
				continue;
			if (!full && ref_produce(pool[k], page[k])) {
				pool[k]->to_ring++;
				continue;
			}
			pool[k]->ring_full += !full;
			full = true;
			ref_release(pool[k], page[k]);
		}
		last[i] = false;
	}
}

static void ref_update_nid(struct ref_pool *p, int nid)
{
	p->nid = nid;
	while (p->cached) {
		if (p->cache[--p->cached] != REF_NEW) {
			ref_release(p, p->cache[p->cached]);
		} else {
			p->rel++;
			p->area->home++;
		}
	}
}

/*
 * Where the next fragment comes from: the page and *offset, or REF_NEW with the
 * page still to be had by ref_alloc() and told by ref_frag_start().
 */
static int ref_frag(struct ref_pool *p, uint32_t size, uint32_t *offset)
{
	int i = p->frag;

	p->owned = true;
	size = (size + p->align - 1) / p->align * p->align;
	*offset = 0;
	if (i != REF_NONE && p->frag_offset + size <= 4096) {
		p->frag_users++;
		*offset = p->frag_offset;
		p->frag_offset += size;
		return i;
	}
	p->frag = REF_NONE;
	if (i == REF_NONE || !ref_unref(p, i, PT_BIAS - p->frag_users))
		return REF_NEW;
	if (!ref_recyclable(&p->area->page[i])) {
		ref_release(p, i); /* no counter */
		return REF_NEW;
	}
	p->to_cache++;
	p->fast++;
	return i; /* again in place: tell by ref_frag_start() */
}

static void ref_frag_start(struct ref_pool *p, int i, uint32_t size)
{
	p->frag = i;
	p->frag_users = 1;
	p->frag_offset = (size + p->align - 1) / p->align * p->align;
	p->area->page[i].pp_ref = PT_BIAS;
}

#endif /* REF_POOL_H */
