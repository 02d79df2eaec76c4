/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_zcrx's JSON object. Keys are stable; new ones may come. */
#include "bench_zcrx.h"

#include <stdio.h>

#include <json-c/json.h>

static void add_u64(struct json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

static void add_double(struct json_object *obj, const char *key, double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", value);
	json_object_object_add(obj, key, json_object_new_double_s(value, text));
}

static void add_text(struct json_object *obj, const char *key, const char *text)
{
	json_object_object_add(obj, key, json_object_new_string(text));
}

static void add_refused(struct json_object *root, const struct pp_zcrx_info *info)
{
	struct json_object *list = json_object_new_array(), *step;
	uint32_t i;

	for (i = 0; i < info->n_steps && i < PP_ZCRX_STEPS; i++) {
		step = json_object_new_object();
		add_text(step, "step", info->steps[i].step);
		json_object_object_add(step, "errno",
				       json_object_new_int(-info->steps[i].err));
		add_text(step, "reason", info->steps[i].reason);
		json_object_array_add(list, step);
	}
	json_object_object_add(root, "refused", list);
}

void zb_report(const struct zb *b)
{
	struct json_object *root = json_object_new_object();
	double gib = (double)b->bytes / (1 << 30);
	uint64_t bad = 0, i;

	for (i = 0; i < b->o.conns; i++)
		bad += b->conn[i].stream.bad_words;
	add_text(root, "mode",
		 zb_mode_name(b->info.mode ? b->info.mode : (uint32_t)b->o.mode));
	add_refused(root, &b->info);
	add_u64(root, "bytes", b->bytes);
	add_double(root, "seconds", b->seconds);
	add_double(root, "mb_per_s",
		   b->seconds > 0 ? (double)b->bytes / 1e6 / b->seconds : 0);
	add_double(root, "cpu_s_per_gib", gib > 0 ? b->cpu_seconds / gib : 0);
	add_u64(root, "cqes", b->stats.cqes);
	add_u64(root, "rearms", b->stats.rearms);
	add_u64(root, "flushes", b->stats.flushes);
	add_u64(root, "starved", b->stats.starved);
	add_u64(root, "copied_bytes", b->stats.copied_bytes);
	add_u64(root, "bad_words", bad);
	add_u64(root, "inflight_after_close", b->inflight);
	add_u64(root, "chunks_missing_after_close", b->missing);
	/* beyond the stable ones */
	add_u64(root, "frags", b->stats.frags);
	add_u64(root, "cq_full", b->stats.cq_full);
	add_u64(root, "held", b->stats.held);
	add_u64(root, "bad_cqes", b->stats.bad_cqes);
	add_u64(root, "bufs", b->info.bufs);
	add_u64(root, "buf_bytes", b->info.buf_bytes);
	printf("%s\n",
	       json_object_to_json_string_ext(root,
					      JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}
