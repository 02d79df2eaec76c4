/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the list of live pools. */
#include "pool/pool.h"

#include "base/fault.h"

#include <errno.h>
#include <pthread.h>

struct page_pool *pp_pools[PP_MAX_SLOTS];

static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;

/* Slots go round, so that a stale page names nothing for long. 0 is "none". */
int pp_pool_register(struct page_pool *pool)
{
	static uint32_t last;
	uint32_t i;
	int err = -ENOMEM;

	if (PP_FAULT("pool.slot"))
		return -ENOMEM;
	pthread_mutex_lock(&pools_lock);
	for (i = 0; err && i < PP_MAX_SLOTS; i++) {
		last = last % (PP_MAX_SLOTS - 1) + 1;
		if (pp_load(&pp_pools[last]))
			continue;
		pool->slot = last;
		pool->tag = last << PP_META_POOL_SHIFT;
		/* pairs with the acquire in pp_pool_of_meta() */
		pp_store_release(&pp_pools[last], pool);
		err = 0;
	}
	pthread_mutex_unlock(&pools_lock);
	return err;
}

void pp_pool_unregister(struct page_pool *pool)
{
	pp_store_release(&pp_pools[pool->slot], NULL);
}
