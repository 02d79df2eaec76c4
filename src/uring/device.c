/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of a device's queue: taking it, saying why not, giving it back. */
#define _GNU_SOURCE
#include "base/extack.h"
#include "uring/netdev.h"
#include "uring/zc_life.h"

#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICE_BUF 4096u
#define BUSY_DEFAULT_MS 5000u
#define BUSY_STEP_MS 20u
#define QUIET_MS 2000u

/* ---- who holds it ---- */

/* Has process @pid an io_uring open? The kernel does not say on which queue. */
static bool has_uring(const char *pid)
{
	char path[64], link[64];
	struct dirent *e;
	bool found = false;
	DIR *dir;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		n = readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = 0;
		found = !strcmp(link, "anon_inode:[io_uring]");
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Parent of @pid, 0 if it is gone; its name goes to @comm. */
static int parent_of(const char *pid, char comm[32])
{
	char path[64], line[256], *open, *close;
	int ppid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f)) {
		open = strchr(line, '(');
		close = strrchr(line, ')');
		if (open && close > open) {
			*close = 0;
			snprintf(comm, 32, "%s", open + 1);
			sscanf(close + 1, " %*c %d", &ppid);
		}
	}
	fclose(f);
	return ppid;
}

/*
 * Other processes with an io_uring, our children first: a forked child keeps
 * the rings of its parent, and with them their queues.
 */
static void holders(char *text, size_t size)
{
	char comm[32] = "", child[64] = "", other[64] = "";
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int ppid;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' ||
		    atoi(e->d_name) == getpid() || !has_uring(e->d_name))
			continue;
		ppid = parent_of(e->d_name, comm);
		snprintf(ppid == getpid() ? child : other, sizeof(child),
			 "%s (pid %.10s)", comm, e->d_name);
	}
	if (dir)
		closedir(dir);
	if (child[0])
		snprintf(text, size, "our child %s, which inherited the ring",
			 child);
	else if (other[0])
		snprintf(text, size, "perhaps %s, which has an io_uring", other);
	else
		snprintf(text, size,
			 "no process with an io_uring: a dma-buf binding or an XDP program");
}

/* ---- why not ---- */

static int device_explain(int err, const struct pp_zcrx *z, struct pp_extack *ext)
{
	const struct pp_zc *zc = z->zc;
	char name[IF_NAMESIZE] = "?", who[128];

	if_indextoname(zc->ifindex, name);
	switch (-err) {
	case EEXIST:
		holders(who, sizeof(who));
		return pp_fail(ext, err, "queue",
			       "queue %u of %s is taken, by %s", zc->queue,
			       name, who);
	case EBUSY:
		return pp_fail(ext, err, "queue",
			       "queue %u of %s is used by AF_XDP or leased: use another",
			       zc->queue, name);
	case EOPNOTSUPP:
		return pp_fail(ext, err, "ifindex",
			       "%s or its driver cannot give a queue with buffers of %u bytes away",
			       name, z->buf_bytes);
	case EINVAL:
		return pp_fail(ext, err, "ifindex",
			       "%s refuses: it needs ethtool -G %s tcp-data-split on hds-thresh 0",
			       name, name);
	case ENODEV:
		return pp_fail(ext, err, "ifindex", "there is no interface %u",
			       zc->ifindex);
	case ERANGE:
		return pp_fail(ext, err, "queue",
			       "%s has no queue %u, or the area lacks contiguous memory for buffers of %u bytes (PP_AREA_THP, PP_AREA_HUGETLB_2M)",
			       name, zc->queue, z->buf_bytes);
	case ENETDOWN:
		return pp_fail(ext, err, "ifindex",
			       "%s is down: ip link set %s up", name, name);
	}
	return pp_zc_explain(err, z, ext);
}

/* ---- taking it ---- */

static void ask_for_events(struct pp_zcrx *z, const struct pp_zcrx_params *p,
			   const struct pp_zcrx_caps *caps,
			   struct pp_io_zcrx_event_desc *desc)
{
	struct pp_zc *zc = z->zc;
	uint32_t align = caps->event.stats_alignment;

	z->event_ud = p->ring ? p->event_user_data : UINT64_MAX - 1;
	if (!z->event_ud || !(caps->zcrx.features & PP_IO_ZCRX_FEATURE_EVENT))
		return;
	z->event_on = true;
	desc->user_data = z->event_ud;
	desc->type_mask = 1u << PP_IO_ZCRX_EVENT_ALLOC_FAIL;
	if (!(caps->event.event_flags & PP_IO_ZCRX_EVENT_FLAG_STATS) ||
	    caps->event.stats_size > PP_CACHELINE ||
	    (align && zc->stats_at % align))
		return;
	desc->flags = PP_IO_ZCRX_EVENT_FLAG_STATS;
	desc->stats_offset = zc->stats_at;
	zc->stats = (void *)((char *)zc->region + zc->stats_at);
}

/*
 * The queue's last user may be gone and the kernel not done with it: teardown
 * is asynchronous. So a taken queue is tried again for a while.
 */
static int device_register(struct pp_zcrx *z, const struct pp_zcrx_params *p,
			   const struct pp_zcrx_caps *caps, struct pp_extack *ext)
{
	uint64_t until = pp_now_ns() +
			 1000000ull * (p->busy_timeout_ms ? p->busy_timeout_ms :
							    BUSY_DEFAULT_MS);
	struct pp_io_zcrx_event_desc desc = { 0 };
	struct pp_io_zcrx_ifq_reg reg;
	int err;

	z->zc->ifindex = p->ifindex;
	z->zc->queue = p->queue;
	z->ctrl_missing = !caps->zcrx.nr_ctrl_opcodes;
	ask_for_events(z, p, caps, &desc);
	z->watch = !z->event_on;
	do {
		reg = (struct pp_io_zcrx_ifq_reg){
			.if_idx = p->ifindex,
			.if_rxq = p->queue,
			.rx_buf_len = z->buf_bytes > DEVICE_BUF ? z->buf_bytes : 0,
			.event_desc = desc.type_mask ? (uintptr_t)&desc : 0,
		};
		err = pp_zc_register(z, &reg, device_explain, ext);
	} while (err == -EEXIST && pp_now_ns() < until &&
		 !usleep(BUSY_STEP_MS * 1000));
	return err;
}

int pp_zc_open_device(struct pp_zcrx *z, const struct pp_zcrx_params *p,
		      struct pp_extack *ext)
{
	uint32_t buf = p->buf_bytes ? p->buf_bytes : DEVICE_BUF;
	struct pp_zcrx_caps caps;
	int err;

	if (!p->ifindex)
		return pp_fail(ext, -ENODEV, "ifindex",
			       "no interface was named: set ifindex and queue");
	if (buf < DEVICE_BUF)
		return pp_fail(ext, -EINVAL, "buf_bytes",
			       "buf_bytes is %u: a device needs at least %u",
			       buf, DEVICE_BUF);
	pp_probe_zcrx(&caps);
	if (buf > DEVICE_BUF &&
	    !(caps.zcrx.features & PP_IO_ZCRX_FEATURE_RX_PAGE_SIZE))
		return pp_fail(ext, -EOPNOTSUPP, "buf_bytes",
			       "buf_bytes is %u: this kernel has device buffers of %u only",
			       buf, DEVICE_BUF);
	err = pp_zc_open(z, p, &caps, buf, device_register, ext);
	if (err)
		return err;
	z->ops = &pp_device_ops;
	z->info.ifindex = p->ifindex;
	z->info.queue = p->queue;
	return 0;
}

/* ---- giving it back ---- */

bool pp_device_quiet(const struct pp_zc *zc)
{
	uint64_t until = pp_now_ns() + 1000000ull * QUIET_MS;

	/* an interface that is gone writes nothing either */
	for (;;) {
		int taken = pp_netdev_queue_io_uring(zc->ifindex, zc->queue);

		if (!taken || taken == -ENOENT || taken == -ENODEV)
			return true;
		if (taken < 0 || pp_now_ns() > until)
			return false;
		usleep(1000);
	}
}

uint64_t pp_zc_kernel_copied(const struct pp_zcrx *z)
{
	if (!z->zc || !z->zc->stats)
		return 0;
	return pp_load(&z->zc->stats->copy_bytes);
}
