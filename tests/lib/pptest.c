/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what pptest.h declares. */
#include "pptest.h"

#include <pthread.h>
#include <stdlib.h>

#include "mem/mem.h"
#include "pool/device.h"
#include "pool/pool.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PT_LEAKS 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define PT_LEAKS 1
#endif
#ifdef PT_LEAKS
#include <sanitizer/lsan_interface.h>
#endif

unsigned int pt_pools_alive(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < PP_MAX_SLOTS; i++)
		n += pp_pools[i] != NULL;
	return n;
}

unsigned int pt_areas_alive(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < PP_MAX_SLOTS; i++)
		n += pp_mems[i] != NULL;
	return n;
}

void pt_end_of_test(void)
{
	cr_assert_eq(pt_pools_alive(), 0, "the test left a pool behind");
	cr_assert_eq(pt_areas_alive(), 0, "the test left an area behind");
#ifdef PT_LEAKS
	cr_assert_eq(__lsan_do_recoverable_leak_check(), 0,
		     "the test leaks memory, see stderr");
#endif
}

/* ---- the vector ---- */

static bool parse_vector(const char *want, int64_t v[PT_VECTOR])
{
	static const int first[] = { 0, 6, 11, PT_VECTOR };
	int group = 0, i = 0;
	char *end;

	for (want += *want == '['; *want && *want != ']';) {
		if (*want == ' ') {
			want++;
		} else if (*want == ';') {
			if (i != first[++group])
				return false;
			want++;
		} else if (!strncmp(want, "...", 3)) {
			while (i < first[group + 1])
				v[i++] = 0;
			want += 3;
		} else {
			if (group > 2 || i >= first[group + 1])
				return false;
			v[i++] = strtoll(want, &end, 10);
			if (end == want)
				return false;
			want = end;
		}
	}
	return group == 2 && i == PT_VECTOR;
}

bool pt_matches(const struct page_pool *pool, const char *want, char *why,
		size_t size)
{
	static const char *const names[PT_VECTOR] = {
		"fast",	 "slow",   "ho",    "empty", "refill",
		"waive", "cached", "cfull", "ring",  "rfull",
		"rref",	 "hold",   "rel",   "infl",  "cache",
	};
	int64_t expected[PT_VECTOR], got[PT_VECTOR];
	char text[200];
	size_t len;
	int i;

	if (!parse_vector(want, expected)) {
		snprintf(why, size, "the test's vector is malformed: %s", want);
		return false;
	}
	pt_vector(pool, got);
	if (!memcmp(expected, got, sizeof(got)))
		return true;
	pt_vector_text(text, sizeof(text), got);
	len = (size_t)snprintf(why, size, "want %s\n got %s\n", want, text);
	for (i = 0; i < PT_VECTOR && len < size; i++)
		if (expected[i] != got[i])
			len += (size_t)snprintf(why + len, size - len,
						"  %s: want %" PRId64
						", got %" PRId64 "\n",
						names[i], expected[i], got[i]);
	return false;
}

/* ---- making things ---- */

struct page_pool *pt_pool(struct page_pool_params params)
{
	struct page_pool *pool = NULL;
	struct pp_extack ext = { .sz = sizeof(ext) };
	int err;

	params.sz = sizeof(params);
	err = page_pool_create(&pool, &params, &ext);
	cr_assert_eq(err, 0, "page_pool_create: %d, %s: %s", err, ext.bad_param,
		     ext.msg);
	cr_assert_not_null(pool);
	return pool;
}

struct page_pool *pt_pool_sized(uint32_t pool_size)
{
	return pt_pool((struct page_pool_params){ .pool_size = pool_size });
}

struct pp_area *pt_area_of(struct pp_area_params params)
{
	struct pp_area *area = NULL;
	struct pp_extack ext = { .sz = sizeof(ext) };
	int err;

	params.sz = sizeof(params);
	err = pp_area_create(&area, &params, &ext);
	cr_assert_eq(err, 0, "pp_area_create: %d, %s: %s", err, ext.bad_param,
		     ext.msg);
	cr_assert_not_null(area);
	cr_assert_eq(pp_area_free_chunks(area), params.chunks);
	return area;
}

struct pp_area *pt_area(uint32_t chunks)
{
	return pt_area_of((struct pp_area_params){ .chunks = chunks });
}

void pt_area_end(struct pp_area *area)
{
	uint32_t home = pp_area_free_chunks(area), chunks = pp_area_chunks(area);

	cr_assert_eq(home, chunks, "%" PRIu32 " of %" PRIu32 " chunks are home",
		     home, chunks);
	cr_assert_eq(pp_area_destroy(area), 0, "something still uses the area");
}

/* ---- the document's words ---- */

netmem_ref pt_alloc(struct page_pool *pool)
{
	netmem_ref x = page_pool_alloc_netmems(pool);

	cr_assert_not_null(x, "an allocation failed");
	return x;
}

void pt_alloc_n(struct page_pool *pool, netmem_ref *x, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		x[i] = pt_alloc(pool);
}

void pt_put_d(struct page_pool *pool, netmem_ref x)
{
	page_pool_put_full_netmem(pool, x, true);
}

void pt_put_d_n(struct page_pool *pool, const netmem_ref *x, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		pt_put_d(pool, x[i]);
}

void pt_put_r(struct page_pool *pool, netmem_ref x)
{
	page_pool_put_full_netmem(pool, x, false);
}

void pt_put_r_n(struct page_pool *pool, const netmem_ref *x, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		pt_put_r(pool, x[i]);
}

netmem_ref pt_frag(struct page_pool *pool, uint32_t size, uint32_t at)
{
	uint32_t offset = UINT32_MAX;
	netmem_ref x = page_pool_alloc_frag_netmem(pool, &offset, size);

	cr_assert_not_null(x, "a fragment of %" PRIu32 " failed", size);
	cr_assert_eq(offset, at, "offset %" PRIu32 ", not %" PRIu32, offset, at);
	return x;
}

uint32_t pt_index(netmem_ref x)
{
	struct pp_mem *mem;
	uint32_t idx = 0;

	cr_assert(pp_mem_find(x, &mem, &idx), "%p names nothing", (void *)x);
	return idx;
}

/* ---- threads ---- */

struct job {
	void (*fn)(void *arg);
	void *arg;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	job->fn(job->arg);
	return NULL;
}

void pt_on_thread(void (*fn)(void *arg), void *arg)
{
	struct job job = { fn, arg };
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, run_job, &job), 0);
	cr_assert_eq(pthread_join(thread, NULL), 0);
}

struct pt_thread {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct job job; /* fn NULL: nothing to do */
	bool end;
};

static void *thread_loop(void *arg)
{
	struct pt_thread *t = arg;

	pthread_mutex_lock(&t->lock);
	while (!t->end) {
		if (t->job.fn) {
			t->job.fn(t->job.arg);
			t->job.fn = NULL;
			pthread_cond_broadcast(&t->changed);
		}
		if (!t->end)
			pthread_cond_wait(&t->changed, &t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

struct pt_thread *pt_thread_start(void)
{
	struct pt_thread *t = calloc(1, sizeof(*t));

	cr_assert_not_null(t);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->changed, NULL);
	cr_assert_eq(pthread_create(&t->thread, NULL, thread_loop, t), 0);
	return t;
}

void pt_thread_run(struct pt_thread *t, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_lock(&t->lock);
	t->job = (struct job){ fn, arg };
	pthread_cond_broadcast(&t->changed);
	while (t->job.fn)
		pthread_cond_wait(&t->changed, &t->lock);
	pthread_mutex_unlock(&t->lock);
}

void pt_thread_end(struct pt_thread *t)
{
	pthread_mutex_lock(&t->lock);
	t->end = true;
	pthread_cond_broadcast(&t->changed);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
	pthread_cond_destroy(&t->changed);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* ---- misuse ---- */

#define WHOLE_MAX 2048 /* chunks of the largest area asked about */

void pt_expect_whole(struct page_pool *pool, uint32_t chunks)
{
	static netmem_ref x[WHOLE_MAX];
	static unsigned char seen[WHOLE_MAX];
	uint32_t i, n;

	cr_assert_null(pp_pool_check(pool), "%s", pp_pool_check(pool));
	memset(seen, 0, sizeof(seen));
	n = page_pool_alloc_netmems_bulk(pool, x, WHOLE_MAX);
	for (i = 0; i < n; i++) {
		cr_assert_lt(pt_index(x[i]), WHOLE_MAX);
		cr_assert_not(seen[pt_index(x[i])], "page %u has two owners",
			      pt_index(x[i]));
		seen[pt_index(x[i])] = 1;
	}
	cr_assert_eq(n, chunks, "%u of %u pages are there", n, chunks);
	cr_assert_eq((uint32_t)page_pool_inflight(pool), chunks);
	pt_put_d_n(pool, x, n);
	cr_assert_null(pp_pool_check(pool), "%s", pp_pool_check(pool));
}

struct page_pool *pt_small_pool(uint32_t mode)
{
	return pt_pool(
		(struct page_pool_params){ .area_chunks = 100, .mode = mode });
}

static void record(void *arg, const struct page_pool *pool, netmem_ref netmem,
		   const char *what)
{
	struct pt_misuse *m = arg;

	m->calls++;
	m->pool = pool;
	m->netmem = netmem;
	snprintf(m->what, sizeof(m->what), "%s", what ? what : "");
}

void pt_misuse_record(struct pt_misuse *m)
{
	memset(m, 0, sizeof(*m));
	pp_set_misuse_handler(record, m);
}

/* ---- random numbers ---- */

uint64_t pt_seed(uint64_t fallback)
{
	const char *seed = getenv("PP_TEST_SEED");

	return seed && *seed ? strtoull(seed, NULL, 0) : fallback;
}

/* splitmix64 */
uint64_t pt_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}
