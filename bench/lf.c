/* SPDX-License-Identifier: BSD-2-Clause */
/* lf: saturates an interface from the kernel's side with live frames. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frame.h"
#include "prog.h"
#include "tool.h"

#define LF_USAGE "usage: lf IF SECONDS [LEN [BURST [PPS]]]"
#define LF_LEN_MAX 3500u /* a live frame lives in one page */

struct lf {
	uint64_t seconds, len, burst, pps;
	unsigned int ifindex;
};

static int parse(struct lf *lf, int argc, char **argv)
{
	*lf = (struct lf){ .len = FRAME_MIN, .burst = 65536 };
	if (argc < 3 || argc > 6)
		return tool_usage(LF_USAGE);
	if (tool_number(argv[2], 0, 86400, &lf->seconds))
		return tool_usage("SECONDS is 0 to 86400; " LF_USAGE);
	if (argc > 3 && tool_number(argv[3], FRAME_MIN, LF_LEN_MAX, &lf->len))
		return tool_usage("LEN is 60 to 3500; " LF_USAGE);
	if (argc > 4 && tool_number(argv[4], 1, 1u << 24, &lf->burst))
		return tool_usage("BURST is 1 to 16777216; " LF_USAGE);
	if (argc > 5 && tool_number(argv[5], 1, 1000000000, &lf->pps))
		return tool_usage("PPS is 1 to 1000000000; " LF_USAGE);
	lf->ifindex = if_nametoindex(argv[1]);
	if (!lf->ifindex)
		return tool_failed("%s: no such interface", argv[1]);
	return TOOL_OK;
}

/* Frames sent until time is up or a signal comes, or -errno. */
static int64_t run(const struct lf *lf, int fd, uint64_t start)
{
	uint8_t frame[LF_LEN_MAX];
	struct tool_pace pace;
	int64_t sent = 0;
	uint32_t n;
	int err;

	frame_build(frame, (uint32_t)lf->len, 0);
	tool_pace_start(&pace, lf->pps);
	while (!tool_stopped() &&
	       tool_now_ns() - start < lf->seconds * TOOL_NS_PER_SEC) {
		n = tool_pace_take(&pace, (uint32_t)lf->burst);
		if (!n)
			continue;
		err = prog_live_send(fd, frame, (uint32_t)lf->len, n);
		if (err && !tool_stopped())
			return err;
		if (!err)
			sent += n;
	}
	return sent;
}

int main(int argc, char **argv)
{
	uint64_t start;
	int64_t sent;
	double seconds;
	struct lf lf;
	int ret, fd;

	tool_init("lf");
	ret = parse(&lf, argc, argv);
	if (ret)
		return ret;
	fd = prog_live(lf.ifindex);
	if (fd < 0)
		return tool_failed("cannot load the program: %s", strerror(-fd));
	start = tool_now_ns();
	sent = run(&lf, fd, start);
	seconds = (double)(tool_now_ns() - start) / 1e9;
	close(fd);
	if (sent < 0)
		return tool_failed("cannot send live frames: %s",
				   strerror((int)-sent));
	printf("lf: %lld frames, %.0f frames/s\n", (long long)sent,
	       (double)sent / (seconds > 0 ? seconds : 1));
	return TOOL_OK;
}
