/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/link.h"

#include "base/compiler.h"
#include "base/extack.h"
#include "base/fault.h"
#include "xdp/compat.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int pp_netns_cookie(uint64_t *cookie)
{
	socklen_t len = sizeof(*cookie);
	int fd, err = 0;

	fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &len)) {
		err = -errno;
		/* before 5.14: libxdp does without as well */
		if (err == -ENOPROTOOPT) {
			*cookie = 1;
			err = 0;
		}
	}
	close(fd);
	return err;
}

static int cookie_read(struct pp_link *link, struct pp_extack *ext)
{
	int err = PP_FAULT("xsk.socket") ? -ENOMEM :
					   pp_netns_cookie(&link->netns);

	if (err == -EAFNOSUPPORT)
		return pp_fail(ext, -EOPNOTSUPP, NULL,
			       "this kernel has no AF_XDP: it needs CONFIG_XDP_SOCKETS");
	if (err == -EPERM)
		return pp_fail(ext, err, NULL,
			       "AF_XDP sockets need CAP_NET_RAW (and the program CAP_BPF and CAP_NET_ADMIN): run as root");
	if (err)
		return pp_fail(ext, err, NULL, "AF_XDP socket: %s",
			       strerror(-err));
	return 0;
}

/* Drivers that have no channels to tell of leave the counts at 0. */
static void channels_read(struct pp_link *link, int fd, struct ifreq *ifr)
{
	struct ethtool_channels ch = { .cmd = ETHTOOL_GCHANNELS };

	ifr->ifr_data = (char *)&ch;
	if (ioctl(fd, SIOCETHTOOL, ifr))
		return;
	link->rx_queues = ch.combined_count + ch.rx_count;
	link->tx_queues = ch.combined_count + ch.tx_count;
	link->max_queues = ch.max_combined +
			   (ch.max_rx > ch.max_tx ? ch.max_rx : ch.max_tx);
}

int pp_link_read(struct pp_link *link, uint32_t ifindex, struct pp_extack *ext)
{
	struct ifreq ifr;
	int fd, err;

	memset(link, 0, sizeof(*link));
	link->ifindex = ifindex;
	err = cookie_read(link, ext);
	if (err)
		return err;
	/* any socket that passes interface requests on; AF_XDP does not */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return pp_fail(ext, -errno, NULL, "socket: %s", strerror(errno));
	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_ifindex = (int)ifindex;
	if (!ifindex || ioctl(fd, SIOCGIFNAME, &ifr)) {
		close(fd);
		return pp_fail(ext, -ENODEV, "ifindex",
			       "there is no interface %u in this network namespace: use if_nametoindex()",
			       ifindex);
	}
	memcpy(link->name, ifr.ifr_name, sizeof(link->name));
	if (!ioctl(fd, SIOCGIFMTU, &ifr))
		link->mtu = (uint32_t)ifr.ifr_mtu;
	channels_read(link, fd, &ifr);
	close(fd);
	return 0;
}
