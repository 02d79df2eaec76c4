/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the guest programs share: a port, its pool, its frames. */
#ifndef PP_TESTS_VM_PORT_H
#define PP_TESTS_VM_PORT_H

#include <pagepool/pagepool.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One line, and the program has failed. */
#define CHECK(cond, ...)                                                       \
	do {                                                                   \
		if (!(cond)) {                                                 \
			fprintf(stderr, "FAIL: %s:%d: %s: ", __FILE_NAME__,    \
				__LINE__, #cond);                              \
			fprintf(stderr, __VA_ARGS__);                          \
			fputc('\n', stderr);                                   \
			exit(1);                                               \
		}                                                              \
	} while (0)
#ifndef __FILE_NAME__ /* gcc 12 is older than the macro */
#define __FILE_NAME__ "guest"
#endif

#define PORT_CHUNKS 8192 /* for each port on an area */
#define PORT_CHUNK_BYTES 2048
#define PORT_RING 4096 /* the pool's */
/* Frames under way from one port to the other: less than any ring on the way. */
#define PORT_WINDOW 192

/* An area and the pool over it; two ports may stand on one. */
struct ground {
	struct pp_area *area;
	struct page_pool *pool;
	uint32_t chunks;
};

struct port {
	const char *name;
	struct ground *ground;
	struct pp_xsk *xsk;
	uint8_t mac[6];
	uint32_t stream; /* what it sends is marked with this */
	uint64_t sent;
	uint64_t received; /* frames of the peer, every byte verified */
	uint64_t lost;	   /* gaps in the peer's numbers */
	uint64_t foreign;  /* frames of the guest's own stack */
};

void ground_init(struct ground *ground, uint32_t ports);
/* Fails the program unless every chunk is home. */
void ground_cleanup(struct ground *ground);
/*
 * hold - release == in flight == chunks that are not home == cache + ring +
 * kernel's rings + @held, as far as the ring can be known: it has no counter,
 * so what remains for it must be between 0 and its size.
 */
void ground_conserved(const struct ground *ground, struct port *const *ports,
		      uint32_t n, uint32_t held, const char *when);

/* Parameters for a socket on queue 0 of the port; to be changed before open. */
struct pp_xsk_params port_params(const struct port *port);
void port_init(struct port *port, const char *name, struct ground *ground,
	       uint32_t stream);
/* Opens, prints what came out and which steps were refused and why. */
void port_open(struct port *port, const struct pp_xsk_params *params);
struct pp_xsk_info port_info(const struct port *port);
struct pp_xsk_stats port_stats(const struct port *port);

/* Sends up to @n numbered frames to @to; returns how many were accepted. */
uint32_t port_send(struct port *port, const struct port *to, uint32_t n);
/* Receives and verifies what @from sent; returns how many of its frames. */
uint32_t port_recv(struct port *port, const struct port *from);
/* Until nothing that was sent waits for its completion. */
void port_drain(struct port *port);
/* Verified traffic until each port has @frames more of the other's. */
void exchange(struct port *a, struct port *b, uint64_t frames);

double now_s(void);

#endif /* PP_TESTS_VM_PORT_H */
