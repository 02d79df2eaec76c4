/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the two files of zero-copy receive say to each other. */
#ifndef PP_URING_ZC_LIFE_H
#define PP_URING_ZC_LIFE_H

#include "uring/zc.h"

#include "uring/probe.h"

extern const struct pp_zcrx_ops pp_nodev_ops;
extern const struct pp_zcrx_ops pp_device_ops;

/* What is the mode's own in registering. Context: control. */
typedef int pp_zc_reg_fn(struct pp_zcrx *z, const struct pp_zcrx_params *p,
			 const struct pp_zcrx_caps *caps, struct pp_extack *ext);

/* Range, refill ring and io_uring for buffers of @buf_bytes, then @reg. */
int pp_zc_open(struct pp_zcrx *z, const struct pp_zcrx_params *p,
	       const struct pp_zcrx_caps *caps, uint32_t buf_bytes,
	       pp_zc_reg_fn *reg, struct pp_extack *ext);
/* Registers range and refill ring as @reg, which has the mode's members set. */
int pp_zc_register(struct pp_zcrx *z, struct pp_io_zcrx_ifq_reg *reg,
		   int (*explain)(int err, const struct pp_zcrx *z,
				  struct pp_extack *ext),
		   struct pp_extack *ext);
int pp_zc_ifq_register(struct pp_zcrx *z, struct pp_io_zcrx_ifq_reg *reg);
int pp_zc_explain(int err, const struct pp_zcrx *z, struct pp_extack *ext);

/* device.c: is the queue its owner's again? Waits for it. Context: control. */
bool pp_device_quiet(const struct pp_zc *zc);

/* zc.c */
int pp_zc_ctrl(struct pp_zcrx *z, struct pp_io_zcrx_ctrl *c);

void pp_zc_stop(struct pp_zcrx *z);
void pp_zc_cleanup(struct pp_zcrx *z);

#endif /* PP_URING_ZC_LIFE_H */
