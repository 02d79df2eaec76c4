/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of receiving into the pool's pages by multishot: over socket pairs,
 * without a network.
 */
#include "pptest.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"

#define UNTOUCHED ((struct pp_zcrx *)(uintptr_t)0x5aa5)
#define BUF 4096u

/* One stream: @sent and @seen count bytes, byte i is the low byte of i * 7. */
struct stream {
	int fd[2]; /* we write 1, the kernel receives from 0 */
	uint64_t sent, seen;
	unsigned int eofs;
	int err;
	struct pp_frag held[256];
	unsigned int n_held, hold;
};

static void stream_open(struct stream *s)
{
	memset(s, 0, sizeof(*s));
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->fd),
		     0);
	cr_assert_eq(fcntl(s->fd[1], F_SETFL, O_NONBLOCK), 0);
}

static void stream_close(struct stream *s)
{
	close(s->fd[0]);
	if (s->fd[1] >= 0)
		close(s->fd[1]);
}

/* As much of @n bytes as fits the socket. Return: how many. */
static uint64_t stream_send(struct stream *s, uint64_t n)
{
	unsigned char block[1024];
	uint64_t done = 0, i, len;
	ssize_t put;

	while (done < n) {
		len = n - done < sizeof(block) ? n - done : sizeof(block);
		for (i = 0; i < len; i++)
			block[i] = (unsigned char)((s->sent + i) * 7);
		put = write(s->fd[1], block, len);
		if (put <= 0)
			break;
		done += (uint64_t)put;
		s->sent += (uint64_t)put;
	}
	return done;
}

static void stream_check(struct stream *s, const struct pp_frag *frag)
{
	const unsigned char *p = pp_frag_data(frag);
	uint32_t i;

	cr_assert_not_null(p);
	for (i = 0; i < frag->len; i++)
		cr_assert_eq(p[i], (unsigned char)((s->seen + i) * 7),
			     "byte %llu", (unsigned long long)(s->seen + i));
	s->seen += frag->len;
}

static void received(void *arg, uint64_t user_data, const struct pp_frag *frags,
		     int n)
{
	struct stream *s = (struct stream *)arg + user_data;
	int i;

	if (n <= 0) {
		s->eofs += n == 0;
		s->err = n;
	}
	for (i = 0; i < n; i++) {
		stream_check(s, &frags[i]);
		if (s->n_held < s->hold)
			s->held[s->n_held++] = frags[i];
		else
			pp_frags_put(&frags[i], 1);
	}
}

static void poll_quiet(struct pp_zcrx *z, struct stream *s)
{
	int quiet = 0, n;

	while (quiet < 3) {
		n = pp_zcrx_poll(z, 1, received, s);
		cr_assert_geq(n, 0, "poll: %d", n);
		quiet = n ? 0 : quiet + 1;
	}
}

static bool have_uring(void)
{
	struct io_uring ring;
	int err = io_uring_queue_init(2, &ring, 0);

	if (!err)
		io_uring_queue_exit(&ring);
	else if (getenv("CI"))
		cr_assert_fail("no io_uring in CI: %s", strerror(-err));
	else
		cr_skip("no io_uring here: %s", strerror(-err));
	return !err;
}

static struct pp_zcrx_params small(struct pp_area *area)
{
	return (struct pp_zcrx_params){ .sz = sizeof(struct pp_zcrx_params),
					.mode = PP_ZCRX_PBUF,
					.buf_bytes = BUF,
					.bufs = 16,
					.area = area };
}

static struct pp_zcrx *zcrx(struct pp_zcrx_params p)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_zcrx *z = NULL;
	int err = pp_zcrx_open(&z, &p, &ext);

	cr_assert_eq(err, 0, "open: %d (%s)", err, ext.msg);
	return z;
}

static struct pp_zcrx_stats stats(const struct pp_zcrx *z)
{
	struct pp_zcrx_stats st = { .sz = sizeof(st) };

	cr_assert_eq(pp_zcrx_get_stats(z, &st), 0);
	return st;
}

static void refused(struct pp_zcrx_params p, int want, const char *param)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_zcrx *z = UNTOUCHED;
	int err = pp_zcrx_open(&z, &p, &ext);

	cr_assert_eq(err, want, "%s: %d, not %d (%s)", param, err, want, ext.msg);
	cr_assert_eq(z, UNTOUCHED);
	cr_assert_str_eq(ext.bad_param, param, "%s (%s)", ext.bad_param, ext.msg);
	cr_assert_gt(strlen(ext.msg), 20);
}

PP_TEST(zcrx_pbuf, bad_parameters_are_named)
{
	struct pp_area *area = pt_area(64);
	struct pp_zcrx_params p = small(area);
	struct pp_extack ext = { .sz = sizeof(ext) };

	have_uring();
	cr_assert_eq(pp_zcrx_open(NULL, &p, &ext), -EINVAL);
	p.sz = sizeof(p) - 8;
	refused(p, -EINVAL, "sz");
	p = small(area);
	p.mode = 4;
	refused(p, -EINVAL, "mode");
	p = small(area);
	p.buf_bytes = 5000;
	refused(p, -EINVAL, "buf_bytes");
	p.buf_bytes = 2048; /* less than a chunk */
	refused(p, -EINVAL, "buf_bytes");
	p = small(area);
	p.bufs = 24;
	refused(p, -EINVAL, "bufs");
	p.bufs = 65536;
	refused(p, -EINVAL, "bufs");
	p.bufs = 256; /* the area has 64 */
	refused(p, -ENOMEM, "bufs");
	p = small(area);
	p.bgid = 65536;
	refused(p, -EINVAL, "bgid");
	p = small(area);
	p.area_bytes = 1 << 20;
	refused(p, -EINVAL, "area_bytes");
	p = small(area);
	p.cq_entries = 1 << 20;
	refused(p, -EINVAL, "cq_entries");
	p = small(area);
	p.reserved = 1;
	refused(p, -EINVAL, "reserved");
	cr_assert_eq(pp_area_free_chunks(area), 64);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, auto_says_why_not_better)
{
	struct pp_zcrx_params p = { .sz = sizeof(p) };
	struct pp_zcrx_info info = { .sz = sizeof(info) };
	struct pp_zcrx *z;
	uint32_t i;

	have_uring();
	z = zcrx(p);
	cr_assert_eq(pp_zcrx_get_info(z, &info), 0);
	cr_assert(info.mode == PP_ZCRX_PBUF || info.mode == PP_ZCRX_NODEV);
	cr_assert_eq(info.n_steps, info.mode - 1);
	for (i = 0; i < info.n_steps; i++) {
		cr_assert_lt(info.steps[i].err, 0);
		cr_assert_gt(strlen(info.steps[i].reason), 20);
	}
	cr_assert_str_eq(info.steps[0].step, "device");
	pp_zcrx_close(z);
}

PP_TEST(zcrx_pbuf, every_byte_arrives_and_every_chunk_goes_home)
{
	struct pp_area *area = pt_area(64);
	struct pp_zcrx_stats st;
	struct pp_zcrx *z;
	struct stream s;

	have_uring();
	z = zcrx(small(area));
	stream_open(&s);
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	while (s.sent < 4 << 20) {
		stream_send(&s, 100000);
		cr_assert_geq(pp_zcrx_poll(z, 0, received, &s), 0);
	}
	poll_quiet(z, &s);
	cr_assert_eq(s.seen, s.sent);
	close(s.fd[1]);
	s.fd[1] = -1;
	poll_quiet(z, &s);
	cr_assert_eq(s.eofs, 1);
	st = stats(z);
	cr_assert_eq(st.bytes, s.sent);
	cr_assert_eq(st.copied_bytes, s.sent);
	cr_assert_eq(st.bad_cqes, 0);
	/* nothing is held: the ring is full, and nothing was lost on the way */
	cr_assert_eq(st.kernel_bufs, 16);
	cr_assert_eq(st.refills, st.frags + 16);
	pp_zcrx_close(z);
	stream_close(&s);
	cr_assert_eq(pp_area_free_chunks(area), 64);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, the_pool_counts_buffers_as_allocations)
{
	struct pp_area *area = pt_area(64);
	struct page_pool_stats ps = { 0 };
	struct pp_zcrx *z;
	struct stream s;

	have_uring();
	z = zcrx(small(area));
	stream_open(&s);
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	stream_send(&s, 60000);
	poll_quiet(z, &s);
	page_pool_get_stats(pp_zcrx_pool(z), &ps);
	/* each allocation is counted once, the first of a batch as slow */
	cr_assert_eq(ps.alloc_stats.fast + ps.alloc_stats.slow +
			     ps.alloc_stats.refill,
		     stats(z).refills);
	cr_assert_eq(ps.recycle_stats.cached + ps.recycle_stats.ring,
		     stats(z).frags);
	pp_zcrx_close(z);
	stream_close(&s);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, holding_everything_stalls_once_and_resumes_exactly)
{
	struct pp_area *area = pt_area(16);
	struct pp_zcrx_stats before, after;
	struct pp_zcrx *z;
	struct stream s;
	uint64_t stuck;
	int i;

	have_uring();
	z = zcrx(small(area));
	stream_open(&s);
	s.hold = 16;
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	for (i = 0; i < 64; i++) {
		stream_send(&s, 8192);
		cr_assert_geq(pp_zcrx_poll(z, 0, received, &s), 0);
	}
	poll_quiet(z, &s);
	cr_assert_eq(s.n_held, 16, "%u held", s.n_held);
	cr_assert_lt(s.seen, s.sent);
	before = stats(z);
	cr_assert_eq(before.starved, 1);
	cr_assert_eq(before.kernel_bufs, 0);
	cr_assert_not(pp_zcrx_ready(z));
	/* nothing is armed on nothing */
	for (i = 0; i < 50; i++)
		cr_assert_eq(pp_zcrx_poll(z, 1, received, &s), 0);
	after = stats(z);
	cr_assert_eq(after.starved, 1);
	cr_assert_eq(after.cqes, before.cqes);
	cr_assert_gt(after.held, before.held);
	/* a quarter back, then the rest */
	stuck = s.seen;
	s.hold = 0;
	pp_frags_put(s.held, 4);
	poll_quiet(z, &s);
	cr_assert_gt(s.seen, stuck);
	pp_frags_put(s.held + 4, 12);
	poll_quiet(z, &s);
	cr_assert_eq(s.seen, s.sent);
	pp_zcrx_close(z);
	stream_close(&s);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, one_free_buffer_below_the_mark_is_used_after_a_while)
{
	struct pp_area *area = pt_area(16);
	struct pp_zcrx_params p = small(area);
	struct pp_zcrx *z;
	struct stream s;
	uint64_t stuck;
	int i;

	have_uring();
	p.low_water = 16;
	z = zcrx(p);
	stream_open(&s);
	s.hold = 16;
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	for (i = 0; i < 64; i++) {
		stream_send(&s, 8192);
		cr_assert_geq(pp_zcrx_poll(z, 0, received, &s), 0);
	}
	poll_quiet(z, &s);
	stuck = s.seen;
	cr_assert_lt(stuck, s.sent);
	s.hold = 0;
	pp_frags_put(s.held, 1);
	for (i = 0; i < 1000 && s.seen < s.sent; i++)
		cr_assert_geq(pp_zcrx_poll(z, 5, received, &s), 0);
	cr_assert_eq(s.seen, s.sent);
	pp_frags_put(s.held + 1, 15);
	pp_zcrx_close(z);
	stream_close(&s);
	pt_area_end(area);
}

static void count_up(void *arg)
{
	++*(int *)arg;
}

PP_TEST(zcrx_pbuf, fragments_outlive_the_instance)
{
	struct pp_area *area = pt_area(64);
	struct pp_zcrx_params p = small(area);
	struct pp_zcrx *z;
	struct stream s;
	int gone = 0;

	have_uring();
	p.on_gone = count_up;
	p.on_gone_arg = &gone;
	z = zcrx(p);
	stream_open(&s);
	s.hold = 3;
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	stream_send(&s, 20000);
	poll_quiet(z, &s);
	cr_assert_eq(s.n_held, 3);
	pp_zcrx_close(z);
	cr_assert_eq(gone, 0);
	cr_assert_eq(pp_area_free_chunks(area), 61);
	cr_assert_eq(pp_area_destroy(area), -EBUSY);
	s.seen = 0;
	stream_check(&s, &s.held[0]);
	pp_frags_put(s.held, 2);
	cr_assert_eq(gone, 0);
	pp_frags_put(s.held + 2, 1);
	cr_assert_eq(gone, 1);
	stream_close(&s);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, buffers_of_several_chunks)
{
	struct pp_area *area = pt_area(256);
	struct pp_zcrx_params p = small(area);
	struct pp_zcrx_info info = { .sz = sizeof(info) };
	struct pp_zcrx *z;
	struct stream s;

	have_uring();
	p.buf_bytes = 0; /* 64 KiB: pages of order 4 */
	p.bufs = 8;
	z = zcrx(p);
	cr_assert_eq(pp_zcrx_get_info(z, &info), 0);
	cr_assert_eq(info.buf_bytes, 65536);
	cr_assert_eq(page_pool_order(pp_zcrx_pool(z)), 4);
	stream_open(&s);
	cr_assert_eq(pp_zcrx_add(z, s.fd[0], 0), 0);
	stream_send(&s, 120000);
	poll_quiet(z, &s);
	cr_assert_eq(s.seen, s.sent);
	cr_assert_gt(stats(z).bytes / stats(z).frags, BUF);
	pp_zcrx_close(z);
	stream_close(&s);
	cr_assert_eq(pp_area_free_chunks(area), 256);
	pt_area_end(area);
}

/* ---- the application's ring and pool ---- */

static void own_loop(struct io_uring *ring, struct pp_zcrx *z, struct stream *s)
{
	struct pp_frag frags[PP_ZCRX_FRAGS];
	struct io_uring_cqe *cqe;
	uint32_t events;
	bool rearm = false;
	int n;

	io_uring_submit(ring);
	while (!io_uring_peek_cqe(ring, &cqe)) {
		cr_assert_eq(cqe->user_data, 77);
		n = pp_zcrx_on_cqe(z, cqe, frags, &events);
		cr_assert_geq(n, 0, "on_cqe: %d", n);
		if (n)
			received(s, 0, frags, n);
		s->eofs += !!(events & PP_ZCRX_EV_EOF);
		rearm = rearm || (events & PP_ZCRX_EV_REARM);
		io_uring_cqe_seen(ring, cqe);
	}
	cr_assert_eq(pp_zcrx_refill(z), 0);
	if (rearm) {
		cr_assert_eq(pp_zcrx_prep_recv(z, io_uring_get_sqe(ring),
					       s->fd[0], 77),
			     0);
		own_loop(ring, z, s);
	}
}

PP_TEST(zcrx_pbuf, an_application_keeps_its_ring_and_its_pool)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.pool_size = 64, .area_chunks = 64, .nid = NUMA_NO_NODE });
	struct pp_zcrx_params p = { .sz = sizeof(p),
				    .mode = PP_ZCRX_PBUF,
				    .bufs = 16,
				    .bgid = 5,
				    .pool = pool };
	struct io_uring ring;
	struct pp_zcrx *z;
	struct stream s;

	have_uring();
	cr_assert_eq(io_uring_queue_init(8, &ring, 0), 0);
	p.ring = &ring;
	z = zcrx(p);
	cr_assert_eq(pp_zcrx_ring(z), &ring);
	cr_assert_eq(pp_zcrx_fd(z), ring.ring_fd);
	cr_assert_eq(pp_zcrx_pool(z), pool);
	refused(p, -EEXIST, "bgid");
	p.buf_bytes = 8192;
	refused(p, -EINVAL, "buf_bytes");
	stream_open(&s);
	cr_assert_eq(pp_zcrx_prep_recv(z, io_uring_get_sqe(&ring), s.fd[0], 77),
		     0);
	while (s.sent < 1 << 20) {
		stream_send(&s, 30000);
		own_loop(&ring, z, &s);
	}
	own_loop(&ring, z, &s);
	cr_assert_eq(s.seen, s.sent);
	close(s.fd[1]);
	s.fd[1] = -1;
	own_loop(&ring, z, &s);
	cr_assert_eq(s.eofs, 1);
	pp_zcrx_close(z);
	/* the ring is the application's: it goes on */
	io_uring_prep_nop(io_uring_get_sqe(&ring));
	cr_assert_eq(io_uring_submit(&ring), 1);
	io_uring_queue_exit(&ring);
	stream_close(&s);
	page_pool_destroy(pool);
}

/* Until the limited receive of @bytes has ended. Return: its last event. */
static uint32_t limited(struct io_uring *ring, struct pp_zcrx *z,
			struct stream *s, uint32_t bytes)
{
	struct pp_frag frags[PP_ZCRX_FRAGS];
	uint64_t from = s->seen;
	struct io_uring_cqe *cqe;
	uint32_t events = PP_ZCRX_EV_REARM;
	int n;

	while (events & PP_ZCRX_EV_REARM) {
		n = pp_zcrx_prep_recv_limit(z, io_uring_get_sqe(ring), s->fd[0],
					    9,
					    bytes - (uint32_t)(s->seen - from));
		cr_assert_eq(n, 0, "prep: %d", n);
		cr_assert_eq(pp_zcrx_prep_recv_limit(z, io_uring_get_sqe(ring),
						     s->fd[0], 9, 1),
			     -EEXIST);
		io_uring_submit_and_wait(ring, 1);
		cr_assert_eq(io_uring_peek_cqe(ring, &cqe), 0);
		n = pp_zcrx_on_cqe(z, cqe, frags, &events);
		cr_assert_geq(n, 0);
		if (n)
			received(s, 0, frags, n);
		io_uring_cqe_seen(ring, cqe);
		cr_assert_neq(io_uring_peek_cqe(ring, &cqe), 0);
	}
	cr_assert_leq(s->seen - from, bytes);
	return events;
}

PP_TEST(zcrx_pbuf, a_limit_is_not_the_end)
{
	struct pp_area *area = pt_area(64);
	struct io_uring ring;
	struct pp_zcrx_params p = small(area);
	struct pp_zcrx *z;
	struct stream s;

	have_uring();
	cr_assert_eq(io_uring_queue_init(8, &ring, 0), 0);
	p.ring = &ring;
	z = zcrx(p);
	stream_open(&s);
	stream_send(&s, 10000);
	cr_assert_eq(limited(&ring, z, &s, 6000), PP_ZCRX_EV_LIMIT);
	cr_assert_eq(s.seen, 6000);
	close(s.fd[1]);
	s.fd[1] = -1;
	/* exactly what is left, then the end */
	cr_assert_eq(limited(&ring, z, &s, 4000), PP_ZCRX_EV_LIMIT);
	cr_assert_eq(limited(&ring, z, &s, 4000), PP_ZCRX_EV_EOF);
	cr_assert_eq(s.seen, 10000);
	cr_assert_eq(pp_zcrx_prep_recv_limit(z, io_uring_get_sqe(&ring), 0, 9, 0),
		     -EINVAL);
	cr_assert_eq(pp_zcrx_export(z), -EOPNOTSUPP);
	p.share = z;
	refused(p, -EOPNOTSUPP, "share");
	pp_zcrx_close(z);
	io_uring_queue_exit(&ring);
	stream_close(&s);
	pt_area_end(area);
}

static void claim_pool(void *arg)
{
	page_pool_enable_direct_recycling(arg);
}

PP_TEST(zcrx_pbuf, a_pool_of_another_thread_is_refused)
{
	struct page_pool *pool = pt_pool((struct page_pool_params){
		.pool_size = 64, .area_chunks = 64, .nid = NUMA_NO_NODE });
	struct pt_thread *t = pt_thread_start();
	struct pp_zcrx_params p = { .sz = sizeof(p),
				    .mode = PP_ZCRX_PBUF,
				    .pool = pool };

	have_uring();
	pt_thread_run(t, claim_pool, pool);
	refused(p, -EBUSY, "pool");
	pt_thread_end(t);
	page_pool_destroy(pool);
}

PP_TEST(zcrx_pbuf, a_completion_that_is_not_ours_is_counted_and_costs_nothing)
{
	struct pp_area *area = pt_area(64);
	struct io_uring_cqe cqe = { .res = 100 };
	struct pp_frag frags[PP_ZCRX_FRAGS];
	struct pp_zcrx *z;
	uint32_t events;

	have_uring();
	z = zcrx(small(area));
	cqe.flags = 16u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER;
	cr_assert_eq(pp_zcrx_on_cqe(z, &cqe, frags, &events), -EIO);
	cqe.flags = 0;
	cr_assert_eq(pp_zcrx_on_cqe(z, &cqe, frags, &events), -EIO);
	/* more bytes than a buffer has */
	cqe.flags = 3u << IORING_CQE_BUFFER_SHIFT | IORING_CQE_F_BUFFER;
	cqe.res = BUF + 1;
	cr_assert_eq(pp_zcrx_on_cqe(z, &cqe, frags, &events), -EIO);
	cr_assert_eq(stats(z).bad_cqes, 3);
	cr_assert_eq(stats(z).bytes, 0);
	cr_assert_eq(stats(z).kernel_bufs, 16);
	cqe.flags = 0;
	cqe.res = -ECONNRESET;
	cr_assert_eq(pp_zcrx_on_cqe(z, &cqe, frags, &events), -ECONNRESET);
	pp_zcrx_close(z);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, removed_sockets_end_once)
{
	struct pp_area *area = pt_area(64);
	struct stream s[2];
	struct pp_zcrx *z;

	have_uring();
	z = zcrx(small(area));
	stream_open(&s[0]);
	stream_open(&s[1]);
	cr_assert_eq(pp_zcrx_add(z, s[0].fd[0], 0), 0);
	stream_send(&s[0], 1000);
	poll_quiet(z, s);
	cr_assert_eq(pp_zcrx_add(z, s[1].fd[0], 1), 0);
	cr_assert_eq(pp_zcrx_remove(z, 1), 0); /* not armed yet */
	cr_assert_eq(pp_zcrx_remove(z, 0), 0); /* armed */
	cr_assert_eq(pp_zcrx_remove(z, 0), -ENOENT);
	poll_quiet(z, s);
	cr_assert_eq(s[0].err, -ECANCELED);
	cr_assert_eq(s[1].err, -ECANCELED);
	cr_assert_eq(s[0].seen, 1000);
	/* again, in the same slots */
	s[0].err = 0;
	cr_assert_eq(pp_zcrx_add(z, s[0].fd[0], 0), 0);
	stream_send(&s[0], 1000);
	poll_quiet(z, s);
	cr_assert_eq(s[0].seen, 2000);
	cr_assert_eq(s[0].err, 0);
	pp_zcrx_close(z);
	stream_close(&s[0]);
	stream_close(&s[1]);
	pt_area_end(area);
}

PP_TEST(zcrx_pbuf, every_failure_point_unwinds)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_zcrx_params p = small(NULL);
	struct pp_zcrx *z = UNTOUCHED;
	int n, err = -ENOMEM, gone = 0;

	have_uring();
	p.on_gone = count_up;
	p.on_gone_arg = &gone;
	for (n = 1; err && n < 100; n++) {
		pp_fault_arm((unsigned int)n);
		err = pp_zcrx_open(&z, &p, &ext);
		pp_fault_arm(0);
		cr_assert_eq(!err, z != UNTOUCHED, "point %d: err %d", n, err);
		cr_assert(!err || err == -ENOMEM, "point %d: err %d", n, err);
		cr_assert_eq(pt_pools_alive(), !err, "point %d", n);
		cr_assert_eq(gone, 0);
	}
	cr_assert_eq(err, 0);
	cr_assert_gt(n, 12, "only %d points", n - 1);
	pp_zcrx_close(z);
	cr_assert_eq(gone, 1);
}

PP_TEST(zcrx_pbuf, null_is_harmless)
{
	struct pp_zcrx_stats st = { .sz = sizeof(st) };

	pp_zcrx_close(NULL);
	cr_assert_null(pp_zcrx_ring(NULL));
	cr_assert_null(pp_zcrx_pool(NULL));
	cr_assert_null(pp_zcrx_area(NULL));
	cr_assert_not(pp_zcrx_ready(NULL));
	cr_assert_eq(pp_zcrx_fd(NULL), -EINVAL);
	cr_assert_eq(pp_zcrx_refill(NULL), -EINVAL);
	cr_assert_eq(pp_zcrx_add(NULL, 0, 0), -EINVAL);
	cr_assert_eq(pp_zcrx_remove(NULL, 0), -EINVAL);
	cr_assert_eq(pp_zcrx_poll(NULL, 0, received, NULL), -EINVAL);
	cr_assert_eq(pp_zcrx_get_stats(NULL, &st), -EINVAL);
}
