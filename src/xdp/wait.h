/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of waiting with back-off, for control calls only. */
#ifndef PP_XDP_WAIT_H
#define PP_XDP_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define PP_WAIT_FIRST_US 500u
#define PP_WAIT_MAX_US 20000u

struct pp_wait {
	uint64_t until_us;
	uint32_t next_us;
};

static inline uint64_t pp_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static inline struct pp_wait pp_wait_start(uint32_t timeout_ms)
{
	return (struct pp_wait){
		.until_us = pp_now_us() + (uint64_t)timeout_ms * 1000,
		.next_us = PP_WAIT_FIRST_US,
	};
}

/* Sleeps, longer each time; false, at once, when the time is over. */
static inline bool pp_wait_more(struct pp_wait *wait)
{
	struct timespec ts = { .tv_nsec = (long)wait->next_us * 1000 };

	if (pp_now_us() >= wait->until_us)
		return false;
	nanosleep(&ts, NULL);
	if (wait->next_us < PP_WAIT_MAX_US)
		wait->next_us *= 2;
	return true;
}

#endif /* PP_XDP_WAIT_H */
