/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_tx IF [FRAMES]: sends FRAMES (20000) frames, whole pages and fragments,
 * and gets every page back by completions; refuses what can never be sent.
 */
#include "xsk_lib.h"

#include <sys/socket.h>

static const unsigned char head[] = {
	2,    0, 0,  0,	 0, 1, 2, 0, 0,	 0,  0, 2,  8,	0,
	0x45, 0, 0,  46, 0, 0, 0, 0, 64, 17, 0, 0,  10, 77,
	0,    2, 10, 77, 0, 1, 0, 9, 0,	 9,  0, 26, 0,	0,
};

/* One frame, in a page of its own or in a part of one. */
static bool make(struct page_pool *pool, bool part, struct pp_frag *frag)
{
	memset(frag, 0, sizeof(*frag));
	if (part)
		frag->netmem = page_pool_alloc_frag_netmem(pool, &frag->offset,
							   64);
	else
		frag->netmem = page_pool_alloc_netmems(pool);
	if (!frag->netmem)
		return false;
	frag->len = 60;
	memset(pp_frag_data(frag), 0, 60);
	memcpy(pp_frag_data(frag), head, sizeof(head));
	return true;
}

static uint32_t send_some(struct pp_xsk *xsk, struct page_pool *pool, bool part,
			  uint32_t n)
{
	struct pp_frag frags[64];
	uint32_t made = 0;
	int sent;

	while (made < n && made < 64 && make(pool, part, &frags[made]))
		made++;
	sent = pp_xsk_send(xsk, frags, made);
	CHECK(sent >= 0, "send: %d", sent);
	pp_frags_put(frags + sent, made - (uint32_t)sent);
	return (uint32_t)sent;
}

static void all_back(struct pp_xsk *xsk)
{
	double until = now_s() + 5;

	while (must_stats(xsk).tx_entries && now_s() < until) {
		pp_xsk_complete(xsk);
		CHECK(!pp_xsk_kick(xsk), "kick");
	}
	CHECK(!must_stats(xsk).tx_entries, "%u not completed",
	      must_stats(xsk).tx_entries);
}

static void refusals(struct pp_xsk *xsk, struct page_pool *pool)
{
	struct pp_frag frag, bad;
	struct rig other;

	CHECK(make(pool, false, &frag), "page");
	bad = frag;
	bad.len = 0;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EINVAL, "empty");
	bad = frag;
	bad.len = 5000;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EMSGSIZE, "too long");
	bad = frag;
	bad.offset = 4090;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EINVAL, "past the page");
	bad = frag;
	bad.flags = PP_FRAG_MORE;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EOPNOTSUPP, "multi-buffer");
	bad = frag;
	bad.flags = PP_FRAG_UNREADABLE;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EOPNOTSUPP, "unreadable");
	bad = frag;
	bad.netmem = NULL;
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EINVAL, "no page");
	rig_init(&other, 64, 0);
	CHECK(make(other.pool, false, &bad), "page");
	CHECK(pp_xsk_send(xsk, &bad, 1) == -EINVAL, "other area");
	pp_frags_put(&bad, 1);
	rig_cleanup(&other);
	pp_frags_put(&frag, 1);
	CHECK(pp_xsk_send(xsk, &frag, 1) == -EINVAL, "not held");
	CHECK(pp_xsk_send(xsk, NULL, 0) == 0, "nothing");
	CHECK(pp_xsk_send(NULL, NULL, 0) == -EINVAL, "no socket");
}

/* One page, many references: each descriptor drops one. */
static void repeated(struct pp_xsk *xsk, struct page_pool *pool)
{
	struct pp_frag frags[8];
	uint32_t i;

	CHECK(make(pool, false, &frags[0]), "page");
	page_pool_fragment_netmem(frags[0].netmem, 8);
	for (i = 1; i < 8; i++)
		frags[i] = frags[0];
	CHECK(pp_xsk_send(xsk, frags, 8) == 8, "eight references");
	all_back(xsk);
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = {
		.sz = sizeof(p),
		.flags = PP_XSK_TX_ONLY,
	};
	const struct pp_xsk *xsks[1];
	uint64_t want, sent[2] = { 0, 0 };
	struct pp_xsk_stats st;
	struct pp_xsk *xsk;
	struct rig rig;
	int part;

	CHECK(argc >= 2, "usage: %s IF [FRAMES]", argv[0]);
	want = argc > 2 ? strtoull(argv[2], NULL, 0) : 20000;
	p.ifindex = must_ifindex(argv[1]);
	rig_init(&rig, 4096, 0);
	p.pool = rig.pool;
	xsk = must_open(&p);
	xsks[0] = xsk;
	refusals(xsk, rig.pool);
	rig_conserved(&rig, xsks, 1, 0, "after refusals");

	for (part = 0; part < 2; part++) {
		while (sent[part] < want)
			sent[part] += send_some(xsk, rig.pool, part, 64);
		if (!part)
			rig_conserved(&rig, xsks, 1, 0, "while sending");
		all_back(xsk);
	}
	repeated(xsk, rig.pool);
	st = must_stats(xsk);
	CHECK(st.tx_packets == sent[0] + sent[1] + 8, "%llu accepted",
	      (unsigned long long)st.tx_packets);
	CHECK(st.tx_completed == st.tx_packets, "%llu completed",
	      (unsigned long long)st.tx_completed);
	CHECK(!st.tx_invalid_descs && !st.bad_descs, "invalid %llu, bad %llu",
	      (unsigned long long)st.tx_invalid_descs,
	      (unsigned long long)st.bad_descs);
	printf("sent %llu in %llu wake-ups\n", (unsigned long long)st.tx_packets,
	       (unsigned long long)st.tx_wakeups);
	/* some more, left to the close */
	send_some(xsk, rig.pool, false, 64);
	CHECK(!pp_xsk_close(xsk), "close");
	CHECK(!page_pool_misuse_count(rig.pool), "misuse");
	rig_cleanup(&rig);
	return 0;
}
