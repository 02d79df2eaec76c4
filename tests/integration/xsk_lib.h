/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the AF_XDP integration programs share: rig, load, checks. */
#ifndef PP_TESTS_XSK_LIB_H
#define PP_TESTS_XSK_LIB_H

#include <pagepool/pagepool.h>

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define SKIP 77

/* One line, and the program has failed. */
#define CHECK(cond, ...)                                                       \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__,     \
				#cond);                                        \
			fprintf(stderr, __VA_ARGS__);                          \
			fputc('\n', stderr);                                   \
			exit(1);                                               \
		}                                                              \
	} while (0)

/* An area and its pool. */
struct rig {
	struct pp_area *area;
	struct page_pool *pool;
	uint32_t chunks;
};

void rig_init(struct rig *rig, uint32_t chunks, uint32_t chunk_bytes);
/* Destroys both; fails the program if a chunk is missing. */
void rig_cleanup(struct rig *rig);
/* hold - release == in flight == cache + ring + in kernel rings + held */
void rig_conserved(const struct rig *rig, const struct pp_xsk *const *xsks,
		   uint32_t n, uint32_t held, const char *when);

/* Opens or ends the program; 77 without the privilege. */
struct pp_xsk *must_open(const struct pp_xsk_params *p);
struct pp_xsk_stats must_stats(const struct pp_xsk *xsk);
uint32_t must_ifindex(const char *name);

/*
 * A child that sends UDP frames of 60 bytes through "IF" or "NETNS:IF" until it
 * is ended, @pps frames a second, over 16 source ports. For 60 s at most.
 * Started before the first pp_xsk_open(): a child inherits the sockets that are
 * open, and their queues stay busy for as long as it lives.
 */
pid_t load_start(const char *where, uint32_t pps);
void load_stop(pid_t child);

/* Received until there are @want frames or @seconds are over; all put back. */
uint64_t receive(struct pp_xsk *xsk, uint64_t want, double seconds);

double now_s(void);

#endif /* PP_TESTS_XSK_LIB_H */
