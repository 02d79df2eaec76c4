// SPDX-License-Identifier: BSD-2-Clause
// The home of "the headers are C++17 too": compiled, linked and run.
#include <pagepool/pagepool.h>

int main()
{
	pp_extack ext = {};
	page_pool_params params = {};
	page_pool *pool = nullptr;
	netmem_ref x;

	ext.sz = sizeof(ext);
	params.sz = sizeof(params);
	params.dma_dir = DMA_FROM_DEVICE;
	params.flags = PP_FLAG_DMA_MAP;
	if (page_pool_create(&pool, &params, &ext))
		return 1;
	x = page_pool_alloc_netmems(pool);
	if (!x || netmem_is_net_iov(x) || !netmem_address(x))
		return 1;
	page_pool_put_full_netmem(pool, x, true);
	page_pool_destroy(pool);
	return 0;
}
