/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the trace player: a pseudo-random sequence of public calls whose
 * outcome a reference model knows. tests/lib/trace_model.py is its other half.
 */
#ifndef PT_TRACE_H
#define PT_TRACE_H

#include "vector.h"

#define PT_TRACE_HELD 512 /* most references a trace holds at once */

enum pt_trace_kind {
	PT_PAGE,      /* pages: put direct, put to the ring, put while held */
	PT_FRAG,      /* fragments of 64 to 2048 bytes */
	PT_ANY,	      /* page_pool_alloc_netmem() of 64 to 4096 bytes */
	PT_BULK,      /* bursts: single alloc, bulk put, direct puts */
	PT_BULK_LOCAL /* the same on the owner, direct recycling enabled */
};

struct pt_trace {
	const char *name;
	enum pt_trace_kind kind;
	uint32_t mode; /* page_pool_params.mode that the numbers hold for */
	uint32_t pool_size, order;
	uint32_t seed, max_held, steps;
	int64_t before[PT_VECTOR]; /* with the last references still held */
	uint32_t held;
	int64_t after[PT_VECTOR]; /* once they are put */
	uint64_t offsets, sizes;  /* sums of what the allocations returned */
};

struct pt_outcome {
	int64_t before[PT_VECTOR], after[PT_VECTOR];
	uint32_t held, failed; /* failed: allocations that returned nothing */
	uint64_t offsets, sizes;
};

struct pt_player {
	struct page_pool *pool;
	const struct pt_trace *trace;
	struct pt_outcome *outcome;
	uint32_t lcg, held;
	netmem_ref ref[PT_TRACE_HELD];
};

static inline uint32_t pt_trace_random(struct pt_player *p)
{
	p->lcg = p->lcg * 1664525u + 1013904223u;
	return p->lcg >> 8;
}

static inline void pt_trace_hold(struct pt_player *p, netmem_ref ref)
{
	if (ref)
		p->ref[p->held++] = ref;
	else
		p->outcome->failed++;
}

static inline netmem_ref pt_trace_take(struct pt_player *p, uint32_t r)
{
	uint32_t i = r % p->held;
	netmem_ref ref = p->ref[i];

	p->ref[i] = p->ref[--p->held];
	return ref;
}

static inline void pt_trace_put(struct pt_player *p, netmem_ref ref, bool direct)
{
	page_pool_put_full_netmem(p->pool, ref, direct);
}

static inline void pt_trace_burst(struct pt_player *p)
{
	uint32_t op = pt_trace_random(p) % 4;
	uint32_t n = 1 + pt_trace_random(p) % 16, i;
	netmem_ref data[16];

	if (op < 2) {
		for (i = 0; i < n && p->held < p->trace->max_held; i++)
			pt_trace_hold(p, page_pool_alloc_netmems(p->pool));
		return;
	}
	if (n > p->held)
		n = p->held;
	for (i = 0; i < n; i++)
		data[i] = p->ref[--p->held];
	if (op == 2)
		page_pool_put_netmem_bulk(data, n);
	else
		for (i = 0; i < n; i++)
			pt_trace_put(p, data[i], true);
}

static inline void pt_trace_alloc(struct pt_player *p, uint32_t r)
{
	uint32_t offset = 0, size;

	switch (p->trace->kind) {
	case PT_FRAG:
		size = 64 * (1 + r % 32);
		pt_trace_hold(p, page_pool_alloc_frag_netmem(p->pool, &offset,
							     size));
		break;
	case PT_ANY:
		size = 64 * (1 + r % 64);
		pt_trace_hold(p, page_pool_alloc_netmem(p->pool, &offset, &size));
		p->outcome->sizes += size;
		break;
	default:
		pt_trace_hold(p, page_pool_alloc_netmems(p->pool));
	}
	p->outcome->offsets += offset;
}

static inline void pt_trace_step(struct pt_player *p)
{
	bool pages = p->trace->kind == PT_PAGE;
	uint32_t op = pt_trace_random(p) % 100;
	uint32_t r = pt_trace_random(p);
	netmem_ref ref;

	if (op < (pages ? 50u : 55u)) {
		if (p->held < p->trace->max_held)
			pt_trace_alloc(p, r);
		return;
	}
	if (!p->held)
		return;
	ref = pt_trace_take(p, r);
	if (!pages) {
		pt_trace_put(p, ref, op < 75);
	} else if (op < 95) {
		pt_trace_put(p, ref, op < 70);
	} else {
		get_netmem(ref);
		pt_trace_put(p, ref, false);
		put_netmem(ref);
	}
}

/*
 * Plays @trace on a fresh @pool that only the calling thread uses, and puts
 * back all it took. Context: owner.
 */
static inline void pt_trace_play(struct page_pool *pool,
				 const struct pt_trace *trace,
				 struct pt_outcome *outcome)
{
	struct pt_player p = { .pool = pool,
			       .trace = trace,
			       .outcome = outcome,
			       .lcg = trace->seed };
	bool burst = trace->kind == PT_BULK || trace->kind == PT_BULK_LOCAL;
	uint32_t i;

	memset(outcome, 0, sizeof(*outcome));
	if (trace->kind == PT_BULK_LOCAL)
		page_pool_enable_direct_recycling(pool);
	for (i = 0; i < trace->steps; i++)
		burst ? pt_trace_burst(&p) : pt_trace_step(&p);
	pt_vector(pool, outcome->before);
	outcome->held = p.held;
	while (p.held)
		pt_trace_put(&p, p.ref[--p.held], false);
	pt_vector(pool, outcome->after);
}

/* Writes what differs into @buf. Return: true if nothing does. */
static inline bool pt_trace_agrees(const struct pt_trace *trace,
				   const struct pt_outcome *got, char *buf,
				   size_t size)
{
	char want[2][200], have[2][200];

	if (!memcmp(trace->before, got->before, sizeof(got->before)) &&
	    !memcmp(trace->after, got->after, sizeof(got->after)) &&
	    trace->held == got->held && !got->failed &&
	    trace->offsets == got->offsets && trace->sizes == got->sizes)
		return true;
	pt_vector_text(want[0], sizeof(want[0]), trace->before);
	pt_vector_text(want[1], sizeof(want[1]), trace->after);
	pt_vector_text(have[0], sizeof(have[0]), got->before);
	pt_vector_text(have[1], sizeof(have[1]), got->after);
	snprintf(buf, size,
		 "trace %s (mode %" PRIu32 ")\n  want %s held %" PRIu32
		 "\n       %s offsets %" PRIu64 " sizes %" PRIu64
		 "\n   got %s held %" PRIu32 "\n       %s offsets %" PRIu64
		 " sizes %" PRIu64 ", %" PRIu32 " allocations failed",
		 trace->name, trace->mode, want[0], trace->held, want[1],
		 trace->offsets, trace->sizes, have[0], got->held, have[1],
		 got->offsets, got->sizes, got->failed);
	return false;
}

#endif /* PT_TRACE_H */
