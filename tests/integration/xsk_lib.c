/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "xsk_lib.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void rig_init(struct rig *rig, uint32_t chunks, uint32_t chunk_bytes)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params ap = {
		.sz = sizeof(ap),
		.chunk_bytes = chunk_bytes,
		.chunks = chunks,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool_params pp = {
		.sz = sizeof(pp),
		.nid = NUMA_NO_NODE,
		.pool_size = 4096,
	};
	int err;

	err = pp_area_create(&rig->area, &ap, &ext);
	CHECK(!err, "area: %d %s", err, ext.msg);
	pp.area = rig->area;
	err = page_pool_create(&rig->pool, &pp, &ext);
	CHECK(!err, "pool: %d %s", err, ext.msg);
	rig->chunks = chunks;
}

void rig_cleanup(struct rig *rig)
{
	int err;

	page_pool_destroy(rig->pool);
	CHECK(pp_area_free_chunks(rig->area) == rig->chunks,
	      "%u of %u chunks home", pp_area_free_chunks(rig->area),
	      rig->chunks);
	err = pp_area_destroy(rig->area);
	CHECK(!err, "area is still in use: %d", err);
}

/* Pages in the return ring: recycled there and not taken in yet. */
static uint32_t in_ring(const struct rig *rig, uint32_t known)
{
	/* no getter: what is neither cached, nor known elsewhere */
	return (uint32_t)page_pool_inflight(rig->pool) -
	       page_pool_cache_count(rig->pool) - known;
}

void rig_conserved(const struct rig *rig, const struct pp_xsk *const *xsks,
		   uint32_t n, uint32_t held, const char *when)
{
	uint32_t hold = page_pool_hold_cnt(rig->pool);
	uint32_t release = page_pool_release_cnt(rig->pool);
	int32_t inflight = page_pool_inflight(rig->pool);
	uint32_t known = held, ring, i;
	struct pp_xsk_stats st;

	for (i = 0; i < n; i++) {
		st = must_stats(xsks[i]);
		CHECK(!st.bad_descs, "%s: %llu bad descriptors", when,
		      (unsigned long long)st.bad_descs);
		known += st.fill_entries + st.tx_entries;
	}
	CHECK((int32_t)(hold - release) == inflight, "%s: %u - %u is not %d",
	      when, hold, release, inflight);
	CHECK(rig->chunks - pp_area_free_chunks(rig->area) == (uint32_t)inflight,
	      "%s: area has %u free of %u, in flight %d", when,
	      pp_area_free_chunks(rig->area), rig->chunks, inflight);
	ring = in_ring(rig, known);
	CHECK(ring <= 4096,
	      "%s: in flight %d, cache %u, kernel rings and held %u", when,
	      inflight, page_pool_cache_count(rig->pool), known);
}

struct pp_xsk *must_open(const struct pp_xsk_params *p)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk *xsk = NULL;
	int err = pp_xsk_open(&xsk, p, &ext);

	if (err == -EPERM) {
		printf("skipped: %s\n", ext.msg);
		exit(SKIP);
	}
	CHECK(!err && xsk, "open: %d %s [%s]", err, ext.msg, ext.bad_param);
	return xsk;
}

struct pp_xsk_stats must_stats(const struct pp_xsk *xsk)
{
	struct pp_xsk_stats st = { .sz = sizeof(st) };
	int err = pp_xsk_get_stats(xsk, &st);

	CHECK(!err, "stats: %d", err);
	return st;
}

uint32_t must_ifindex(const char *name)
{
	uint32_t ifindex = if_nametoindex(name);

	CHECK(ifindex, "no interface %s", name);
	return ifindex;
}

static void enter_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		_exit(1);
	}
	close(fd);
}

static void load_frame(unsigned char *f, uint16_t port)
{
	static const unsigned char head[] = {
		2,    0,  0, 0,	 0,  2,	 2, 0, 0,  0,  0, 1, 8, 0, /* Ethernet */
		0x45, 0,  0, 46, 0,  0,	 0, 0, 64, 17, 0, 0,	   /* IP */
		10,   77, 0, 1,	 10, 77, 0, 2, 0,  0,  0, 9, 0, 26, 0, 0,
	};

	memset(f, 0, 60);
	memcpy(f, head, sizeof(head));
	f[34] = (unsigned char)(port >> 8);
	f[35] = (unsigned char)port;
}

static void load_run(const char *ifname, uint32_t pps)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)must_ifindex(ifname),
		.sll_halen = ETH_ALEN,
	};
	unsigned char frames[16][60];
	struct iovec iov[16];
	struct mmsghdr mm[16];
	double start = now_s();
	uint64_t sent = 0;
	int fd, i;

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	CHECK(fd >= 0, "AF_PACKET: %s", strerror(errno));
	memset(mm, 0, sizeof(mm));
	for (i = 0; i < 16; i++) {
		load_frame(frames[i], (uint16_t)(4000 + i * 7));
		iov[i] = (struct iovec){ frames[i], sizeof(frames[i]) };
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_name = &ll;
		mm[i].msg_hdr.msg_namelen = sizeof(ll);
	}
	while (now_s() - start < 60) {
		sendmmsg(fd, mm, 16, 0);
		sent += 16;
		while ((double)sent > (now_s() - start) * pps)
			usleep(200);
	}
	_exit(0);
}

pid_t load_start(const char *where, uint32_t pps)
{
	const char *colon = strchr(where, ':');
	char netns[64];
	pid_t child = fork();

	CHECK(child >= 0, "fork: %s", strerror(errno));
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (colon) {
		snprintf(netns, sizeof(netns), "%.*s", (int)(colon - where),
			 where);
		enter_netns(netns);
		where = colon + 1;
	}
	load_run(where, pps);
	_exit(0);
}

void load_stop(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

uint64_t receive(struct pp_xsk *xsk, uint64_t want, double seconds)
{
	struct pollfd pfd = { .fd = pp_xsk_fd(xsk), .events = POLLIN };
	double until = now_s() + seconds;
	struct pp_frag frags[64];
	uint64_t got = 0;
	uint32_t n, i;

	while (got < want && now_s() < until) {
		n = pp_xsk_recv(xsk, frags, 64);
		if (!n) {
			pp_xsk_kick(xsk);
			poll(&pfd, 1, 10);
			continue;
		}
		for (i = 0; i < n; i++)
			CHECK(pp_frag_data(&frags[i]) && frags[i].len &&
				      frags[i].len <= 1600,
			      "fragment of %u bytes at %u", frags[i].len,
			      frags[i].offset);
		pp_frags_put(frags, n);
		got += n;
	}
	return got;
}
