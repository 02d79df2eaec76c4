/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of an area's life: parameters, mapping, nodes, end. */
#define _GNU_SOURCE
#include "mem/area.h"

#include "base/extack.h"
#include "base/fault.h"

#include <errno.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PP_CHUNK_MIN 256u
#define PP_CHUNK_MAX (1u << 30)
#define PP_AREA_FLAGS                                                          \
	(PP_AREA_HUGETLB_2M | PP_AREA_HUGETLB_1G | PP_AREA_THP |               \
	 PP_AREA_MEMFD | PP_AREA_POPULATE)
#define PP_THP_BYTES ((size_t)2 << 20)

static int params_check(struct pp_area_params *p, uint32_t allowed_flags,
			struct pp_extack *ext)
{
	if (p->flags & ~allowed_flags)
		return pp_fail(ext, -EINVAL, "flags",
			       "flags 0x%x has bits that are unknown or not allowed here: allowed are 0x%x",
			       p->flags, allowed_flags);
	if ((p->flags & PP_AREA_HUGETLB_2M) && (p->flags & PP_AREA_HUGETLB_1G))
		return pp_fail(ext, -EINVAL, "flags",
			       "flags 0x%x asks for 2 MiB and 1 GiB pages at once: choose one",
			       p->flags);
	if (!p->chunk_bytes)
		p->chunk_bytes = 4096;
	if (p->chunk_bytes < PP_CHUNK_MIN || p->chunk_bytes > PP_CHUNK_MAX ||
	    (p->chunk_bytes & (p->chunk_bytes - 1)))
		return pp_fail(ext, -EINVAL, "chunk_bytes",
			       "chunk_bytes is %u: it must be a power of two from %u to %u",
			       p->chunk_bytes, PP_CHUNK_MIN, PP_CHUNK_MAX);
	if (!p->chunks)
		return pp_fail(ext, -EINVAL, "chunks",
			       "chunks is 0: at least 1 is needed");
	if (p->nid < NUMA_NO_NODE)
		return pp_fail(ext, -EINVAL, "nid",
			       "nid is %d: it must be a node number, or NUMA_NO_NODE (-1)",
			       p->nid);
	return 0;
}

static struct pp_area *area_alloc(const struct pp_area_params *p)
{
	struct pp_area *area;

	if (PP_FAULT("area.alloc"))
		return NULL;
	area = aligned_alloc(PP_CACHELINE, (sizeof(*area) + PP_CACHELINE - 1) &
						   ~(size_t)(PP_CACHELINE - 1));
	if (!area)
		return NULL;
	memset(area, 0, sizeof(*area));
	area->fd = -1;
	area->refs = 1;
	area->classes = 1;
	area->class_nid[0] = p->nid;
	area->mem.n = p->chunks;
	area->mem.chunk_shift = (uint32_t)__builtin_ctz(p->chunk_bytes);
	area->bytes = (size_t)p->chunks << area->mem.chunk_shift;
	if (p->name)
		strncpy(area->name, p->name, sizeof(area->name) - 1);
	return area;
}

static int free_map_init(struct pp_area *area)
{
	uint32_t n = area->mem.n;

	area->free_words = n / 64 + (n % 64 != 0);
	area->free_map = PP_FAULT("area.free_map") ?
				 NULL :
				 malloc(area->free_words * sizeof(uint64_t));
	if (!area->free_map)
		return -ENOMEM;
	memset(area->free_map, 0xff, area->free_words * sizeof(uint64_t));
	if (n % 64)
		area->free_map[area->free_words - 1] = (UINT64_C(1) << (n % 64)) -
						       1;
	area->nfree = n;
	return 0;
}

static int memory_failed(const struct pp_area *area, uint32_t flags, int err,
			 struct pp_extack *ext)
{
	if (flags & (PP_AREA_HUGETLB_2M | PP_AREA_HUGETLB_1G)) {
		if (err == EINVAL || err == ENOENT || err == ENODEV)
			return pp_fail(ext, -EOPNOTSUPP, "flags",
				       "this kernel has no huge pages of the size asked for: drop the flag, or use PP_AREA_THP");
		return pp_fail(ext, -ENOMEM, "flags",
			       "no %zu bytes in huge pages: reserve them in nr_hugepages, or use PP_AREA_THP",
			       area->bytes);
	}
	if (err == ENOSYS)
		return pp_fail(ext, -EOPNOTSUPP, "flags",
			       "this kernel has no memfd_create: drop PP_AREA_MEMFD");
	return pp_fail(ext, -ENOMEM, "chunks",
		       "the machine cannot give %zu bytes (%s): ask for fewer chunks",
		       area->bytes, strerror(err));
}

static int memfd_open(struct pp_area *area, uint32_t flags)
{
	unsigned int how = MFD_CLOEXEC | MFD_ALLOW_SEALING;

	if (flags & PP_AREA_HUGETLB_2M)
		how |= MFD_HUGETLB | MFD_HUGE_2MB;
	else if (flags & PP_AREA_HUGETLB_1G)
		how |= MFD_HUGETLB | MFD_HUGE_1GB;
	area->fd = PP_FAULT("area.memfd") ?
			   (errno = ENOMEM, -1) :
			   memfd_create(area->name[0] ? area->name : "pagepool",
					how);
	if (area->fd < 0)
		return errno;
	return ftruncate(area->fd, (off_t)area->map_bytes) ? errno : 0;
}

/*
 * Maps @area->map_bytes at a multiple of @align: reserves more address space,
 * then replaces the aligned part. Return: 0 or a positive errno.
 */
static int map_aligned(struct pp_area *area, size_t align, uint32_t flags)
{
	int how = MAP_FIXED, prot = PROT_READ | PROT_WRITE;
	size_t room = area->map_bytes + align;
	uintptr_t at;
	char *p, *got;

	if (room < area->map_bytes || PP_FAULT("area.map"))
		return ENOMEM;
	p = mmap(NULL, room, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	at = ((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1);
	how |= area->fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	if (area->fd < 0 && (flags & PP_AREA_HUGETLB_2M))
		how |= MAP_HUGETLB | MAP_HUGE_2MB;
	if (area->fd < 0 && (flags & PP_AREA_HUGETLB_1G))
		how |= MAP_HUGETLB | (int)MAP_HUGE_1GB;
	got = mmap((void *)at, area->map_bytes, prot, how, area->fd, 0);
	if (got == MAP_FAILED) {
		int err = errno;

		munmap(p, room);
		return err;
	}
	if (got > p)
		munmap(p, (size_t)(got - p));
	if (p + room > got + area->map_bytes)
		munmap(got + area->map_bytes,
		       (size_t)(p + room - got) - area->map_bytes);
	area->base = got;
	return 0;
}

/* Asks for the node; a machine without it, or without nodes, is no error. */
static void place_on_node(struct pp_area *area, int nid)
{
	unsigned long mask[16] = { 0 };

	if (nid < 0 || (size_t)nid >= sizeof(mask) * 8)
		return;
	mask[(size_t)nid / 64] = 1ul << ((size_t)nid % 64);
	(void)syscall(SYS_mbind, area->base, area->map_bytes, MPOL_PREFERRED,
		      mask, sizeof(mask) * 8, 0);
}

static int memory_init(struct pp_area *area, const struct pp_area_params *p,
		       struct pp_extack *ext)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), align = page;
	int err = 0;

	if (p->flags & PP_AREA_HUGETLB_1G)
		page = (size_t)1 << 30;
	else if (p->flags & PP_AREA_HUGETLB_2M)
		page = PP_THP_BYTES;
	area->map_bytes = (area->bytes + page - 1) & ~(page - 1);
	align = page;
	if ((p->flags & PP_AREA_THP) && align < PP_THP_BYTES)
		align = PP_THP_BYTES;
	if (p->chunk_bytes > align)
		align = p->chunk_bytes;
	if (p->flags & PP_AREA_MEMFD)
		err = memfd_open(area, p->flags);
	if (!err)
		err = map_aligned(area, align, p->flags);
	if (err) {
		if (area->fd >= 0)
			close(area->fd);
		return memory_failed(area, p->flags, err, ext);
	}
	area->own_map = true;
	if (p->flags & PP_AREA_THP)
		(void)madvise(area->base, area->map_bytes, MADV_HUGEPAGE);
	place_on_node(area, p->nid);
	return 0;
}

/* Faults all pages in; a kernel without MADV_POPULATE_WRITE gets a touch. */
static int populate(const struct pp_area *area, struct pp_extack *ext)
{
	volatile unsigned char *p = area->base;
	size_t i, page = (size_t)sysconf(_SC_PAGESIZE);

#ifdef MADV_POPULATE_WRITE
	if (!madvise(area->base, area->bytes, MADV_POPULATE_WRITE))
		return 0;
	if (errno != EINVAL)
		return pp_fail(ext, -ENOMEM, "flags",
			       "cannot populate %zu bytes (%s): ask for fewer chunks",
			       area->bytes, strerror(errno));
#endif
	for (i = 0; i < area->bytes; i += page)
		p[i] = p[i];
	return 0;
}

static void memory_cleanup(struct pp_area *area)
{
	if (area->own_map)
		munmap(area->base, area->map_bytes);
	if (area->fd >= 0)
		close(area->fd);
}

/* The part that both creators share; @area has memory already. */
static int area_finish(struct pp_area *area, uint32_t flags, struct pp_extack *ext)
{
	int err;

	if (flags & PP_AREA_POPULATE) {
		err = populate(area, ext);
		if (err)
			return err;
	}
	area->mem.va = area->base;
	err = free_map_init(area);
	if (err)
		goto err_reason;
	err = pp_mem_init(&area->mem);
	if (err) {
		free(area->free_map);
		goto err_reason;
	}
	return 0;

err_reason:
	return pp_fail(ext, err, "chunks",
		       "no memory for the state of %u chunks: ask for fewer",
		       area->mem.n);
}

int pp_area_create(struct pp_area **out, const struct pp_area_params *params,
		   struct pp_extack *ext)
{
	struct pp_area_params p;
	struct pp_area *area;
	int err;

	if (!out)
		return pp_fail(ext, -EINVAL, "out",
			       "out is NULL: pass where the area shall go");
	err = pp_copy_sized(&p, sizeof(p), sizeof(p), params, ext);
	if (!err)
		err = params_check(&p, PP_AREA_FLAGS, ext);
	if (err)
		return err;
	area = area_alloc(&p);
	if (!area)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for an area");
	err = memory_init(area, &p, ext);
	if (err)
		goto err_free;
	err = area_finish(area, p.flags, ext);
	if (err)
		goto err_memory;
	*out = area;
	return 0;

err_memory:
	memory_cleanup(area);
err_free:
	free(area);
	return err;
}

static int mapping_check(const void *base, size_t bytes,
			 struct pp_area_params *p, struct pp_extack *ext)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), need;
	uint32_t chunk = p->chunk_bytes ? p->chunk_bytes : 4096;

	if (!base)
		return pp_fail(ext, -EINVAL, "base",
			       "base is NULL: pass the address of a mapping");
	need = chunk < page ? page : chunk;
	if (need > page)
		need = page;
	if ((uintptr_t)base & (need - 1))
		return pp_fail(ext, -EINVAL, "base",
			       "base %p is not a multiple of %zu: pass memory of mmap()",
			       base, need);
	if (!p->chunks && !(chunk & (chunk - 1)))
		p->chunks = bytes / chunk > UINT32_MAX ?
				    UINT32_MAX :
				    (uint32_t)(bytes / chunk);
	if ((uint64_t)p->chunks * chunk > bytes)
		return pp_fail(ext, -EINVAL, "chunks",
			       "%u chunks of %u bytes do not fit %zu bytes: ask for %zu",
			       p->chunks, chunk, bytes, bytes / chunk);
	return 0;
}

int pp_area_create_from(struct pp_area **out, void *base, size_t bytes,
			const struct pp_area_params *params,
			struct pp_extack *ext)
{
	struct pp_area_params p;
	struct pp_area *area;
	int err;

	if (!out)
		return pp_fail(ext, -EINVAL, "out",
			       "out is NULL: pass where the area shall go");
	err = pp_copy_sized(&p, sizeof(p), sizeof(p), params, ext);
	if (!err)
		err = mapping_check(base, bytes, &p, ext);
	if (!err)
		err = params_check(&p, PP_AREA_POPULATE, ext);
	if (err)
		return err;
	area = area_alloc(&p);
	if (!area)
		return pp_fail(ext, -ENOMEM, NULL, "no memory for an area");
	area->base = base;
	err = area_finish(area, p.flags, ext);
	if (err) {
		free(area);
		return err;
	}
	*out = area;
	return 0;
}

static void area_free(struct pp_area *area)
{
	pp_mem_cleanup(&area->mem);
	free(area->free_map);
	free(area->node_class);
	memory_cleanup(area);
	free(area);
}

void pp_area_ref(struct pp_area *area)
{
	pp_fetch_add(&area->refs, 1u);
}

void pp_area_unref(struct pp_area *area)
{
	if (pp_fetch_sub(&area->refs, 1u) == 1)
		area_free(area);
}

int pp_area_destroy(struct pp_area *area)
{
	uint32_t creator_only = 1;

	if (!area)
		return 0;
	if (!pp_cas(&area->refs, &creator_only, 0u))
		return -EBUSY;
	area_free(area);
	return 0;
}

void *pp_area_base(const struct pp_area *area)
{
	return area ? area->base : NULL;
}

size_t pp_area_bytes(const struct pp_area *area)
{
	return area ? area->bytes : 0;
}

uint32_t pp_area_free_chunks(const struct pp_area *area)
{
	uint32_t w, n = 0;

	if (!area)
		return 0;
	for (w = 0; w < area->free_words; w++)
		n += (uint32_t)__builtin_popcountll(pp_load(&area->free_map[w]));
	return n;
}

int pp_area_fd(const struct pp_area *area)
{
	if (!area)
		return -EINVAL;
	return area->fd >= 0 ? area->fd : -ENOENT;
}

/* Index of @nid among the area's nodes, added if new; -1 if there are 256. */
static int class_of(struct pp_area *area, int nid)
{
	uint32_t i;

	for (i = 0; i < area->classes; i++)
		if (area->class_nid[i] == nid)
			return (int)i;
	if (area->classes == PP_NODE_CLASSES)
		return -1;
	pp_store(&area->class_nid[area->classes], nid);
	return (int)area->classes++;
}

int pp_area_set_chunk_nid(struct pp_area *area, uint32_t first, uint32_t n,
			  int nid)
{
	uint8_t *table;
	uint32_t i;
	int cls;

	if (!area || nid < NUMA_NO_NODE || first > area->mem.n ||
	    n > area->mem.n - first)
		return -EINVAL;
	if (!n)
		return 0;
	cls = class_of(area, nid);
	if (cls < 0)
		return -ENOMEM;
	table = area->node_class;
	if (!table) {
		table = PP_FAULT("area.node_class") ? NULL :
						      calloc(area->mem.n, 1);
		if (!table)
			return -ENOMEM;
		/* pairs with the acquires in pp_area_nid() and node_mask() */
		pp_store_release(&area->node_class, table);
	}
	for (i = first; i < first + n; i++)
		pp_store_release(&table[i], (uint8_t)cls);
	return 0;
}
