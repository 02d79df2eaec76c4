// SPDX-License-Identifier: BSD-2-Clause
#include "vm_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ETHERTYPE 0x88b5 /* set aside for experiments */
#define FRAME_MIN 64
#define FRAME_MAX 1500
#define BURST 32

struct frame {
	uint8_t to[6];
	uint8_t from[6];
	uint16_t type;
	uint16_t len; /* of the whole frame; host order, like the rest */
	uint32_t stream;
	uint64_t seq;
	uint64_t words[];
} __attribute__((packed));

double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void ground_init(struct ground *ground, uint32_t ports)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_area_params ap = {
		.sz = sizeof(ap),
		.chunk_bytes = PORT_CHUNK_BYTES,
		.chunks = PORT_CHUNKS * ports,
		.nid = NUMA_NO_NODE,
	};
	struct page_pool_params pp = {
		.sz = sizeof(pp),
		.nid = NUMA_NO_NODE,
		.pool_size = PORT_RING,
	};
	int err;

	err = pp_area_create(&ground->area, &ap, &ext);
	CHECK(!err, "area: %d %s", err, ext.msg);
	pp.area = ground->area;
	err = page_pool_create(&ground->pool, &pp, &ext);
	CHECK(!err, "pool: %d %s", err, ext.msg);
	ground->chunks = ap.chunks;
}

void ground_cleanup(struct ground *ground)
{
	uint32_t home;
	int err;

	page_pool_destroy(ground->pool);
	home = pp_area_free_chunks(ground->area);
	CHECK(home == ground->chunks, "%u of %u chunks are home", home,
	      ground->chunks);
	err = pp_area_destroy(ground->area);
	CHECK(!err, "the area is still in use: %d", err);
	printf("area whole: %u of %u chunks home\n", home, ground->chunks);
}

/* Our eleven counters, in a line like netdevnl's for the kernel's pools. */
static void counters_print(const struct page_pool *pool, const char *when)
{
	struct page_pool_stats stats = { 0 };
	uint64_t data[16];
	int i, n = page_pool_ethtool_stats_get_count();

	page_pool_get_stats(pool, &stats);
	page_pool_ethtool_stats_get(data, &stats);
	printf("our pool, %s:", when);
	for (i = 0; i < n && i < 16; i++)
		printf(" %s=%llu",
		       page_pool_ethtool_stats_name(i) + strlen("rx_pp_"),
		       (unsigned long long)data[i]);
	printf("\n");
}

void ground_conserved(const struct ground *ground, struct port *const *ports,
		      uint32_t n, uint32_t held, const char *when)
{
	uint32_t hold = page_pool_hold_cnt(ground->pool);
	uint32_t release = page_pool_release_cnt(ground->pool);
	uint32_t inflight = (uint32_t)page_pool_inflight(ground->pool);
	uint32_t cache = page_pool_cache_count(ground->pool);
	uint32_t out = ground->chunks - pp_area_free_chunks(ground->area);
	uint32_t kernel = 0, i;

	for (i = 0; i < n; i++) {
		struct pp_xsk_stats st = port_stats(ports[i]);

		CHECK(!st.bad_descs, "%s: %llu bad descriptors", when,
		      (unsigned long long)st.bad_descs);
		kernel += st.fill_entries + st.tx_entries;
	}
	CHECK(hold - release == inflight, "%s: %u - %u is not %u", when, hold,
	      release, inflight);
	CHECK(out == inflight, "%s: %u chunks are out, %u in flight", when, out,
	      inflight);
	CHECK(inflight - cache - kernel - held <= PORT_RING,
	      "%s: in flight %u, cache %u, kernel %u, held %u", when, inflight,
	      cache, kernel, held);
	printf("%s: hold %u - release %u = in flight %u = cache %u + ring %u + kernel %u + held %u\n",
	       when, hold, release, inflight, cache,
	       inflight - cache - kernel - held, kernel, held);
	counters_print(ground->pool, when);
}

void port_init(struct port *port, const char *name, struct ground *ground,
	       uint32_t stream)
{
	struct ifreq ifr = { 0 };
	int fd;

	memset(port, 0, sizeof(*port));
	port->name = name;
	port->ground = ground;
	port->stream = stream;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	CHECK(fd >= 0 && !ioctl(fd, SIOCGIFHWADDR, &ifr), "%s: %s", name,
	      strerror(errno));
	close(fd);
	memcpy(port->mac, ifr.ifr_hwaddr.sa_data, sizeof(port->mac));
}

struct pp_xsk_params port_params(const struct port *port)
{
	return (struct pp_xsk_params){
		.sz = sizeof(struct pp_xsk_params),
		.ifindex = if_nametoindex(port->name),
		.pool = port->ground->pool,
	};
}

struct pp_xsk_info port_info(const struct port *port)
{
	struct pp_xsk_info info = { .sz = sizeof(info) };

	CHECK(!pp_xsk_get_info(port->xsk, &info), "%s: info", port->name);
	return info;
}

struct pp_xsk_stats port_stats(const struct port *port)
{
	struct pp_xsk_stats st = { .sz = sizeof(st) };

	CHECK(!pp_xsk_get_stats(port->xsk, &st), "%s: stats", port->name);
	return st;
}

void port_open(struct port *port, const struct pp_xsk_params *params)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk_info info;
	uint32_t i;
	int err;

	err = pp_xsk_open(&port->xsk, params, &ext);
	CHECK(!err, "open %s: %d %s [%s]", port->name, err, ext.msg,
	      ext.bad_param);
	info = port_info(port);
	printf("%s queue %u: %s, program %s\n", port->name, info.queue,
	       info.bind_used == PP_XSK_BIND_ZEROCOPY ? "zero-copy" : "copy",
	       info.xdp_used == PP_XDP_NATIVE ? "native" :
	       info.xdp_used == PP_XDP_SKB    ? "SKB" :
						"none");
	for (i = 0; i < info.n_steps; i++)
		printf("  refused: %s: %d %s\n", info.steps[i].step,
		       info.steps[i].err, info.steps[i].reason);
}

/* No two words of any two frames look alike. */
static uint64_t word(uint32_t stream, uint64_t seq, uint64_t i)
{
	uint64_t x = (seq << 8 | i) + ((uint64_t)stream << 56) +
		     0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	return x ^ (x >> 27);
}

/* From the smallest to the largest, in an order that repeats late. */
static uint16_t frame_len(uint64_t seq)
{
	return (uint16_t)(FRAME_MIN + seq * 37 % (FRAME_MAX - FRAME_MIN + 1));
}

static void frame_fill(struct frame *f, const struct port *from,
		       const struct port *to, uint64_t seq)
{
	uint16_t len = frame_len(seq);
	uint64_t i, w;

	memcpy(f->to, to->mac, sizeof(f->to));
	memcpy(f->from, from->mac, sizeof(f->from));
	f->type = htons(ETHERTYPE);
	f->len = len;
	f->stream = from->stream;
	f->seq = seq;
	for (i = 0; sizeof(*f) + (i + 1) * sizeof(w) <= len; i++) {
		w = word(from->stream, seq, i);
		memcpy((char *)f + sizeof(*f) + i * sizeof(w), &w, sizeof(w));
	}
	/* The bytes behind the last whole word. */
	memset((char *)f + sizeof(*f) + i * sizeof(w), (int)(seq & 0xff),
	       len - sizeof(*f) - i * sizeof(w));
}

uint32_t port_send(struct port *port, const struct port *to, uint32_t n)
{
	struct pp_frag frags[BURST];
	uint32_t i;
	int took;

	n = n < BURST ? n : BURST;
	for (i = 0; i < n; i++) {
		netmem_ref netmem = page_pool_alloc_netmems(port->ground->pool);

		if (!netmem)
			break;
		frame_fill(netmem_address(netmem), port, to, port->sent + i);
		frags[i] = (struct pp_frag){
			.netmem = netmem,
			.len = frame_len(port->sent + i),
		};
	}
	if (!i)
		return 0;
	took = pp_xsk_send(port->xsk, frags, i);
	CHECK(took >= 0, "%s: send: %d", port->name, took);
	pp_frags_put(frags + took, i - (uint32_t)took);
	port->sent += (uint32_t)took;
	return (uint32_t)took;
}

static bool frame_verify(struct port *port, const struct port *from,
			 const struct pp_frag *frag)
{
	static struct {
		struct frame f;
		char room[FRAME_MAX];
	} want;
	const struct frame *f = pp_frag_data(frag);

	if (frag->len < sizeof(*f) || f->type != htons(ETHERTYPE) ||
	    f->stream != from->stream) {
		port->foreign++;
		return false;
	}
	CHECK(frag->len == frame_len(f->seq) && f->len == frag->len,
	      "%s: frame %llu has %u bytes, not %u", port->name,
	      (unsigned long long)f->seq, frag->len, frame_len(f->seq));
	frame_fill(&want.f, from, port, f->seq);
	CHECK(!memcmp(f, &want, frag->len), "%s: frame %llu is damaged",
	      port->name, (unsigned long long)f->seq);
	CHECK(f->seq >= port->received + port->lost,
	      "%s: frame %llu came after %llu", port->name,
	      (unsigned long long)f->seq,
	      (unsigned long long)(port->received + port->lost));
	port->lost = f->seq - port->received;
	port->received++;
	return true;
}

uint32_t port_recv(struct port *port, const struct port *from)
{
	struct pp_frag frags[BURST];
	uint32_t n = pp_xsk_recv(port->xsk, frags, BURST), i, ours = 0;

	for (i = 0; i < n; i++)
		ours += frame_verify(port, from, &frags[i]);
	pp_frags_put(frags, n);
	return ours;
}

void port_drain(struct port *port)
{
	double start = now_s();

	while (port_stats(port).tx_entries) {
		pp_xsk_complete(port->xsk);
		pp_xsk_kick(port->xsk);
		CHECK(now_s() - start < 10, "%s: %u frames never completed",
		      port->name, port_stats(port).tx_entries);
	}
}

/* One direction; @moved becomes true when anything happened. */
static void one_way(struct port *from, struct port *to, uint64_t until,
		    bool *moved)
{
	uint64_t under_way = from->sent - to->received - to->lost;

	if (to->received < until && under_way < PORT_WINDOW)
		*moved |= port_send(from, to, BURST) > 0;
	*moved |= port_recv(to, from) > 0;
}

void exchange(struct port *a, struct port *b, uint64_t frames)
{
	uint64_t until_a = a->received + frames, until_b = b->received + frames;
	double start = now_s(), last = start;

	while (a->received < until_a || b->received < until_b) {
		bool moved = false;

		one_way(a, b, until_b, &moved);
		one_way(b, a, until_a, &moved);
		if (moved) {
			last = now_s();
			continue;
		}
		CHECK(!pp_xsk_kick(a->xsk) && !pp_xsk_kick(b->xsk), "kick");
		CHECK(now_s() - last < 10,
		      "stalled: %s sent %llu received %llu lost %llu, %s sent %llu received %llu lost %llu",
		      a->name, (unsigned long long)a->sent,
		      (unsigned long long)a->received,
		      (unsigned long long)a->lost, b->name,
		      (unsigned long long)b->sent,
		      (unsigned long long)b->received,
		      (unsigned long long)b->lost);
	}
	port_drain(a);
	port_drain(b);
	printf("verified: %s %llu, %s %llu frames in %.1f s; lost %llu and %llu, others' %llu and %llu\n",
	       a->name, (unsigned long long)a->received, b->name,
	       (unsigned long long)b->received, now_s() - start,
	       (unsigned long long)a->lost, (unsigned long long)b->lost,
	       (unsigned long long)a->foreign, (unsigned long long)b->foreign);
}
