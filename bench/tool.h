/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what every bench program needs: numbers, time, signals, errors. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#define TOOL_OK 0
#define TOOL_FAILED 1
#define TOOL_USAGE 2

#define TOOL_NS_PER_SEC 1000000000ull

/* Name the program in messages; SIGINT and SIGTERM only set a flag from now. */
void tool_init(const char *name);

/* Did SIGINT or SIGTERM come? */
bool tool_stopped(void);

/* One line on stderr, "NAME: ..."; returns TOOL_FAILED or TOOL_USAGE. */
int tool_failed(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tool_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A whole decimal number from @min to @max; 0 or -1. */
int tool_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/* CLOCK_MONOTONIC */
uint64_t tool_now_ns(void);

/**
 * struct tool_pace - so many frames a second, in small bursts
 * @pps:      frames a second, 0 = as fast as it goes
 * @start_ns: when frame 0 was due
 * @done:     frames taken
 */
struct tool_pace {
	uint64_t pps;
	uint64_t start_ns;
	uint64_t done;
};

void tool_pace_start(struct tool_pace *pace, uint64_t pps);

/*
 * How many frames may go now, at most @max. Sleeps for a burst to be due, 50 ms
 * at most; 0 says: look at the stop flag and come again. Somebody who was held
 * up for more than 10 ms does not catch up: that would be a burst.
 */
uint32_t tool_pace_take(struct tool_pace *pace, uint32_t max);

/* Frames that were allowed and not used. */
void tool_pace_return(struct tool_pace *pace, uint32_t n);

#endif /* BENCH_TOOL_H */
