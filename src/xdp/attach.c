/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of attaching the redirect program, and of why that failed. */
#include "xdp/prog.h"

#include "base/extack.h"
#include "base/fault.h"

#include <pagepool/xsk.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

/* What is attached to an interface; id 0 is nothing. */
struct attached {
	uint32_t id;
	const char *mode;
	char name[BPF_OBJ_NAME_LEN];
};

static void name_read(struct attached *att)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(att->id);

	strcpy(att->name, "?");
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.name[0])
		memcpy(att->name, info.name, sizeof(att->name));
	close(fd);
}

static struct attached attached_read(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	struct attached att = { 0 };

	if (bpf_xdp_query((int)ifindex, 0, &opts))
		return att;
	if (opts.drv_prog_id) {
		att.id = opts.drv_prog_id;
		att.mode = "native";
	} else if (opts.skb_prog_id) {
		att.id = opts.skb_prog_id;
		att.mode = "SKB";
	} else {
		att.id = opts.prog_id;
		att.mode = "offload";
	}
	if (att.id)
		name_read(&att);
	return att;
}

/* Another program is there. False if it may go by itself: then once more. */
static bool busy_explain(const struct pp_link *link, struct pp_wait *wait,
			 struct pp_extack *ext)
{
	struct attached att = attached_read(link->ifindex);
	bool ours = !strcmp(att.name, XSK_REDIRECT_NAME);

	if ((!att.id || ours) && pp_wait_more(wait))
		return false;
	if (!att.id)
		pp_fail(ext, -EBUSY, "ifindex",
			"%s: the kernel reports an XDP program that cannot be seen: try again",
			link->name);
	else if (ours)
		pp_fail(ext, -EBUSY, "ifindex",
			"%s has XDP program %s (id %u, %s mode) of another process that uses libpagepool: end that one first",
			link->name, att.name, att.id, att.mode);
	else
		pp_fail(ext, -EBUSY, "ifindex",
			"%s has another XDP program: %s (id %u, %s mode): detach it, e.g. ip link set dev %s xdp off",
			link->name, att.name, att.id, att.mode, link->name);
	return true;
}

static int other_explain(int err, const struct pp_link *link, uint32_t xdp_mode,
			 bool *hard, struct pp_extack *ext)
{
	const char *mode = pp_xdp_mode_name(xdp_mode);

	switch (err) {
	case -EPERM:
		*hard = true;
		return pp_fail(ext, err, NULL,
			       "attaching an XDP program to %s needs CAP_NET_ADMIN and CAP_BPF: run as root",
			       link->name);
	case -ENODEV:
		*hard = true;
		return pp_fail(ext, err, "ifindex", "%s is gone", link->name);
	case -EOPNOTSUPP:
		return pp_fail(ext, err, "xdp_mode",
			       "the driver of %s has no %s XDP", link->name,
			       mode);
	case -ERANGE:
		return pp_fail(ext, err, "xdp_mode",
			       "%s refused %s XDP at MTU %u: lower it",
			       link->name, mode, link->mtu);
	default:
		return pp_fail(ext, err, "xdp_mode",
			       "%s refused the %s XDP program: %s", link->name,
			       mode, strerror(-err));
	}
}

int pp_prog_attach(int *link_fd, int prog_fd, const struct pp_link *link,
		   uint32_t xdp_mode, struct pp_wait *wait, bool *hard,
		   struct pp_extack *ext)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = xdp_mode == PP_XDP_NATIVE ? XDP_FLAGS_DRV_MODE :
							 XDP_FLAGS_SKB_MODE);
	int fd;

	if (PP_FAULT("xsk.attach")) {
		*hard = true;
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the bpf_link");
	}
	for (;;) {
		fd = bpf_link_create(prog_fd, (int)link->ifindex, BPF_XDP, &opts);
		if (fd >= 0)
			break;
		/* EEXIST: attached in the other mode */
		if (fd != -EBUSY && fd != -EEXIST)
			return other_explain(fd, link, xdp_mode, hard, ext);
		if (busy_explain(link, wait, ext)) {
			*hard = true;
			return -EBUSY;
		}
	}
	*link_fd = fd;
	return 0;
}
