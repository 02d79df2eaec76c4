/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of all memory ordering: no bare __atomic_* anywhere else. */
#ifndef PP_BASE_ATOMIC_H
#define PP_BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

/* relaxed: tear-free, nothing more */
#define pp_load(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define pp_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
/* each user names its partner in a comment */
#define pp_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define pp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
/* read-modify-write; the plain name is acquire and release */
#define pp_xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)
#define pp_fetch_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define pp_fetch_sub(p, v) __atomic_fetch_sub((p), (v), __ATOMIC_ACQ_REL)
#define pp_fetch_or(p, v) __atomic_fetch_or((p), (v), __ATOMIC_ACQ_REL)
#define pp_fetch_and(p, v) __atomic_fetch_and((p), (v), __ATOMIC_ACQ_REL)
#define pp_fetch_add_relaxed(p, v)                                             \
	__atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
/* compare and swap; *old is reloaded (relaxed) when false is returned */
#define pp_cas(p, old, new)                                                    \
	__atomic_compare_exchange_n((p), (old), (new), false,                  \
				    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)
#define pp_cas_weak(p, old, new)                                               \
	__atomic_compare_exchange_n((p), (old), (new), true, __ATOMIC_ACQ_REL, \
				    __ATOMIC_RELAXED)

/* Single-writer counters: one writer, any reader. A plain add in machine code. */
#define pp_stat_add(p, n) pp_store((p), pp_load(p) + (n))
#define pp_stat_inc(p) pp_stat_add((p), 1)

#endif /* PP_BASE_ATOMIC_H */
