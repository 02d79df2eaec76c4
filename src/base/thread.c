/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "base/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

__thread uint32_t pp_self_tid;

/* A forked child runs on a copy of the thread block, under a new id. */
static void forget_tid(void)
{
	pp_self_tid = 0;
}

static void watch_fork(void)
{
	pthread_atfork(NULL, NULL, forget_tid);
}

uint32_t pp_self_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_fork);
	pp_self_tid = (uint32_t)gettid();
	return pp_self_tid;
}

bool pp_thread_alive(uint32_t tid)
{
	return tgkill(getpid(), (pid_t)tid, 0) == 0 || errno != ESRCH;
}
