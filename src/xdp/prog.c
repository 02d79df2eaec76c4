/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/prog.h"

#include "base/extack.h"
#include "base/fault.h"
#include "xdp/xdp.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xsk_redirect.skel.h"

#define QUEUES_UNKNOWN 256u /* map size where the driver does not tell */

struct pp_prog {
	struct pp_prog *next;
	uint64_t netns;
	uint32_t ifindex;
	uint32_t users;
	uint32_t xdp_mode;
	uint32_t id;
	uint32_t map_size;
	int cpus;
	int link_fd;
	struct xsk_redirect_bpf *skel;
	char ifname[16];
};

static struct pp_prog *progs; /* under pp_xdp_lock */

static struct pp_prog *prog_find(const struct pp_link *link)
{
	struct pp_prog *prog;

	for (prog = progs; prog; prog = prog->next)
		if (prog->netns == link->netns && prog->ifindex == link->ifindex)
			return prog;
	return NULL;
}

static int load_explain(int err, struct pp_extack *ext)
{
	if (err == -EPERM)
		return pp_fail(ext, err, NULL,
			       "loading the redirect program needs CAP_BPF and CAP_NET_ADMIN: run as root");
	return pp_fail(ext, err, NULL, "loading the redirect program: %s",
		       strerror(-err));
}

/* Opens and loads; the map gets as many entries as there are queues. */
static int skel_init(struct pp_prog *prog, const struct pp_link *link,
		     struct pp_extack *ext)
{
	int err;

	if (PP_FAULT("xsk.prog_open"))
		return load_explain(-ENOMEM, ext);
	prog->skel = xsk_redirect_bpf__open();
	if (!prog->skel)
		return load_explain(-errno, ext);
	prog->map_size = link->max_queues ? link->max_queues : QUEUES_UNKNOWN;
	err = bpf_map__set_max_entries(prog->skel->maps.xsks, prog->map_size);
	if (!err)
		err = PP_FAULT("xsk.prog_load") ?
			      -ENOMEM :
			      xsk_redirect_bpf__load(prog->skel);
	if (err) {
		xsk_redirect_bpf__destroy(prog->skel);
		return load_explain(err, ext);
	}
	return 0;
}

static void skel_cleanup(struct pp_prog *prog)
{
	xsk_redirect_bpf__destroy(prog->skel);
}

static void id_read(struct pp_prog *prog, int prog_fd)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (!bpf_obj_get_info_by_fd(prog_fd, &info, &len))
		prog->id = info.id;
}

static int prog_init(struct pp_prog *prog, const struct pp_link *link,
		     uint32_t xdp_mode, struct pp_wait *wait, bool *hard,
		     struct pp_extack *ext)
{
	int err, fd;

	prog->netns = link->netns;
	prog->ifindex = link->ifindex;
	prog->users = 1;
	prog->xdp_mode = xdp_mode;
	memcpy(prog->ifname, link->name, sizeof(prog->ifname));
	prog->cpus = libbpf_num_possible_cpus();
	err = prog->cpus < 0 ? load_explain(prog->cpus, ext) :
			       skel_init(prog, link, ext);
	if (err) {
		*hard = true;
		return err;
	}
	fd = bpf_program__fd(prog->skel->progs.xsk_redirect);
	err = pp_prog_attach(&prog->link_fd, fd, link, xdp_mode, wait, hard, ext);
	if (err) {
		skel_cleanup(prog);
		return err;
	}
	id_read(prog, fd);
	return 0;
}

int pp_prog_get(struct pp_prog **out, const struct pp_link *link,
		uint32_t xdp_mode, struct pp_wait *wait, bool *hard,
		struct pp_extack *ext)
{
	struct pp_prog *prog = prog_find(link);
	int err;

	if (prog && prog->xdp_mode != xdp_mode)
		return pp_fail(ext, -EINVAL, "xdp_mode",
			       "the program on %s runs in %s mode already, for other sockets of this process",
			       link->name, pp_xdp_mode_name(prog->xdp_mode));
	if (prog) {
		prog->users++;
		*out = prog;
		return 0;
	}
	prog = PP_FAULT("xsk.prog") ? NULL : calloc(1, sizeof(*prog));
	if (!prog) {
		*hard = true;
		return pp_fail(ext, -ENOMEM, NULL, "no memory for the program");
	}
	err = prog_init(prog, link, xdp_mode, wait, hard, ext);
	if (err) {
		free(prog);
		return err;
	}
	prog->next = progs;
	progs = prog;
	*out = prog;
	return 0;
}

void pp_prog_put(struct pp_prog *prog)
{
	struct pp_prog **at;

	if (!prog || --prog->users)
		return;
	for (at = &progs; *at != prog; at = &(*at)->next)
		;
	*at = prog->next;
	close(prog->link_fd); /* detaches */
	skel_cleanup(prog);
	free(prog);
}

int pp_prog_set_socket(struct pp_prog *prog, uint32_t queue, int fd,
		       struct pp_extack *ext)
{
	int err;

	if (queue >= prog->map_size)
		return pp_fail(ext, -EINVAL, "queue",
			       "%s had at most %u queues when its program was loaded, queue is %u: close its other sockets first",
			       prog->ifname, prog->map_size, queue);
	err = PP_FAULT("xsk.map") ?
		      -ENOMEM :
		      bpf_map_update_elem(bpf_map__fd(prog->skel->maps.xsks),
					  &queue, &fd, BPF_ANY);
	if (err)
		return pp_fail(ext, err, NULL,
			       "entry of queue %u in the program's map: %s",
			       queue, strerror(-err));
	return 0;
}

void pp_prog_clear_socket(struct pp_prog *prog, uint32_t queue)
{
	bpf_map_delete_elem(bpf_map__fd(prog->skel->maps.xsks), &queue);
}

uint32_t pp_prog_id(const struct pp_prog *prog)
{
	return prog ? prog->id : 0;
}

uint32_t pp_prog_mode(const struct pp_prog *prog)
{
	return prog ? prog->xdp_mode : 0;
}

int pp_prog_counters(const struct pp_prog *prog, struct xsk_redirect_counters *sum)
{
	struct xsk_redirect_counters *cpu;
	uint32_t zero = 0;
	int err, i;

	memset(sum, 0, sizeof(*sum));
	cpu = calloc((size_t)prog->cpus, sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	err = bpf_map_lookup_elem(bpf_map__fd(prog->skel->maps.counters), &zero,
				  cpu);
	for (i = 0; !err && i < prog->cpus; i++) {
		sum->redirected += cpu[i].redirected;
		sum->passed += cpu[i].passed;
		sum->no_socket += cpu[i].no_socket;
		sum->malformed += cpu[i].malformed;
	}
	free(cpu);
	return err;
}
