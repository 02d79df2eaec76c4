/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of pp_ref_count: several references to one page. */
#include "pool/pool.h"

int64_t pp_unref(struct pp_mem *mem, uint32_t idx, int64_t nr)
{
	int64_t *ref = &mem->pp_ref[idx], left = pp_load_acquire(ref);

	/*
	 * The last user needs no read-modify-write, but must see what the
	 * others did before they dropped theirs: acquire, pairs with theirs.
	 */
	if (left == nr) {
		pp_store(ref, 1);
		return 0;
	}
	if (pp_unlikely(pp_ref_is_lent(left)))
		return pp_lent_unref(mem, idx, nr);
	left = pp_fetch_sub(ref, nr) - nr;
	if (pp_likely(left > 0))
		return left;
	if (left == 0) {
		pp_store(ref, 1);
		return 0;
	}
	pp_fetch_add(ref, nr);
	pp_misuse(pp_pool_of_meta(pp_load(&mem->meta[idx])), pp_mem_ref(mem, idx),
		  "more references dropped than there were");
	return -1;
}

/* Finds a buffer that is handed out; anything else is misuse. */
static bool held(netmem_ref netmem, struct pp_mem **mem, uint32_t *idx,
		 const char *what)
{
	struct page_pool *pool = NULL;

	if (!netmem)
		return false;
	if (pp_mem_find(netmem, mem, idx)) {
		uint32_t meta = pp_load(&(*mem)->meta[*idx]);

		if ((meta & PP_META_STATE) == PP_ST_HELD)
			return true;
		pool = pp_pool_of_meta(meta);
	}
	pp_misuse(pool, netmem, what);
	return false;
}

void page_pool_fragment_netmem(netmem_ref netmem, long nr)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!held(netmem, &mem, &idx, "fragment of a page nobody holds"))
		return;
	if (nr < 1) {
		pp_misuse(netmem_get_pp(netmem), netmem,
			  "fragment into fewer than 1");
		return;
	}
	if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx]))) {
		pp_misuse(netmem_get_pp(netmem), netmem,
			  "fragment of a page that the kernel picked: take references instead");
		return;
	}
	pp_store(&mem->pp_ref[idx], nr);
	pp_fetch_or(&mem->meta[idx], PP_META_SHARED);
}

void page_pool_ref_netmem(netmem_ref netmem)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!held(netmem, &mem, &idx, "ref of a page nobody holds"))
		return;
	if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx]))) {
		pp_lent_ref(mem, idx, "ref of a page nobody holds");
		return;
	}
	/* marked before the new reference can be handed on */
	if (!(pp_load(&mem->meta[idx]) & PP_META_SHARED))
		pp_fetch_or(&mem->meta[idx], PP_META_SHARED);
	pp_fetch_add(&mem->pp_ref[idx], 1);
}

long page_pool_unref_netmem(netmem_ref netmem, long nr)
{
	struct pp_mem *mem;
	uint32_t idx;

	if (!held(netmem, &mem, &idx, "unref of a page nobody holds"))
		return netmem ? -1 : 0;
	if (nr < 0) {
		pp_misuse(netmem_get_pp(netmem), netmem,
			  "unref of a negative number");
		return -1;
	}
	if (pp_ref_is_lent(pp_load(&mem->pp_ref[idx])))
		return (long)pp_lent_unref_keep(mem, idx, nr);
	return (long)pp_unref(mem, idx, nr);
}
