/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a memory provider for tests: net_iovs with nothing behind them. */
#ifndef FAKE_PROVIDER_H
#define FAKE_PROVIDER_H

#include "pptest.h"

struct fake {
	struct net_iov_area *area;
	uint32_t free[256], nfree; /* a stack */
	uint32_t per_call;
	int init_error;
	bool pool_clears; /* what release_netmem answers */
	unsigned int inits, allocs, releases, destroys;
	void *priv_in_init;
};

static inline struct fake *fake_of(const struct page_pool *pool)
{
	return page_pool_mp_priv(pool);
}

static inline int fake_init(struct page_pool *pool)
{
	struct fake *f = fake_of(pool);

	f->inits++;
	f->priv_in_init = f;
	return f->init_error;
}

static inline netmem_ref fake_take(struct page_pool *pool, struct fake *f)
{
	struct net_iov *niov;

	if (!f->nfree)
		return 0;
	niov = pp_niov_area_at(f->area, f->free[--f->nfree]);
	net_mp_niov_set_page_pool(pool, niov);
	return net_iov_to_netmem(niov);
}

static inline netmem_ref fake_alloc(struct page_pool *pool)
{
	struct fake *f = fake_of(pool);
	netmem_ref more;
	uint32_t i;

	f->allocs++;
	for (i = 1; i < f->per_call; i++) {
		more = fake_take(pool, f);
		if (!more)
			break;
		net_mp_netmem_place_in_cache(pool, more);
	}
	return fake_take(pool, f);
}

static inline bool fake_release(struct page_pool *pool, netmem_ref netmem)
{
	struct fake *f = fake_of(pool);
	struct net_iov *niov = netmem_to_net_iov(netmem);

	f->releases++;
	if (f->nfree < 256)
		f->free[f->nfree++] = pp_niov_index(niov);
	if (f->pool_clears)
		return true;
	net_mp_niov_clear_page_pool(niov);
	return false;
}

static inline void fake_destroy(struct page_pool *pool)
{
	fake_of(pool)->destroys++;
}

static const struct memory_provider_ops fake_ops = {
	.init = fake_init,
	.alloc_netmems = fake_alloc,
	.release_netmem = fake_release,
	.destroy = fake_destroy,
};

static inline void fake_start(struct fake *f, uint32_t n, uint32_t per_call,
			      uint32_t type)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	int err;

	memset(f, 0, sizeof(*f));
	f->per_call = per_call;
	err = pp_niov_area_create(&f->area, n, 4096, type, &ext);
	cr_assert_eq(err, 0, "%s", ext.msg);
	while (f->nfree < n) {
		f->free[f->nfree] = n - 1 - f->nfree;
		f->nfree++;
	}
}

static inline struct page_pool_params fake_params(struct fake *f)
{
	return (struct page_pool_params){
		.sz = sizeof(struct page_pool_params),
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = 4096,
		.mp_ops = &fake_ops,
		.mp_priv = f,
	};
}

static inline struct page_pool *fake_pool(struct fake *f)
{
	struct page_pool *pool = pt_pool(fake_params(f));

	cr_assert_eq(f->inits, 1);
	return pool;
}

/* Ends a pool whose buffers are all back, and the provider. */
static inline void fake_end(struct fake *f, struct page_pool *pool, uint32_t n)
{
	uint64_t seen[4] = { 0 };
	uint32_t i;

	page_pool_destroy(pool);
	cr_assert_eq(f->destroys, 1);
	cr_assert_eq(f->nfree, n, "%u of %u net_iovs came home", f->nfree, n);
	for (i = 0; i < n; i++) {
		cr_assert_eq(seen[f->free[i] / 64] >> f->free[i] % 64 & 1, 0,
			     "net_iov %u came home twice", f->free[i]);
		seen[f->free[i] / 64] |= UINT64_C(1) << f->free[i] % 64;
	}
	pp_niov_area_destroy(f->area);
}

#endif /* FAKE_PROVIDER_H */
