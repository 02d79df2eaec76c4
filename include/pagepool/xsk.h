/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of pp_xsk: an AF_XDP socket whose frames are a pool's pages. */
#ifndef PAGEPOOL_XSK_H
#define PAGEPOOL_XSK_H

#include <pagepool/frag.h>
#include <pagepool/page_pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pp_xsk;

/* pp_xsk_params.xdp_mode: where the redirect program runs */
enum pp_xdp_mode {
	PP_XDP_AUTO = 0,   /* native, else SKB */
	PP_XDP_NATIVE = 1, /* in the driver or failure */
	PP_XDP_SKB = 2,	   /* generic: any interface, one copy more */
};

/* pp_xsk_params.bind_mode: how frames reach the UMEM */
enum pp_xsk_bind {
	PP_XSK_BIND_AUTO = 0,	  /* zero-copy, else copy */
	PP_XSK_BIND_COPY = 1,	  /* the kernel copies, or failure */
	PP_XSK_BIND_ZEROCOPY = 2, /* the device writes into the area, or failure */
};

/* pp_xsk_params.flags */
#define PP_XSK_RX_ONLY 0x1u /* no TX ring */
#define PP_XSK_TX_ONLY 0x2u /* no RX ring and no redirect program */

/**
 * struct pp_xsk_params - how a socket shall be
 * @sz:        sizeof(struct pp_xsk_params)
 * @ifindex:   network interface
 * @queue:     its queue
 * @xdp_mode:  enum pp_xdp_mode
 * @bind_mode: enum pp_xsk_bind
 * @flags:     PP_XSK_*
 * @rx_size:   RX ring entries, a power of two; 0 = 2048
 * @tx_size:   TX ring entries; 0 = 2048
 * @fill_size: fill ring entries; 0 = twice the RX ring, 1024 without one. The
 *             pool must be able to fill it: this many chunks are in it
 * @comp_size: completion ring entries; 0 = @tx_size
 * @headroom:  bytes the kernel leaves free before a received frame, on top of
 *             its own 256
 * @busy_timeout_ms: how long open may retry while the queue's former socket is
 *             being torn down; 0 = 2000
 * @close_timeout_ms: how long close may wait for a zero-copy queue to be seen
 *             free; 0 = 2000
 * @pool:      pool of order 0 over a pp_area with chunks of 2048 or 4096 bytes:
 *             the area becomes the UMEM. The socket is one more user of it
 *             (page_pool_get()) until its last frame is home
 *
 * @fill_size, @comp_size and @headroom belong to the area: on its further
 * sockets 0 takes the first one's, and another value is -EINVAL.
 * Ring sizes are at most 65536.
 */
struct pp_xsk_params {
	uint32_t sz;
	uint32_t ifindex;
	uint32_t queue;
	uint32_t xdp_mode;
	uint32_t bind_mode;
	uint32_t flags;
	uint32_t rx_size;
	uint32_t tx_size;
	uint32_t fill_size;
	uint32_t comp_size;
	uint32_t headroom;
	uint32_t busy_timeout_ms;
	uint32_t close_timeout_ms;
	struct page_pool *pool;
};

/**
 * pp_xsk_open() - bind a socket to a queue and feed it from a pool
 * @out:    the socket; untouched on failure
 * @params: see struct pp_xsk_params
 * @ext:    reason of a failure, may be NULL
 *
 * Registers the pool's area as UMEM with its first socket; further sockets on
 * the same area share it and inherit its mode. Loads the redirect program with
 * the first receiving socket of an interface and attaches it by bpf_link, so
 * it goes when the process goes. Tries zero-copy native, copy native, copy SKB
 * as far as the modes asked for allow; pp_xsk_get_info() tells what came out
 * and why each refused step was refused. The fill ring is full on return.
 *
 * A child that is forked while the socket is open keeps its queue busy even
 * after pp_xsk_close(), until it ends or executes another program.
 *
 * Context: control; the pool's owner if it has one already, else any thread
 *          (the pool is ownerless again on return).
 * Return: 0, or -EINVAL (also: queue does not exist, ring and chunk sizes, a
 *         mode that conflicts with the first socket of the area), -ENODEV,
 *         -EPERM, -EBUSY (queue has another owner, other program attached,
 *         pool owned by another thread), -EMSGSIZE (a frame of this MTU does
 *         not fit a chunk), -ENOMEM (frames < ring, memlock), -EOPNOTSUPP (a
 *         required mode that the interface lacks, no AF_XDP in this kernel, or
 *         built without XDP). @ext and pp_xsk_step.err have the details.
 */
PP_API int pp_xsk_open(struct pp_xsk **out, const struct pp_xsk_params *params,
		       struct pp_extack *ext);

/**
 * pp_xsk_close() - unbind, and take every frame home
 * @xsk: socket, NULL allowed; gone on return whatever is returned
 *
 * Order: map entry, program, socket and rings, UMEM. Frames that the kernel
 * still held go home to the area, release +1 and no recycle counter: at once
 * in copy mode, in zero-copy mode once the queue is seen free, because the
 * device may write until then. Received frames that the application holds stay
 * valid. Accepted frames that are not sent yet get up to 20 ms to leave.
 *
 * Context: control; nobody is inside another call on @xsk. In zero-copy mode in
 *          the network namespace of pp_xsk_open().
 * Return: 0, -EINPROGRESS when close_timeout_ms ran out: the frames stay with
 *         the pool (in flight) and go home in the next pp_xsk_open(),
 *         pp_xsk_close() or pp_xsk_reap().
 */
PP_API int pp_xsk_close(struct pp_xsk *xsk);

/**
 * pp_xsk_reap() - finish closes that returned -EINPROGRESS
 *
 * Context: control, in the network namespace of pp_xsk_open().
 * Return: sockets whose frames are still not home.
 */
PP_API uint32_t pp_xsk_reap(void);

/**
 * pp_xsk_recv() - take received frames
 * @xsk:   socket
 * @frags: room for @n
 * @n:     how many at most
 *
 * Each fragment carries the only reference to its page. Refills the fill ring
 * from the pool in batches and wakes the kernel if it asked for that.
 *
 * Context: owner of the pool. Never blocks.
 * Return: entries written.
 */
PP_API uint32_t pp_xsk_recv(struct pp_xsk *xsk, struct pp_frag *frags,
			    uint32_t n);

/**
 * pp_xsk_send() - queue frames for transmission and wake the kernel
 * @xsk:   socket
 * @frags: pages of any pool on the same area, one reference each
 * @n:     how many
 *
 * References of accepted entries pass to the socket and are dropped when the
 * kernel reports completion. Takes completions in first. Entries with
 * PP_FRAG_MORE are refused until multi-buffer is there.
 *
 * Context: owner of the pool given at open. Never blocks.
 * Return: entries accepted, from the front; the rest stays the caller's.
 *         Negative if the first entry can never be sent: -EINVAL (another
 *         area, bytes outside the page, no bytes, nothing held, @xsk NULL or
 *         without TX ring), -EMSGSIZE (longer than a chunk), -EOPNOTSUPP
 *         (unreadable memory, PP_FRAG_MORE).
 */
PP_API int pp_xsk_send(struct pp_xsk *xsk, const struct pp_frag *frags,
		       uint32_t n);

/**
 * pp_xsk_complete() - drop the references of sent frames
 * @xsk: socket
 *
 * pp_xsk_send() does it too; a sender that has nothing more to send calls this
 * to get its pages back.
 *
 * Context: owner of the pool given at open.
 * Return: frames completed.
 */
PP_API uint32_t pp_xsk_complete(struct pp_xsk *xsk);

/**
 * pp_xsk_kick() - wake the kernel where it must be woken, for RX and for TX
 * @xsk: socket
 *
 * Takes completions in and refills the fill ring first. Makes no system call
 * when none is needed, and learns nothing of the interface then.
 *
 * Context: owner of the pool given at open.
 * Return: 0, -ENETDOWN (interface down), -ENODEV (interface gone), -EINVAL for
 *         NULL. Conditions that pass by themselves are not errors.
 */
PP_API int pp_xsk_kick(struct pp_xsk *xsk);

/**
 * pp_xsk_fd() - descriptor to poll()
 * @xsk: socket
 *
 * POLLIN: frames are there; POLLOUT: there is room to send. Call pp_xsk_kick()
 * before sleeping.
 *
 * Context: any thread.
 * Return: the descriptor, -EINVAL for NULL.
 */
PP_API int pp_xsk_fd(const struct pp_xsk *xsk);

#define PP_XSK_STEPS 4

/**
 * struct pp_xsk_step - one refused step of the mode ladder
 * @step:   "zero-copy native", "copy native" or "copy SKB"
 * @err:    negative errno
 * @reason: one sentence
 */
struct pp_xsk_step {
	char step[24];
	int32_t err;
	char reason[200];
};

/**
 * struct pp_xsk_info - what came out of pp_xsk_open()
 * @sz:        sizeof(struct pp_xsk_info), set by the caller
 * @ifindex:   interface
 * @queue:     queue
 * @xdp_used:  PP_XDP_NATIVE or PP_XDP_SKB; 0 without a program
 * @bind_used: PP_XSK_BIND_COPY or PP_XSK_BIND_ZEROCOPY, as XDP_OPTIONS says
 * @prog_id:   id of the redirect program, 0 without
 * @rx_size:   ring entries
 * @tx_size:   ring entries
 * @fill_size: ring entries
 * @comp_size: ring entries
 * @n_steps:   refused steps
 * @steps:     the refused steps in the order they were tried
 */
struct pp_xsk_info {
	uint32_t sz;
	uint32_t ifindex;
	uint32_t queue;
	uint32_t xdp_used;
	uint32_t bind_used;
	uint32_t prog_id;
	uint32_t rx_size;
	uint32_t tx_size;
	uint32_t fill_size;
	uint32_t comp_size;
	uint32_t n_steps;
	struct pp_xsk_step steps[PP_XSK_STEPS];
};

/**
 * pp_xsk_get_info() - what mode, and why not a better one
 * @xsk:  socket
 * @info: filled up to its sz
 *
 * Context: any thread.
 * Return: 0, -EINVAL for NULL or a wrong sz.
 */
PP_API int pp_xsk_get_info(const struct pp_xsk *xsk, struct pp_xsk_info *info);

/**
 * struct pp_xsk_stats - counters of a socket
 * @sz:           sizeof(struct pp_xsk_stats), set by the caller
 * @fill_entries: frames in the fill ring or with the device now
 * @tx_entries:   frames sent and not completed now
 * @rx_packets:   frames received
 * @rx_bytes:     their bytes
 * @tx_packets:   frames accepted by pp_xsk_send()
 * @tx_bytes:     their bytes
 * @tx_completed: frames whose completion came back
 * @fill_packets: frames given to the fill ring
 * @fill_starved: refills that the pool could not serve in full
 * @tx_full:      pp_xsk_send() calls that found no room for all
 * @rx_wakeups:   system calls made for RX
 * @tx_wakeups:   system calls made for TX
 * @bad_descs:    addresses from the kernel that it did not hold
 * @rx_dropped:   XDP_STATISTICS: other reasons than the ones below
 * @rx_invalid_descs: XDP_STATISTICS
 * @tx_invalid_descs: XDP_STATISTICS
 * @rx_ring_full: XDP_STATISTICS
 * @rx_fill_ring_empty_descs: XDP_STATISTICS
 * @tx_ring_empty_descs: XDP_STATISTICS
 * @redirected:   the program sent the frame to a socket, all queues of the
 *                interface
 * @passed:       the program left the frame to the stack
 * @no_socket:    of these: because the queue has no socket
 * @malformed:    of these: because there is no whole Ethernet header
 */
struct pp_xsk_stats {
	uint32_t sz;
	uint32_t fill_entries;
	uint32_t tx_entries;
	uint32_t reserved;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_completed;
	uint64_t fill_packets;
	uint64_t fill_starved;
	uint64_t tx_full;
	uint64_t rx_wakeups;
	uint64_t tx_wakeups;
	uint64_t bad_descs;
	uint64_t rx_dropped;
	uint64_t rx_invalid_descs;
	uint64_t tx_invalid_descs;
	uint64_t rx_ring_full;
	uint64_t rx_fill_ring_empty_descs;
	uint64_t tx_ring_empty_descs;
	uint64_t redirected;
	uint64_t passed;
	uint64_t no_socket;
	uint64_t malformed;
};

/**
 * pp_xsk_get_stats() - counters now
 * @xsk:   socket
 * @stats: filled up to its sz
 *
 * Context: any thread, not beside pp_xsk_close().
 * Return: 0, -EINVAL for NULL or a wrong sz, or what the kernel answered.
 */
PP_API int pp_xsk_get_stats(const struct pp_xsk *xsk, struct pp_xsk_stats *stats);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_XSK_H */
