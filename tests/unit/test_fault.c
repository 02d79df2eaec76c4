/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of failing creators: the n-th point fails, for every n. */
#include "pptest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fault.h"

#define UNTOUCHED ((void *)(uintptr_t)0x5aa5)

/* Mappings of this process: what the leak sanitizer does not see. */
static unsigned int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned int n = 0;
	int c;

	cr_assert_not_null(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

/* File descriptors of this process below 64. */
static unsigned int files(void)
{
	unsigned int fd, n = 0;
	char name[32];

	for (fd = 0; fd < 64; fd++) {
		snprintf(name, sizeof(name), "/proc/self/fd/%u", fd);
		if (!access(name, F_OK))
			n++;
	}
	return n;
}

typedef int (*creator)(void **out, void *arg, struct pp_extack *ext);

/*
 * Fails point 1, 2, ... of @create until it succeeds. What it made is returned;
 * at least @min points must have been there.
 */
static void *fail_each(creator create, void *arg, unsigned int min)
{
	unsigned int n, maps, fds, areas = pt_areas_alive();
	unsigned int pools = pt_pools_alive();
	struct pp_extack ext;
	void *out = UNTOUCHED;
	int err;

	/* once without a failure: what is set up once per process stays */
	for (n = 1; n < 100; n++) {
		memset(&ext, 0, sizeof(ext));
		ext.sz = sizeof(ext);
		maps = mappings();
		fds = files();
		pp_fault_arm(n);
		err = create(&out, arg, &ext);
		pp_fault_arm(0);
		if (!err)
			break;
		cr_assert_eq(err, -ENOMEM, "point %u: %d", n, err);
		cr_assert_eq(out, UNTOUCHED, "point %u touched *out", n);
		cr_assert_gt(strlen(ext.msg), 10, "point %u: no reason", n);
		cr_assert_eq(pt_areas_alive(), areas, "point %u: area left", n);
		cr_assert_eq(pt_pools_alive(), pools, "point %u: pool left", n);
		cr_assert_leq(mappings(), maps, "point %u: mapping left", n);
		cr_assert_eq(files(), fds, "point %u: file left", n);
	}
	cr_assert_lt(n, 100, "it never succeeded");
	cr_assert_gt(n, min, "only %u points", n - 1);
	cr_assert_neq(out, UNTOUCHED);
	cr_assert_eq(ext.msg[0], 0, "a reason for success");
	return out;
}

static int create_pool(void **out, void *arg, struct pp_extack *ext)
{
	return page_pool_create((struct page_pool **)out, arg, ext);
}

PP_TEST(fault, every_point_of_a_pool_with_a_private_area_unwinds)
{
	struct page_pool_params params = { .sz = sizeof(params) };
	struct page_pool *pool = fail_each(create_pool, &params, 3);

	pt_put_d(pool, pt_alloc(pool));
	page_pool_destroy(pool);
}

PP_TEST(fault, every_point_of_a_pool_on_an_area_unwinds)
{
	struct pp_area *area = pt_area(10);
	struct page_pool_params params = { .sz = sizeof(params), .area = area };
	struct page_pool *pool = fail_each(create_pool, &params, 1);

	pt_put_d(pool, pt_alloc(pool));
	page_pool_destroy(pool);
	/* failures left no use count behind */
	pt_area_end(area);
}

static int create_area(void **out, void *arg, struct pp_extack *ext)
{
	return pp_area_create((struct pp_area **)out, arg, ext);
}

PP_TEST(fault, every_point_of_an_area_unwinds)
{
	struct pp_area_params params = { .sz = sizeof(params), .chunks = 10 };

	pt_area_end(fail_each(create_area, &params, 3));
}

PP_TEST(fault, every_point_of_a_memfd_area_unwinds)
{
	struct pp_area_params params = {
		.sz = sizeof(params),
		.chunks = 10,
		.flags = PP_AREA_MEMFD | PP_AREA_POPULATE,
	};

	pt_area_end(fail_each(create_area, &params, 3));
}

static int create_area_from(void **out, void *arg, struct pp_extack *ext)
{
	struct pp_area_params params = { .sz = sizeof(params), .chunks = 4 };

	return pp_area_create_from((struct pp_area **)out, arg, 4 * 4096,
				   &params, ext);
}

PP_TEST(fault, every_point_of_an_area_of_callers_memory_unwinds)
{
	void *base = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	pt_area_end(fail_each(create_area_from, base, 2));
	*(volatile char *)base = 1;
	munmap(base, 4 * 4096);
}

static int create_niovs(void **out, void *arg, struct pp_extack *ext)
{
	(void)arg;
	return pp_niov_area_create((struct net_iov_area **)out, 10, 4096,
				   NET_IOV_CUSTOM, ext);
}

PP_TEST(fault, every_point_of_a_net_iov_area_unwinds)
{
	pp_niov_area_destroy(fail_each(create_niovs, NULL, 3));
}

PP_TEST(fault, a_refill_that_fails_loses_nothing)
{
	struct pp_area *area = pt_area(300);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area, .pool_size = 16 });
	uint64_t state = pt_seed(511);
	struct page_pool_stats st = { 0 };
	unsigned int i, n = 0, failed = 0;
	netmem_ref held[200];

	for (i = 0; i < 20000; i++) {
		if (n < 200 && (!n || pt_random(&state) % 2)) {
			pp_fault_arm(pt_random(&state) % 4 == 0);
			held[n] = page_pool_alloc_netmems(pool);
			failed += !held[n];
			n += held[n] != 0;
			pp_fault_arm(0);
		} else {
			page_pool_put_full_netmem(pool, held[--n], i % 2);
		}
		if (i % 40 == 0)
			page_pool_update_nid(pool, 0);
	}
	cr_assert_gt(failed, 10, "only %u refills failed", failed);
	cr_assert(page_pool_get_stats(pool, &st));
	cr_assert_eq(st.alloc_stats.slow + failed, st.alloc_stats.empty);
	pt_put_r_n(pool, held, n);
	page_pool_destroy(pool);
	pt_area_end(area);
}

PP_TEST(fault, declaring_a_node_without_memory_changes_nothing)
{
	struct pp_area *area = pt_area(10);
	struct page_pool *pool = pt_pool(
		(struct page_pool_params){ .area = area });
	netmem_ref x = pt_alloc(pool);

	pp_fault_arm(1);
	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 10, 5), -ENOMEM);
	pp_fault_arm(0);
	cr_assert_eq(netmem_nid(x), 0);
	cr_assert_eq(pp_area_set_chunk_nid(area, 0, 10, 5), 0);
	cr_assert_eq(netmem_nid(x), 5);
	pt_put_r(pool, x);
	page_pool_destroy(pool);
	pt_area_end(area);
}

/* ---- a provider's init happened: destroy is due if what follows fails ---- */

struct counts {
	int inits, destroys;
};

static int count_init(struct page_pool *pool)
{
	((struct counts *)page_pool_mp_priv(pool))->inits++;
	return 0;
}

static void count_destroy(struct page_pool *pool)
{
	((struct counts *)page_pool_mp_priv(pool))->destroys++;
}

static netmem_ref alloc_nothing(struct page_pool *pool)
{
	(void)pool;
	return 0;
}

static bool release_nothing(struct page_pool *pool, netmem_ref netmem)
{
	(void)pool;
	(void)netmem;
	return false;
}

PP_TEST(fault, every_point_of_a_pool_with_a_provider_unwinds)
{
	static const struct memory_provider_ops ops = {
		.init = count_init,
		.alloc_netmems = alloc_nothing,
		.release_netmem = release_nothing,
		.destroy = count_destroy,
	};
	struct counts c = { 0, 0 };
	struct page_pool_params params = {
		.sz = sizeof(params),
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.max_len = 1,
		.mp_ops = &ops,
		.mp_priv = &c,
	};
	struct page_pool *pool = fail_each(create_pool, &params, 1);

	cr_assert_eq(c.inits, c.destroys + 1,
		     "%d inits, %d destroys before the pool ended", c.inits,
		     c.destroys);
	page_pool_destroy(pool);
	cr_assert_eq(c.inits, c.destroys);
}
