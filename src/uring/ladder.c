/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the choice of mode: best first, each refusal written down. */
#include "base/extack.h"
#include "uring/uring.h"

#include <errno.h>
#include <stdio.h>

typedef int step_fn(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		    struct pp_extack *ext);

static const struct step {
	const char *name;
	uint32_t mode;
	step_fn *open;
} steps[] = {
	{ "device", PP_ZCRX_DEVICE, pp_zc_open_device },
	{ "nodev", PP_ZCRX_NODEV, pp_zc_open_nodev },
	{ "pbuf", PP_ZCRX_PBUF, pp_pbuf_open },
};

static void refused(struct pp_zcrx *z, const char *name, int err,
		    const struct pp_extack *ext)
{
	struct pp_zcrx_step *to;

	if (z->info.n_steps == PP_ZCRX_STEPS)
		return;
	to = &z->info.steps[z->info.n_steps++];
	to->err = err;
	snprintf(to->step, sizeof(to->step), "%s", name);
	snprintf(to->reason, sizeof(to->reason), "%s", ext->msg);
}

int pp_zcrx_ladder(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		   struct pp_extack *ext)
{
	struct pp_extack why;
	const struct step *step;
	int err = -EINVAL;

	if (p->share)
		return pp_zc_open_share(z, p, ext);
	for (step = steps; step < steps + PP_ARRAY_SIZE(steps); step++) {
		if (p->mode != PP_ZCRX_AUTO && p->mode != step->mode)
			continue;
		why = (struct pp_extack){ .sz = sizeof(why) };
		err = step->open(z, p, &why);
		if (!err) {
			z->info.mode = step->mode;
			return 0;
		}
		refused(z, step->name, err, &why);
	}
	return pp_fail(ext, err, why.bad_param[0] ? why.bad_param : NULL, "%s",
		       why.msg);
}
