/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of leaving the pool: in-flight accounting and external holders. */
#include "pool/pool.h"

/* A page on its own: gone home, or left to its external holders. */
static void page_let_go(struct pp_area *area, uint32_t idx, uint32_t order)
{
	uint32_t *refcount = &area->mem.refcount[idx];

	/* acquire: pairs with the decrement of the last external holder */
	if (pp_load_acquire(refcount) == 1) {
		pp_area_home(area, idx, order);
		return;
	}
	/* the holders keep the area alive; order must outlive the pool */
	pp_area_ref(area);
	pp_store(&area->mem.link[idx], order);
	pp_store(&area->mem.meta[idx], PP_ST_OUT);
	if (pp_fetch_sub(refcount, 1u) == 1) {
		pp_area_home(area, idx, order);
		pp_area_unref(area);
	}
}

/*
 * release_cnt + 1; whoever brings a destroyed pool to 0 in flight frees it. The
 * word says by itself whether that is so: another thread's release may free
 * the pool as soon as this one is counted.
 */
void pp_count_release(struct page_pool *pool)
{
	uint64_t old = pp_load(&pool->release), new;

	do {
		new = (old & ~UINT64_C(0xffffffff)) | (uint32_t)(old + 1);
	} while (!pp_cas(&pool->release, &old, new));
	if ((new &PP_RELEASE_DESTROYED) && pp_release_was_last(new))
		pp_pool_free(pool);
}

static void niov_let_go(struct page_pool *pool, uint32_t idx)
{
	const struct memory_provider_ops *ops = pool->p.mp_ops;
	netmem_ref netmem = pp_pool_ref(pool, idx);

	pp_store(&pool->mem->pp_ref[idx], 1);
	pp_store(&pool->meta[idx], pool->tag | PP_ST_OUT);
	if (ops->release_netmem(pool, netmem))
		pp_store(&pool->meta[idx], PP_ST_HOME);
}

void pp_release(struct page_pool *pool, uint32_t idx)
{
	/* home before it counts: the last release may end area and pool */
	if (pp_unlikely(pool->p.mp_ops != NULL))
		niov_let_go(pool, idx);
	else
		page_let_go(pool->area, idx, pool->order);
	pp_count_release(pool);
}

void page_pool_release_page(struct page_pool *pool, struct pp_page *page)
{
	netmem_ref netmem = (netmem_ref)page;
	uint64_t idx;
	uint32_t meta;

	if (!pool || !page)
		return;
	idx = pp_handle_idx(netmem, pool->base);
	if (idx >= pool->n || pool->p.mp_ops || pool->lent_home) {
		pp_misuse(pool, netmem,
			  "release_page of a page that is not the pool's");
		return;
	}
	meta = pp_load(&pool->meta[idx]);
	if ((meta & ~PP_META_FLAGS) != (pool->tag | PP_ST_HELD)) {
		pp_misuse(pool, netmem,
			  "release_page of a page that is not held");
		return;
	}
	/* the caller becomes a holder, the pool's own count goes */
	get_netmem(netmem);
	pp_release(pool, (uint32_t)idx);
}
