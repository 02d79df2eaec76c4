/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the test frame: UDP over IPv4, a sequence number, a pattern. */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdint.h>

#define FRAME_MIN 60u /* without FCS, as everywhere here */
#define FRAME_MAX 9014u
#define FRAME_HEADERS 42u /* Ethernet, IPv4 without options, UDP */
#define FRAME_PORT 9u	  /* UDP destination port (discard) */

/* What frame_check() found */
enum frame_verdict {
	FRAME_GOOD,
	FRAME_FOREIGN, /* not one of ours */
	FRAME_CORRUPT, /* ours, but not as it was sent */
};

/*
 * Writes the frame with number @seq, @len bytes from FRAME_MIN to FRAME_MAX.
 * Every byte follows from @seq and @len. The destination address belongs to
 * nobody, so a stack that sees the frame lets it go.
 */
void frame_build(void *buf, uint32_t len, uint64_t seq);

/* Compares with what frame_build() would have written; *seq as found. */
enum frame_verdict frame_check(const void *buf, uint32_t len, uint64_t *seq);

#endif /* BENCH_FRAME_H */
