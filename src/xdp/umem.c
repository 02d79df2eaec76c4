/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "xdp/umem.h"

#include "base/extack.h"
#include "base/fault.h"
#include "pool/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct pp_umem *umems; /* under pp_xdp_lock */

struct pp_umem *pp_umem_find(const struct pp_area *area)
{
	struct pp_umem *umem;

	for (umem = umems; umem; umem = umem->next)
		if (umem->area == area)
			return umem;
	return NULL;
}

/*
 * Registered memory is locked memory. Without CAP_IPC_LOCK the limit counts;
 * raising it needs CAP_SYS_RESOURCE, and failing at that means nothing.
 */
static bool memlock_raise(void)
{
	struct rlimit lim = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_MEMLOCK, &lim) == 0;
}

static int register_explain(int err, const struct pp_area *area,
			    struct pp_extack *ext)
{
	size_t kib = pp_area_bytes(area) >> 10;
	struct rlimit lim = { 0 };

	if (err != -ENOBUFS && err != -ENOMEM && err != -EPERM)
		return pp_fail(ext, err, "pool",
			       "registering the area of %zu KiB with AF_XDP: %s",
			       kib, strerror(-err));
	getrlimit(RLIMIT_MEMLOCK, &lim);
	if (lim.rlim_cur == RLIM_INFINITY)
		return pp_fail(ext, err == -EPERM ? err : -ENOMEM, "pool",
			       "registering the area of %zu KiB with AF_XDP: %s (memlock is unlimited)",
			       kib, strerror(-err));
	return pp_fail(ext, err == -EPERM ? err : -ENOMEM, "pool",
		       "registering the area of %zu KiB with AF_XDP: %s; memlock limit is %llu KiB: raise it (ulimit -l) or give CAP_IPC_LOCK",
		       kib, strerror(-err),
		       (unsigned long long)lim.rlim_cur >> 10);
}

static int create(struct pp_umem *umem, struct pp_xsk *xsk)
{
	struct xsk_umem_config cfg = {
		.fill_size = umem->fill_size,
		.comp_size = umem->comp_size,
		.frame_size = 1u << xsk->chunk_shift,
		.frame_headroom = umem->headroom,
	};

	pp_rings_reset(xsk);
	return xsk_umem__create(&umem->umem, pp_area_base(xsk->area),
				pp_area_bytes(xsk->area), &xsk->fill,
				&xsk->comp, &cfg);
}

int pp_umem_register(struct pp_umem *umem, struct pp_xsk *xsk, bool again,
		     struct pp_extack *ext)
{
	int err = !again && PP_FAULT("xsk.umem") ? -ENOMEM : create(umem, xsk);

	/* this is how the kernel says memlock */
	if (err == -ENOBUFS && memlock_raise())
		err = create(umem, xsk);
	if (err)
		return register_explain(err, xsk->area, ext);
	umem->area = xsk->area;
	umem->fd_of = xsk;
	return 0;
}

void pp_umem_unregister(struct pp_umem *umem)
{
	xsk_umem__delete(umem->umem);
	umem->umem = NULL;
}

void pp_umem_publish(struct pp_umem *umem)
{
	umem->next = umems;
	umems = umem;
}

/*
 * The UMEM's descriptor names the file of the socket that goes: let it name
 * another one's. That closes the file for good, and libxdp only needs some
 * bound socket of this UMEM there.
 */
static void fd_hand_over(struct pp_umem *umem, struct pp_xsk *xsk)
{
	struct pp_xsk *heir = pp_xsk_of_umem(umem, xsk);
	int fd = xsk_umem__fd(umem->umem);

	if (!heir)
		return;
	while (dup3(heir->fd, fd, O_CLOEXEC) < 0 &&
	       (errno == EINTR || errno == EBUSY))
		;
	umem->fd_of = heir;
}

void pp_umem_forget(struct pp_umem *umem, struct pp_xsk *xsk)
{
	struct pp_umem **at;

	if (--umem->users) {
		if (umem->fd_of == xsk)
			fd_hand_over(umem, xsk);
		return;
	}
	for (at = &umems; *at != umem; at = &(*at)->next)
		;
	*at = umem->next;
	pp_umem_unregister(umem);
	free(umem);
}
