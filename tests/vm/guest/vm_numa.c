// SPDX-License-Identifier: BSD-2-Clause
/*
 * vm_numa: pools and areas on a machine with two real nodes: memory lies where
 * it was asked for, and pages of the other node are waived one per refill.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "vm_port.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHUNKS 1024
#define CHUNK_BYTES 4096
#define BATCH 64 /* what one refill takes */

static void pin(int cpu)
{
	cpu_set_t set;
	unsigned int node;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(!sched_setaffinity(0, sizeof(set), &set), "cpu %d", cpu);
	CHECK(!syscall(SYS_getcpu, NULL, &node, NULL) && node == (unsigned)cpu,
	      "cpu %d is on node %u", cpu, node);
}

/* The node that holds the page, as the kernel says. */
static int node_of(void *address)
{
	int status = -1;

	CHECK(!syscall(SYS_move_pages, 0, 1ul, &address, NULL, &status, 0),
	      "move_pages: %s", strerror(errno));
	return status;
}

/* An area that the library places, and whether it did. */
static void area_on(int node)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params p = {
		.sz = sizeof(p),
		.chunks = CHUNKS,
		.nid = node,
		.flags = PP_AREA_POPULATE,
	};
	struct pp_area *area;
	char *base;
	int err, i;

	err = pp_area_create(&area, &p, &ext);
	CHECK(!err, "area on node %d: %d %s", node, err, ext.msg);
	base = pp_area_base(area);
	for (i = 0; i < CHUNKS; i++) {
		int real = node_of(base + (size_t)i * CHUNK_BYTES);

		CHECK(real == node, "chunk %d is on node %d, not %d", i, real,
		      node);
	}
	printf("area on node %d: %d of %d chunks really there\n", node, CHUNKS,
	       CHUNKS);
	CHECK(!pp_area_destroy(area), "area is in use");
}

/* An area of the caller's memory: the first half on node 0, the rest on 1. */
static struct pp_area *area_on_both(char **base)
{
	struct pp_area_params p = { .sz = sizeof(p), .nid = NUMA_NO_NODE };
	size_t bytes = (size_t)CHUNKS * CHUNK_BYTES, half = bytes / 2, i;
	struct pp_area *area;
	int node;

	*base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(*base != MAP_FAILED, "mmap");
	for (node = 0; node < 2; node++) {
		unsigned long mask = 1ul << node;

		CHECK(!syscall(SYS_mbind, *base + (size_t)node * half, half,
			       MPOL_BIND, &mask, 8 * sizeof(mask), 0),
		      "mbind: %s", strerror(errno));
	}
	memset(*base, 1, bytes);
	for (i = 0; i < CHUNKS; i++)
		CHECK(node_of(*base + i * CHUNK_BYTES) == (i >= CHUNKS / 2),
		      "chunk %zu", i);
	CHECK(!pp_area_create_from(&area, *base, bytes, &p, NULL), "area");
	for (node = 0; node < 2; node++)
		CHECK(!pp_area_set_chunk_nid(area, (uint32_t)node * CHUNKS / 2,
					     CHUNKS / 2, node),
		      "set nid");
	return area;
}

static struct page_pool_stats stats(const struct page_pool *pool)
{
	struct page_pool_stats s = { 0 }; /* the call adds, as the kernel's */

	CHECK(page_pool_get_stats(pool, &s), "stats");
	return s;
}

/* Takes @n pages, all of which must really lie on @node. */
static void take(struct page_pool *pool, netmem_ref *pages, int n, int node)
{
	int i;

	for (i = 0; i < n; i++) {
		pages[i] = page_pool_alloc_netmems(pool);
		CHECK(pages[i], "page %d", i);
		CHECK(node_of(netmem_address(pages[i])) == node,
		      "page %d is on node %d", i,
		      node_of(netmem_address(pages[i])));
	}
}

static void give(struct page_pool *pool, netmem_ref *pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		page_pool_put_full_netmem(pool, pages[i], false);
}

/*
 * The owner moves to the other node. What waits in the return ring is of the
 * old one: each refill finds one such page, lets it go and takes new ones.
 */
static void owner_moves(struct pp_area *area)
{
	struct page_pool_params p = { .sz = sizeof(p), .nid = 0, .area = area };
	netmem_ref old[BATCH], new[3 * BATCH];
	struct page_pool_stats s;
	struct page_pool *pool;
	uint32_t release;
	int round;

	CHECK(!page_pool_create(&pool, &p, NULL), "pool");
	pin(0);
	take(pool, old, BATCH, 0);
	give(pool, old, BATCH);
	take(pool, old, BATCH, 0); /* out of the ring: the node is right */
	s = stats(pool);
	CHECK(s.alloc_stats.refill == 1 && !s.alloc_stats.waive,
	      "at home: refill %llu waive %llu",
	      (unsigned long long)s.alloc_stats.refill,
	      (unsigned long long)s.alloc_stats.waive);
	give(pool, old, BATCH);

	pin(1);
	page_pool_nid_changed(pool, 1);
	release = page_pool_release_cnt(pool);
	for (round = 0; round < 3; round++) {
		take(pool, new + round *BATCH, BATCH, 1);
		s = stats(pool);
		CHECK(s.alloc_stats.waive == (uint64_t)round + 1,
		      "round %d: waive %llu", round,
		      (unsigned long long)s.alloc_stats.waive);
		CHECK(page_pool_release_cnt(pool) - release == (uint32_t)round + 1,
		      "round %d: released %u", round,
		      page_pool_release_cnt(pool) - release);
	}
	CHECK(s.alloc_stats.refill == 1, "refilled from the wrong node");
	printf("owner on node 1: 3 refills, waive %llu, released %u, %d pages all on node 1\n",
	       (unsigned long long)s.alloc_stats.waive,
	       page_pool_release_cnt(pool) - release, 3 * BATCH);

	/* Back home, what is left in the ring is good again. */
	pin(0);
	page_pool_nid_changed(pool, 0);
	take(pool, old, BATCH - 3, 0);
	s = stats(pool);
	CHECK(s.alloc_stats.waive == 3 && s.alloc_stats.refill == 2,
	      "back: waive %llu refill %llu",
	      (unsigned long long)s.alloc_stats.waive,
	      (unsigned long long)s.alloc_stats.refill);
	printf("owner back on node 0: waive %llu, refill %llu\n",
	       (unsigned long long)s.alloc_stats.waive,
	       (unsigned long long)s.alloc_stats.refill);
	give(pool, old, BATCH - 3);
	give(pool, new, 3 * BATCH);
	page_pool_destroy(pool);
	CHECK(pp_area_free_chunks(area) == CHUNKS, "chunks are missing");
}

int main(void)
{
	struct pp_area *area;
	char *base;

	area_on(0);
	area_on(1);
	area = area_on_both(&base);
	owner_moves(area);
	CHECK(!pp_area_destroy(area), "area is in use");
	munmap(base, (size_t)CHUNKS * CHUNK_BYTES);
	return 0;
}
