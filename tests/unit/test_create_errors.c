/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of "Rules for every call" at creation: sizes, refusals, reasons. */
#define _GNU_SOURCE
#include "pptest.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNTOUCHED ((void *)(uintptr_t)0x5aa5)

/* The parameters as a caller of @sz bytes would have them. */
union sized_pool {
	struct page_pool_params params;
	unsigned char bytes[5000];
};
union sized_area {
	struct pp_area_params params;
	unsigned char bytes[5000];
};

static int create(struct page_pool_params *params, struct pp_extack *ext)
{
	struct page_pool *pool = UNTOUCHED;
	int err = page_pool_create(&pool, params, ext);

	if (err)
		cr_assert_eq((void *)pool, UNTOUCHED, "*out was touched");
	else
		page_pool_destroy(pool);
	return err;
}

static int create_area(struct pp_area_params *params, struct pp_extack *ext)
{
	struct pp_area *area = UNTOUCHED;
	int err = pp_area_create(&area, params, ext);

	if (err)
		cr_assert_eq((void *)area, UNTOUCHED, "*out was touched");
	else
		cr_assert_eq(pp_area_destroy(area), 0);
	return err;
}

/* A refusal has a reason: a sentence, and the member's name. */
static void expect_reason(const struct pp_extack *ext, const char *member)
{
	cr_assert(memchr(ext->msg, 0, sizeof(ext->msg)) != NULL);
	cr_assert(memchr(ext->bad_param, 0, sizeof(ext->bad_param)) != NULL);
	cr_assert_gt(strlen(ext->msg), 10, "\"%s\" is no sentence", ext->msg);
	cr_assert_str_eq(ext->bad_param, member, "%s: bad_param is \"%s\"",
			 member, ext->bad_param);
}

static void refuse_pool(struct page_pool_params params, int want,
			const char *member)
{
	struct pp_extack ext = { .sz = sizeof(ext) };

	params.sz = sizeof(params);
	cr_assert_eq(create(&params, &ext), want, "%s: not %d", member, want);
	expect_reason(&ext, member);
	cr_assert_eq(ext.sz, sizeof(ext));
	/* and without anybody who wants to know */
	cr_assert_eq(create(&params, NULL), want);
	cr_assert_eq(pt_areas_alive(), 0, "the private area was left");
}

static void refuse_area(struct pp_area_params params, int want, const char *member)
{
	struct pp_extack ext = { .sz = sizeof(ext) };

	params.sz = sizeof(params);
	cr_assert_eq(create_area(&params, &ext), want, "%s: not %d", member,
		     want);
	expect_reason(&ext, member);
	cr_assert_eq(create_area(&params, NULL), want);
}

/* ---- sz ---- */

PP_TEST(create, pool_params_smaller_than_the_first_layout)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct page_pool_params params = { 0 };
	uint32_t sz;

	for (sz = 0; sz < sizeof(params); sz += 4) {
		params.sz = sz;
		cr_assert_eq(create(&params, &ext), -EINVAL, "sz %u", sz);
		expect_reason(&ext, "sz");
	}
}

PP_TEST(create, pool_params_of_a_newer_library_with_nothing_new_set)
{
	union sized_pool u = { .params = { .pool_size = 16 } };
	uint32_t sz;

	for (sz = sizeof(u.params); sz <= 4096; sz += 8) {
		u.params.sz = sz;
		cr_assert_eq(create(&u.params, NULL), 0, "sz %u", sz);
		sz += sz > sizeof(u.params) + 64 ? 504 : 0;
	}
	u.params.sz = 4096;
	cr_assert_eq(create(&u.params, NULL), 0);
}

PP_TEST(create, pool_params_of_a_newer_library_with_something_new_set)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	union sized_pool u = { .params = { .sz = 4096 } };
	uint32_t i;

	for (i = sizeof(u.params); i < 4096; i += 97) {
		u.bytes[i] = 1;
		cr_assert_eq(create(&u.params, &ext), -E2BIG, "byte %u", i);
		expect_reason(&ext, "sz");
		u.bytes[i] = 0;
	}
	u.bytes[4095] = 0x80;
	cr_assert_eq(create(&u.params, &ext), -E2BIG, "the last byte counts");
	u.bytes[4095] = 0;
	u.bytes[4096] = 1;
	cr_assert_eq(create(&u.params, &ext), 0, "what lies behind does not");
}

/* @size bytes that end where memory ends. */
static void *before_the_edge(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq((void *)p, MAP_FAILED);
	cr_assert_eq(mprotect(p + 2 * page, page, PROT_NONE), 0);
	return p + 2 * page - size;
}

PP_TEST(create, a_size_above_4096_is_refused_without_reading_on)
{
	struct page_pool_params *params = before_the_edge(sizeof(*params));
	struct pp_area_params *area = before_the_edge(sizeof(*area));
	static const uint32_t sizes[] = { 4097, 5000, 1u << 20, UINT32_MAX };
	struct pp_extack ext = { .sz = sizeof(ext) };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		params->sz = sizes[i];
		cr_assert_eq(create(params, &ext), -E2BIG);
		expect_reason(&ext, "sz");
		*area = (struct pp_area_params){ .sz = sizes[i], .chunks = 1 };
		cr_assert_eq(create_area(area, &ext), -E2BIG);
		expect_reason(&ext, "sz");
	}
}

PP_TEST(create, a_small_size_is_refused_without_reading_on)
{
	uint32_t *sz = before_the_edge(sizeof(*sz));

	*sz = 4;
	cr_assert_eq(create((struct page_pool_params *)(void *)sz, NULL),
		     -EINVAL);
	cr_assert_eq(create_area((struct pp_area_params *)(void *)sz, NULL),
		     -EINVAL);
}

PP_TEST(create, exact_params_are_not_read_past_their_end)
{
	struct page_pool_params *params = before_the_edge(sizeof(*params));
	struct pp_area_params *area = before_the_edge(sizeof(*area));

	params->sz = sizeof(*params);
	cr_assert_eq(create(params, NULL), 0);
	*area = (struct pp_area_params){ .sz = sizeof(*area), .chunks = 1 };
	cr_assert_eq(create_area(area, NULL), 0);
}

PP_TEST(create, area_params_follow_the_same_rule)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	union sized_area u = { .params = { .chunks = 2 } };
	uint32_t sz;

	for (sz = 0; sz < sizeof(u.params); sz += 4) {
		u.params.sz = sz;
		cr_assert_eq(create_area(&u.params, &ext), -EINVAL);
		expect_reason(&ext, "sz");
	}
	u.params.sz = sizeof(u.params) + 64;
	cr_assert_eq(create_area(&u.params, NULL), 0);
	u.bytes[sizeof(u.params) + 63] = 1;
	cr_assert_eq(create_area(&u.params, &ext), -E2BIG);
	expect_reason(&ext, "sz");
	u.bytes[sizeof(u.params) + 63] = 0;
	u.params.sz = 4096;
	cr_assert_eq(create_area(&u.params, NULL), 0);
}

PP_TEST(create, create_from_follows_the_same_rule)
{
	union sized_area u = { .params = { .chunks = 1 } };
	struct pp_area *area = UNTOUCHED;
	void *base = before_the_edge(4096);

	u.params.sz = sizeof(u.params) - 4;
	cr_assert_eq(pp_area_create_from(&area, base, 4096, &u.params, NULL),
		     -EINVAL);
	u.params.sz = 4096;
	u.bytes[4000] = 1;
	cr_assert_eq(pp_area_create_from(&area, base, 4096, &u.params, NULL),
		     -E2BIG);
	u.params.sz = 4097;
	cr_assert_eq(pp_area_create_from(&area, base, 4096, &u.params, NULL),
		     -E2BIG);
	cr_assert_eq((void *)area, UNTOUCHED);
	u.params.sz = 2000;
	cr_assert_eq(pp_area_create_from(&area, base, 4096, &u.params, NULL), 0);
	pt_area_end(area);
}

/* ---- what pools refuse ---- */

PP_TEST(create, unknown_pool_flags)
{
	int bit;

	for (bit = 4; bit < 32; bit++)
		refuse_pool((struct page_pool_params){ .flags = 1u << bit },
			    -EINVAL, "flags");
	refuse_pool((struct page_pool_params){ .flags = PP_FLAG_SYSTEM_POOL },
		    -EINVAL, "flags");
}

PP_TEST(create, unknown_pool_modes)
{
	int bit;

	for (bit = 2; bit < 32; bit++)
		refuse_pool((struct page_pool_params){ .mode = 1u << bit },
			    -EINVAL, "mode");
}

PP_TEST(create, dma_rules)
{
	const uint32_t map = PP_FLAG_DMA_MAP, sync = PP_FLAG_DMA_SYNC_DEV;

	refuse_pool((struct page_pool_params){ .flags = sync, .max_len = 64 },
		    -EINVAL, "flags");
	refuse_pool((struct page_pool_params){ .flags = map,
					       .dma_dir = DMA_TO_DEVICE },
		    -EINVAL, "dma_dir");
	refuse_pool((struct page_pool_params){ .flags = map, .dma_dir = DMA_NONE },
		    -EINVAL, "dma_dir");
	refuse_pool((struct page_pool_params){ .flags = map,
					       .dma_dir = (enum dma_data_direction)17 },
		    -EINVAL, "dma_dir");
	refuse_pool((struct page_pool_params){ .flags = map | sync }, -EINVAL,
		    "max_len");
}

PP_TEST(create, dma_directions_that_are_fine)
{
	struct page_pool_params params = { .sz = sizeof(params) };

	params.flags = PP_FLAG_DMA_MAP;
	params.dma_dir = DMA_FROM_DEVICE;
	cr_assert_eq(create(&params, NULL), 0);
	params.dma_dir = DMA_BIDIRECTIONAL;
	cr_assert_eq(create(&params, NULL), 0);
	params.flags |= PP_FLAG_DMA_SYNC_DEV;
	params.max_len = 1;
	cr_assert_eq(create(&params, NULL), 0);
	/* without MAP nobody looks at it */
	params.flags = 0;
	params.dma_dir = DMA_TO_DEVICE;
	cr_assert_eq(create(&params, NULL), 0);
	params.dma_dir = DMA_NONE;
	cr_assert_eq(create(&params, NULL), 0);
}

PP_TEST(create, orders_above_10)
{
	static const uint32_t orders[] = { 11, 31, 32, 64, UINT32_MAX };
	unsigned int i;

	for (i = 0; i < 5; i++)
		refuse_pool((struct page_pool_params){ .order = orders[i] },
			    -EINVAL, "order");
}

PP_TEST(create, pages_of_4_gigabytes)
{
	struct pp_area_params params = { .sz = sizeof(params),
					 .chunk_bytes = 1u << 30,
					 .chunks = 1 };
	struct page_pool_params pool_params = { .order = 2 };
	struct pp_area *area = NULL;

	/* nothing is touched: no memory is needed */
	cr_assert_eq(pp_area_create(&area, &params, NULL), 0);
	pool_params.area = area;
	pool_params.sz = sizeof(pool_params);
	cr_assert_eq(create(&pool_params, NULL), -EINVAL);
	pool_params.order = 1;
	cr_assert_eq(create(&pool_params, NULL), 0);
	pt_area_end(area);
}

PP_TEST(create, providers_without_the_calls_they_need)
{
	static const struct memory_provider_ops ops = { 0 };

	refuse_pool((struct page_pool_params){ .flags = PP_FLAG_DMA_MAP |
							PP_FLAG_DMA_SYNC_DEV,
					       .max_len = 1,
					       .mp_ops = &ops },
		    -EINVAL, "mp_ops");
}

PP_TEST(create, fragment_alignments)
{
	static const uint32_t bad[] = { 3,    48,	65,	   4095,
					8192, 1u << 31, UINT32_MAX };
	struct page_pool_params params = { .sz = sizeof(params) };
	unsigned int i;

	for (i = 0; i < 7; i++)
		refuse_pool((struct page_pool_params){ .frag_align = bad[i] },
			    -EINVAL, "frag_align");
	for (params.frag_align = 1; params.frag_align <= 4096;
	     params.frag_align <<= 1)
		cr_assert_eq(create(&params, NULL), 0, "%u is fine",
			     params.frag_align);
	/* the page is two chunks */
	params.order = 1;
	params.frag_align = 8192;
	cr_assert_eq(create(&params, NULL), 0);
}

PP_TEST(create, private_areas_nobody_can_have)
{
	refuse_pool((struct page_pool_params){ .area_chunks = UINT32_MAX },
		    -ENOMEM, "area_chunks");
}

PP_TEST(create, checks_come_in_the_kernels_order)
{
	static const struct memory_provider_ops ops = { 0 };
	const uint32_t map = PP_FLAG_DMA_MAP, sync = PP_FLAG_DMA_SYNC_DEV;

	/* flags, then DMA rules, then order, then the provider */
	refuse_pool((struct page_pool_params){ .flags = 1u << 9 | map | sync,
					       .dma_dir = DMA_NONE,
					       .order = 12,
					       .mp_ops = &ops },
		    -EINVAL, "flags");
	refuse_pool((struct page_pool_params){ .flags = map,
					       .dma_dir = DMA_NONE,
					       .order = 12,
					       .mp_ops = &ops },
		    -EINVAL, "dma_dir");
	refuse_pool((struct page_pool_params){ .flags = map | sync, .order = 12 },
		    -EINVAL, "max_len");
	/* with a provider the order is not looked at */
	refuse_pool((struct page_pool_params){ .order = 12, .mp_ops = &ops },
		    -EOPNOTSUPP, "flags");
}

/* ---- what areas refuse ---- */

PP_TEST(create, areas_without_chunks)
{
	refuse_area((struct pp_area_params){ .chunks = 0 }, -EINVAL, "chunks");
}

PP_TEST(create, chunk_sizes)
{
	static const uint32_t bad[] = {
		1,	  128,	     255, 257, 3000, 4095, (1u << 30) + 1,
		1u << 31, UINT32_MAX
	};
	unsigned int i;

	for (i = 0; i < 9; i++)
		refuse_area((struct pp_area_params){ .chunk_bytes = bad[i],
						     .chunks = 1 },
			    -EINVAL, "chunk_bytes");
}

PP_TEST(create, unknown_area_flags)
{
	int bit;

	for (bit = 5; bit < 32; bit++)
		refuse_area((struct pp_area_params){ .chunks = 1,
						     .flags = 1u << bit },
			    -EINVAL, "flags");
	refuse_area((struct pp_area_params){ .chunks = 1,
					     .flags = PP_AREA_HUGETLB_2M |
						      PP_AREA_HUGETLB_1G },
		    -EINVAL, "flags");
}

PP_TEST(create, areas_nobody_can_have)
{
	refuse_area((struct pp_area_params){ .chunk_bytes = 1u << 30,
					     .chunks = UINT32_MAX },
		    -ENOMEM, "chunks");
	refuse_area((struct pp_area_params){ .chunk_bytes = 1u << 30,
					     .chunks = 1u << 20 },
		    -ENOMEM, "chunks");
	cr_assert_eq(pt_areas_alive(), 0);
}

/* ---- reasons ---- */

PP_TEST(create, success_leaves_the_reason_alone)
{
	struct page_pool_params params = { .sz = sizeof(params) };
	struct pp_area_params area = { .sz = sizeof(area), .chunks = 1 };
	struct pp_extack ext, before;

	memset(&ext, 0x5a, sizeof(ext));
	ext.sz = sizeof(ext);
	before = ext;
	cr_assert_eq(create(&params, &ext), 0);
	cr_assert_arr_eq((char *)&ext, (char *)&before, sizeof(ext));
	cr_assert_eq(create_area(&area, &ext), 0);
	cr_assert_arr_eq((char *)&ext, (char *)&before, sizeof(ext));
}

PP_TEST(create, a_reason_of_unknown_size_is_not_written)
{
	struct page_pool_params params = { .sz = sizeof(params), .order = 11 };
	static const uint32_t sizes[] = { 0, 4, sizeof(struct pp_extack) - 1,
					  4097, UINT32_MAX };
	struct pp_extack ext, before;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		memset(&ext, 0x5a, sizeof(ext));
		ext.sz = sizes[i];
		before = ext;
		cr_assert_neq(create(&params, &ext), 0);
		cr_assert_arr_eq((char *)&ext, (char *)&before, sizeof(ext));
	}
}

PP_TEST(create, a_reason_of_a_wrong_size_is_refused_even_if_all_else_is_right)
{
	struct page_pool_params params = { .sz = sizeof(params) };
	struct pp_area_params area = { .sz = sizeof(area), .chunks = 1 };
	static const struct {
		uint32_t sz;
		int err;
	} cases[] = { { 0, -EINVAL },
		      { sizeof(struct pp_extack) - 1, -EINVAL },
		      { 4097, -E2BIG } };
	struct pp_extack ext = { 0 };
	struct net_iov_area *niovs = NULL;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		ext.sz = cases[i].sz;
		cr_assert_eq(create(&params, &ext), cases[i].err);
		cr_assert_eq(create_area(&area, &ext), cases[i].err);
		cr_assert_eq(pp_niov_area_create(&niovs, 1, 4096, 0, &ext),
			     cases[i].err);
		cr_assert_null(niovs);
	}
}

PP_TEST(create, a_larger_reason_is_refused_unless_its_tail_is_zero)
{
	struct page_pool_params params = { .sz = sizeof(params) };
	struct {
		struct pp_extack ext;
		uint32_t tail[4];
	} big = { .ext.sz = sizeof(big) };

	cr_assert_eq(create(&params, &big.ext), 0);
	big.tail[3] = 1;
	cr_assert_eq(create(&params, &big.ext), -E2BIG);
}

PP_TEST(create, the_reason_names_the_value)
{
	struct page_pool_params params = { .sz = sizeof(params), .order = 12345 };
	struct pp_extack ext = { .sz = sizeof(ext) };

	cr_assert_eq(create(&params, &ext), -EINVAL);
	cr_assert_not_null(strstr(ext.msg, "12345"), "\"%s\"", ext.msg);
}

PP_TEST(create, a_shorter_reason_replaces_a_longer_one)
{
	struct page_pool_params params = { .sz = sizeof(params), .frag_align = 3 };
	struct pp_extack ext = { .sz = sizeof(ext) };

	memset(ext.bad_param, 'x', sizeof(ext.bad_param) - 1);
	memset(ext.msg, 'x', sizeof(ext.msg) - 1);
	cr_assert_eq(create(&params, &ext), -EINVAL);
	expect_reason(&ext, "frag_align");
	cr_assert_null(strstr(ext.msg, "xxxx"));
}

PP_TEST(version, names_the_version_of_the_headers)
{
	char want[32];

	snprintf(want, sizeof(want), "%d.%d.%d", PP_VERSION_MAJOR,
		 PP_VERSION_MINOR, PP_VERSION_PATCH);
	cr_assert_str_eq(pp_version(), want);
}
