/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_xsk's command line. */
#include "bench_xsk.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "tool.h"

static const char bench_help[] =
	"usage: bench_xsk --if IF [--queue N] --mode rx|tx|fwd [--out IF2]\n"
	"                 [--xdp auto|native|skb] [--bind auto|copy|zerocopy]\n"
	"                 [--chunk 2048|4096] [--batch N] [--frames N] [--len BYTES]\n"
	"                 [--duration S] [--packets N] [--pps N] [--cpu N] [--json]\n"
	"\n"
	"  --if IF       interface to receive from (rx, fwd) or to send to (tx)\n"
	"  --queue N     its queue, also of IF2 (0)\n"
	"  --mode MODE   rx: receive and drop; tx: send; fwd: receive, send to IF2\n"
	"  --out IF2     fwd: interface to send to\n"
	"  --xdp MODE    where the redirect program runs (auto)\n"
	"  --bind MODE   how frames reach our memory (auto)\n"
	"  --chunk N     bytes in a chunk (4096)\n"
	"  --batch N     frames handled at a time, 1 to 1024 (64)\n"
	"  --frames N    chunks, a power of two; the rings follow from it (8192)\n"
	"  --len BYTES   tx: frame length without FCS (60)\n"
	"  --duration S  stop after S seconds\n"
	"  --packets N   stop after N packets\n"
	"  --pps N       tx: packets a second at most\n"
	"  --cpu N       run on this CPU only\n"
	"  --json        no progress lines\n"
	"\n"
	"The last line on stdout is one JSON object. SIGINT and SIGTERM end the run\n"
	"with the same object. Exit status: 0 good, 1 failed, 2 usage.\n";

enum {
	OPT_IF,
	OPT_QUEUE,
	OPT_MODE,
	OPT_OUT,
	OPT_XDP,
	OPT_BIND,
	OPT_CHUNK,
	OPT_BATCH,
	OPT_FRAMES,
	OPT_LEN,
	OPT_DURATION,
	OPT_PACKETS,
	OPT_PPS,
	OPT_CPU,
	OPT_JSON,
	OPT_HELP,
};

static const struct option bench_options[] = {
	{ "if", required_argument, NULL, OPT_IF },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "xdp", required_argument, NULL, OPT_XDP },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "chunk", required_argument, NULL, OPT_CHUNK },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "len", required_argument, NULL, OPT_LEN },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "packets", required_argument, NULL, OPT_PACKETS },
	{ "pps", required_argument, NULL, OPT_PPS },
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static const char *const mode_names[] = { "none", "rx", "tx", "fwd", NULL };
static const char *const xdp_names[] = { "auto", "native", "skb", NULL };
static const char *const bind_names[] = { "auto", "copy", "zerocopy", NULL };

const char *bench_mode_name(enum bench_mode mode)
{
	return mode_names[mode];
}

static int word(const char *text, const char *const *names)
{
	int i;

	for (i = 0; names[i]; i++)
		if (!strcmp(text, names[i]))
			return i;
	return -1;
}

static int set_word(const char *const *names, int first, int *value)
{
	int i = word(optarg, names);

	if (i < first)
		return -1;
	*value = i;
	return 0;
}

static int option_word(struct bench_opts *o, int opt)
{
	int value = 0;

	switch (opt) {
	case OPT_MODE:
		if (set_word(mode_names, BENCH_RX, &value))
			return -1;
		o->mode = (enum bench_mode)value;
		return 0;
	case OPT_XDP:
		if (set_word(xdp_names, 0, &value))
			return -1;
		o->xdp = (enum pp_xdp_mode)value;
		return 0;
	case OPT_BIND:
		if (set_word(bind_names, 0, &value))
			return -1;
		o->bind = (enum pp_xsk_bind)value;
		return 0;
	}
	return -1;
}

static int option_number(struct bench_opts *o, int opt)
{
	switch (opt) {
	case OPT_QUEUE:
		return tool_number(optarg, 0, UINT32_MAX, &o->queue);
	case OPT_CHUNK:
		return tool_number(optarg, 2048, 4096, &o->chunk);
	case OPT_BATCH:
		return tool_number(optarg, 1, BENCH_BATCH_MAX, &o->batch);
	case OPT_FRAMES:
		return tool_number(optarg, BENCH_FRAMES_MIN, 1u << 20,
				   &o->frames);
	case OPT_LEN:
		return tool_number(optarg, FRAME_MIN, FRAME_MAX, &o->len);
	case OPT_DURATION:
		return tool_number(optarg, 1, 1u << 30, &o->duration);
	case OPT_PACKETS:
		return tool_number(optarg, 1, UINT64_MAX, &o->packets);
	case OPT_PPS:
		return tool_number(optarg, 1, 1000000000, &o->pps);
	case OPT_CPU:
		o->pin = true;
		return tool_number(optarg, 0, 1023, &o->cpu);
	}
	return -1;
}

static int option(struct bench_opts *o, int opt)
{
	switch (opt) {
	case OPT_IF:
		o->ifname = optarg;
		return 0;
	case OPT_OUT:
		o->out = optarg;
		return 0;
	case OPT_MODE:
	case OPT_XDP:
	case OPT_BIND:
		return option_word(o, opt);
	case OPT_JSON:
		o->json_only = true;
		return 0;
	}
	return option_number(o, opt);
}

static bool power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* What no single option can tell. */
static const char *contradiction(const struct bench_opts *o)
{
	if (!o->ifname)
		return "--if IF is missing";
	if (o->mode == BENCH_NONE)
		return "--mode rx, tx or fwd is missing";
	if (o->mode == BENCH_FWD && !o->out)
		return "--mode fwd needs --out IF2";
	if (o->mode != BENCH_FWD && o->out)
		return "--out goes with --mode fwd only";
	if (o->mode != BENCH_TX && o->pps)
		return "--pps goes with --mode tx only";
	if (!power_of_two(o->chunk))
		return "--chunk is 2048 or 4096";
	if (!power_of_two(o->frames))
		return "--frames is a power of two";
	if (o->len > o->chunk)
		return "--len is larger than a chunk";
	return NULL;
}

int bench_parse(struct bench_opts *o, int argc, char **argv)
{
	const char *why;
	int opt;

	*o = (struct bench_opts){
		.chunk = BENCH_CHUNK_DEFAULT,
		.batch = 64,
		.frames = BENCH_FRAMES_DEFAULT,
		.len = FRAME_MIN,
	};
	opterr = 0;
	while ((opt = getopt_long(argc, argv, "", bench_options, NULL)) != -1) {
		if (opt == OPT_HELP) {
			fputs(bench_help, stdout);
			return -1;
		}
		if (opt == '?')
			return tool_usage("%s: unknown option or no value, see --help",
					  argv[optind - 1]);
		if (option(o, opt))
			return tool_usage("%s: bad value, see --help", optarg);
	}
	if (optind != argc)
		return tool_usage("%s: what is this? see --help", argv[optind]);
	why = contradiction(o);
	if (why)
		return tool_usage("%s, see --help", why);
	return TOOL_OK;
}
