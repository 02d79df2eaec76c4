/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of "the caller is wrong": counted, told, never obeyed. */
#include "pool/pool.h"

#include <stdlib.h>

static void (*handler)(void *, const struct page_pool *, netmem_ref,
		       const char *);
static void *handler_arg;

void pp_set_misuse_handler(void (*fn)(void *arg, const struct page_pool *pool,
				      netmem_ref netmem, const char *what),
			   void *arg)
{
	pp_store(&handler_arg, arg);
	/* pairs with the acquire in pp_misuse() */
	pp_store_release(&handler, fn);
}

void pp_misuse(const struct page_pool *pool, netmem_ref netmem, const char *what)
{
	void (*fn)(void *, const struct page_pool *, netmem_ref, const char *);

	if (pool)
		pp_fetch_add_relaxed(&((struct page_pool *)(uintptr_t)pool)
					      ->shared.misuse,
				     UINT64_C(1));
	/* pairs with the release in pp_set_misuse_handler() */
	fn = pp_load_acquire(&handler);
	if (fn)
		fn(pp_load(&handler_arg), pool, netmem, what);
#if PP_DEBUG >= 1
	else
		abort();
#endif
}

uint64_t page_pool_misuse_count(const struct page_pool *pool)
{
	return pool ? pp_load(&pool->shared.misuse) : 0;
}
