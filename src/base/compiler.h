/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the compiler must be told. */
#ifndef PP_BASE_COMPILER_H
#define PP_BASE_COMPILER_H

#define pp_likely(x) __builtin_expect(!!(x), 1)
#define pp_unlikely(x) __builtin_expect(!!(x), 0)
#define PP_CACHELINE 64
#define pp_cacheline_aligned __attribute__((aligned(PP_CACHELINE)))
#define pp_noinline __attribute__((noinline, cold))
#define PP_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define pp_min(a, b)                                                           \
	({                                                                     \
		__typeof__(a) pp_min_a = (a);                                  \
		__typeof__(b) pp_min_b = (b);                                  \
		pp_min_a < pp_min_b ? pp_min_a : pp_min_b;                     \
	})

#define pp_max(a, b)                                                           \
	({                                                                     \
		__typeof__(a) pp_max_a = (a);                                  \
		__typeof__(b) pp_max_b = (b);                                  \
		pp_max_a > pp_max_b ? pp_max_a : pp_max_b;                     \
	})

#define pp_container_of(ptr, type, member)                                     \
	((type *)((char *)(ptr)-offsetof(type, member)))

#endif /* PP_BASE_COMPILER_H */
