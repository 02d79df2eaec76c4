/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xsk_errors IF: what pp_xsk_open() refuses, each with its errno, the name of
 * the parameter and the value in the sentence; *out stays untouched and no
 * chunk is lost. IF needs a driver that tells its number of queues (veth).
 */
#include "xsk_lib.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static const char *ifname;

/* Opens, expects @err, @param in bad_param and @words in the sentence. */
static void refused(const struct pp_xsk_params *p, int err, const char *param,
		    const char *words)
{
	struct pp_extack ext = { .sz = sizeof(ext) };
	struct pp_xsk *mark = (struct pp_xsk *)&ext, *xsk = mark;
	int got = pp_xsk_open(&xsk, p, &ext);

	printf("  %d %s: %s\n", got, ext.bad_param, ext.msg);
	CHECK(got == err, "expected %d", err);
	CHECK(xsk == mark, "*out was touched");
	CHECK(!strcmp(ext.bad_param, param), "expected %s", param);
	CHECK(strstr(ext.msg, words), "expected \"%s\"", words);
	CHECK(strlen(ext.msg) < sizeof(ext.msg) - 1, "cut off");
}

static void whole(const struct rig *rig)
{
	uint32_t known = page_pool_cache_count(rig->pool);

	CHECK((uint32_t)page_pool_inflight(rig->pool) == known,
	      "in flight %d, cache %u", page_pool_inflight(rig->pool), known);
}

static void values(struct pp_xsk_params p, const struct rig *rig)
{
	struct pp_xsk_params q;

#define TRY(set, err, param, words)                                            \
	do {                                                                   \
		q = p;                                                         \
		set;                                                           \
		refused(&q, err, param, words);                                \
		whole(rig);                                                    \
	} while (0)
	TRY(q.sz = 8, -EINVAL, "sz", "8");
	TRY(q.pool = NULL, -EINVAL, "pool", "NULL");
	TRY(q.ifindex = 999999, -ENODEV, "ifindex", "999999");
	TRY(q.ifindex = 0, -ENODEV, "ifindex", "no interface");
	TRY(q.queue = 77, -EINVAL, "queue", "77");
	TRY(q.flags = 0x40, -EINVAL, "flags", "0x40");
	TRY(q.flags = 3, -EINVAL, "flags", "together");
	TRY(q.xdp_mode = 9, -EINVAL, "xdp_mode", "9");
	TRY(q.bind_mode = 9, -EINVAL, "bind_mode", "9");
	TRY(q.rx_size = 1000, -EINVAL, "rx_size", "1000");
	TRY(q.tx_size = 1u << 20, -EINVAL, "tx_size", "1048576");
	TRY(q.fill_size = 3, -EINVAL, "fill_size", "3");
	TRY(q.comp_size = 3, -EINVAL, "comp_size", "3");
	TRY(q.headroom = 3840, -EINVAL, "headroom", "3840");
	TRY(q.headroom = 3000, -EMSGSIZE, "pool", "MTU");
	TRY(q.fill_size = 65536, -ENOMEM, "pool", "65536");
	TRY(q.bind_mode = PP_XSK_BIND_ZEROCOPY, -EOPNOTSUPP, "bind_mode",
	    "zero-copy");
	TRY((q.bind_mode = PP_XSK_BIND_ZEROCOPY, q.xdp_mode = PP_XDP_SKB),
	    -EINVAL, "bind_mode", "SKB");
#undef TRY
}

static void pools(struct pp_xsk_params p)
{
	struct page_pool_params pp = { .sz = sizeof(pp), .order = 1 };
	struct page_pool *pool;
	struct rig rig;

	rig_init(&rig, 64, 1024);
	p.pool = rig.pool;
	refused(&p, -EINVAL, "pool", "1024");
	rig_cleanup(&rig);

	CHECK(!page_pool_create(&pool, &pp, NULL), "pool of order 1");
	p.pool = pool;
	refused(&p, -EINVAL, "pool", "order is 1");
	page_pool_destroy(pool);
}

static void *owner_thread(void *arg)
{
	page_pool_enable_direct_recycling(arg);
	sleep(1);
	return NULL;
}

static void foreign_owner(struct pp_xsk_params p)
{
	pthread_t thread;
	struct rig rig;

	rig_init(&rig, 8192, 0);
	p.pool = rig.pool;
	CHECK(!pthread_create(&thread, NULL, owner_thread, rig.pool), "thread");
	usleep(200000);
	refused(&p, -EBUSY, "pool", "another thread");
	pthread_join(thread, NULL);
	rig_cleanup(&rig);
}

/* The queue has a socket in this process, then in another one. */
static void queue_busy(struct pp_xsk_params p)
{
	struct rig rig, other;
	struct pp_xsk *xsk;
	int to_child[2], to_parent[2];
	char c = 0;
	pid_t child;

	rig_init(&rig, 8192, 0);
	rig_init(&other, 8192, 0);
	p.pool = rig.pool;
	xsk = must_open(&p);
	p.pool = other.pool;
	refused(&p, -EBUSY, "queue", ifname);
	CHECK(!pp_xsk_close(xsk), "close");

	/* TX only: no program is in the way, the queue itself is */
	p.flags = PP_XSK_TX_ONLY;
	CHECK(!pipe(to_child) && !pipe(to_parent), "pipe");
	child = fork();
	CHECK(child >= 0, "fork");
	if (!child) {
		close(to_child[1]);
		xsk = must_open(&p);
		CHECK(write(to_parent[1], &c, 1) == 1, "pipe");
		CHECK(read(to_child[0], &c, 1) == 0, "pipe");
		pp_xsk_close(xsk);
		_exit(0);
	}
	close(to_child[0]);
	CHECK(read(to_parent[0], &c, 1) == 1, "pipe");
	p.pool = rig.pool;
	p.busy_timeout_ms = 200;
	refused(&p, -EBUSY, "queue", "another owner");
	/* with a program: the other process has none, still the queue */
	p.flags = 0;
	refused(&p, -EBUSY, "queue", "another owner");
	/* the other one goes while we wait */
	p.busy_timeout_ms = 0;
	close(to_child[1]);
	xsk = must_open(&p);
	waitpid(child, NULL, 0);
	CHECK(!pp_xsk_close(xsk), "close");
	rig_cleanup(&rig);
	rig_cleanup(&other);
}

static void other_program(struct pp_xsk_params p, uint32_t flags)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	char words[64];
	int prog, link;
	struct rig rig;

	prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "some_other_one", "GPL", insns,
			     2, NULL);
	CHECK(prog >= 0, "load: %d", prog);
	link = bpf_link_create(prog, (int)p.ifindex, BPF_XDP, &opts);
	CHECK(link >= 0, "attach: %d", link);
	CHECK(!bpf_obj_get_info_by_fd(prog, &info, &len), "info");
	rig_init(&rig, 8192, 0);
	p.pool = rig.pool;
	snprintf(words, sizeof(words), "some_other_one (id %u, %s", info.id,
		 flags == XDP_FLAGS_DRV_MODE ? "native" : "SKB");
	refused(&p, -EBUSY, "ifindex", words);
	rig_cleanup(&rig);
	close(link);
	close(prog);
}

/* The program of another process that uses this library, then it dies. */
static void other_process(struct pp_xsk_params p)
{
	int to_parent[2];
	struct pp_xsk *xsk;
	struct rig rig;
	pid_t child;
	char c = 0;

	rig_init(&rig, 8192, 0);
	p.pool = rig.pool;
	CHECK(!pipe(to_parent), "pipe");
	child = fork();
	CHECK(child >= 0, "fork");
	if (!child) {
		xsk = must_open(&p);
		CHECK(write(to_parent[1], &c, 1) == 1, "pipe");
		pause();
		_exit(0);
	}
	CHECK(read(to_parent[0], &c, 1) == 1, "pipe");
	p.busy_timeout_ms = 100;
	refused(&p, -EBUSY, "ifindex", "xsk_redirect (id");
	kill(child, SIGKILL);
	p.busy_timeout_ms = 0;
	xsk = must_open(&p); /* at once */
	waitpid(child, NULL, 0);
	CHECK(!pp_xsk_close(xsk), "close");
	rig_cleanup(&rig);
}

int main(int argc, char **argv)
{
	struct pp_xsk_params p = { .sz = sizeof(p) };
	struct rig rig;

	CHECK(argc == 2, "usage: %s IF", argv[0]);
	setvbuf(stdout, NULL, _IONBF, 0);
	ifname = argv[1];
	p.ifindex = must_ifindex(ifname);
	rig_init(&rig, 8192, 0);
	p.pool = rig.pool;
	pp_xsk_close(must_open(&p)); /* skips without the privilege */

	CHECK(pp_xsk_open(NULL, &p, NULL) == -EINVAL, "out NULL");
	values(p, &rig);
	rig_cleanup(&rig);
	pools(p);
	foreign_owner(p);
	queue_busy(p);
	other_program(p, XDP_FLAGS_DRV_MODE);
	other_program(p, XDP_FLAGS_SKB_MODE);
	other_process(p);
	return 0;
}
