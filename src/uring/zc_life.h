/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the two files of zero-copy receive say to each other. */
#ifndef PP_URING_ZC_LIFE_H
#define PP_URING_ZC_LIFE_H

#include "uring/zc.h"

extern const struct pp_zcrx_ops pp_nodev_ops;

void pp_zc_stop(struct pp_zcrx *z);
void pp_zc_cleanup(struct pp_zcrx *z);

#endif /* PP_URING_ZC_LIFE_H */
