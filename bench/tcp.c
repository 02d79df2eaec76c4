/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp.h"

#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int tcp_parse(const char *text, struct sockaddr_storage *sa, socklen_t *len)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)sa;
	struct sockaddr_in *v4 = (struct sockaddr_in *)sa;
	const char *colon = strrchr(text, ':');
	char host[64];
	uint64_t port;
	size_t n;

	if (!colon || tool_number(colon + 1, 1, 65535, &port))
		return -1;
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(host))
		return -1;
	memcpy(host, text, n);
	host[n] = 0;
	memset(sa, 0, sizeof(*sa));
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		*len = sizeof(*v4);
		return 0;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return -1;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	*len = sizeof(*v6);
	return 0;
}

int tcp_listen(const struct sockaddr_storage *sa, socklen_t len, int backlog)
{
	int one = 1, err, fd;

	fd = socket(sa->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!bind(fd, (const struct sockaddr *)sa, len) && !listen(fd, backlog))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int tcp_connect(const struct sockaddr_storage *sa, socklen_t len)
{
	int err, fd;

	fd = socket(sa->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)sa, len))
		return fd;
	err = -errno;
	close(fd);
	return err;
}
