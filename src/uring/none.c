/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the io_uring calls in a library that was built without it. */
#include "base/extack.h"

#include <pagepool/zcrx.h>

#include <errno.h>

int pp_zcrx_open(struct pp_zcrx **out, const struct pp_zcrx_params *params,
		 struct pp_extack *ext)
{
	if (!out || !params)
		return pp_fail(ext, -EINVAL, NULL, "out or params is NULL");
	return pp_fail(ext, -EOPNOTSUPP, NULL,
		       "this libpagepool was built without io_uring: build it with PP_WITH_URING=ON (liburing-dev)");
}

void pp_zcrx_close(struct pp_zcrx *z)
{
	(void)z;
}

int pp_zcrx_prep_recv(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
		      uint64_t user_data)
{
	(void)z;
	(void)sqe;
	(void)fd;
	(void)user_data;
	return -EINVAL;
}

int pp_zcrx_prep_recv_limit(struct pp_zcrx *z, struct io_uring_sqe *sqe, int fd,
			    uint64_t user_data, uint32_t bytes)
{
	(void)z;
	(void)sqe;
	(void)fd;
	(void)user_data;
	(void)bytes;
	return -EINVAL;
}

int pp_zcrx_export(struct pp_zcrx *z)
{
	(void)z;
	return -EINVAL;
}

int pp_zcrx_on_cqe(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
		   struct pp_frag *frags, uint32_t *events)
{
	(void)z;
	(void)cqe;
	(void)frags;
	(void)events;
	return -EINVAL;
}

int pp_zcrx_refill(struct pp_zcrx *z)
{
	(void)z;
	return -EINVAL;
}

bool pp_zcrx_ready(struct pp_zcrx *z)
{
	(void)z;
	return false;
}

int pp_zcrx_add(struct pp_zcrx *z, int fd, uint64_t user_data)
{
	(void)z;
	(void)fd;
	(void)user_data;
	return -EINVAL;
}

int pp_zcrx_remove(struct pp_zcrx *z, uint64_t user_data)
{
	(void)z;
	(void)user_data;
	return -EINVAL;
}

int pp_zcrx_poll(struct pp_zcrx *z, int timeout_ms, pp_zcrx_fn fn, void *arg)
{
	(void)z;
	(void)timeout_ms;
	(void)fn;
	(void)arg;
	return -EINVAL;
}

struct io_uring *pp_zcrx_ring(const struct pp_zcrx *z)
{
	(void)z;
	return NULL;
}

struct page_pool *pp_zcrx_pool(const struct pp_zcrx *z)
{
	(void)z;
	return NULL;
}

struct pp_area *pp_zcrx_area(const struct pp_zcrx *z)
{
	(void)z;
	return NULL;
}

int pp_zcrx_fd(const struct pp_zcrx *z)
{
	(void)z;
	return -EINVAL;
}

int pp_zcrx_get_info(const struct pp_zcrx *z, struct pp_zcrx_info *info)
{
	(void)z;
	(void)info;
	return -EINVAL;
}

int pp_zcrx_get_stats(const struct pp_zcrx *z, struct pp_zcrx_stats *stats)
{
	(void)z;
	(void)stats;
	return -EINVAL;
}
