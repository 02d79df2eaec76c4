/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/ladder.h"

#include "base/extack.h"
#include "xdp/prog.h"

#include <errno.h>
#include <stdio.h>

struct step {
	const char *name;
	uint32_t xdp_mode;
	uint32_t bind_mode;
};

/* best first */
static const struct step steps[] = {
	{ "zero-copy native", PP_XDP_NATIVE, PP_XSK_BIND_ZEROCOPY },
	{ "copy native", PP_XDP_NATIVE, PP_XSK_BIND_COPY },
	{ "copy SKB", PP_XDP_SKB, PP_XSK_BIND_COPY },
};

/* One open's way down. */
struct ladder {
	struct pp_xsk *xsk;
	const struct pp_link *link;
	struct pp_wait *wait;
	struct pp_extack *ext;
	bool hard; /* the last failure: no other step can do better */
};

static bool allowed(const struct step *step, const struct pp_xsk_params *p)
{
	return (p->xdp_mode == PP_XDP_AUTO || p->xdp_mode == step->xdp_mode) &&
	       (p->bind_mode == PP_XSK_BIND_AUTO ||
		p->bind_mode == step->bind_mode);
}

static void refused(struct pp_xsk *xsk, const char *name, int err,
		    const char *reason)
{
	struct pp_xsk_step *to;

	if (xsk->info.n_steps == PP_XSK_STEPS)
		return;
	to = &xsk->info.steps[xsk->info.n_steps++];
	to->err = err;
	snprintf(to->step, sizeof(to->step), "%s", name);
	snprintf(to->reason, sizeof(to->reason), "%s", reason);
}

/* Not a matter of the mode: the next step would fail the same way. */
static bool is_hard(int err)
{
	return err == -EBUSY || err == -EPERM || err == -ENODEV ||
	       err == -ENOMEM || err == -ENOBUFS || err == -EMFILE ||
	       err == -ENFILE;
}

/*
 * Registration and bind belong together: after a failed bind libxdp's object is
 * of no use any more, so each try makes a new one.
 */
static int bind_first(struct ladder *l, struct pp_umem *umem,
		      const struct step *step)
{
	bool zc = step->bind_mode == PP_XSK_BIND_ZEROCOPY;
	uint16_t flags = (zc ? XDP_ZEROCOPY : XDP_COPY) | XDP_USE_NEED_WAKEUP;
	struct pp_xsk *xsk = l->xsk;
	bool again = false;
	int err;

	do {
		err = pp_umem_register(umem, xsk, again, l->ext);
		if (err) {
			l->hard = true;
			return err;
		}
		/* before bind: some devices take their frames there and then */
		pp_fill_push(xsk, xsk->prefill, xsk->n_prefill);
		err = pp_bind(xsk, umem, flags, again);
		if (!err)
			return 0;
		pp_umem_unregister(umem);
		again = true;
	} while (err == -EBUSY && pp_wait_more(l->wait));

	l->hard = is_hard(err);
	return pp_bind_explain(err, xsk, zc ? "zero-copy" : "copy mode", l->ext);
}

static void prog_drop(struct pp_xsk *xsk)
{
	pp_prog_put(xsk->prog);
	xsk->prog = NULL;
}

/*
 * A program that is attached in the right mode stays for the next step: some
 * devices reset their link at every change. Leaves it attached on failure.
 */
static int step_try(struct ladder *l, struct pp_umem *umem,
		    const struct step *step)
{
	struct pp_xsk *xsk = l->xsk;
	int err;

	if (xsk->prog && pp_prog_mode(xsk->prog) != step->xdp_mode)
		prog_drop(xsk);
	if (xsk->has_rx && !xsk->prog) {
		err = pp_prog_get(&xsk->prog, l->link, step->xdp_mode, l->wait,
				  &l->hard, l->ext);
		if (err)
			return err;
	}
	return bind_first(l, umem, step);
}

static void set_modes(struct pp_xsk *xsk)
{
	xsk->info.xdp_used = pp_prog_mode(xsk->prog);
	xsk->info.prog_id = pp_prog_id(xsk->prog);
	xsk->info.bind_used = xsk->zerocopy ? PP_XSK_BIND_ZEROCOPY :
					      PP_XSK_BIND_COPY;
}

int pp_ladder_first(struct pp_xsk *xsk, const struct pp_link *link,
		    const struct pp_xsk_params *p, struct pp_umem *fresh,
		    struct pp_wait *wait, struct pp_extack *ext)
{
	struct pp_extack why = { .sz = sizeof(why) };
	struct ladder l = { xsk, link, wait, &why, false };
	int err = -EINVAL;
	uint32_t i;

	for (i = 0; i < PP_ARRAY_SIZE(steps) && !l.hard; i++) {
		if (!allowed(&steps[i], p))
			continue;
		err = step_try(&l, fresh, &steps[i]);
		if (!err) {
			set_modes(xsk);
			fresh->xdp_used = xsk->info.xdp_used;
			fresh->bind_used = xsk->info.bind_used;
			return 0;
		}
		refused(xsk, steps[i].name, err, why.msg);
	}
	prog_drop(xsk);
	if (!l.hard)
		err = -EOPNOTSUPP; /* the parameters were right */
	return pp_fail(ext, err, why.bad_param, "%s", why.msg);
}

/* A policy that the area's mode breaks. */
static int conflict(const struct pp_umem *umem, const struct pp_xsk_params *p,
		    struct pp_extack *ext)
{
	if (p->bind_mode != PP_XSK_BIND_AUTO && p->bind_mode != umem->bind_used)
		return pp_fail(ext, -EINVAL, "bind_mode",
			       "the area's first socket (%s, queue %u) is in %s mode, and further ones share it: use PP_XSK_BIND_AUTO",
			       umem->ifname, umem->queue,
			       umem->bind_used == PP_XSK_BIND_COPY ? "copy" :
								     "zero-copy");
	if (p->xdp_mode != PP_XDP_AUTO && umem->xdp_used &&
	    p->xdp_mode != umem->xdp_used)
		return pp_fail(ext, -EINVAL, "xdp_mode",
			       "the area's first socket (%s, queue %u) runs %s XDP, and further ones share it: use PP_XDP_AUTO",
			       umem->ifname, umem->queue,
			       pp_xdp_mode_name(umem->xdp_used));
	return 0;
}

/*
 * The program of a later socket: in the first one's mode; on another interface
 * that cannot do native XDP, SKB is as good in copy mode.
 */
static int prog_later(struct ladder *l, const struct pp_umem *umem,
		      const struct pp_xsk_params *p)
{
	uint32_t mode = p->xdp_mode    ? p->xdp_mode :
			umem->xdp_used ? umem->xdp_used :
					 PP_XDP_NATIVE;
	bool retreat = p->xdp_mode == PP_XDP_AUTO && mode == PP_XDP_NATIVE &&
		       umem->bind_used == PP_XSK_BIND_COPY;
	struct pp_xsk *xsk = l->xsk;
	int err;

	err = pp_prog_get(&xsk->prog, l->link, mode, l->wait, &l->hard, l->ext);
	if (!err || l->hard || !retreat)
		return err;
	refused(xsk, "copy native", err, l->ext->msg);
	return pp_prog_get(&xsk->prog, l->link, PP_XDP_SKB, l->wait, &l->hard,
			   l->ext);
}

int pp_ladder_later(struct pp_xsk *xsk, const struct pp_link *link,
		    const struct pp_xsk_params *p, struct pp_umem *umem,
		    struct pp_wait *wait, struct pp_extack *ext)
{
	struct pp_extack why = { .sz = sizeof(why) };
	struct ladder l = { xsk, link, wait, &why, false };
	int err = conflict(umem, p, ext);
	bool again = false;

	if (err)
		return err;
	err = xsk->has_rx ? prog_later(&l, umem, p) : 0;
	if (err)
		return pp_fail(ext, err, why.bad_param, "%s", why.msg);
	do {
		pp_rings_reset(xsk);
		/* the mode comes with the UMEM: no flags */
		err = pp_bind(xsk, umem, 0, again);
		again = true;
	} while (err == -EBUSY && pp_wait_more(wait));
	if (err) {
		prog_drop(xsk);
		return pp_bind_explain(err, xsk, "a shared UMEM", ext);
	}
	/* libxdp makes the ring and binds in one go: this is as early as it
	 * can be, and nothing is redirected to the socket yet */
	pp_fill_push(xsk, xsk->prefill, xsk->n_prefill);
	set_modes(xsk);
	return 0;
}
