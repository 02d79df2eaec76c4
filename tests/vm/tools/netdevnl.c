// SPDX-License-Identifier: BSD-2-Clause
/*
 * netdevnl: what the kernel says in its generic netlink family "netdev", one
 * line of NAME=VALUE words per object; a test tool without any library.
 *   netdevnl pools            page pools of this network namespace
 *   netdevnl poolstats        their counters
 *   netdevnl dev IF           XDP features
 *   netdevnl queues IF        queues and what is bound to them
 *   netdevnl qstats IF        statistics per queue
 *   netdevnl bind IF QUEUE    binds a udmabuf to a receive queue, prints
 *                             "bound", and unbinds when standard input ends
 *   netdevnl hds-thresh IF [N]  reads or sets the header split threshold, which
 *                             the ethtool of the guest is too old for
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/netdev.h>
#include <linux/netlink.h>
#include <linux/udmabuf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Younger than the headers this compiles with. */
#define PAGE_POOL_IO_URING 8
#define QUEUE_IO_URING 6
#define QUEUE_XSK 7
#define RINGS_HDS_THRESH 17
#define RINGS_HDS_THRESH_MAX 18

#define AREA_BYTES (16 << 20)

struct field {
	uint16_t type;
	const char *name;
};

#define END                                                                    \
	{                                                                      \
		0, NULL                                                        \
	}

static const struct field pool_fields[] = {
	{ NETDEV_A_PAGE_POOL_ID, "id" },
	{ NETDEV_A_PAGE_POOL_IFINDEX, "ifindex" },
	{ NETDEV_A_PAGE_POOL_NAPI_ID, "napi_id" },
	{ NETDEV_A_PAGE_POOL_INFLIGHT, "inflight" },
	{ NETDEV_A_PAGE_POOL_INFLIGHT_MEM, "inflight_mem" },
	{ NETDEV_A_PAGE_POOL_DETACH_TIME, "detach_time" },
	{ NETDEV_A_PAGE_POOL_DMABUF, "dmabuf" },
	{ PAGE_POOL_IO_URING, "io_uring" },
	END
};

static const struct field poolstats_fields[] = {
	{ NETDEV_A_PAGE_POOL_STATS_INFO, "pool" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_FAST, "alloc_fast" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_SLOW, "alloc_slow" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_SLOW_HIGH_ORDER,
	  "alloc_slow_high_order" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_EMPTY, "alloc_empty" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_REFILL, "alloc_refill" },
	{ NETDEV_A_PAGE_POOL_STATS_ALLOC_WAIVE, "alloc_waive" },
	{ NETDEV_A_PAGE_POOL_STATS_RECYCLE_CACHED, "recycle_cached" },
	{ NETDEV_A_PAGE_POOL_STATS_RECYCLE_CACHE_FULL, "recycle_cache_full" },
	{ NETDEV_A_PAGE_POOL_STATS_RECYCLE_RING, "recycle_ring" },
	{ NETDEV_A_PAGE_POOL_STATS_RECYCLE_RING_FULL, "recycle_ring_full" },
	{ NETDEV_A_PAGE_POOL_STATS_RECYCLE_RELEASED_REFCNT,
	  "recycle_released_refcnt" },
	END
};

static const struct field dev_fields[] = {
	{ NETDEV_A_DEV_IFINDEX, "ifindex" },
	{ NETDEV_A_DEV_XDP_FEATURES, "xdp_features" },
	{ NETDEV_A_DEV_XDP_ZC_MAX_SEGS, "xdp_zc_max_segs" },
	{ NETDEV_A_DEV_XDP_RX_METADATA_FEATURES, "xdp_rx_metadata" },
	{ NETDEV_A_DEV_XSK_FEATURES, "xsk_features" },
	END
};

static const struct field queue_fields[] = { { NETDEV_A_QUEUE_ID, "id" },
					     { NETDEV_A_QUEUE_IFINDEX, "ifindex" },
					     { NETDEV_A_QUEUE_TYPE, "type" },
					     { NETDEV_A_QUEUE_NAPI_ID, "napi_id" },
					     { NETDEV_A_QUEUE_DMABUF, "dmabuf" },
					     { QUEUE_IO_URING, "io_uring" },
					     { QUEUE_XSK, "xsk" },
					     END };

static const struct field qstats_fields[] = {
	{ NETDEV_A_QSTATS_IFINDEX, "ifindex" },
	{ NETDEV_A_QSTATS_QUEUE_TYPE, "type" },
	{ NETDEV_A_QSTATS_QUEUE_ID, "id" },
	{ NETDEV_A_QSTATS_RX_PACKETS, "rx_packets" },
	{ NETDEV_A_QSTATS_RX_BYTES, "rx_bytes" },
	{ NETDEV_A_QSTATS_RX_ALLOC_FAIL, "rx_alloc_fail" },
	{ NETDEV_A_QSTATS_RX_HW_DROPS, "rx_hw_drops" },
	{ NETDEV_A_QSTATS_RX_HW_DROP_OVERRUNS, "rx_hw_drop_overruns" },
	{ NETDEV_A_QSTATS_TX_PACKETS, "tx_packets" },
	{ NETDEV_A_QSTATS_TX_BYTES, "tx_bytes" },
	{ NETDEV_A_QSTATS_TX_HW_DROPS, "tx_hw_drops" },
	END
};

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	char attrs[256];
};

static int sock;
static uint16_t family;

static void die(const char *what)
{
	fprintf(stderr, "netdevnl: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void message_init(struct message *m, uint16_t type, uint8_t cmd,
			 uint16_t flags)
{
	memset(m, 0, sizeof(*m));
	m->nl.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->nl.nlmsg_type = type;
	m->nl.nlmsg_flags = NLM_F_REQUEST | flags;
	m->genl.cmd = cmd;
	m->genl.version = 1;
}

static struct nlattr *put(struct message *m, uint16_t type, const void *data,
			  uint16_t len)
{
	struct nlattr *a = (void *)((char *)m + NLMSG_ALIGN(m->nl.nlmsg_len));

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, data, len);
	m->nl.nlmsg_len = NLMSG_ALIGN(m->nl.nlmsg_len) + NLA_ALIGN(a->nla_len);
	return a;
}

static void put_u32(struct message *m, uint16_t type, uint32_t value)
{
	put(m, type, &value, sizeof(value));
}

static uint64_t attr_uint(const struct nlattr *a)
{
	const void *data = (const char *)a + NLA_HDRLEN;
	uint64_t v64 = 0;

	/* Little endian: a shorter integer is the start of a longer one. */
	if (a->nla_len - NLA_HDRLEN <= (int)sizeof(v64))
		memcpy(&v64, data, a->nla_len - NLA_HDRLEN);
	return v64;
}

/* Walks the @len bytes of attributes at @data. */
#define for_each_attr(a, data, len)                                            \
	for (const struct nlattr *                                             \
		     a = (const void *)(data),                                 \
		    *end_ = (const void *)((const char *)(data) + (len));      \
	     (const char *)end_ - (const char *)a >= NLA_HDRLEN &&             \
	     a->nla_len >= NLA_HDRLEN;                                         \
	     a = (const void *)((const char *)a + NLA_ALIGN(a->nla_len)))

static void print_fields(const struct field *fields, const void *data, int len,
			 const char *prefix)
{
	for_each_attr(a, data, len)
	{
		uint16_t type = a->nla_type & NLA_TYPE_MASK;
		const struct field *f;

		for (f = fields; f->name && f->type != type; f++)
			;
		if (!f->name)
			continue;
		/* The statistics name their pool in a nest; providers are an
		 * empty one. */
		if (fields == poolstats_fields &&
		    type == NETDEV_A_PAGE_POOL_STATS_INFO) {
			print_fields(pool_fields, (const char *)a + NLA_HDRLEN,
				     a->nla_len - NLA_HDRLEN, "");
			continue;
		}
		printf(" %s%s=%llu", prefix, f->name,
		       (unsigned long long)attr_uint(a));
		if (fields == dev_fields && type == NETDEV_A_DEV_XDP_FEATURES &&
		    attr_uint(a) & NETDEV_XDP_ACT_XSK_ZEROCOPY)
			printf(" xsk-zerocopy");
	}
}

/* The kernel's sentence about an error, where it gives one. */
static const char *extack(const struct nlmsghdr *nl)
{
	const struct nlmsgerr *e = NLMSG_DATA(nl);
	size_t skip = sizeof(*e);

	if (!(nl->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(nl->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - NLMSG_HDRLEN;
	for_each_attr(a, (const char *)e + skip,
		      nl->nlmsg_len - NLMSG_HDRLEN -
			      skip) if ((a->nla_type & NLA_TYPE_MASK) ==
					NLMSGERR_ATTR_MSG) return (const char *)a +
		NLA_HDRLEN;
	return "";
}

/*
 * Sends a request and hands each answer to @answer, up to the end of a dump or
 * the acknowledgement. Returns 0 or a negative errno, with the reason printed.
 */
static int talk(struct message *m,
		void (*answer)(const struct nlmsghdr *nl, void *arg), void *arg)
{
	static char buf[65536] __attribute__((aligned(8)));

	if (send(sock, m, m->nl.nlmsg_len, 0) < 0)
		die("send");
	for (;;) {
		ssize_t len = recv(sock, buf, sizeof(buf), 0);
		struct nlmsghdr *nl = (void *)buf;

		if (len < 0)
			die("recv");
		for (; NLMSG_OK(nl, len); nl = NLMSG_NEXT(nl, len)) {
			const struct nlmsgerr *e = NLMSG_DATA(nl);

			if (nl->nlmsg_type == NLMSG_DONE)
				return 0;
			if (nl->nlmsg_type != NLMSG_ERROR) {
				answer(nl, arg);
				continue;
			}
			if (e->error)
				fprintf(stderr, "netdevnl: %s; %s\n",
					strerrorname_np(-e->error), extack(nl));
			return e->error;
		}
	}
}

static const void *attrs(const struct nlmsghdr *nl, int *len)
{
	*len = nl->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
	return (const char *)NLMSG_DATA(nl) + GENL_HDRLEN;
}

static void answer_family(const struct nlmsghdr *nl, void *arg)
{
	int len;
	const void *data = attrs(nl, &len);

	for_each_attr(a, data, len) if ((a->nla_type & NLA_TYPE_MASK) ==
					CTRL_ATTR_FAMILY_ID) *
		(uint16_t *)arg = attr_uint(a);
}

static void open_family(const char *name)
{
	struct message m;
	int one = 1;

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0)
		die("socket");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	message_init(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	put(&m, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	if (talk(&m, answer_family, &family) || !family) {
		fprintf(stderr, "netdevnl: no generic netlink family %s\n", name);
		exit(1);
	}
}

static uint32_t ifindex(const char *name)
{
	uint32_t index = if_nametoindex(name);

	if (!index)
		die(name);
	return index;
}

struct dump {
	const char *word;
	const struct field *fields;
};

static void answer_print(const struct nlmsghdr *nl, void *arg)
{
	const struct dump *d = arg;
	int len;
	const void *data = attrs(nl, &len);

	printf("%s", d->word);
	print_fields(d->fields, data, len, "");
	printf("\n");
}

static void answer_id(const struct nlmsghdr *nl, void *arg)
{
	int len;
	const void *data = attrs(nl, &len);

	for_each_attr(a, data, len) if ((a->nla_type & NLA_TYPE_MASK) ==
					NETDEV_A_DMABUF_ID) *
		(uint32_t *)arg = attr_uint(a);
}

static int make_dmabuf(void)
{
	struct udmabuf_create create = { .size = AREA_BYTES };
	int dev, memfd, fd;

	memfd = memfd_create("area", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	if (memfd < 0 || ftruncate(memfd, AREA_BYTES) ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		die("memfd");
	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		die("/dev/udmabuf");
	create.memfd = memfd;
	fd = ioctl(dev, UDMABUF_CREATE, &create);
	if (fd < 0)
		die("udmabuf");
	close(dev);
	close(memfd);
	return fd;
}

static int bind_queue(const char *name, const char *queue)
{
	struct message m;
	struct nlattr *nest;
	uint32_t id = 0;
	char c;
	int err;

	message_init(&m, family, NETDEV_CMD_BIND_RX, NLM_F_ACK);
	put_u32(&m, NETDEV_A_DMABUF_IFINDEX, ifindex(name));
	nest = put(&m, NETDEV_A_DMABUF_QUEUES | NLA_F_NESTED, NULL, 0);
	put_u32(&m, NETDEV_A_QUEUE_ID, atoi(queue));
	put_u32(&m, NETDEV_A_QUEUE_TYPE, NETDEV_QUEUE_TYPE_RX);
	nest->nla_len = (char *)&m + m.nl.nlmsg_len - (char *)nest;
	put_u32(&m, NETDEV_A_DMABUF_FD, make_dmabuf());
	err = talk(&m, answer_id, &id);
	if (err)
		return 1;
	printf("bound id=%u\n", id);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0; /* the binding ends with the socket */
}

static void answer_thresh(const struct nlmsghdr *nl, void *arg)
{
	int len;
	const void *data = attrs(nl, &len);
	uint64_t *values = arg;

	for_each_attr(a, data, len)
	{
		if ((a->nla_type & NLA_TYPE_MASK) == RINGS_HDS_THRESH)
			values[0] = attr_uint(a);
		if ((a->nla_type & NLA_TYPE_MASK) == RINGS_HDS_THRESH_MAX)
			values[1] = attr_uint(a);
	}
}

static int hds_thresh(const char *name, const char *value)
{
	struct message m;
	struct nlattr *nest;
	uint64_t now[2] = { 0 };

	open_family(ETHTOOL_GENL_NAME);
	message_init(&m, family,
		     value ? ETHTOOL_MSG_RINGS_SET : ETHTOOL_MSG_RINGS_GET,
		     NLM_F_ACK);
	nest = put(&m, ETHTOOL_A_RINGS_HEADER | NLA_F_NESTED, NULL, 0);
	put_u32(&m, ETHTOOL_A_HEADER_DEV_INDEX, ifindex(name));
	nest->nla_len = (char *)&m + m.nl.nlmsg_len - (char *)nest;
	if (value)
		put_u32(&m, RINGS_HDS_THRESH, atoi(value));
	if (talk(&m, answer_thresh, now))
		return 1;
	if (!value)
		printf("hds_thresh=%llu max=%llu\n", (unsigned long long)now[0],
		       (unsigned long long)now[1]);
	return 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: netdevnl pools | poolstats | dev IF | queues IF | qstats IF | bind IF QUEUE | hds-thresh IF [N]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		uint8_t cmd;
		uint16_t if_attr;
		struct dump dump;
	} dumps[] = {
		{ "pools", 0, NETDEV_CMD_PAGE_POOL_GET, 0, { "pool", pool_fields } },
		{ "poolstats",
		  0,
		  NETDEV_CMD_PAGE_POOL_STATS_GET,
		  0,
		  { "pool", poolstats_fields } },
		{ "queues",
		  1,
		  NETDEV_CMD_QUEUE_GET,
		  NETDEV_A_QUEUE_IFINDEX,
		  { "queue", queue_fields } },
		{ "qstats",
		  1,
		  NETDEV_CMD_QSTATS_GET,
		  NETDEV_A_QSTATS_IFINDEX,
		  { "queue", qstats_fields } },
		{ "dev",
		  1,
		  NETDEV_CMD_DEV_GET,
		  NETDEV_A_DEV_IFINDEX,
		  { "dev", dev_fields } },
	};
	struct message m;
	size_t i;

	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "bind") && argc == 4) {
		open_family(NETDEV_FAMILY_NAME);
		return bind_queue(argv[2], argv[3]);
	}
	if (!strcmp(argv[1], "hds-thresh") && (argc == 3 || argc == 4))
		return hds_thresh(argv[2], argv[3]);
	for (i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		uint32_t scope = NETDEV_QSTATS_SCOPE_QUEUE;
		uint16_t flags = NLM_F_DUMP;

		if (strcmp(argv[1], dumps[i].name) || argc != 2 + dumps[i].args)
			continue;
		open_family(NETDEV_FAMILY_NAME);
		if (dumps[i].cmd == NETDEV_CMD_DEV_GET)
			flags = NLM_F_ACK;
		message_init(&m, family, dumps[i].cmd, flags);
		if (dumps[i].if_attr)
			put_u32(&m, dumps[i].if_attr, ifindex(argv[2]));
		if (dumps[i].cmd == NETDEV_CMD_QSTATS_GET)
			put(&m, NETDEV_A_QSTATS_SCOPE, &scope, sizeof(scope));
		return talk(&m, answer_print, (void *)&dumps[i].dump) != 0;
	}
	return usage();
}
