/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of redirect programs: one for each interface that has receivers. */
#ifndef PP_XDP_PROG_H
#define PP_XDP_PROG_H

#include "xdp/link.h"
#include "xdp/wait.h"

#include <linux/types.h>

#include "xsk_redirect.h"

struct pp_prog;

/*
 * The interface's program, loaded and attached if there is none yet. *hard is
 * set if no other mode can do better. Waits while a program of our name is
 * attached: that of a process that is just dying. Context: under pp_xdp_lock,
 * quiet. Return: 0, -EBUSY (other program), -EINVAL (runs in another mode), or
 * what the kernel answered.
 */
int pp_prog_get(struct pp_prog **out, const struct pp_link *link,
		uint32_t xdp_mode, struct pp_wait *wait, bool *hard,
		struct pp_extack *ext);

/* The last user detaches it. Context: as above, NULL allowed. */
void pp_prog_put(struct pp_prog *prog);

/* The queue's frames go to the socket @fd, or to the stack. Context: control. */
int pp_prog_set_socket(struct pp_prog *prog, uint32_t queue, int fd,
		       struct pp_extack *ext);
void pp_prog_clear_socket(struct pp_prog *prog, uint32_t queue);

uint32_t pp_prog_id(const struct pp_prog *prog);
uint32_t pp_prog_mode(const struct pp_prog *prog);

/* Sums of all CPUs. Context: any thread that keeps the program alive. */
int pp_prog_counters(const struct pp_prog *prog,
		     struct xsk_redirect_counters *sum);

/*
 * attach.c. Attaches by bpf_link; the file descriptor in *link_fd is the
 * attachment. Otherwise as pp_prog_get().
 */
int pp_prog_attach(int *link_fd, int prog_fd, const struct pp_link *link,
		   uint32_t xdp_mode, struct pp_wait *wait, bool *hard,
		   struct pp_extack *ext);

static inline const char *pp_xdp_mode_name(uint32_t xdp_mode)
{
	/* enum pp_xdp_mode: 1 is native */
	return xdp_mode == 1 ? "native" : "SKB";
}

#endif /* PP_XDP_PROG_H */
