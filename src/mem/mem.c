/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "mem/mem.h"

#include "base/fault.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

struct pp_mem *pp_mems[PP_MAX_SLOTS];

static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;

/*
 * Slots are given out in a circle, so that a handle of memory that is gone
 * names nothing for as long as possible. Slot 0 is never used: a small number
 * is no handle.
 */
static int slot_take(struct pp_mem *mem)
{
	static uint32_t last;
	uint32_t i, slot = 0;

	pthread_mutex_lock(&slots_lock);
	for (i = 0; i < PP_MAX_SLOTS; i++) {
		last = last % (PP_MAX_SLOTS - 1) + 1;
		if (pp_load(&pp_mems[last]))
			continue;
		slot = last;
		mem->base = (uintptr_t)slot << PP_HANDLE_SLOT_SHIFT |
			    (mem->niov ? NET_IOV : 0);
		/* pairs with the acquire in pp_mem_of() */
		pp_store_release(&pp_mems[slot], mem);
		break;
	}
	pthread_mutex_unlock(&slots_lock);
	return slot ? 0 : -ENOMEM;
}

static size_t carve(size_t *at, size_t bytes)
{
	size_t here = *at;

	*at += (bytes + PP_CACHELINE - 1) & ~(size_t)(PP_CACHELINE - 1);
	return here;
}

int pp_mem_init(struct pp_mem *mem)
{
	size_t n = mem->n, at = 0, meta, link, ref, count = 0, addr = 0;
	unsigned char *p;
	uint32_t i;
	int err;

	meta = carve(&at, n * sizeof(*mem->meta));
	link = carve(&at, n * sizeof(*mem->link));
	ref = carve(&at, n * sizeof(*mem->pp_ref));
	if (mem->niov)
		addr = carve(&at, n * sizeof(*mem->dma_addr));
	else
		count = carve(&at, n * sizeof(*mem->refcount));
	if (PP_FAULT("mem.arrays"))
		return -ENOMEM;
	/* mmap: zero, and a page that is never used is never there */
	p = mmap(NULL, at, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		 -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	mem->arrays = p;
	mem->arrays_bytes = at;
	mem->meta = (uint32_t *)(void *)(p + meta);
	mem->link = (uint32_t *)(void *)(p + link);
	mem->pp_ref = (int64_t *)(void *)(p + ref);
	if (mem->niov)
		mem->dma_addr = (uint64_t *)(void *)(p + addr);
	else
		mem->refcount = (uint32_t *)(void *)(p + count);
	for (i = 0; i < mem->n; i++) {
		mem->pp_ref[i] = 1;
		if (mem->niov)
			mem->dma_addr[i] = (uint64_t)i << mem->chunk_shift;
		else
			mem->refcount[i] = 1;
	}
	err = PP_FAULT("mem.slot") ? -ENOMEM : slot_take(mem);
	if (err) {
		munmap(mem->arrays, mem->arrays_bytes);
		mem->arrays = NULL;
	}
	return err;
}

void pp_mem_cleanup(struct pp_mem *mem)
{
	pp_store_release(&pp_mems[mem->base >> PP_HANDLE_SLOT_SHIFT], NULL);
	munmap(mem->arrays, mem->arrays_bytes);
	mem->arrays = NULL;
}
