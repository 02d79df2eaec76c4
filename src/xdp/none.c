/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the AF_XDP calls in a library that was built without AF_XDP. */
#include "base/extack.h"

#include <pagepool/xsk.h>

#include <errno.h>

int pp_xsk_open(struct pp_xsk **out, const struct pp_xsk_params *params,
		struct pp_extack *ext)
{
	if (!out || !params)
		return pp_fail(ext, -EINVAL, NULL, "out or params is NULL");
	return pp_fail(ext, -EOPNOTSUPP, NULL,
		       "this libpagepool was built without AF_XDP: build it with PP_WITH_XDP=ON (libxdp-dev, libbpf-dev, clang, bpftool)");
}

int pp_xsk_close(struct pp_xsk *xsk)
{
	(void)xsk;
	return 0;
}

uint32_t pp_xsk_reap(void)
{
	return 0;
}

uint32_t pp_xsk_recv(struct pp_xsk *xsk, struct pp_frag *frags, uint32_t n)
{
	(void)xsk;
	(void)frags;
	(void)n;
	return 0;
}

int pp_xsk_send(struct pp_xsk *xsk, const struct pp_frag *frags, uint32_t n)
{
	(void)xsk;
	(void)frags;
	(void)n;
	return -EINVAL;
}

uint32_t pp_xsk_complete(struct pp_xsk *xsk)
{
	(void)xsk;
	return 0;
}

int pp_xsk_kick(struct pp_xsk *xsk)
{
	(void)xsk;
	return -EINVAL;
}

int pp_xsk_fd(const struct pp_xsk *xsk)
{
	(void)xsk;
	return -EINVAL;
}

int pp_xsk_get_info(const struct pp_xsk *xsk, struct pp_xsk_info *info)
{
	(void)xsk;
	(void)info;
	return -EINVAL;
}

int pp_xsk_get_stats(const struct pp_xsk *xsk, struct pp_xsk_stats *stats)
{
	(void)xsk;
	(void)stats;
	return -EINVAL;
}
