/* SPDX-License-Identifier: BSD-2-Clause */
/* Two generic netlink messages, by libc alone. */
#define _GNU_SOURCE
#include "uring/netdev.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* the kernel's netdev family, append-only */
#define CMD_QUEUE_GET 10
#define ATTR_QUEUE_ID 1
#define ATTR_QUEUE_IFINDEX 2
#define ATTR_QUEUE_TYPE 3 /* 0: receive */
#define ATTR_QUEUE_IO_URING 6

struct msg {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	unsigned char attr[2048];
};

static void msg_init(struct msg *m, uint16_t family, uint8_t cmd)
{
	memset(m, 0, sizeof(*m));
	m->nlh.nlmsg_type = family;
	m->nlh.nlmsg_flags = NLM_F_REQUEST;
	m->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->genl.cmd = cmd;
	m->genl.version = 1;
}

static void msg_put(struct msg *m, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr *a = (void *)((char *)m + NLMSG_ALIGN(m->nlh.nlmsg_len));

	a->nla_type = type;
	a->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memcpy((char *)a + NLA_HDRLEN, data, len);
	m->nlh.nlmsg_len = NLMSG_ALIGN(m->nlh.nlmsg_len) + NLA_ALIGN(a->nla_len);
}

/* Sends @m and reads the answer into it; 0 or -errno. */
static int msg_talk(int fd, struct msg *m)
{
	struct nlmsgerr err;
	ssize_t n;

	if (send(fd, m, m->nlh.nlmsg_len, 0) < 0)
		return -errno;
	n = recv(fd, m, sizeof(*m), 0);
	if (n < 0)
		return -errno;
	if ((size_t)n < sizeof(m->nlh) || m->nlh.nlmsg_len > (size_t)n)
		return -EPROTO;
	if (m->nlh.nlmsg_type != NLMSG_ERROR)
		return 0;
	memcpy(&err, NLMSG_DATA(&m->nlh), sizeof(err));
	return err.error ? err.error : -EPROTO;
}

/* An attribute of the answer, NULL if it is not there. */
static const struct nlattr *msg_attr(const struct msg *m, uint16_t type)
{
	size_t at = NLMSG_LENGTH(GENL_HDRLEN), len = m->nlh.nlmsg_len;
	const struct nlattr *a;

	for (; at + sizeof(*a) <= len; at += NLA_ALIGN(a->nla_len)) {
		a = (const void *)((const char *)m + at);
		if (a->nla_len < sizeof(*a) || at + a->nla_len > len)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
	}
	return NULL;
}

static int family_id(int fd, uint16_t *id)
{
	const struct nlattr *a;
	struct msg m;
	int err;

	msg_init(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	msg_put(&m, CTRL_ATTR_FAMILY_NAME, "netdev", sizeof("netdev"));
	err = msg_talk(fd, &m);
	if (err)
		return err;
	a = msg_attr(&m, CTRL_ATTR_FAMILY_ID);
	if (!a || a->nla_len < NLA_HDRLEN + sizeof(*id))
		return -EPROTO;
	memcpy(id, (const char *)a + NLA_HDRLEN, sizeof(*id));
	return 0;
}

int pp_netdev_queue_io_uring(uint32_t ifindex, uint32_t queue)
{
	struct timeval tv = { .tv_sec = 2 };
	uint32_t type = 0;
	struct msg m;
	uint16_t id;
	int fd, err;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	err = family_id(fd, &id);
	if (!err) {
		msg_init(&m, id, CMD_QUEUE_GET);
		msg_put(&m, ATTR_QUEUE_IFINDEX, &ifindex, sizeof(ifindex));
		msg_put(&m, ATTR_QUEUE_TYPE, &type, sizeof(type));
		msg_put(&m, ATTR_QUEUE_ID, &queue, sizeof(queue));
		err = msg_talk(fd, &m);
	}
	close(fd);
	return err ? err : msg_attr(&m, ATTR_QUEUE_IO_URING) != NULL;
}
