/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the fifteen numbers that describe a pool, public calls only. */
#ifndef PT_VECTOR_H
#define PT_VECTOR_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pagepool/pagepool.h>

/*
 * [fast slow ho empty refill waive ; cached cfull ring rfull rref ;
 *  hold rel infl cache]
 */
#define PT_VECTOR 15

/* Fills @v from the pool. Context: any thread. */
static inline void pt_vector(const struct page_pool *pool, int64_t v[PT_VECTOR])
{
	struct page_pool_stats st;

	memset(&st, 0, sizeof(st));
	page_pool_get_stats(pool, &st);
	v[0] = (int64_t)st.alloc_stats.fast;
	v[1] = (int64_t)st.alloc_stats.slow;
	v[2] = (int64_t)st.alloc_stats.slow_high_order;
	v[3] = (int64_t)st.alloc_stats.empty;
	v[4] = (int64_t)st.alloc_stats.refill;
	v[5] = (int64_t)st.alloc_stats.waive;
	v[6] = (int64_t)st.recycle_stats.cached;
	v[7] = (int64_t)st.recycle_stats.cache_full;
	v[8] = (int64_t)st.recycle_stats.ring;
	v[9] = (int64_t)st.recycle_stats.ring_full;
	v[10] = (int64_t)st.recycle_stats.released_refcnt;
	v[11] = page_pool_hold_cnt(pool);
	v[12] = page_pool_release_cnt(pool);
	v[13] = page_pool_inflight(pool);
	v[14] = page_pool_cache_count(pool);
}

/* Writes @v as the document does: [a b c d e f ; g h i j k ; l m n o]. */
static inline void pt_vector_text(char *buf, size_t size,
				  const int64_t v[PT_VECTOR])
{
	size_t len = 0;
	int i;

	for (i = 0; i < PT_VECTOR && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%" PRId64,
					i == 0		  ? "[" :
					i == 6 || i == 11 ? " ; " :
							    " ",
					v[i]);
	if (len < size)
		snprintf(buf + len, size - len, "]");
}

#endif /* PT_VECTOR_H */
