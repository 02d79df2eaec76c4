// SPDX-License-Identifier: BSD-2-Clause
/*
 * vm_quarantine IF_A IF_B: a zero-copy queue that stays busy after close must
 * keep its frames, because the device goes on writing into them. A child that
 * inherited the sockets keeps the queue of IF_B busy; IF_A goes on sending.
 */
#include "vm_port.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define AFTER_CLOSE (1ull << 32) /* numbers of frames sent after the close */

/* Words of the area that show a frame sent after the close. */
static uint32_t late_frames(const struct ground *ground)
{
	const char *base = pp_area_base(ground->area);
	size_t bytes = pp_area_bytes(ground->area), at;
	uint32_t found = 0;
	uint64_t seq;

	/* stream 1 in front of the number, as the sender lays it out */
	for (at = 0; at + 12 <= bytes; at += 2) {
		uint32_t stream;

		memcpy(&stream, base + at, sizeof(stream));
		memcpy(&seq, base + at + 4, sizeof(seq));
		if (stream == 1 && seq >= AFTER_CLOSE &&
		    seq < AFTER_CLOSE + (1u << 24))
			found++;
	}
	return found;
}

static pid_t child_start(void)
{
	pid_t child = fork();

	CHECK(child >= 0, "fork: %s", strerror(errno));
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	struct ground ground_a, ground_b;
	struct port a, b;
	struct pp_xsk_params params;
	uint32_t home, kernel, i;
	struct pp_xsk_stats st;
	double start;
	pid_t child;
	int err;

	CHECK(argc == 3, "usage: vm_quarantine IF_A IF_B");
	ground_init(&ground_a, 1);
	ground_init(&ground_b, 1);
	port_init(&a, argv[1], &ground_a, 1);
	port_init(&b, argv[2], &ground_b, 2);
	params = port_params(&a);
	params.bind_mode = PP_XSK_BIND_ZEROCOPY;
	port_open(&a, &params);
	params = port_params(&b);
	params.bind_mode = PP_XSK_BIND_ZEROCOPY;
	params.close_timeout_ms = 300;
	port_open(&b, &params);
	exchange(&a, &b, 1000);

	child = child_start();
	st = port_stats(&b);
	kernel = st.fill_entries + st.tx_entries;
	err = pp_xsk_close(b.xsk);
	CHECK(err == -EINPROGRESS, "close of a busy queue: %d", err);
	home = pp_area_free_chunks(ground_b.area);
	CHECK((uint32_t)page_pool_inflight(ground_b.pool) >= kernel,
	      "in flight %d, the device has %u",
	      page_pool_inflight(ground_b.pool), kernel);
	printf("close: in progress, %u frames stay with the device, %u chunks home\n",
	       kernel, home);

	/* The device writes on: this is what an early reclaim would meet. */
	CHECK(!late_frames(&ground_b), "late frames before the first was sent");
	a.sent = AFTER_CLOSE;
	for (start = now_s(); now_s() - start < 1;) {
		port_send(&a, &b, 32);
		port_recv(&a, &b);
		CHECK(!pp_xsk_kick(a.xsk), "kick");
		CHECK(pp_xsk_reap() == 1, "reaped while the queue is busy");
		CHECK(pp_area_free_chunks(ground_b.area) <= home,
		      "chunks went home while the queue is busy");
	}
	port_drain(&a);
	i = late_frames(&ground_b);
	printf("sent %llu frames after the close, %u found in the closed socket's area\n",
	       (unsigned long long)(a.sent - AFTER_CLOSE), i);
	CHECK(i > 0, "the device wrote nothing: the test proves nothing");

	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	start = now_s();
	while (pp_xsk_reap())
		CHECK(now_s() - start < 5, "still in quarantine");
	printf("reclaimed %.0f ms after the queue was let go\n",
	       (now_s() - start) * 1e3);

	/* The queue works again, on the same area. */
	a.sent = b.received = b.lost = 0;
	params = port_params(&b);
	params.bind_mode = PP_XSK_BIND_ZEROCOPY;
	port_open(&b, &params);
	a.received = a.lost = b.sent = 0;
	exchange(&a, &b, 1000);
	CHECK(!pp_xsk_close(b.xsk), "close");
	CHECK(!pp_xsk_close(a.xsk), "close");
	ground_cleanup(&ground_b);
	ground_cleanup(&ground_a);
	return 0;
}
