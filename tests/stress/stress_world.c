/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the memory under stress, and of books apart from the pool's. */
#include "stress_world.h"

static struct granule *granule_of(struct world *w, const struct item *item)
{
	uint64_t addr = page_pool_get_dma_addr_netmem(item->netmem);

	return &w->granule[addr / GRANULE + item->offset / GRANULE];
}

void claim(struct world *w, const struct item *item, uint32_t refs)
{
	struct granule *g = granule_of(w, item);
	uint64_t before = atomic_exchange_explicit(&g->stamp, item->stamp,
						   memory_order_relaxed);

	check(!before, "chunk %" PRIu64 "+%u was handed out twice",
	      page_pool_get_dma_addr_netmem(item->netmem) / 4096, item->offset);
	atomic_store_explicit(&g->left, refs, memory_order_relaxed);
}

void disclaim(struct world *w, const struct item *item)
{
	struct granule *g = granule_of(w, item);

	check(atomic_load_explicit(&g->stamp, memory_order_relaxed) == item->stamp,
	      "a page changed hands while it was held");
	if (atomic_fetch_sub_explicit(&g->left, 1, memory_order_relaxed) == 1)
		atomic_store_explicit(&g->stamp, 0, memory_order_relaxed);
}

void stamp(const struct item *item, uint64_t with)
{
	char *p = netmem_address(item->netmem);
	uint64_t word;
	uint32_t i;

	for (i = 0; p && i + sizeof(word) <= item->len; i += GRANULE) {
		word = with + i;
		memcpy(p + item->offset + i, &word, sizeof(word));
	}
}

void verify(const struct item *item, uint64_t with)
{
	const char *p = netmem_address(item->netmem);
	uint64_t word;
	uint32_t i;

	for (i = 0; p && i + sizeof(word) <= item->len; i += GRANULE) {
		memcpy(&word, p + item->offset + i, sizeof(word));
		check(word == with + i, "foreign bytes at %u of a held page",
		      item->offset + i);
	}
}

/* ---- a provider of net_iovs, its list under a lock of the test's ---- */

static netmem_ref niov_alloc(struct page_pool *pool)
{
	struct world *w = page_pool_mp_priv(pool);
	struct net_iov *niov = NULL;

	pthread_mutex_lock(&w->niov_lock);
	if (w->niov_nfree)
		niov = pp_niov_area_at(w->niovs, w->niov_free[--w->niov_nfree]);
	pthread_mutex_unlock(&w->niov_lock);
	if (!niov)
		return 0;
	net_mp_niov_set_page_pool(pool, niov);
	return net_iov_to_netmem(niov);
}

static bool niov_release(struct page_pool *pool, netmem_ref netmem)
{
	struct world *w = page_pool_mp_priv(pool);
	struct net_iov *niov = netmem_to_net_iov(netmem);

	net_mp_niov_clear_page_pool(niov);
	pthread_mutex_lock(&w->niov_lock);
	w->niov_free[w->niov_nfree++] = pp_niov_index(niov);
	pthread_mutex_unlock(&w->niov_lock);
	return false;
}

static const struct memory_provider_ops niov_ops = {
	.alloc_netmems = niov_alloc,
	.release_netmem = niov_release,
};

/* ---- pools ---- */

static void on_destroyed(void *arg)
{
	struct world *w = arg;

	atomic_fetch_add(&w->destroyed, 1);
}

struct page_pool *pool_make(struct world *w)
{
	const struct mode *m = w->mode;
	struct page_pool_params params = {
		.sz = sizeof(params),
		.pool_size = m->pool_size,
		.area = w->area,
		.mode = m->pool_mode,
		.on_destroyed = on_destroyed,
		.on_destroyed_arg = w,
	};
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct page_pool *pool = NULL;

	if (m->provider) {
		params.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV;
		params.max_len = 4096;
		params.mp_ops = &niov_ops;
		params.mp_priv = w;
	}
	check(!page_pool_create(&pool, &params, &ext), "create: %s", ext.msg);
	atomic_fetch_add(&w->pools, 1);
	return pool;
}

void pool_balance(const struct world *w, struct page_pool *pool, uint64_t flushed)
{
	struct page_pool_stats st = { 0 };
	uint64_t in, out;

	page_pool_get_stats(pool, &st);
	in = st.recycle_stats.cached + st.recycle_stats.ring +
	     page_pool_release_cnt(pool) - flushed;
	out = st.alloc_stats.fast + st.alloc_stats.slow +
	      st.alloc_stats.slow_high_order + st.alloc_stats.refill;
	if (w->mode->provider) /* its slow allocations move no counter */
		out += page_pool_hold_cnt(pool);
	check(out == in || (w->mode->frags && out == in + 1),
	      "%" PRIu64 " pages went out and %" PRIu64 " came back", out, in);
	check(!page_pool_misuse_count(pool), "misuse was counted");
}

/* ---- memory ---- */

void memory_make(struct world *w)
{
	struct pp_area_params params = { .sz = sizeof(params),
					 .chunks = w->mode->chunks };
	struct pp_extack ext = { .sz = sizeof(ext) };
	uint32_t i;

	if (!w->mode->provider) {
		check(!pp_area_create(&w->area, &params, &ext), "%s", ext.msg);
		return;
	}
	check(!pp_niov_area_create(&w->niovs, w->mode->chunks, 4096,
				   NET_IOV_CUSTOM, &ext),
	      "%s", ext.msg);
	for (i = 0; i < w->mode->chunks; i++)
		w->niov_free[w->niov_nfree++] = i;
}

void memory_end(struct world *w)
{
	if (w->mode->provider) {
		check(w->niov_nfree == w->mode->chunks,
		      "%u of %u net_iovs came home", w->niov_nfree,
		      w->mode->chunks);
		pp_niov_area_destroy(w->niovs);
		return;
	}
	check(pp_area_free_chunks(w->area) == w->mode->chunks,
	      "%u of %u chunks came home", pp_area_free_chunks(w->area),
	      w->mode->chunks);
	check(!pp_area_destroy(w->area), "the area is busy still");
}
