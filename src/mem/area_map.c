/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the free map: batches out, chunks home, no lock. */
#include "mem/area.h"

#include <string.h>

/* Bits of word @w whose chunks may be taken for @nid. @pass 1 takes any. */
static uint64_t node_mask(const struct pp_area *area, uint32_t w, int32_t nid,
			  int pass)
{
	const uint8_t *cls = pp_load_acquire(&area->node_class);
	uint64_t mask = 0;
	uint32_t i, end;

	if (pass || nid == NUMA_NO_NODE || !cls)
		return UINT64_MAX;
	end = pp_min(64u, area->mem.n - w * 64);
	for (i = 0; i < end; i++)
		if (pp_area_nid(area, w * 64 + i) == nid)
			mask |= UINT64_C(1) << i;
	return mask;
}

/* The lowest @n bits of @bits. */
static uint64_t lowest_bits(uint64_t bits, uint32_t n)
{
	uint64_t rest = bits;

	if ((uint32_t)__builtin_popcountll(bits) <= n)
		return bits;
	while (n--)
		rest &= rest - 1;
	return bits & ~rest;
}

static uint32_t word_take(struct pp_area *area, uint32_t w, uint64_t mask,
			  uint32_t *idx, uint32_t n)
{
	uint64_t old = pp_load(&area->free_map[w]), want;
	uint32_t got = 0;

	do {
		want = lowest_bits(old & mask, n);
		if (!want)
			return 0;
		/* acquire: pairs with the release of pp_area_home() */
	} while (!pp_cas(&area->free_map[w], &old, old & ~want));
	for (; want; want &= want - 1)
		idx[got++] = w * 64 + (uint32_t)__builtin_ctzll(want);
	return got;
}

uint32_t pp_area_take(struct pp_area *area, int32_t nid, uint32_t *idx, uint32_t n)
{
	uint32_t start, i, w, got = 0;
	int pass, passes = 2;

	if (nid == NUMA_NO_NODE || !pp_load_acquire(&area->node_class))
		passes = 1;
	for (pass = 0; pass < passes && got < n; pass++) {
		start = pp_load(&area->cursor);
		for (i = 0; i < area->free_words && got < n; i++) {
			if (!pp_load(&area->nfree))
				break;
			w = start + i;
			if (w >= area->free_words)
				w -= area->free_words;
			if (!pp_load(&area->free_map[w]))
				continue;
			got += word_take(area, w, node_mask(area, w, nid, pass),
					 idx + got, n - got);
			if (got == n)
				pp_store(&area->cursor, w);
		}
	}
	if (got)
		pp_fetch_sub(&area->nfree, got);
	return got;
}

/* The bits of [first, first + n) in word @w. */
static uint64_t range_bits(uint32_t w, uint32_t first, uint32_t n)
{
	uint64_t bits = UINT64_MAX;
	uint32_t end = first + n;

	if (w == first / 64)
		bits &= UINT64_MAX << (first % 64);
	if (w == end / 64)
		bits &= (UINT64_C(1) << (end % 64)) - 1;
	return bits;
}

/* Sets the bits of a run free, in its words up to, not including, @end. */
static void range_free(struct pp_area *area, uint32_t first, uint32_t n,
		       uint32_t end)
{
	uint32_t w;

	for (w = first / 64; w < end; w++)
		pp_fetch_or(&area->free_map[w], range_bits(w, first, n));
}

/* Claims a run or nothing. Return: PP_NO_IDX, or a chunk that is in use. */
static uint32_t range_take(struct pp_area *area, uint32_t first, uint32_t n)
{
	uint32_t w, last = (first + n - 1) / 64;
	uint64_t bits, old, used;

	for (w = first / 64; w <= last; w++) {
		bits = range_bits(w, first, n);
		old = pp_load(&area->free_map[w]);
		do {
			used = bits & ~old;
			if (used) {
				range_free(area, first, n, w);
				return w * 64 + (uint32_t)__builtin_ctzll(used);
			}
			/* acquire: pairs with the release of pp_area_home() */
		} while (!pp_cas(&area->free_map[w], &old, old & ~bits));
	}
	return PP_NO_IDX;
}

uint32_t pp_area_take_order(struct pp_area *area, int32_t nid, uint32_t order)
{
	uint32_t count = 1u << order, idx;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (idx = 0; idx + count <= area->mem.n; idx += count) {
			if (pp_load(&area->nfree) < count)
				return PP_NO_IDX;
			if (!pass && nid != NUMA_NO_NODE &&
			    pp_area_nid(area, idx) != nid)
				continue;
			if (range_take(area, idx, count) != PP_NO_IDX)
				continue;
			pp_fetch_sub(&area->nfree, count);
			return idx;
		}
	}
	return PP_NO_IDX;
}

uint32_t pp_area_take_range(struct pp_area *area, uint32_t n, uint32_t align)
{
	uint32_t first, used;

	if (!n || n > area->mem.n)
		return PP_NO_IDX;
	first = (area->mem.n - n) & ~(align - 1);
	for (;;) {
		used = range_take(area, first, n);
		if (used == PP_NO_IDX) {
			pp_fetch_sub(&area->nfree, n);
			return first;
		}
		/* the next run ends before what is in use */
		if (used < n)
			return PP_NO_IDX;
		first = (used - n) & ~(align - 1);
	}
}

void pp_area_home(struct pp_area *area, uint32_t idx, uint32_t order)
{
	uint32_t count = 1u << order;

	pp_store(&area->mem.pp_ref[idx], 1);
	pp_store(&area->mem.refcount[idx], 1u);
	pp_store(&area->mem.meta[idx], PP_ST_HOME);
	pp_fetch_add(&area->nfree, count);
	range_free(area, idx, count, (idx + count - 1) / 64 + 1);
}
