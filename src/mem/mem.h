/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of per-buffer state, the same for an area's chunks and a provider's
 * net_iovs: plain arrays with 32-bit indices, nothing in the memory itself.
 *
 * A handle is a number: [memory slot:16][index:..]<<3 | kind. It is looked up,
 * never dereferenced, so a forged or stale one does no harm.
 */
#ifndef PP_MEM_MEM_H
#define PP_MEM_MEM_H

#include "base/atomic.h"
#include "base/compiler.h"

#include <pagepool/netmem.h>

#include <sys/types.h>

_Static_assert(sizeof(uintptr_t) == 8, "handles need 64-bit pointers");

#define PP_HANDLE_SLOT_SHIFT 48
#define PP_HANDLE_IDX_SHIFT 3
#define PP_MAX_SLOTS 65536u
#define PP_NO_IDX UINT32_MAX

/*
 * meta: one word for each buffer, [pool slot:16][flags:8][state:8]. The pool
 * compares it with one expected value: ownership, state and "nothing special"
 * in one load.
 */
enum pp_state {
	PP_ST_HOME = 0,	  /* in the area's free map, or with the provider */
	PP_ST_CACHE = 1,  /* in the owner's cache */
	PP_ST_RING = 2,	  /* in the return ring */
	PP_ST_HELD = 3,	  /* handed out */
	PP_ST_KERNEL = 4, /* in a kernel ring: fill, or a whole page in TX */
	PP_ST_OUT = 5,	  /* left its pool, external holders remain */
};
#define PP_META_STATE 0xffu
#define PP_META_SHARED 0x100u	  /* pp_ref may differ from 1 */
#define PP_META_EXT 0x200u	  /* refcount may differ from 1 */
#define PP_META_PFMEMALLOC 0x400u /* do not recycle */
#define PP_META_FLAGS 0xff00u
#define PP_META_POOL_SHIFT 16

/*
 * pp_ref of a buffer that is lent to the kernel, which picks it by itself: the
 * references and what the kernel is owed in one word, so that whoever drops the
 * last reference learns in the same operation how much to return.
 *	[1][returns owed:31][lending has ended:1][references:31]
 * An ordinary count is never so negative.
 */
#define PP_REF_LENT INT64_MIN
#define PP_REF_LENT_OWED (INT64_C(1) << 32)
#define PP_REF_LENT_ENDED (INT64_C(1) << 31)
#define PP_REF_LENT_REFS (PP_REF_LENT_ENDED - 1)

static inline bool pp_ref_is_lent(int64_t ref)
{
	return ref < INT64_MIN / 2;
}

static inline uint32_t pp_ref_lent_refs(int64_t ref)
{
	return (uint32_t)(ref & PP_REF_LENT_REFS);
}

struct pp_mem {
	uintptr_t base;	      /* handle of buffer 0 */
	uint32_t n;	      /* buffers */
	uint32_t chunk_shift; /* log2 of their size */
	bool niov;
	uint32_t *meta;	    /* see above */
	uint32_t *link;	    /* return ring: index + 1 of the next, 0 ends */
	int64_t *pp_ref;    /* kernel's pp_ref_count; 1 unless PP_META_SHARED */
	uint32_t *refcount; /* kernel's page refcount; NULL for net_iovs */
	uint64_t *dma_addr; /* net_iovs; NULL: index << chunk_shift */
	unsigned char *va;  /* first byte, NULL if unreadable */
	void *arrays;	    /* what pp_mem_cleanup() unmaps */
	size_t arrays_bytes;
};

extern struct pp_mem *pp_mems[PP_MAX_SLOTS];

/* Context: control. Fills @mem, whose n, chunk_shift, niov and va are set. */
int pp_mem_init(struct pp_mem *mem);
void pp_mem_cleanup(struct pp_mem *mem);

static inline netmem_ref pp_mem_ref(const struct pp_mem *mem, uint32_t idx)
{
	return (netmem_ref)(mem->base + ((uintptr_t)idx << PP_HANDLE_IDX_SHIFT));
}

/* The memory a handle names, NULL for a handle that names none. */
static inline struct pp_mem *pp_mem_of(netmem_ref netmem)
{
	return pp_load_acquire(
		&pp_mems[(uintptr_t)netmem >> PP_HANDLE_SLOT_SHIFT]);
}

/*
 * Index of a handle counted from @base, at least @n if it is not one of those:
 * the rotation brings misplaced low bits to the top.
 */
static inline uint64_t pp_handle_idx(netmem_ref netmem, uintptr_t base)
{
	uint64_t off = (uintptr_t)netmem - base;

	return off >> PP_HANDLE_IDX_SHIFT | off << (64 - PP_HANDLE_IDX_SHIFT);
}

/* Finds memory and index of any handle; false for one that names nothing. */
static inline bool pp_mem_find(netmem_ref netmem, struct pp_mem **mem,
			       uint32_t *idx)
{
	struct pp_mem *m = pp_mem_of(netmem);
	uint64_t i;

	if (pp_unlikely(!m))
		return false;
	i = pp_handle_idx(netmem, m->base);
	if (pp_unlikely(i >= m->n))
		return false;
	*mem = m;
	*idx = (uint32_t)i;
	return true;
}

static inline uint32_t pp_meta_pool(uint32_t meta)
{
	return meta >> PP_META_POOL_SHIFT;
}

static inline void *pp_mem_addr(const struct pp_mem *mem, uint32_t idx)
{
	return mem->va ? mem->va + ((size_t)idx << mem->chunk_shift) : NULL;
}

#endif /* PP_MEM_MEM_H */
