/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the golden traces: long runs whose every counter is known. */
#include "pptest.h"

#include "golden_traces.h"

#include "pool/pool.h"

#define TRACES (sizeof(golden_traces) / sizeof(golden_traces[0]))

static void replay(const struct pt_trace *trace, uint32_t more_mode)
{
	/* no page of a trace is bigger than 32 KiB: 16384 chunks are plenty */
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .pool_size = trace->pool_size,
					   .order = trace->order,
					   .area_chunks = 16384,
					   .mode = trace->mode | more_mode });
	struct pt_outcome outcome;
	char why[1200];

	pt_trace_play(pool, trace, &outcome);
	cr_assert(pt_trace_agrees(trace, &outcome, why, sizeof(why)), "%s", why);
	cr_assert_eq(page_pool_misuse_count(pool), 0);
	page_pool_destroy(pool);
}

/* Replays every row called @name: there is one for each ring mode. */
static void replay_named(const char *name)
{
	unsigned int i, rows = 0;

	for (i = 0; i < TRACES; i++) {
		if (strcmp(golden_traces[i].name, name) != 0)
			continue;
		replay(&golden_traces[i], 0);
		rows++;
	}
	cr_assert_eq(rows, 2, "%u rows are called %s", rows, name);
}

/* Replays the rows of @kind that the model derived. */
static void replay_kind(enum pt_trace_kind kind, unsigned int at_least)
{
	unsigned int i, rows = 0;

	for (i = 0; i < TRACES; i++) {
		if (golden_traces[i].kind != kind)
			continue;
		replay(&golden_traces[i], 0);
		rows++;
	}
	cr_assert_geq(rows, at_least, "only %u rows", rows);
}

PP_TEST(golden, t1_pages_as_measured_on_the_kernel)
{
	replay_named("T1");
}

PP_TEST(golden, t3_fragments_as_measured_on_the_kernel)
{
	replay_named("T3");
}

PP_TEST(golden, t3b_fragments_with_a_full_ring_as_measured_on_the_kernel)
{
	replay_named("T3b");
}

PP_TEST(golden, t6_many_pages_as_measured_on_the_kernel)
{
	replay_named("T6");
}

PP_TEST(golden, page_traces_agree_with_the_model)
{
	replay_kind(PT_PAGE, 16);
}

PP_TEST(golden, fragment_traces_agree_with_the_model)
{
	replay_kind(PT_FRAG, 12);
}

PP_TEST(golden, mixed_size_traces_agree_with_the_model)
{
	replay_kind(PT_ANY, 10);
}

PP_TEST(golden, bulk_put_traces_agree_with_the_model)
{
	replay_kind(PT_BULK, 12);
}

PP_TEST(golden, direct_recycling_traces_agree_with_the_model)
{
	replay_kind(PT_BULK_LOCAL, 8);
}

PP_TEST(golden, without_checks_the_counters_are_the_same)
{
	unsigned int i;

	for (i = 0; i < TRACES; i++)
		replay(&golden_traces[i], PP_MODE_NO_CHECKS);
}

PP_TEST(golden, the_ring_survives_the_wrap_of_its_counters)
{
	/* a few puts before 2^31: each trace crosses it */
	const uint32_t far = 0x7ffffff4u;
	struct pt_outcome outcome;
	struct page_pool *pool;
	char why[1200];
	unsigned int i;

	for (i = 0; i < TRACES; i++) {
		pool = pt_pool((struct page_pool_params){
			.pool_size = golden_traces[i].pool_size,
			.order = golden_traces[i].order,
			.area_chunks = 16384,
			.mode = golden_traces[i].mode });
		pool->ring.head = far;
		pool->ring.freed = pool->ring.consumed = far;
		pool->ring.puts = far;
		pt_trace_play(pool, &golden_traces[i], &outcome);
		outcome.before[8] -= far;
		outcome.after[8] -= far;
		cr_assert(pt_trace_agrees(&golden_traces[i], &outcome, why,
					  sizeof(why)),
			  "%s", why);
		cr_assert_null(pp_pool_check(pool));
		page_pool_destroy(pool);
	}
}

PP_TEST(golden, kernel_ring_rows_differ_where_lazy_slots_matter)
{
	const struct pt_trace *lazy, *plain;
	unsigned int i, differ = 0;

	/* guards the table: rows come in pairs, lazy ring first */
	for (i = 0; i + 1 < TRACES; i += 2) {
		lazy = &golden_traces[i];
		plain = &golden_traces[i + 1];
		cr_assert_str_eq(lazy->name, plain->name);
		cr_assert_eq(lazy->mode, PP_MODE_KERNEL_RING);
		cr_assert_eq(plain->mode, 0);
		differ += !!memcmp(lazy->after, plain->after,
				   sizeof(lazy->after));
	}
	cr_assert_geq(differ, 8, "only %u traces tell the modes apart", differ);
}
