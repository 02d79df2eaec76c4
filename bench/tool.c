/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what every bench program needs: numbers, time, signals, errors. */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

static const char *tool_name = "tool";
static atomic_bool stopped; /* set in the handler, read everywhere */

static void on_stop(int sig)
{
	(void)sig;
	atomic_store_explicit(&stopped, true, memory_order_relaxed);
}

void tool_init(const char *name)
{
	struct sigaction sa = { .sa_handler = on_stop };

	tool_name = name;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL); /* no SA_RESTART: sleeps shall end */
	sigaction(SIGTERM, &sa, NULL);
	prctl(PR_SET_TIMERSLACK, 1000ul);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

bool tool_stopped(void)
{
	return atomic_load_explicit(&stopped, memory_order_relaxed);
}

static void say(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", tool_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

int tool_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return TOOL_FAILED;
}

int tool_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return TOOL_USAGE;
}

int tool_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	unsigned long long v;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -1;
	*value = v;
	return 0;
}

uint64_t tool_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * TOOL_NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* A signal ends the sleep early. */
static void sleep_until(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / TOOL_NS_PER_SEC),
		.tv_nsec = (long)(ns % TOOL_NS_PER_SEC),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* @n * @mul / @div without overflow for @div >= 1 and n * mul / div < 2^64 */
static uint64_t mul_div(uint64_t n, uint64_t mul, uint64_t div)
{
	return n / div * mul + n % div * mul / div;
}

void tool_pace_start(struct tool_pace *pace, uint64_t pps)
{
	*pace = (struct tool_pace){ .pps = pps, .start_ns = tool_now_ns() };
}

uint32_t tool_pace_take(struct tool_pace *pace, uint32_t max)
{
	uint64_t now, due, want, wake;

	if (!pace->pps) {
		pace->done += max;
		return max;
	}

	now = tool_now_ns();
	due = mul_div(now - pace->start_ns, pace->pps, TOOL_NS_PER_SEC);
	if (due <= pace->done) {
		/* a burst of half a millisecond, one frame at least */
		want = pace->pps / 2000 + 1;
		if (want > max)
			want = max;
		wake = pace->start_ns +
		       mul_div(pace->done + want, TOOL_NS_PER_SEC, pace->pps);
		if (wake > now + 50000000)
			wake = now + 50000000;
		sleep_until(wake + 1);
		now = tool_now_ns();
		due = mul_div(now - pace->start_ns, pace->pps, TOOL_NS_PER_SEC);
		if (due <= pace->done)
			return 0;
	}
	if (due - pace->done > pace->pps / 100 + max) {
		/* held up: what was missed is not made good */
		pace->start_ns = now;
		pace->done = 0;
		due = max;
	}
	want = due - pace->done;
	if (want > max)
		want = max;
	pace->done += want;
	return (uint32_t)want;
}

void tool_pace_return(struct tool_pace *pace, uint32_t n)
{
	pace->done -= n;
}
