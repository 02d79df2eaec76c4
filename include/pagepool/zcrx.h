/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of pp_zcrx: TCP received by io_uring straight into a pool's pages. */
#ifndef PAGEPOOL_ZCRX_H
#define PAGEPOOL_ZCRX_H

#include <pagepool/frag.h>
#include <pagepool/page_pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct io_uring; /* liburing's */
struct io_uring_sqe;
struct io_uring_cqe;
struct pp_zcrx;

/* pp_zcrx_params.mode: how bytes reach the area */
enum pp_zcrx_mode {
	PP_ZCRX_AUTO = 0,   /* device, else nodev, else pbuf */
	PP_ZCRX_DEVICE = 1, /* the NIC writes into the area, or failure */
	PP_ZCRX_NODEV = 2,  /* the kernel copies into the area, or failure */
	PP_ZCRX_PBUF = 3,   /* multishot receive into the pool's pages */
};

/**
 * struct pp_zcrx_params - how a receive instance shall be
 * @sz:         sizeof(struct pp_zcrx_params)
 * @mode:       enum pp_zcrx_mode
 * @ifindex:    device mode: network interface; 0 = none, that mode is refused
 * @queue:      device mode: its receive queue
 * @buf_bytes:  bytes in a buffer, a power of two; 0 = 4096 in device and nodev
 *              mode, 65536 in pbuf mode or the pool's page
 * @bufs:       buffers for the kernel; 0 = all of the memory in device and
 *              nodev mode, 64 in pbuf mode (at most 32768, made a power of two)
 * @low_water:  free buffers below which a receive that ran out of them is not
 *              armed again; 0 = a quarter of @bufs
 * @cq_entries: completion queue of a ring that we make; 0 = from @bufs
 * @bgid:       pbuf mode: buffer group to use in @ring
 * @area_bytes: size of the area that is made without @area and @pool;
 *              0 = 16 MiB
 * @busy_timeout_ms: device mode: how long open may retry while the queue's
 *              former user is being torn down; 0 = 5000
 * @ring:       the application's ring; NULL makes one. Device and nodev mode
 *              need IORING_SETUP_DEFER_TASKRUN and IORING_SETUP_CQE32 in it
 * @area:       memory to receive into; NULL: that of @pool, else one is made
 * @pool:       pbuf mode: where buffers come from; NULL: a pool over @area is
 *              made. Without a provider. Its owner drives the instance
 * @share:      device and nodev mode: another instance, whose buffers and refill
 *              ring this one shares in a ring of its own; @mode, @area and sizes
 *              are those of @share. NULL: none
 * @share_fd:   with @share: what pp_zcrx_export(@share) returned
 * @reserved:   0
 * @event_user_data: device mode in @ring: user_data of the kernel's own
 *              completions, which go to pp_zcrx_on_cqe() too; 0 = none, then
 *              the kernel does not tell when the device finds no buffer
 * @on_gone:    called once when the instance is closed, its last buffer home
 *              and a pool that was made gone, on the thread of the close or the
 *              last put; pp_area_destroy() of @area is allowed in it. May be
 *              NULL; not called for a given @pool, which has its own callback
 * @on_gone_arg: its argument
 */
struct pp_zcrx_params {
	uint32_t sz;
	uint32_t mode;
	uint32_t ifindex;
	uint32_t queue;
	uint32_t buf_bytes;
	uint32_t bufs;
	uint32_t low_water;
	uint32_t cq_entries;
	uint32_t bgid;
	uint32_t busy_timeout_ms;
	uint64_t area_bytes;
	struct io_uring *ring;
	struct pp_area *area;
	struct page_pool *pool;
	struct pp_zcrx *share;
	int32_t share_fd;
	uint32_t reserved;
	uint64_t event_user_data;
	void (*on_gone)(void *arg);
	void *on_gone_arg;
};

/**
 * pp_zcrx_open() - get ready to receive TCP into an area
 * @out:    the instance; untouched on failure
 * @params: see struct pp_zcrx_params
 * @ext:    reason of a failure, may be NULL
 *
 * Tries the modes that are allowed from the best down; pp_zcrx_get_info() tells
 * which one it is and why each better one was refused. What a kernel can is
 * asked and tried, never guessed from its version.
 *
 * Whatever the mode, a fragment names a page of the area with its bytes
 * readable, and is put by pp_frags_put() or any page_pool_put_*() call from any
 * thread. In pbuf mode buffers are allocated from the pool and its counters
 * move as always. In device and nodev mode the kernel picks the buffer: a
 * range of the area is lent to it, the first reference to a buffer is hold + 1,
 * the last put release + 1, no alloc and recycle counter moves, and
 * page_pool_alloc_*() on that pool returns 0 with empty + 1.
 *
 * Context: control; the thread that will drive the ring. A pool that is given
 *          must have no owner or this thread.
 * Return: 0, -EINVAL, -E2BIG, -ENOMEM, -EPERM (device and nodev need
 *         CAP_NET_ADMIN of the first user namespace), -EOPNOTSUPP (kernel,
 *         driver, or built without io_uring), -EBUSY and -EEXIST (queue or
 *         buffer group in use, pool owned by another thread), -ENODEV, -ERANGE.
 */
PP_API int pp_zcrx_open(struct pp_zcrx **out, const struct pp_zcrx_params *params,
			struct pp_extack *ext);

/**
 * pp_zcrx_close() - end all receiving and take the buffers home
 * @z: instance, NULL allowed
 *
 * A ring that we made is torn down. In a ring of the application every receive
 * must have ended before; in device mode the ring itself must be gone, because
 * the device may write until then. Buffers that the kernel held go home to the area, and
 * so does data that no pp_zcrx_on_cqe() has seen. Fragments that the application
 * holds stay valid; the memory goes with the last of them. In device mode this
 * waits for the queue to be seen free, two seconds at most; where it cannot be
 * seen free, the lent range never goes home.
 *
 * Context: control; nobody is inside another call on @z.
 */
PP_API void pp_zcrx_close(struct pp_zcrx *z);

/* ---- with a loop of your own ---- */

/**
 * pp_zcrx_prep_recv() - prepare a receive that goes on until it ends
 * @z:         instance
 * @sqe:       entry of the instance's ring
 * @fd:        connected TCP socket
 * @user_data: comes back in each CQE
 *
 * Each of its CQEs goes to pp_zcrx_on_cqe(), which says when to do this again.
 * Brings back what was put and tells the kernel before it looks at how much is
 * free. After a receive ran out of buffers it is held until @low_water of them
 * are free, or any after 10 ms: arming on nothing would only spin.
 *
 * Context: the thread that drives the ring.
 * Return: 0, -EINVAL, -EAGAIN (too little is free: @sqe is a no-op that
 *         completes silently; try again after puts, pp_zcrx_ready() tells).
 */
PP_API int pp_zcrx_prep_recv(struct pp_zcrx *z, struct io_uring_sqe *sqe,
			     int fd, uint64_t user_data);

/**
 * pp_zcrx_prep_recv_limit() - prepare a receive of so many bytes
 * @z:         instance
 * @sqe:       entry of the instance's ring
 * @fd:        connected TCP socket
 * @user_data: comes back in each CQE; names no other limited receive in flight
 * @bytes:     how many at most, not 0
 *
 * As pp_zcrx_prep_recv(), but it ends with PP_ZCRX_EV_LIMIT after @bytes. The
 * kernel ends it as it ends at the peer's close; we count, and so tell one from
 * the other. After PP_ZCRX_EV_REARM prepare what is left.
 *
 * Context: the thread that drives the ring.
 * Return: 0, -EINVAL, -EEXIST (@user_data), -ENOMEM, -EAGAIN as above. On
 *         failure @sqe is a no-op that completes silently.
 */
PP_API int pp_zcrx_prep_recv_limit(struct pp_zcrx *z, struct io_uring_sqe *sqe,
				   int fd, uint64_t user_data, uint32_t bytes);

/* what pp_zcrx_on_cqe() reports beside fragments */
#define PP_ZCRX_EV_EOF 0x1u	/* the peer has closed: the receive has ended */
#define PP_ZCRX_EV_REARM 0x2u	/* it has ended for now: prepare it again */
#define PP_ZCRX_EV_STARVED 0x4u /* because there was no free buffer */
#define PP_ZCRX_EV_LIMIT                                                       \
	0x8u /* it has ended: all bytes of its limit are there */

/* most fragments of one CQE */
#define PP_ZCRX_FRAGS 16

/**
 * pp_zcrx_on_cqe() - what a completion means
 * @z:      instance
 * @cqe:    completion of a receive prepared on it
 * @frags:  room for PP_ZCRX_FRAGS
 * @events: PP_ZCRX_EV_*, 0 while the receive goes on
 *
 * Each fragment carries a reference. Data and an event may come together.
 * Running out of buffers or of completion entries loses no data and is no
 * error: prepare the receive again.
 *
 * Context: the thread that drives the ring; the pool's owner in pbuf mode.
 * Return: number of fragments, or -errno: the receive has ended for good.
 */
PP_API int pp_zcrx_on_cqe(struct pp_zcrx *z, const struct io_uring_cqe *cqe,
			  struct pp_frag *frags, uint32_t *events);

/**
 * pp_zcrx_refill() - give put buffers back to the kernel
 * @z: instance
 *
 * Call it after each batch of completions and before sleeping. It makes no
 * system call unless the kernel must be told.
 *
 * Context: the thread that drives the ring; the pool's owner in pbuf mode.
 * Return: 0 or -errno.
 */
PP_API int pp_zcrx_refill(struct pp_zcrx *z);

/**
 * pp_zcrx_ready() - would pp_zcrx_prep_recv() arm a receive now?
 * @z: instance
 *
 * Context: the thread that drives the ring.
 * Return: true if enough buffers are free.
 */
PP_API bool pp_zcrx_ready(struct pp_zcrx *z);

/**
 * pp_zcrx_export() - let another ring share an instance
 * @z: instance in device or nodev mode
 *
 * The other ring may be another thread's: it calls pp_zcrx_open() with @share
 * and the descriptor, and receives into the same buffers. Either may be closed
 * first. Close the descriptor when all have opened.
 *
 * Context: the thread that drives the ring.
 * Return: a descriptor, -EOPNOTSUPP (pbuf mode, or the kernel), -EINVAL.
 */
PP_API int pp_zcrx_export(struct pp_zcrx *z);

/* ---- with the loop of ours ---- */

/**
 * pp_zcrx_add() - receive from a socket
 * @z:         instance
 * @fd:        connected TCP socket; stays the caller's, open until it has ended
 * @user_data: names the socket in the callback
 *
 * Context: the thread that drives the ring.
 * Return: 0, -EINVAL, -ENOMEM.
 */
PP_API int pp_zcrx_add(struct pp_zcrx *z, int fd, uint64_t user_data);

/**
 * pp_zcrx_remove() - stop receiving from a socket
 * @z:         instance
 * @user_data: as in pp_zcrx_add()
 *
 * What has arrived still comes; then the callback sees -ECANCELED.
 *
 * Context: the thread that drives the ring; allowed in the callback.
 * Return: 0, -ENOENT, -EINVAL, -EBUSY (the submission queue is full: call
 *         pp_zcrx_poll() first).
 */
PP_API int pp_zcrx_remove(struct pp_zcrx *z, uint64_t user_data);

/**
 * typedef pp_zcrx_fn - what pp_zcrx_poll() calls
 * @arg:       as given to pp_zcrx_poll()
 * @user_data: as given to pp_zcrx_add()
 * @frags:     received bytes, each with a reference that is the callback's now
 * @n:         how many; 0: the peer has closed; negative: -errno. After 0 or an
 *             error nothing comes from this socket any more
 */
typedef void (*pp_zcrx_fn)(void *arg, uint64_t user_data,
			   const struct pp_frag *frags, int n);

/**
 * pp_zcrx_poll() - submit, wait, and call back for what came
 * @z:          instance
 * @timeout_ms: most to wait for the first completion; negative waits for ever
 * @fn:         called for each completion
 * @arg:        its first argument
 *
 * Arms receives again where needed. While one is held back for want of buffers
 * it wakes every few milliseconds to look for puts of other threads. The ring
 * must have no other user.
 *
 * Context: the thread that drives the ring.
 * Return: completions handled, or -errno.
 */
PP_API int pp_zcrx_poll(struct pp_zcrx *z, int timeout_ms, pp_zcrx_fn fn,
			void *arg);

/* ---- looking at it ---- */

/**
 * pp_zcrx_ring() - the ring that is used
 * @z: instance
 *
 * Context: any thread.
 * Return: the application's ring or the one we made, NULL for NULL.
 */
PP_API struct io_uring *pp_zcrx_ring(const struct pp_zcrx *z);

/**
 * pp_zcrx_pool() - the pool that received pages belong to
 * @z: instance
 *
 * Context: any thread.
 * Return: the pool, NULL for NULL.
 */
PP_API struct page_pool *pp_zcrx_pool(const struct pp_zcrx *z);

/**
 * pp_zcrx_area() - the area that is received into
 * @z: instance
 *
 * Context: any thread.
 * Return: the area, NULL for NULL.
 */
PP_API struct pp_area *pp_zcrx_area(const struct pp_zcrx *z);

/**
 * pp_zcrx_fd() - descriptor to poll(): readable when completions are there
 * @z: instance
 *
 * Context: any thread.
 * Return: the descriptor, -EINVAL for NULL.
 */
PP_API int pp_zcrx_fd(const struct pp_zcrx *z);

#define PP_ZCRX_STEPS 4

/**
 * struct pp_zcrx_step - a mode that was refused
 * @step:   "device", "nodev" or "pbuf"
 * @err:    negative errno
 * @reason: one sentence
 */
struct pp_zcrx_step {
	char step[24];
	int32_t err;
	char reason[200];
};

/**
 * struct pp_zcrx_info - what came out of pp_zcrx_open()
 * @sz:         sizeof(struct pp_zcrx_info), set by the caller
 * @mode:       PP_ZCRX_DEVICE, PP_ZCRX_NODEV or PP_ZCRX_PBUF
 * @ifindex:    device mode: interface
 * @queue:      device mode: queue
 * @buf_bytes:  bytes in a buffer
 * @bufs:       buffers for the kernel
 * @low_water:  see struct pp_zcrx_params
 * @cq_entries: entries of the completion queue
 * @first_chunk: device and nodev mode: first chunk of the range of the area
 *              that is the kernel's
 * @zcrx_id:    device and nodev mode: the kernel's number of the instance
 * @n_steps:    refused modes
 * @steps:      the refused modes in the order they were tried
 */
struct pp_zcrx_info {
	uint32_t sz;
	uint32_t mode;
	uint32_t ifindex;
	uint32_t queue;
	uint32_t buf_bytes;
	uint32_t bufs;
	uint32_t low_water;
	uint32_t cq_entries;
	uint32_t first_chunk;
	uint32_t zcrx_id;
	uint32_t n_steps;
	struct pp_zcrx_step steps[PP_ZCRX_STEPS];
};

/**
 * pp_zcrx_get_info() - which mode, and why not a better one
 * @z:    instance
 * @info: filled up to its sz
 *
 * Context: any thread.
 * Return: 0, -EINVAL for NULL or a wrong sz.
 */
PP_API int pp_zcrx_get_info(const struct pp_zcrx *z, struct pp_zcrx_info *info);

/**
 * struct pp_zcrx_stats - counters of an instance
 * @sz:           sizeof(struct pp_zcrx_stats), set by the caller
 * @kernel_bufs:  buffers with the kernel now
 * @cqes:         completions seen
 * @bytes:        bytes delivered
 * @frags:        fragments delivered
 * @rearms:       receives that ended and were to be prepared again
 * @starved:      of these: because there was no free buffer
 * @cq_full:      of these: because there was no room for completions
 * @held:         times a receive was held back because too little was free
 * @refills:      buffers given to the kernel
 * @refill_short: refills that the pool could not serve in full (pbuf)
 * @flushes:      system calls that told the kernel of returned buffers
 * @bad_cqes:     completions that name a buffer the kernel did not hold
 * @copied_bytes: bytes that the kernel copied into the area: all of them in
 *                nodev and pbuf mode; in device mode what the kernel counts,
 *                and it does not count bytes beside a packet's headers
 */
struct pp_zcrx_stats {
	uint32_t sz;
	uint32_t kernel_bufs;
	uint64_t cqes;
	uint64_t bytes;
	uint64_t frags;
	uint64_t rearms;
	uint64_t starved;
	uint64_t cq_full;
	uint64_t held;
	uint64_t refills;
	uint64_t refill_short;
	uint64_t flushes;
	uint64_t bad_cqes;
	uint64_t copied_bytes;
};

/**
 * pp_zcrx_get_stats() - counters now
 * @z:     instance
 * @stats: filled up to its sz
 *
 * Context: any thread, not beside pp_zcrx_close().
 * Return: 0, -EINVAL for NULL or a wrong sz.
 */
PP_API int pp_zcrx_get_stats(const struct pp_zcrx *z,
			     struct pp_zcrx_stats *stats);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_ZCRX_H */
