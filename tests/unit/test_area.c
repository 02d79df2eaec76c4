/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what areas promise: memory in chunks, shared by pools. */
#define _GNU_SOURCE
#include "pptest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void *map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(p, MAP_FAILED);
	return p;
}

PP_TEST(area, chunks_are_4096_bytes_unless_said_otherwise)
{
	struct pp_area *area = pt_area_of((struct pp_area_params){ .chunks = 10 });

	cr_assert_eq(pp_area_bytes(area), 40960);
	cr_assert_eq(pp_area_free_chunks(area), 10);
	cr_assert_eq((uintptr_t)pp_area_base(area) % 4096, 0);
	memset(pp_area_base(area), 0x77, 40960);
	pt_area_end(area);
}

PP_TEST(area, chunks_from_256_bytes_to_a_megabyte)
{
	uint32_t bytes;
	struct pp_area *area;
	struct page_pool *pool;
	netmem_ref x[5];
	int i;

	for (bytes = 256; bytes <= 1 << 20; bytes <<= 1) {
		area = pt_area_of((struct pp_area_params){ .chunk_bytes = bytes,
							   .chunks = 5 });
		cr_assert_eq(pp_area_bytes(area), (size_t)bytes * 5);
		cr_assert_eq((uintptr_t)pp_area_base(area) % bytes, 0);
		pool = pt_pool((struct page_pool_params){ .area = area });
		pt_alloc_n(pool, x, 5);
		for (i = 0; i < 5; i++)
			memset(netmem_address(x[i]), i + 1, bytes);
		for (i = 0; i < 5; i++) {
			const unsigned char *p = netmem_address(x[i]);

			cr_assert(p[0] == i + 1 && p[bytes - 1] == i + 1,
				  "chunks overlap");
			cr_assert_eq(page_pool_get_dma_addr_netmem(x[i]),
				     (uint64_t)pt_index(x[i]) * bytes);
		}
		pt_put_r_n(pool, x, 5);
		page_pool_destroy(pool);
		pt_area_end(area);
	}
}

PP_TEST(area, memfd_memory_is_visible_through_the_file)
{
	struct pp_area *area = pt_area_of((struct pp_area_params){
		.chunks = 16, .flags = PP_AREA_MEMFD, .name = "test" });
	int fd = pp_area_fd(area);
	char *base = pp_area_base(area), byte = 0;
	struct stat st;

	cr_assert_geq(fd, 0);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_geq((size_t)st.st_size, pp_area_bytes(area));
	base[5000] = 'x';
	cr_assert_eq(pread(fd, &byte, 1, 5000), 1);
	cr_assert_eq(byte, 'x');
	byte = 'y';
	cr_assert_eq(pwrite(fd, &byte, 1, 65535), 1);
	cr_assert_eq(base[65535], 'y');
	pt_area_end(area);
	cr_assert_eq(fstat(fd, &st), -1, "the area did not close its file");
}

PP_TEST(area, other_areas_have_no_file)
{
	struct pp_area *area = pt_area(1);

	cr_assert_eq(pp_area_fd(area), -ENOENT);
	pt_area_end(area);
}

PP_TEST(area, huge_pages_are_asked_for_at_best_effort)
{
	struct pp_area *area = pt_area_of(
		(struct pp_area_params){ .chunks = 1024, .flags = PP_AREA_THP });

	memset(pp_area_base(area), 1, pp_area_bytes(area));
	cr_assert_eq(pp_area_free_chunks(area), 1024);
	pt_area_end(area);
}

PP_TEST(area, populate_faults_every_page_in)
{
	struct pp_area *area = pt_area_of((struct pp_area_params){
		.chunks = 64, .flags = PP_AREA_POPULATE });
	unsigned char in[64] = { 0 };
	int i;

	cr_assert_eq(mincore(pp_area_base(area), 64 * 4096, in), 0);
	for (i = 0; i < 64; i++)
		cr_assert(in[i] & 1, "page %d is not there", i);
	pt_area_end(area);
}

PP_TEST(area, flags_go_together)
{
	struct pp_area *area = pt_area_of((struct pp_area_params){
		.chunks = 8,
		.nid = NUMA_NO_NODE,
		.flags = PP_AREA_MEMFD | PP_AREA_THP | PP_AREA_POPULATE });

	cr_assert_geq(pp_area_fd(area), 0);
	pt_area_end(area);
}

PP_TEST(area, callers_memory_is_used_and_stays_the_callers)
{
	struct pp_area_params params = { .sz = sizeof(params), .chunks = 8 };
	char *base = map(16 * 4096);
	struct pp_area *area = NULL;
	struct page_pool *pool;
	netmem_ref x[8];
	int i;

	cr_assert_eq(pp_area_create_from(&area, base, 16 * 4096, &params, NULL),
		     0);
	cr_assert_eq(pp_area_base(area), base);
	cr_assert_eq(pp_area_bytes(area), 8 * 4096);
	cr_assert_eq(pp_area_fd(area), -ENOENT);
	pool = pt_pool((struct page_pool_params){ .area = area });
	pt_alloc_n(pool, x, 8);
	for (i = 0; i < 8; i++) {
		char *va = netmem_address(x[i]);

		cr_assert(va >= base && va < base + 8 * 4096);
		cr_assert_eq((uint64_t)(va - base),
			     page_pool_get_dma_addr_netmem(x[i]));
	}
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_put_r_n(pool, x, 8);
	page_pool_destroy(pool);
	pt_area_end(area);
	base[0] = base[16 * 4096 - 1] = 1; /* still mapped */
	cr_assert_eq(munmap(base, 16 * 4096), 0);
}

PP_TEST(area, callers_memory_that_does_not_fit_is_refused)
{
	struct pp_area_params params = { .sz = sizeof(params), .chunks = 8 };
	struct pp_area *area = (void *)0x1234;
	struct pp_extack ext = { .sz = sizeof(ext) };
	char *base = map(8 * 4096);

	cr_assert_eq(pp_area_create_from(&area, base, 8 * 4096 - 1, &params, &ext),
		     -EINVAL);
	cr_assert_neq(ext.msg[0], 0);
	cr_assert_eq(pp_area_create_from(&area, base + 64, 8 * 4096 - 64,
					 &params, NULL),
		     -EINVAL);
	cr_assert_eq(pp_area_create_from(&area, NULL, 8 * 4096, &params, NULL),
		     -EINVAL);
	cr_assert_eq(pp_area_create_from(&area, base, 0, &params, NULL), -EINVAL);
	params.flags = PP_AREA_MEMFD;
	cr_assert_eq(pp_area_create_from(&area, base, 8 * 4096, &params, NULL),
		     -EINVAL);
	cr_assert_eq(area, (void *)0x1234);
	munmap(base, 8 * 4096);
}

PP_TEST(area, is_busy_while_a_pool_uses_it)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *a, *b;

	a = pt_pool((struct page_pool_params){ .area = area });
	b = pt_pool((struct page_pool_params){ .area = area });
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	page_pool_destroy(a);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	page_pool_destroy(b);
	pt_area_end(area);
}

PP_TEST(area, is_busy_while_a_destroyed_pool_has_a_page_out)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	page_pool_destroy(pool);
	cr_assert_eq(pp_area_free_chunks(area), 63);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	pt_put_r(pool, x);
	pt_area_end(area);
}

PP_TEST(area, is_busy_while_somebody_holds_a_page)
{
	struct pp_area *area = pt_area(64);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	get_netmem(x);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	cr_assert_eq(pt_pools_alive(), 0);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	/* a refusal changes nothing: the page is still good */
	memset(netmem_address(x), 3, 4096);
	put_netmem(x);
	pt_area_end(area);
}

PP_TEST(area, two_pools_share_what_there_is)
{
	struct pp_area *area = pt_area(100);
	struct page_pool *a, *b;
	netmem_ref x[37], y;

	a = pt_pool((struct page_pool_params){ .area = area });
	b = pt_pool((struct page_pool_params){ .area = area });
	pt_alloc_n(a, x, 1);
	pt_alloc_n(b, x + 1, 1);
	pt_expect(a, "[0 1 0 1 0 0 ; ... ; 64 0 64 63]");
	pt_expect(b, "[0 1 0 1 0 0 ; ... ; 36 0 36 35]");
	cr_assert_eq(pp_area_free_chunks(area), 0);
	pt_alloc_n(b, x + 2, 35);
	cr_assert_null(page_pool_alloc_netmems(b));
	pt_expect(b, "[35 1 0 2 0 0 ; ... ; 36 0 36 0]");
	/* what one lets go the other can take */
	page_pool_update_nid(a, 0);
	cr_assert_eq(pp_area_free_chunks(area), 63);
	y = pt_alloc(b);
	pt_expect(b, "[35 2 0 3 0 0 ; ... ; 99 0 99 62]");
	cr_assert_null(page_pool_alloc_netmems(a));
	pt_put_r(a, x[0]);
	pt_put_r_n(b, x + 1, 36);
	pt_put_r(b, y);
	page_pool_destroy(a);
	page_pool_destroy(b);
	pt_area_end(area);
}

PP_TEST(area, nodes_are_declared_by_range)
{
	struct pp_area *area = pt_area(100);
	struct page_pool *pool;
	netmem_ref x[100];
	uint32_t i, idx;

	cr_assert_eq(pp_area_set_chunk_nid(area, 10, 20, 1), 0);
	cr_assert_eq(pp_area_set_chunk_nid(area, 99, 1, 250), 0);
	cr_assert_eq(pp_area_set_chunk_nid(area, 50, 5, NUMA_NO_NODE), 0);
	pool = pt_pool(
		(struct page_pool_params){ .area = area, .nid = NUMA_NO_NODE });
	pt_alloc_n(pool, x, 100);
	for (i = 0; i < 100; i++) {
		idx = pt_index(x[i]);
		cr_assert_eq(netmem_nid(x[i]),
			     idx == 99		   ? 250 :
			     idx >= 10 && idx < 30 ? 1 :
			     idx >= 50 && idx < 55 ? NUMA_NO_NODE :
						     0,
			     "chunk %u", idx);
	}
	pt_put_r_n(pool, x, 100);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(area, an_area_of_unknown_node_has_chunks_of_unknown_node)
{
	struct pp_area *area = pt_area_of(
		(struct pp_area_params){ .chunks = 4, .nid = NUMA_NO_NODE });
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	cr_assert_eq(netmem_nid(x), NUMA_NO_NODE);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(area, a_node_the_machine_does_not_have_is_fine)
{
	struct pp_area *area = pt_area_of(
		(struct pp_area_params){ .chunks = 4, .nid = 900 });
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .nid = 900 });
	netmem_ref x = pt_alloc(pool);

	cr_assert_eq(netmem_nid(x), 900);
	memset(netmem_address(x), 1, 4096);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(area, ranges_outside_it_are_refused)
{
	struct pp_area *area = pt_area(100);

	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 101, 1), -EINVAL);
	cr_assert_eq(pp_area_set_chunk_nid(area, 100, 1, 1), -EINVAL);
	cr_assert_eq(pp_area_set_chunk_nid(area, 50, UINT32_MAX - 10, 1),
		     -EINVAL);
	cr_assert_eq(pp_area_set_chunk_nid(area, UINT32_MAX, 1, 1), -EINVAL);
	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 1, -2), -EINVAL);
	cr_assert_eq(pp_area_set_chunk_nid(area, 100, 0, 1), 0);
	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 100, 1), 0);
	pt_area_end(area);
}

PP_TEST(area, as_many_as_255_different_nodes)
{
	struct pp_area *area = pt_area(400);
	uint32_t i;

	/* node 0 is there already */
	for (i = 1; i < 255; i++)
		cr_assert_eq(pp_area_set_chunk_nid(area, i, 1, (int)i + 1000),
			     0, "node %u", i);
	/* known ones can be declared again */
	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 300, 1001), 0);
	for (i = 0; i < 300; i++)
		if (pp_area_set_chunk_nid(area, i, 1, (int)i + 5000))
			break;
	cr_assert_lt(i, 300, "there is no limit");
	cr_assert_eq(pp_area_set_chunk_nid(area, i, 1, 9999), -ENOMEM);
	pt_area_end(area);
}

PP_TEST(area, a_pool_without_one_makes_its_own)
{
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area_chunks = 10 });
	netmem_ref x[10];

	pt_alloc_n(pool, x, 10);
	cr_assert_null(page_pool_alloc_netmems(pool));
	pt_expect(pool, "[9 1 0 2 0 0 ; ... ; 10 0 10 0]");
	pt_put_r_n(pool, x, 10);
	page_pool_destroy(pool);
}

PP_TEST(area, a_private_area_of_0_chunks_has_4096)
{
	static netmem_ref x[4200];
	struct page_pool *pool = pt_pool_sized(0);

	cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x, 4200), 4096);
	pt_expect(pool, "[4032 64 0 65 0 0 ; ... ; 4096 0 4096 0]");
	pt_put_r_n(pool, x, 4096);
	page_pool_destroy(pool);
}

PP_TEST(area, many_can_come_and_go)
{
	struct pp_area *area;
	int i;

	for (i = 0; i < 2000; i++) {
		area = pt_area(3);
		pt_area_end(area);
	}
}

PP_TEST(area, an_odd_number_of_chunks_is_all_usable)
{
	static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 127, 129, 1000 };
	struct pp_area *area;
	struct page_pool *pool;
	static netmem_ref x[1001];
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		area = pt_area(sizes[i]);
		pool = pt_pool((struct page_pool_params){ .area = area });
		cr_assert_eq(page_pool_alloc_netmems_bulk(pool, x, sizes[i] + 1),
			     sizes[i]);
		cr_assert_eq(pp_area_free_chunks(area), 0);
		pt_put_r_n(pool, x, sizes[i]);
		page_pool_destroy(pool);
		pt_area_end(area);
	}
}
