/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of binding one socket to one queue, and of why that failed. */
#include "xdp/ladder.h"

#include "base/extack.h"
#include "base/fault.h"

#include <errno.h>
#include <string.h>

/* What came out, as the kernel says. */
static bool is_zerocopy(int fd)
{
	struct xdp_options opts = { 0 };
	socklen_t len = sizeof(opts);

	return !getsockopt(fd, SOL_XDP, XDP_OPTIONS, &opts, &len) &&
	       (opts.flags & XDP_OPTIONS_ZEROCOPY);
}

int pp_bind(struct pp_xsk *xsk, struct pp_umem *umem, uint16_t flags, bool again)
{
	struct xsk_socket_config cfg = {
		.rx_size = xsk->rx_size,
		.tx_size = xsk->tx_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = flags,
	};
	int err;

	if (!again && PP_FAULT("xsk.bind"))
		return -ENOMEM;
	err = xsk_socket__create_shared(&xsk->sock, xsk->ifname, xsk->queue,
					umem->umem, xsk->has_rx ? &xsk->rx : NULL,
					xsk->has_tx ? &xsk->tx : NULL,
					&xsk->fill, &xsk->comp, &cfg);
	if (err)
		return err;
	xsk->fd = xsk_socket__fd(xsk->sock);
	xsk->zerocopy = is_zerocopy(xsk->fd);
	return 0;
}

int pp_bind_explain(int err, const struct pp_xsk *xsk, const char *how,
		    struct pp_extack *ext)
{
	switch (err) {
	case -EBUSY:
		return pp_fail(ext, err, "queue",
			       "queue %u of %s is busy: previous socket still tearing down or another owner; waited busy_timeout_ms",
			       xsk->queue, xsk->ifname);
	case -EOPNOTSUPP:
		return pp_fail(ext, err, "bind_mode",
			       "the driver of %s has no %s for AF_XDP",
			       xsk->ifname, how);
	case -ENODEV:
		return pp_fail(ext, err, "ifindex", "%s is gone", xsk->ifname);
	case -EPERM:
		return pp_fail(ext, err, NULL,
			       "binding to queue %u of %s: no permission",
			       xsk->queue, xsk->ifname);
	case -EINVAL:
		return pp_fail(ext, err, "queue",
			       "queue %u of %s refused %s: no such queue, or the driver cannot do it",
			       xsk->queue, xsk->ifname, how);
	default:
		return pp_fail(ext, err, NULL, "queue %u of %s refused %s: %s",
			       xsk->queue, xsk->ifname, how, strerror(-err));
	}
}
