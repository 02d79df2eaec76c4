/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of struct pp_area: memory, the state of its chunks, and the map of
 * free ones.
 *
 * The free map is one bit for each chunk in 64-bit words: a batch is one
 * atomic operation on one word, a return is one too, and nobody waits.
 */
#ifndef PP_MEM_AREA_H
#define PP_MEM_AREA_H

#include "mem/mem.h"

#include <pagepool/area.h>

#define PP_NODE_CLASSES 256u /* different nodes in one area, unknown included */

struct pp_area {
	struct pp_mem mem;
	void *base;
	size_t bytes, map_bytes; /* used, mapped */
	bool own_map;		 /* ours to unmap */
	int fd;			 /* memfd, or -1 */
	char name[32];

	/*
	 * Node of a chunk: class_nid[node_class[chunk]]. node_class is NULL as
	 * long as all chunks are of class 0. Written by control calls only.
	 */
	uint8_t *node_class;
	int32_t class_nid[PP_NODE_CLASSES];
	uint32_t classes;

	/*
	 * Who keeps the area alive: 1 for the creator, 1 for each pool,
	 * registration, and page outside any pool that somebody still holds.
	 */
	uint32_t refs pp_cacheline_aligned;

	/* Never below the number of free bits: raised first, lowered last. */
	uint32_t nfree pp_cacheline_aligned;
	uint32_t cursor; /* word where the last batch was found: a hint */
	uint64_t *free_map;
	uint32_t free_words;
};

static inline struct pp_area *pp_area_of(struct pp_mem *mem)
{
	return pp_container_of(mem, struct pp_area, mem);
}

/* Node of a chunk, NUMA_NO_NODE if unknown. Context: any thread. */
static inline int32_t pp_area_nid(const struct pp_area *area, uint32_t idx)
{
	const uint8_t *cls = pp_load_acquire(&area->node_class);

	return pp_load(&area->class_nid[cls ? pp_load_acquire(&cls[idx]) : 0]);
}

/*
 * Takes up to @n (at most 64) chunks, those of node @nid first, any of them if
 * @nid is NUMA_NO_NODE. Context: any thread. Return: how many.
 */
uint32_t pp_area_take(struct pp_area *area, int32_t nid, uint32_t *idx,
		      uint32_t n);

/*
 * Takes 2^order consecutive chunks at a multiple of that, preferably on @nid.
 * Return: the first one, PP_NO_IDX if there is no such run.
 */
uint32_t pp_area_take_order(struct pp_area *area, int32_t nid, uint32_t order);

/*
 * Takes @n consecutive chunks, the first at a multiple of @align (a power of
 * two), from the end of the area if it can be. Context: control.
 * Return: the first one, PP_NO_IDX if there is no such run.
 */
uint32_t pp_area_take_range(struct pp_area *area, uint32_t n, uint32_t align);

/* A page of 2^order chunks comes home; its marks are lost. Context: any. */
void pp_area_home(struct pp_area *area, uint32_t idx, uint32_t order);

/* Drops one reason to live; the last one frees the area. Context: any. */
void pp_area_unref(struct pp_area *area);
void pp_area_ref(struct pp_area *area);

#endif /* PP_MEM_AREA_H */
