/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the parts of stress_ring share: modes, books and threads. */
#ifndef STRESS_WORLD_H
#define STRESS_WORLD_H

#include "stress.h"

#include <pthread.h>

#define WORKERS 3
#define OWNERS 2
#define CHUNKS_MAX 4096
#define GRANULE 64
#define GRANULES (4096 / GRANULE)
#define BACKLOG 48

enum put_style {
	PUT_MIXED,
	PUT_SINGLE,
	PUT_BULK,
	PUT_FRAGS,
};

struct mode {
	const char *name;
	uint32_t ops, chunks, pool_size, pool_mode;
	unsigned int owners, workers;
	enum put_style style;
	bool frags;    /* parts of pages */
	bool shared;   /* several references of the same bytes */
	bool holders;  /* external holders: pages leave the pool */
	bool direct;   /* enable_direct_recycling */
	bool lives;    /* many short pools, destroyed with pages out */
	bool handover; /* the owners share one pool and take turns */
	bool provider; /* net_iovs instead of pages */
};

/* Who has what, told apart from the pool's own books. */
struct granule {
	_Atomic uint64_t stamp; /* of who has the bytes from here on, 0 nobody */
	_Atomic uint32_t left;	/* references of them */
};

struct world {
	const struct mode *mode;
	struct pp_area *area;
	struct page_pool *shared_pool; /* with handover */
	struct channel channel[OWNERS][WORKERS];
	struct granule granule[CHUNKS_MAX * GRANULES];
	_Atomic uint64_t pools, destroyed;

	/* the provider */
	struct net_iov_area *niovs;
	pthread_mutex_t niov_lock;
	uint32_t niov_free[CHUNKS_MAX], niov_nfree;
};

struct thread {
	pthread_t thread;
	struct world *world;
	unsigned int index;
	uint64_t random;
};

static inline uint32_t rnd(struct thread *t, uint32_t below)
{
	return (uint32_t)(stress_random(&t->random) >> 20) % below;
}

/* ---- stress_world.c: memory, pools, and the books ---- */
void memory_make(struct world *w);
/* Everything must be home. */
void memory_end(struct world *w);
struct page_pool *pool_make(struct world *w);
/*
 * All that was allocated was put: every alloc has its recycle or release, but
 * for @flushed pages of the cache. Only the fragment page in work may be out.
 * Context: nobody else uses the pool.
 */
void pool_balance(const struct world *w, struct page_pool *pool,
		  uint64_t flushed);
/* From now on the bytes have an owner; they had none, or the pool is wrong. */
void claim(struct world *w, const struct item *item, uint32_t refs);
/* One reference less: to be told before the put. */
void disclaim(struct world *w, const struct item *item);
/* Plain writes and reads: a barrier missing in the pool is a race in here. */
void stamp(const struct item *item, uint64_t with);
void verify(const struct item *item, uint64_t with);

/* ---- stress_roles.c: what threads do ---- */
void *owner_main(void *thread);
void *worker_main(void *thread);

/* ---- stress_ring.c ---- */
/* Waits for the workers, which wait for all owners to have ended. */
void workers_join(struct world *w);

#endif /* STRESS_WORLD_H */
