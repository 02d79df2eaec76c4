/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of PP_TEST() and of what most unit tests begin with. */
#ifndef PPTEST_H
#define PPTEST_H

#include <criterion/criterion.h>

#include "trace.h"

/*
 * A test that also fails if its body leaks: Criterion swallows what the leak
 * sanitizer would say at exit, so it is asked at the end of the body, and every
 * pool and area must be gone by then. Further arguments are Criterion's.
 */
#define PP_TEST(suite, name, ...)                                              \
	static void pt_##suite##_##name(void);                                 \
	Test(suite, name, .timeout = 120 __VA_OPT__(, ) __VA_ARGS__)           \
	{                                                                      \
		pt_##suite##_##name();                                         \
		pt_end_of_test();                                              \
	}                                                                      \
	static void pt_##suite##_##name(void)

void pt_end_of_test(void);
/* Pools and areas that exist in this process. */
unsigned int pt_pools_alive(void);
unsigned int pt_areas_alive(void);

/* ---- the vector ---- */
/*
 * Compares the pool with a vector as the document writes it, for example
 *	"[1 1 0 1 0 0 ; ... ; 64 0 64 62]"
 * where "..." stands for zeros in all of a group.
 */
#define pt_expect(pool, want)                                                  \
	do {                                                                   \
		char pt_why[600];                                              \
		cr_assert(pt_matches((pool), (want), pt_why, sizeof(pt_why)),  \
			  "%s", pt_why);                                       \
	} while (0)
bool pt_matches(const struct page_pool *pool, const char *want, char *why,
		size_t size);

/* ---- making things; a failure ends the test ---- */
/* A pool of @params, whose sz need not be set. */
struct page_pool *pt_pool(struct page_pool_params params);
/* A pool with a private area and a ring of @pool_size. */
struct page_pool *pt_pool_sized(uint32_t pool_size);
/* An area of @params, whose sz need not be set. */
struct pp_area *pt_area_of(struct pp_area_params params);
/* An area of @chunks of 4096 bytes on node 0. */
struct pp_area *pt_area(uint32_t chunks);
/* Destroys an area that must be whole and unused. */
void pt_area_end(struct pp_area *area);

/* ---- the document's words ---- */
netmem_ref pt_alloc(struct page_pool *pool); /* al 1, must succeed */
void pt_alloc_n(struct page_pool *pool, netmem_ref *x, uint32_t n); /* al n */
void pt_put_d(struct page_pool *pool, netmem_ref x);		    /* put d */
void pt_put_d_n(struct page_pool *pool, const netmem_ref *x, uint32_t n);
/* put r: without direct recycling a plain put goes to the ring */
void pt_put_r(struct page_pool *pool, netmem_ref x);
void pt_put_r_n(struct page_pool *pool, const netmem_ref *x, uint32_t n);
/* frag: returns the page and checks the offset */
netmem_ref pt_frag(struct page_pool *pool, uint32_t size, uint32_t at);
/* Index of the first chunk of a page in its area, of a net_iov in its own. */
uint32_t pt_index(netmem_ref x);

#define PT_BIAS (INT64_MAX >> 1)

/* ---- threads ---- */
/* Runs @fn on a new thread and waits for its end. */
void pt_on_thread(void (*fn)(void *arg), void *arg);

/* A thread that lives between calls: it runs what it is handed, in order. */
struct pt_thread;
struct pt_thread *pt_thread_start(void);
void pt_thread_run(struct pt_thread *t, void (*fn)(void *arg), void *arg);
void pt_thread_end(struct pt_thread *t);

/* ---- misuse ---- */
/* A pool on a private area of 100 chunks. */
struct page_pool *pt_small_pool(uint32_t mode);
/* All of a pool's pages can be had, each of them once: nothing was lost. */
void pt_expect_whole(struct page_pool *pool, uint32_t chunks);

struct pt_misuse {
	unsigned int calls;
	const struct page_pool *pool; /* of the last call */
	netmem_ref netmem;
	char what[160];
};
/* From now on misuse is written down in @m. */
void pt_misuse_record(struct pt_misuse *m);

/* ---- random numbers ---- */
/* PP_TEST_SEED if it is set, else @fallback. Print it when a test fails. */
uint64_t pt_seed(uint64_t fallback);
uint64_t pt_random(uint64_t *state);

#endif /* PPTEST_H */
