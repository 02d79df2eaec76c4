/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of the kernel's zero-copy receive ABI, in names of our own: the
 * headers of a distribution are older than the kernel that runs. Each size and
 * offset is asserted; what the running kernel knows of it is asked, never
 * derived from a version (probe.c).
 */
#ifndef PP_URING_ABI_H
#define PP_URING_ABI_H

#include <stddef.h>
#include <stdint.h>

/* ---- numbers ---- */
#define PP_IO_OP_RECV_ZC 58
#define PP_IO_REGISTER_ZCRX_IFQ 32u
#define PP_IO_REGISTER_PBUF_STATUS 26u
#define PP_IO_REGISTER_QUERY 35u
#define PP_IO_REGISTER_ZCRX_CTRL 36u
#define PP_IO_SETUP_CQE_MIXED (1u << 18)
#define PP_IO_CQE_F_BUF_MORE (1u << 4)

#define PP_IO_QUERY_OPCODES 0u
#define PP_IO_QUERY_ZCRX 1u
#define PP_IO_QUERY_ZCRX_EVENT 3u

#define PP_IO_ZCRX_AREA_DMABUF 1u
#define PP_IO_ZCRX_REG_IMPORT 1u
#define PP_IO_ZCRX_REG_NODEV 2u
#define PP_IO_ZCRX_FEATURE_RX_PAGE_SIZE 1u
#define PP_IO_ZCRX_FEATURE_EVENT 2u
#define PP_IO_ZCRX_CTRL_FLUSH_RQ 0u
#define PP_IO_ZCRX_CTRL_EXPORT 1u
#define PP_IO_ZCRX_CTRL_ARM_EVENT 2u
#define PP_IO_ZCRX_EVENT_ALLOC_FAIL 0u
#define PP_IO_ZCRX_EVENT_COPY 1u
#define PP_IO_ZCRX_EVENT_FLAG_STATS 1u
#define PP_IO_ZCRX_RQ_MAX 32768u
#define PP_IO_REGION_USER 1u

/* an offset in a CQE: the area's number above, bytes below */
#define PP_IO_ZCRX_AREA_SHIFT 48
#define PP_IO_ZCRX_OFF_MASK ((UINT64_C(1) << PP_IO_ZCRX_AREA_SHIFT) - 1)

#define PP_IO_ABI(type, size)                                                  \
	_Static_assert(sizeof(struct type) == (size), #type " has another size")
#define PP_IO_AT(type, member, at)                                             \
	_Static_assert(offsetof(struct type, member) == (at),                  \
		       #type "." #member " is elsewhere")

/* ---- the data path ---- */
struct pp_io_rqe {
	uint64_t off; /* as in the CQE, area token included */
	uint32_t len; /* the kernel does not look at it */
	uint32_t pad; /* must be 0 */
};
PP_IO_ABI(pp_io_rqe, 16);
PP_IO_AT(pp_io_rqe, off, 0);
PP_IO_AT(pp_io_rqe, len, 8);
PP_IO_AT(pp_io_rqe, pad, 12);

/* the second half of a 32-byte CQE */
struct pp_io_zcrx_cqe {
	uint64_t off;
	uint64_t pad;
};
PP_IO_ABI(pp_io_zcrx_cqe, 16);
PP_IO_AT(pp_io_zcrx_cqe, off, 0);

/* ---- registration ---- */
struct pp_io_zcrx_offsets {
	uint32_t head;
	uint32_t tail;
	uint32_t rqes;
	uint32_t resv2;
	uint64_t resv[2];
};
PP_IO_ABI(pp_io_zcrx_offsets, 32);
PP_IO_AT(pp_io_zcrx_offsets, head, 0);
PP_IO_AT(pp_io_zcrx_offsets, tail, 4);
PP_IO_AT(pp_io_zcrx_offsets, rqes, 8);

struct pp_io_zcrx_area_reg {
	uint64_t addr;
	uint64_t len;
	uint64_t rq_area_token; /* out */
	uint32_t flags;
	uint32_t dmabuf_fd;
	uint64_t resv[2];
};
PP_IO_ABI(pp_io_zcrx_area_reg, 48);
PP_IO_AT(pp_io_zcrx_area_reg, addr, 0);
PP_IO_AT(pp_io_zcrx_area_reg, len, 8);
PP_IO_AT(pp_io_zcrx_area_reg, rq_area_token, 16);
PP_IO_AT(pp_io_zcrx_area_reg, flags, 24);
PP_IO_AT(pp_io_zcrx_area_reg, dmabuf_fd, 28);
PP_IO_AT(pp_io_zcrx_area_reg, resv, 32);

struct pp_io_zcrx_ifq_reg {
	uint32_t if_idx;
	uint32_t if_rxq;
	uint32_t rq_entries;
	uint32_t flags;
	uint64_t area_ptr;
	uint64_t region_ptr;
	struct pp_io_zcrx_offsets offsets; /* out */
	uint32_t zcrx_id;		   /* out */
	uint32_t rx_buf_len;		   /* in and out */
	uint64_t event_desc;
	uint64_t resv[2];
};
PP_IO_ABI(pp_io_zcrx_ifq_reg, 96);
PP_IO_AT(pp_io_zcrx_ifq_reg, if_idx, 0);
PP_IO_AT(pp_io_zcrx_ifq_reg, if_rxq, 4);
PP_IO_AT(pp_io_zcrx_ifq_reg, rq_entries, 8);
PP_IO_AT(pp_io_zcrx_ifq_reg, flags, 12);
PP_IO_AT(pp_io_zcrx_ifq_reg, area_ptr, 16);
PP_IO_AT(pp_io_zcrx_ifq_reg, region_ptr, 24);
PP_IO_AT(pp_io_zcrx_ifq_reg, offsets, 32);
PP_IO_AT(pp_io_zcrx_ifq_reg, zcrx_id, 64);
PP_IO_AT(pp_io_zcrx_ifq_reg, rx_buf_len, 68);
PP_IO_AT(pp_io_zcrx_ifq_reg, event_desc, 72);
PP_IO_AT(pp_io_zcrx_ifq_reg, resv, 80);

struct pp_io_zcrx_event_desc {
	uint64_t user_data;
	uint32_t type_mask;
	uint32_t flags;
	uint64_t stats_offset;
	uint64_t resv[9];
};
PP_IO_ABI(pp_io_zcrx_event_desc, 96);
PP_IO_AT(pp_io_zcrx_event_desc, user_data, 0);
PP_IO_AT(pp_io_zcrx_event_desc, type_mask, 8);
PP_IO_AT(pp_io_zcrx_event_desc, flags, 12);
PP_IO_AT(pp_io_zcrx_event_desc, stats_offset, 16);
PP_IO_AT(pp_io_zcrx_event_desc, resv, 24);

struct pp_io_zcrx_stats {
	uint64_t copy_count; /* skb fragments, not CQEs; see zcrx.h */
	uint64_t copy_bytes;
};
PP_IO_ABI(pp_io_zcrx_stats, 16);
PP_IO_AT(pp_io_zcrx_stats, copy_count, 0);
PP_IO_AT(pp_io_zcrx_stats, copy_bytes, 8);

struct pp_io_zcrx_ctrl {
	uint32_t zcrx_id;
	uint32_t op;
	uint64_t resv[2];
	union {
		uint32_t zcrx_fd;    /* EXPORT, out */
		uint32_t event_type; /* ARM_EVENT */
		uint64_t room[6];
	};
};
PP_IO_ABI(pp_io_zcrx_ctrl, 72);
PP_IO_AT(pp_io_zcrx_ctrl, zcrx_id, 0);
PP_IO_AT(pp_io_zcrx_ctrl, op, 4);
PP_IO_AT(pp_io_zcrx_ctrl, resv, 8);
PP_IO_AT(pp_io_zcrx_ctrl, zcrx_fd, 24);
PP_IO_AT(pp_io_zcrx_ctrl, event_type, 24);

struct pp_io_region_desc {
	uint64_t user_addr;
	uint64_t size;
	uint32_t flags;
	uint32_t id;
	uint64_t mmap_offset;
	uint64_t resv[4];
};
PP_IO_ABI(pp_io_region_desc, 64);
PP_IO_AT(pp_io_region_desc, user_addr, 0);
PP_IO_AT(pp_io_region_desc, size, 8);
PP_IO_AT(pp_io_region_desc, flags, 16);
PP_IO_AT(pp_io_region_desc, id, 20);
PP_IO_AT(pp_io_region_desc, mmap_offset, 24);
PP_IO_AT(pp_io_region_desc, resv, 32);

/* ---- queries ---- */
struct pp_io_query_hdr {
	uint64_t next_entry;
	uint64_t query_data;
	uint32_t query_op;
	uint32_t size; /* in: room, out: what the kernel knows */
	int32_t result;
	uint32_t resv[3];
};
PP_IO_ABI(pp_io_query_hdr, 40);
PP_IO_AT(pp_io_query_hdr, query_data, 8);
PP_IO_AT(pp_io_query_hdr, query_op, 16);
PP_IO_AT(pp_io_query_hdr, size, 20);
PP_IO_AT(pp_io_query_hdr, result, 24);

struct pp_io_query_opcodes {
	uint32_t nr_request_opcodes;
	uint32_t nr_register_opcodes;
	uint64_t feature_flags;
	uint64_t ring_setup_flags;
	uint64_t enter_flags;
	uint64_t sqe_flags;
	uint32_t nr_query_opcodes;
	uint32_t pad;
};
PP_IO_ABI(pp_io_query_opcodes, 48);
PP_IO_AT(pp_io_query_opcodes, nr_register_opcodes, 4);
PP_IO_AT(pp_io_query_opcodes, nr_query_opcodes, 40);

struct pp_io_query_zcrx {
	uint64_t register_flags;
	uint64_t area_flags;
	uint32_t nr_ctrl_opcodes;
	uint32_t features;
	uint32_t rq_hdr_size;
	uint32_t rq_hdr_alignment;
	uint64_t resv;
};
PP_IO_ABI(pp_io_query_zcrx, 40);
PP_IO_AT(pp_io_query_zcrx, area_flags, 8);
PP_IO_AT(pp_io_query_zcrx, nr_ctrl_opcodes, 16);
PP_IO_AT(pp_io_query_zcrx, features, 20);
PP_IO_AT(pp_io_query_zcrx, rq_hdr_size, 24);
PP_IO_AT(pp_io_query_zcrx, rq_hdr_alignment, 28);

struct pp_io_query_event {
	uint32_t event_flags;
	uint32_t stats_size;
	uint32_t stats_alignment;
	uint32_t resv1;
	uint64_t resv2[4];
};
PP_IO_ABI(pp_io_query_event, 48);
PP_IO_AT(pp_io_query_event, stats_size, 4);
PP_IO_AT(pp_io_query_event, stats_alignment, 8);

#endif /* PP_URING_ABI_H */
