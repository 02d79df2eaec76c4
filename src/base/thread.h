/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of "which thread am I", in one load. */
#ifndef PP_BASE_THREAD_H
#define PP_BASE_THREAD_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* initial-exec: one load from the thread block, no call, also in the .so */
extern __thread uint32_t pp_self_tid __attribute__((tls_model("initial-exec")));

uint32_t pp_self_init(void);

/* The caller's thread id, never 0. Right in a forked child too. */
static inline uint32_t pp_self(void)
{
	uint32_t tid = pp_self_tid;

	return pp_likely(tid) ? tid : pp_self_init();
}

/* Is thread @tid of this process alive? */
bool pp_thread_alive(uint32_t tid);

#endif /* PP_BASE_THREAD_H */
