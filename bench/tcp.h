/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of ADDR:PORT and of sockets for it. */
#ifndef BENCH_TCP_H
#define BENCH_TCP_H

#include <sys/socket.h>

/* 192.0.2.1:5001 or [2001:db8::1]:5001; 0 or -1. */
int tcp_parse(const char *text, struct sockaddr_storage *sa, socklen_t *len);

/* A listening socket, or a connected one; the descriptor or -errno. */
int tcp_listen(const struct sockaddr_storage *sa, socklen_t len, int backlog);
int tcp_connect(const struct sockaddr_storage *sa, socklen_t len);

#endif /* BENCH_TCP_H */
