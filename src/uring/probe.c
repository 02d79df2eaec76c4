/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "uring/probe.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A kernel that knows less than @room fills less: the rest stays zero. */
static bool query(uint32_t op, void *data, uint32_t room)
{
	struct pp_io_query_hdr hdr = {
		.query_data = (uintptr_t)data,
		.query_op = op,
		.size = room,
	};

	memset(data, 0, room);
	return syscall(__NR_io_uring_register, -1, PP_IO_REGISTER_QUERY, &hdr,
		       0) == 0 &&
	       hdr.result == 0;
}

void pp_probe_zcrx(struct pp_zcrx_caps *caps)
{
	memset(caps, 0, sizeof(*caps));
	caps->has_query = query(PP_IO_QUERY_OPCODES, &caps->op, sizeof(caps->op));
	if (!caps->has_query)
		return;
	caps->has_zcrx = query(PP_IO_QUERY_ZCRX, &caps->zcrx, sizeof(caps->zcrx));
	if (!query(PP_IO_QUERY_ZCRX_EVENT, &caps->event, sizeof(caps->event)))
		memset(&caps->event, 0, sizeof(caps->event));
}
