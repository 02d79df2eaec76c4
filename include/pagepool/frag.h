/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of struct pp_frag: received or sent bytes, the same on every path. */
#ifndef PAGEPOOL_FRAG_H
#define PAGEPOOL_FRAG_H

#include <pagepool/netmem.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PP_FRAG_MORE 0x1u	/* the packet continues in the next entry */
#define PP_FRAG_LINEAR 0x2u	/* bytes that the kernel copied */
#define PP_FRAG_UNREADABLE 0x4u /* no CPU address */

/**
 * struct pp_frag - a run of bytes in one buffer
 * @netmem: the buffer; the fragment carries one reference to it
 * @offset: first byte, counted in bytes from the start of the buffer
 * @len:    length in bytes
 * @flags:  PP_FRAG_*
 *
 * AF_XDP receive, zero-copy receive and its fallback, and device memory TCP
 * deliver it; AF_XDP send takes it. Layout fixed for the soname.
 */
struct pp_frag {
	netmem_ref netmem;
	uint32_t offset;
	uint32_t len;
	uint32_t flags;
};

/**
 * pp_frags_put() - give fragments back, each to its own pool
 * @frags: array, not modified
 * @n:     entries
 *
 * Counts exactly as page_pool_put_full_netmem(own pool, netmem, false) called
 * on each entry in order. Entries with netmem 0 are skipped.
 *
 * Context: any thread.
 */
PP_API void pp_frags_put(const struct pp_frag *frags, uint32_t n);

/**
 * pp_frag_data() - where the CPU finds the bytes of a fragment
 * @frag: fragment
 *
 * Context: any thread.
 * Return: address + offset, NULL if the memory is unreadable.
 */
PP_API void *pp_frag_data(const struct pp_frag *frag);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_FRAG_H */
