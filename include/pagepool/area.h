/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of pp_area: memory in chunks, what pools draw from. */
#ifndef PAGEPOOL_AREA_H
#define PAGEPOOL_AREA_H

#include <pagepool/common.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pp_area;

#ifndef NUMA_NO_NODE
#define NUMA_NO_NODE (-1)
#endif

#define PP_AREA_HUGETLB_2M 0x1u /* 2 MiB pages or failure */
#define PP_AREA_HUGETLB_1G 0x2u /* 1 GiB pages or failure */
#define PP_AREA_THP 0x4u       /* ask for transparent huge pages, best effort */
#define PP_AREA_MEMFD 0x8u     /* memory behind a file, see pp_area_fd() */
#define PP_AREA_POPULATE 0x10u /* fault every page in at creation */

/**
 * struct pp_area_params - how an area shall be
 * @sz:          sizeof(struct pp_area_params)
 * @chunk_bytes: bytes in a chunk, a power of two from 256 to 1 GiB; 0 = 4096
 * @chunks:      number of chunks, not 0
 * @nid:         NUMA node of all chunks: 0 is node 0, NUMA_NO_NODE is unknown.
 *               Memory that the area makes is placed there if the machine has
 *               that node; the number itself is not checked
 * @flags:       PP_AREA_*
 * @name:        for statistics, copied; may be NULL
 */
struct pp_area_params {
	uint32_t sz;
	uint32_t chunk_bytes;
	uint32_t chunks;
	int32_t nid;
	uint32_t flags;
	const char *name;
};

/**
 * pp_area_create() - make memory in chunks
 * @out:    the area; untouched on failure
 * @params: see struct pp_area_params
 * @ext:    reason of a failure, may be NULL
 *
 * An area is to a pool what the page allocator is to the kernel's: any number
 * of pools may draw from one. It starts at a multiple of its chunk size and of
 * the page size.
 *
 * Context: any thread.
 * Return: 0, -EINVAL for contradictory or unknown values, -E2BIG for newer
 *         parameters than this library knows, -ENOMEM for sizes that overflow
 *         or that the machine cannot give, -EOPNOTSUPP for a kind of memory
 *         that this kernel lacks.
 */
PP_API int pp_area_create(struct pp_area **out,
			  const struct pp_area_params *params,
			  struct pp_extack *ext);

/**
 * pp_area_create_from() - chunks in the caller's own mapping
 * @out:    the area; untouched on failure
 * @base:   readable and writable memory, aligned to the page size and to the
 *          chunk size up to the page size; stays the caller's and must outlive
 *          the area
 * @bytes:  its size
 * @params: as in pp_area_create(); @chunks 0 takes as many as fit, no flag
 *          but PP_AREA_POPULATE is allowed
 * @ext:    reason of a failure, may be NULL
 *
 * Context: any thread.
 * Return: 0 or as pp_area_create().
 */
PP_API int pp_area_create_from(struct pp_area **out, void *base, size_t bytes,
			       const struct pp_area_params *params,
			       struct pp_extack *ext);

/**
 * pp_area_destroy() - give the memory back
 * @area: area, NULL allowed
 *
 * Context: any thread, once; allowed in a pool's on_destroyed callback.
 * Return: 0, or -EBUSY while a pool, a registration (AF_XDP) or an external
 *         holder of a page uses it: nothing has changed then.
 */
PP_API int pp_area_destroy(struct pp_area *area);

/**
 * pp_area_base() - address of the first chunk
 * @area: area
 *
 * Context: any thread.
 * Return: the address, NULL for NULL.
 */
PP_API void *pp_area_base(const struct pp_area *area);

/**
 * pp_area_bytes() - size of all chunks together
 * @area: area
 *
 * Context: any thread.
 * Return: chunks * chunk_bytes, 0 for NULL.
 */
PP_API size_t pp_area_bytes(const struct pp_area *area);

/**
 * pp_area_free_chunks() - chunks that are home
 * @area: area
 *
 * Chunks that no pool has drawn and nobody holds. Exact when nobody draws or
 * returns at the same time.
 *
 * Context: any thread.
 * Return: number of chunks, 0 for NULL.
 */
PP_API uint32_t pp_area_free_chunks(const struct pp_area *area);

/**
 * pp_area_fd() - the file behind the memory
 * @area: area
 *
 * Context: any thread. The descriptor stays the area's: dup() it to keep it.
 * Return: the memfd, -ENOENT for an area without, -EINVAL for NULL.
 */
PP_API int pp_area_fd(const struct pp_area *area);

/**
 * pp_area_set_chunk_nid() - declare the node of a range
 * @area:  area
 * @first: first chunk
 * @n:     number of chunks, 0 is nothing to do
 * @nid:   node number >= 0, or NUMA_NO_NODE
 *
 * Moves no memory. Chunks in use take the new node at once.
 *
 * Context: control: not beside another call of this function on the same area.
 * Return: 0, -EINVAL for a range outside the area or nid < -1, -ENOMEM for more
 *         than 255 different nodes.
 */
PP_API int pp_area_set_chunk_nid(struct pp_area *area, uint32_t first,
				 uint32_t n, int nid);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_AREA_H */
