/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the refill ring's producer side: the test is the kernel. */
#include "pptest.h"

#include "uring/zc.h"

#define BUFS 8u
#define SHIFT 12u

struct fake {
	struct pp_zc zc;
	uint32_t head, tail, next[BUFS], owed[BUFS];
	struct pp_io_rqe rqe[16];
};

static void fake_init(struct fake *f, uint32_t entries, uint32_t at)
{
	memset(f, 0, sizeof(*f));
	f->head = f->tail = f->zc.next_tail = at;
	f->zc.bufs = BUFS;
	f->zc.shift = SHIFT;
	f->zc.mask = entries - 1;
	f->zc.head = &f->head;
	f->zc.tail = &f->tail;
	f->zc.rqes = f->rqe;
	f->zc.list_next = f->next;
	f->zc.list_owed = f->owed;
	f->zc.token = UINT64_C(1) << PP_IO_ZCRX_AREA_SHIFT;
	memset(f->rqe, 0xff, sizeof(f->rqe));
}

PP_TEST(zcrx_rq, one_entry_for_each_return_that_is_owed)
{
	struct fake f;
	uint32_t i;

	fake_init(&f, 16, UINT32_MAX - 1); /* wraps on the way */
	pp_rq_owe(&f.zc, 5, 3);
	cr_assert(pp_rq_listed(&f.zc));
	cr_assert_eq(pp_rq_used(&f.zc), 0, "not before somebody produces");
	pp_rq_produce(&f.zc);
	cr_assert_not(pp_rq_listed(&f.zc));
	cr_assert_eq(pp_rq_used(&f.zc), 3);
	for (i = 0; i < 3; i++) {
		const struct pp_io_rqe *e = &f.rqe[(f.head + i) & 15];

		cr_assert_eq(e->off, (UINT64_C(1) << 48) | 5u << SHIFT);
		cr_assert_eq(e->len, 4096);
		cr_assert_eq(e->pad, 0);
	}
	pp_rq_produce(&f.zc);
	cr_assert_eq(pp_rq_used(&f.zc), 3);
}

PP_TEST(zcrx_rq, debts_of_one_buffer_add_up_on_the_list)
{
	struct fake f;

	fake_init(&f, 16, 0);
	pp_rq_owe(&f.zc, 2, 1);
	pp_rq_owe(&f.zc, 3, 1);
	pp_rq_owe(&f.zc, 2, 4);
	cr_assert_eq(f.zc.list >> 32, 2);
	pp_rq_produce(&f.zc);
	cr_assert_eq(pp_rq_used(&f.zc), 6);
	cr_assert_eq(f.zc.list, 0);
}

PP_TEST(zcrx_rq, a_full_ring_loses_nothing)
{
	struct fake f;
	uint32_t i, total = 0, per_buf[BUFS] = { 0 };

	fake_init(&f, 4, 7);
	for (i = 0; i < BUFS; i++)
		pp_rq_owe(&f.zc, i, i + 1);
	while (pp_rq_listed(&f.zc) || pp_rq_used(&f.zc)) {
		pp_rq_produce(&f.zc);
		cr_assert_leq(pp_rq_used(&f.zc), 4);
		cr_assert_gt(pp_rq_used(&f.zc), 0);
		for (; f.head != f.tail; f.head++, total++)
			per_buf[(f.rqe[f.head & 3].off & 0xffffffff) >> SHIFT]++;
	}
	cr_assert_eq(total, BUFS * (BUFS + 1) / 2);
	for (i = 0; i < BUFS; i++)
		cr_assert_eq(per_buf[i], i + 1, "buffer %u: %u", i, per_buf[i]);
}

PP_TEST(zcrx_rq, who_finds_a_producer_leaves_it_to_him)
{
	struct fake f;

	fake_init(&f, 16, 0);
	f.zc.producing = 1;
	pp_rq_owe(&f.zc, 1, 1);
	pp_rq_produce(&f.zc);
	cr_assert_eq(pp_rq_used(&f.zc), 0);
	cr_assert(pp_rq_listed(&f.zc));
	f.zc.producing = 0;
	pp_rq_produce(&f.zc);
	cr_assert_eq(pp_rq_used(&f.zc), 1);
}
