/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of two small XDP programs: one sends live frames, one drops. */
#ifndef BENCH_PROG_H
#define BENCH_PROG_H

#include <stdint.h>

/* Loads a program that redirects to @ifindex: descriptor or -errno. */
int prog_live(unsigned int ifindex);

/*
 * Sends the frame @n times by BPF_PROG_TEST_RUN: 0 or -errno. -EINTR: a signal
 * ended it early and nobody says how many were sent.
 */
int prog_live_send(int fd, const void *frame, uint32_t len, uint32_t n);

/*
 * Attaches a native program named pp_drop that drops all frames of @ifindex:
 * descriptor of the link, which goes with it, or -errno.
 */
int prog_drop(unsigned int ifindex);

#endif /* BENCH_PROG_H */
