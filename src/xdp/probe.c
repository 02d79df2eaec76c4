/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the question whether a queue is free. */
#include "xdp/link.h"
#include "xdp/reclaim.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROBE_CHUNK 4096u
#define PROBE_CHUNKS 2u
#define PROBE_RING 2

static int probe_bind(int fd, void *mem, uint32_t ifindex, uint32_t queue)
{
	struct xdp_umem_reg reg = {
		.addr = (uintptr_t)mem,
		.len = PROBE_CHUNKS * PROBE_CHUNK,
		.chunk_size = PROBE_CHUNK,
	};
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
	};
	int n = PROBE_RING;

	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) ||
	    setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &n, sizeof(n)) ||
	    setsockopt(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &n, sizeof(n)) ||
	    setsockopt(fd, SOL_XDP, XDP_RX_RING, &n, sizeof(n)))
		return -ENOMEM;
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
}

/*
 * The kernel asks first whether the queue has an owner, so that every answer
 * but EBUSY says it has none; failures before that question say nothing. The
 * probe's fill ring is empty and no program knows it: it receives nothing.
 */
bool pp_queue_free(uint64_t netns, uint32_t ifindex, uint32_t queue)
{
	uint64_t here = 0;
	void *mem;
	int fd, err;

	/* an interface index of another namespace means another interface */
	if (pp_netns_cookie(&here) || here != netns)
		return false;
	mem = mmap(NULL, PROBE_CHUNKS * PROBE_CHUNK, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED)
		return false;
	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	err = fd < 0 ? -ENOMEM : probe_bind(fd, mem, ifindex, queue);
	if (fd >= 0)
		close(fd);
	munmap(mem, PROBE_CHUNKS * PROBE_CHUNK);
	return !err || err == -ENODEV || err == -EINVAL || err == -EOPNOTSUPP;
}
