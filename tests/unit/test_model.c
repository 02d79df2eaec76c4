/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the model test: random operations on two pools of one area, each
 * also done on the reference, and everything compared after every step.
 */
#include "ref_pool.h"

#include <stdlib.h>

#include "pool/pool.h"

#define HELD_MAX 1200

/* One reference that the test holds. */
struct held {
	int pool, page;
	netmem_ref netmem;
};

struct run {
	uint64_t seed, random;
	unsigned int step;
	const char *op;
	struct pp_area *area;
	struct ref_area ref_area;
	struct page_pool *pool[2];
	struct ref_pool ref[2];
	struct held held[HELD_MAX], holders[HELD_MAX];
	int nheld, nholders;
};

#define expect(r, cond, ...)                                                   \
	do {                                                                   \
		if (!(cond))                                                   \
			failed((r), #cond, "" __VA_ARGS__);                    \
	} while (0)

static void failed(const struct run *r, const char *what, const char *more)
{
	cr_assert(false, "PP_TEST_SEED=%" PRIu64 " step %u (%s): %s %s",
		  r->seed, r->step, r->op, what, more);
}

static uint32_t rnd(struct run *r, uint32_t below)
{
	return (uint32_t)(pt_random(&r->random) >> 20) % below;
}

static void hold(struct run *r, int pool, netmem_ref netmem)
{
	r->held[r->nheld++] = (struct held){ pool, (int)pt_index(netmem), netmem };
}

static struct held take(struct run *r)
{
	int i = (int)rnd(r, (uint32_t)r->nheld);
	struct held h = r->held[i];

	r->held[i] = r->held[--r->nheld];
	return h;
}

/* A page came out of the pool: was it the one that had to? */
static void check_alloc(struct run *r, int pool, int want, netmem_ref got)
{
	if (want == REF_NONE) {
		expect(r, !got, "nothing was to be had");
		return;
	}
	expect(r, got != 0, "a page was to be had");
	expect(r, ref_learn(&r->ref[pool], want, (int)pt_index(got)),
	       "another page than expected");
	hold(r, pool, got);
}

static void op_alloc(struct run *r, int pool)
{
	r->op = "alloc";
	check_alloc(r, pool, ref_alloc(&r->ref[pool]),
		    page_pool_alloc_netmems(r->pool[pool]));
}

static void op_alloc_bulk(struct run *r, int pool)
{
	uint32_t n = 1 + rnd(r, 100), got, i;
	netmem_ref x[100];
	int want = REF_NEW;

	r->op = "bulk alloc";
	got = page_pool_alloc_netmems_bulk(r->pool[pool], x, n);
	for (i = 0; i < n && want != REF_NONE; i++) {
		want = ref_alloc(&r->ref[pool]);
		check_alloc(r, pool, want, i < got ? x[i] : 0);
	}
	expect(r, got == i - (want == REF_NONE));
}

static bool put_direct(struct run *r)
{
	return rnd(r, 2);
}

static void op_put(struct run *r)
{
	struct held h = take(r);
	bool direct = put_direct(r);

	r->op = "put";
	page_pool_put_full_netmem(r->pool[h.pool], h.netmem, direct);
	ref_put(&r->ref[h.pool], h.page, direct);
}

static void op_put_many(struct run *r, bool frags)
{
	uint32_t n = 1 + rnd(r, 50), i, k;
	struct ref_pool *pool[50];
	netmem_ref x[50];
	struct pp_frag f[50] = { 0 };
	struct held h;
	int page[50];

	r->op = frags ? "pp_frags_put" : "bulk put";
	for (i = 0; i < n && r->nheld; i++) {
		h = take(r);
		pool[i] = &r->ref[h.pool];
		page[i] = h.page;
		x[i] = f[i].netmem = h.netmem;
	}
	n = i;
	if (frags) {
		pp_frags_put(f, n);
		for (i = 0; i < n; i++)
			ref_put(pool[i], page[i], false);
		return;
	}
	page_pool_put_netmem_bulk(x, n);
	for (i = 0; i < n; i += k) {
		k = n - i < 16 ? n - i : 16;
		ref_put_bulk(pool + i, page + i, (int)k);
	}
}

/* A fragment of @size, on library and reference. Return: false if none. */
static bool frag(struct run *r, int pool, uint32_t size, uint32_t offset,
		 netmem_ref got)
{
	struct ref_pool *ref = &r->ref[pool];
	uint32_t at;
	int page = ref_frag(ref, size, &at);

	if (page == REF_NEW) {
		page = ref_alloc(ref);
		if (page == REF_NONE) {
			expect(r, !got);
			return false;
		}
		expect(r, got != 0);
		expect(r, ref_learn(ref, page, (int)pt_index(got)));
		page = (int)pt_index(got);
		ref->frag = REF_NONE;
	}
	expect(r, got != 0);
	expect(r, (int)pt_index(got) == page, "another fragment page");
	if (ref->frag == REF_NONE)
		ref_frag_start(ref, page, size);
	expect(r, offset == at, "another offset");
	hold(r, pool, got);
	return true;
}

static void op_frag(struct run *r, int pool)
{
	uint32_t size = 1 + rnd(r, rnd(r, 2) ? 4096 : 600), offset = 0;
	netmem_ref got;

	r->op = "alloc_frag";
	got = page_pool_alloc_frag_netmem(r->pool[pool], &offset, size);
	frag(r, pool, size, offset, got);
}

static void op_any(struct run *r, int pool)
{
	uint32_t wanted = 1 + rnd(r, 4096), size = wanted, offset = 77, want;
	struct ref_pool *ref = &r->ref[pool];
	netmem_ref got;

	r->op = "alloc_netmem";
	got = page_pool_alloc_netmem(r->pool[pool], &offset, &size);
	if (wanted * 2 > 4096) {
		check_alloc(r, pool, ref_alloc(ref), got);
		expect(r, !got || (offset == 0 && size == 4096));
		expect(r, got || (offset == 77 && size == wanted));
		return;
	}
	if (!frag(r, pool, wanted, offset, got)) {
		expect(r, offset == 77 && size == wanted);
		return;
	}
	want = wanted;
	if (ref->frag_offset + wanted > 4096) {
		want = 4096 - offset;
		ref->frag_offset = 4096;
	}
	expect(r, size == want, "another size");
}

static void op_ref(struct run *r)
{
	struct held h = r->held[rnd(r, (uint32_t)r->nheld)];

	r->op = "ref";
	page_pool_ref_netmem(h.netmem);
	r->ref_area.page[h.page].pp_ref++;
	r->held[r->nheld++] = h;
}

static void op_unref(struct run *r)
{
	struct held h = take(r);
	bool direct = put_direct(r), last;
	int64_t left;

	r->op = "unref";
	left = page_pool_unref_netmem(h.netmem, 1);
	last = ref_unref(&r->ref[h.pool], h.page, 1);
	expect(r, left == (last ? 0 : r->ref_area.page[h.page].pp_ref));
	if (!last)
		return;
	page_pool_put_unrefed_netmem(r->pool[h.pool], h.netmem, UINT32_MAX,
				     direct);
	ref_put_last(&r->ref[h.pool], h.page, direct);
}

static void op_fragment(struct run *r)
{
	struct held h = r->held[rnd(r, (uint32_t)r->nheld)];
	uint32_t n = 1 + rnd(r, 5);

	r->op = "fragment";
	if (r->ref_area.page[h.page].pp_ref != 1)
		return;
	page_pool_fragment_netmem(h.netmem, n);
	r->ref_area.page[h.page].pp_ref = n;
	while (--n)
		r->held[r->nheld++] = h;
}

static void op_get(struct run *r)
{
	struct held h = r->held[rnd(r, (uint32_t)r->nheld)];

	r->op = "get_netmem";
	get_netmem(h.netmem);
	r->ref_area.page[h.page].holders++;
	r->holders[r->nholders++] = h;
}

static void op_drop(struct run *r)
{
	int i = (int)rnd(r, (uint32_t)r->nholders);
	struct held h = r->holders[i];

	r->op = "put_netmem";
	r->holders[i] = r->holders[--r->nholders];
	put_netmem(h.netmem);
	ref_drop_holder(&r->ref_area, h.page);
}

static void op_mark(struct run *r)
{
	struct held h = r->held[rnd(r, (uint32_t)r->nheld)];
	bool on = rnd(r, 3) != 0;

	r->op = "pfmemalloc";
	netmem_set_pfmemalloc(h.netmem, on);
	r->ref_area.page[h.page].pfmemalloc = on;
	expect(r, netmem_is_pfmemalloc(h.netmem) == on);
}

static void op_release_page(struct run *r)
{
	struct held h = take(r);

	r->op = "release_page";
	if (r->ref_area.page[h.page].pp_ref != 1 ||
	    r->ref[h.pool].frag == h.page) {
		r->held[r->nheld++] = h;
		return;
	}
	page_pool_release_page(r->pool[h.pool], netmem_to_page(h.netmem));
	r->ref_area.page[h.page].holders++;
	ref_release(&r->ref[h.pool], h.page);
	r->holders[r->nholders++] = h;
}

static void op_nid(struct run *r, int pool)
{
	int nid = (int)rnd(r, 4) - 1;
	bool always = rnd(r, 2);

	r->op = "update_nid";
	if (always)
		page_pool_update_nid(r->pool[pool], nid);
	else
		page_pool_nid_changed(r->pool[pool], nid);
	if (always || nid != r->ref[pool].nid)
		ref_update_nid(&r->ref[pool], nid);
}

static void op_chunk_nid(struct run *r)
{
	uint32_t first = rnd(r, REF_CHUNKS), i;
	uint32_t n = rnd(r, REF_CHUNKS - first + 1);
	int nid = (int)rnd(r, 4) - 1;

	r->op = "set_chunk_nid";
	expect(r, !pp_area_set_chunk_nid(r->area, first, n, nid));
	for (i = first; i < first + n; i++)
		r->ref_area.page[i].nid = nid;
}

static void op_owner(struct run *r, int pool)
{
	r->op = "enable/disable";
	if (rnd(r, 2)) {
		expect(r, !page_pool_enable_direct_recycling(r->pool[pool]));
		r->ref[pool].owned = r->ref[pool].direct = true;
	} else {
		page_pool_disable_direct_recycling(r->pool[pool]);
		r->ref[pool].owned = r->ref[pool].direct = false;
	}
}

static void op_random(struct run *r)
{
	uint32_t op = rnd(r, 1000);
	int pool = (int)rnd(r, 2);
	bool room = r->nheld < HELD_MAX - 200;

	if (op < 200 && room)
		op_alloc(r, pool);
	else if (op < 240 && room)
		op_alloc_bulk(r, pool);
	else if (op < 360 && room)
		op_frag(r, pool);
	else if (op < 440 && room)
		op_any(r, pool);
	else if (op < 450)
		op_nid(r, pool);
	else if (op < 453)
		op_chunk_nid(r);
	else if (op < 470)
		op_owner(r, pool);
	else if (op < 520 && r->nholders)
		op_drop(r);
	else if (!r->nheld)
		return;
	else if (op < 550 && r->nholders < HELD_MAX)
		op_get(r);
	else if (op < 590 && room)
		op_ref(r);
	else if (op < 620 && room)
		op_fragment(r);
	else if (op < 640)
		op_mark(r);
	else if (op < 650 && r->nholders < HELD_MAX)
		op_release_page(r);
	else if (op < 700)
		op_unref(r);
	else if (op < 720)
		op_put_many(r, false);
	else if (op < 740)
		op_put_many(r, true);
	else
		op_put(r);
}

/* What each page is, one by one: seldom, it takes long. */
static void compare_pages(struct run *r)
{
	const struct ref_page *page;
	struct held *h;
	int i;

	for (i = 0; i < r->nheld; i++) {
		h = &r->held[i];
		page = &r->ref_area.page[h->page];
		expect(r, page->place == REF_HELD);
		expect(r, netmem_get_pp(h->netmem) == r->pool[h->pool]);
		expect(r, netmem_pp_ref_count(h->netmem) == page->pp_ref);
		expect(r, netmem_ref_count(h->netmem) == 1 + page->holders);
		expect(r, netmem_is_pfmemalloc(h->netmem) == page->pfmemalloc);
		expect(r, netmem_nid(h->netmem) == page->nid);
	}
	for (i = 0; i < r->nholders; i++) {
		h = &r->holders[i];
		page = &r->ref_area.page[h->page];
		expect(r, netmem_ref_count(h->netmem) ==
				  page->holders + (page->place != REF_OUT));
	}
	for (i = 0; i < 2; i++)
		expect(r, !pp_pool_check(r->pool[i]),
		       "the full walk finds an error");
}

static void compare(struct run *r)
{
	int64_t want[PT_VECTOR], got[PT_VECTOR];
	char text[2][200], both[420];
	int i;

	for (i = 0; i < 2; i++) {
		ref_vector(&r->ref[i], want);
		pt_vector(r->pool[i], got);
		if (!memcmp(want, got, sizeof(got)))
			continue;
		pt_vector_text(text[0], sizeof(text[0]), want);
		pt_vector_text(text[1], sizeof(text[1]), got);
		snprintf(both, sizeof(both), "pool %d\nwant %s\n got %s", i,
			 text[0], text[1]);
		failed(r, "the vectors differ", both);
	}
	expect(r, (int)pp_area_free_chunks(r->area) == r->ref_area.home,
	       "chunks that are home");
	expect(r, page_pool_misuse_count(r->pool[0]) == 0);
	expect(r, page_pool_misuse_count(r->pool[1]) == 0);
}

struct shape {
	uint32_t size[2], mode[2], align[2];
	int nid[2];
};

static void run_shape(const struct shape *shape, uint64_t seed, unsigned int steps)
{
	static struct run run;
	struct run *r = &run;
	int i;

	memset(r, 0, sizeof(*r));
	r->seed = r->random = seed;
	r->area = pt_area(REF_CHUNKS);
	r->ref_area.home = REF_CHUNKS;
	for (i = 0; i < 2; i++) {
		ref_init(&r->ref[i], &r->ref_area, (int)shape->size[i],
			 shape->mode[i] & PP_MODE_KERNEL_RING, shape->nid[i],
			 shape->align[i]);
		r->pool[i] = pt_pool((struct page_pool_params){
			.area = r->area,
			.pool_size = shape->size[i],
			.mode = shape->mode[i],
			.nid = shape->nid[i],
			.frag_align = shape->align[i] });
	}
	for (r->step = 0; r->step < steps; r->step++) {
		op_random(r);
		compare(r);
		if (r->step % 64 == 0)
			compare_pages(r);
	}
	while (r->nheld) {
		op_put(r);
		compare(r);
	}
	while (r->nholders) {
		op_drop(r);
		compare(r);
	}
	page_pool_destroy(r->pool[0]);
	page_pool_destroy(r->pool[1]);
	pt_area_end(r->area);
}

static void run_seeds(const struct shape *shape, uint64_t first)
{
	uint64_t seed;

	if (getenv("PP_TEST_SEED")) {
		run_shape(shape, pt_seed(0), 20000);
		return;
	}
	for (seed = first; seed < first + 6; seed++)
		run_shape(shape, seed, 4000);
}

PP_TEST(model, small_rings)
{
	run_seeds(&(struct shape){ .size = { 4, 1 }, .align = { 64, 1 } }, 100);
}

PP_TEST(model, middling_rings)
{
	run_seeds(&(struct shape){ .size = { 40, 100 },
				   .align = { 8, 64 },
				   .nid = { 0, 1 } },
		  200);
}

PP_TEST(model, kernel_rings)
{
	run_seeds(&(struct shape){ .size = { 32, 50 },
				   .mode = { PP_MODE_KERNEL_RING,
					     PP_MODE_KERNEL_RING },
				   .align = { 64, 64 },
				   .nid = { NUMA_NO_NODE, 2 } },
		  300);
}

PP_TEST(model, a_kernel_ring_beside_one_without_checks)
{
	run_seeds(&(struct shape){ .size = { 64, 33 },
				   .mode = { PP_MODE_KERNEL_RING | PP_MODE_NO_CHECKS,
					     PP_MODE_NO_CHECKS },
				   .align = { 1, 256 } },
		  400);
}

PP_TEST(model, big_rings)
{
	run_seeds(&(struct shape){ .size = { 1024, 1024 },
				   .align = { 64, 64 },
				   .nid = { 1, 1 } },
		  500);
}
