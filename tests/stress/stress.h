/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of what a stress program needs: failing, random numbers, and a
 * channel between threads that orders nothing but what goes through it.
 */
#ifndef STRESS_H
#define STRESS_H

#include <inttypes.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pagepool/pagepool.h>

#if defined(__SANITIZE_THREAD__)
#define STRESS_SLOW 8 /* how much less to do under a sanitizer */
#elif defined(__SANITIZE_ADDRESS__)
#define STRESS_SLOW 4
#else
#define STRESS_SLOW 1
#endif

extern uint64_t stress_seed;
extern const char *stress_mode;

#define fail(...)                                                              \
	do {                                                                   \
		fprintf(stderr, "%s:%d: mode %s, seed %" PRIu64 ": ",          \
			__FILE__, __LINE__, stress_mode, stress_seed);         \
		fprintf(stderr, __VA_ARGS__);                                  \
		fputc('\n', stderr);                                           \
		_exit(1);                                                      \
	} while (0)

#define check(cond, ...)                                                       \
	do {                                                                   \
		if (!(cond))                                                   \
			fail(__VA_ARGS__);                                     \
	} while (0)

/* splitmix64 */
static inline uint64_t stress_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* One reference on its way to a worker. */
struct item {
	struct page_pool *pool;
	netmem_ref netmem;
	uint32_t offset, len;
	uint64_t stamp;
	bool shared; /* others have references of the same bytes */
	bool holder; /* an external holder's, not the pool's reference */
};

/*
 * One writer, one reader, and a slot for every item there will ever be: nothing
 * the reader does becomes visible to the writer through the channel. Only the
 * pool brings pages back, so a barrier missing there is a race and not hidden
 * by ours.
 */
struct channel {
	struct item *item;
	uint32_t size, taken; /* taken: the reader's */
	_Atomic uint32_t put;
	_Atomic bool ended;
};

static inline void channel_start(struct channel *c, uint32_t size)
{
	memset(c, 0, sizeof(*c));
	c->size = size;
	c->item = calloc(size, sizeof(*c->item));
	check(c->item, "no memory for a channel");
}

static inline void channel_put(struct channel *c, const struct item *item)
{
	uint32_t n = atomic_load_explicit(&c->put, memory_order_relaxed);

	check(n < c->size, "the test's channel is too short");
	c->item[n] = *item;
	/* release: pairs with the acquire in channel_take() */
	atomic_store_explicit(&c->put, n + 1, memory_order_release);
}

static inline bool channel_take(struct channel *c, struct item *item)
{
	/* acquire: pairs with the release in channel_put() */
	if (atomic_load_explicit(&c->put, memory_order_acquire) == c->taken)
		return false;
	*item = c->item[c->taken++];
	return true;
}

/* Nothing more will come. */
static inline void channel_end(struct channel *c)
{
	atomic_store_explicit(&c->ended, true, memory_order_release);
}

static inline bool channel_ended(struct channel *c)
{
	return atomic_load_explicit(&c->ended, memory_order_acquire) &&
	       atomic_load_explicit(&c->put, memory_order_relaxed) == c->taken;
}

#endif /* STRESS_H */
