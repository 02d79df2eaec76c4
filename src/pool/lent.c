/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of buffers that are lent to the kernel, which picks among them by
 * itself (zero-copy receive): no alloc, no cache, no ring. What a buffer is at
 * any time is one word, see PP_REF_LENT in mem.h:
 *
 *	no references	the kernel's
 *	references	delivered; the last put learns what the kernel is owed
 *
 * The kernel may deliver a buffer again while it is held, or between the last
 * put and what that put does then. So there is no other word to keep in step:
 * meta says "held and shared" for as long as the buffer is lent, which sends
 * every put to pp_unref() and from there to here.
 */
#include "pool/device.h"
#include "pool/pool.h"

#define LENT_META (PP_ST_HELD | PP_META_SHARED)

uint32_t pp_dev_lend(struct page_pool *pool, uint32_t bufs,
		     void (*home)(void *arg, uint32_t idx, uint32_t owed,
				  bool ended),
		     void *arg)
{
	struct pp_mem *mem = pool->mem;
	uint32_t step = 1u << pool->order, align = 4096u >> mem->chunk_shift;
	uint32_t first, i, n = bufs << pool->order;

	if (bufs > mem->n >> pool->order)
		return PP_NO_IDX;
	first = pp_area_take_range(pool->area, n, align > step ? align : step);
	if (first == PP_NO_IDX)
		return first;
	pool->lent_home = home;
	pool->lent_arg = arg;
	for (i = first; i < first + n; i += step) {
		pp_store(&mem->pp_ref[i], PP_REF_LENT);
		pp_store(&mem->meta[i], pool->tag | LENT_META);
	}
	return first;
}

netmem_ref pp_dev_lent_take(struct page_pool *pool, uint32_t idx)
{
	int64_t old = pp_fetch_add(&pool->mem->pp_ref[idx], PP_REF_LENT_OWED + 1);

	/* several rings may drive one pool: an atomic add, once a buffer */
	if (!pp_ref_lent_refs(old))
		pp_fetch_add(&pool->hold, 1u);
	return pp_pool_ref(pool, idx);
}

static int64_t lent_misuse(struct pp_mem *mem, uint32_t idx, const char *what)
{
	pp_misuse(pp_pool_of_meta(pp_load(&mem->meta[idx])),
		  pp_mem_ref(mem, idx), what);
	return -1;
}

/* Nobody holds it any more: back to the kernel, or home. */
static void last_put(struct page_pool *pool, uint32_t idx, int64_t was)
{
	uint32_t owed = (uint32_t)((was - PP_REF_LENT) / PP_REF_LENT_OWED);

	pool->lent_home(pool->lent_arg, idx, owed,
			(was & PP_REF_LENT_ENDED) != 0);
	pp_count_release(pool);
}

int64_t pp_lent_unref(struct pp_mem *mem, uint32_t idx, int64_t nr)
{
	/* before the reference goes: afterwards the page may be anybody's */
	struct page_pool *pool = pp_pool_of_meta(pp_load(&mem->meta[idx]));
	int64_t *ref = &mem->pp_ref[idx], old = pp_load(ref), new;
	uint32_t refs;

	do {
		refs = pp_ref_lent_refs(old);
		if (!pp_ref_is_lent(old) || nr > refs)
			return lent_misuse(mem, idx,
					   refs ? "more references dropped than there were" :
						  "double put: nobody holds the page");
		/* the last one takes what is owed along */
		new = nr < refs ? old - nr :
				  PP_REF_LENT | (old & PP_REF_LENT_ENDED);
	} while (!pp_cas(ref, &old, new));
	if (nr == refs)
		last_put(pool, idx, old);
	return 1;
}

int64_t pp_lent_unref_keep(struct pp_mem *mem, uint32_t idx, int64_t nr)
{
	int64_t *ref = &mem->pp_ref[idx], old = pp_load(ref);
	uint32_t refs;

	do {
		refs = pp_ref_lent_refs(old);
		if (!pp_ref_is_lent(old) || nr > refs)
			return lent_misuse(mem, idx,
					   "more references dropped than there were");
		/* the last one stays until put_unrefed */
	} while (!pp_cas(ref, &old, nr < refs ? old - nr : old - nr + 1));
	return refs - nr;
}

bool pp_lent_ref(struct pp_mem *mem, uint32_t idx, const char *what)
{
	int64_t *ref = &mem->pp_ref[idx], old = pp_load(ref);

	do {
		if (!pp_ref_is_lent(old) || !pp_ref_lent_refs(old))
			return lent_misuse(mem, idx, what) > 0;
	} while (!pp_cas(ref, &old, old + 1));
	return true;
}

void pp_dev_lent_home(struct page_pool *pool, uint32_t idx)
{
	pp_area_home(pool->area, idx, pool->order);
}

void pp_dev_lend_end(struct page_pool *pool, uint32_t first, uint32_t bufs)
{
	uint32_t i, idx;

	for (i = 0; i < bufs; i++) {
		idx = first + (i << pool->order);
		/* either we see no holder, or the last one sees the mark */
		if (!pp_ref_lent_refs(pp_fetch_or(&pool->mem->pp_ref[idx],
						  PP_REF_LENT_ENDED)))
			pp_dev_lent_home(pool, idx);
	}
}
