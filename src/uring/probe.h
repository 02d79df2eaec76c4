/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the running kernel says about zero-copy receive. */
#ifndef PP_URING_PROBE_H
#define PP_URING_PROBE_H

#include "uring/abi.h"

#include <stdbool.h>

struct pp_zcrx_caps {
	bool has_query; /* IORING_REGISTER_QUERY works at all */
	bool has_zcrx;	/* and knows zero-copy receive */
	struct pp_io_query_opcodes op;
	struct pp_io_query_zcrx zcrx;
	struct pp_io_query_event event; /* zero if unknown */
};

/* Asks the kernel; never a version. Context: any thread. */
void pp_probe_zcrx(struct pp_zcrx_caps *caps);

#endif /* PP_URING_PROBE_H */
