/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The home of what the redirect program and the library that loads it share. */
#ifndef PP_BPF_XSK_REDIRECT_H
#define PP_BPF_XSK_REDIRECT_H

#define XSK_REDIRECT_NAME "xsk_redirect" /* as bpftool prog list shows it */
#define XSK_REDIRECT_MAP_SIZE 64	 /* unless set before load */

/* Counters of one CPU, for all queues of the interface. */
struct xsk_redirect_counters {
	__u64 redirected; /* handed to a socket */
	__u64 passed;	  /* left to the stack; the two below are part of it */
	__u64 no_socket;  /* the queue has no socket */
	__u64 malformed;  /* no whole Ethernet header */
};

#endif /* PP_BPF_XSK_REDIRECT_H */
