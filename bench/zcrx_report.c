/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of bench_zcrx's JSON object. Keys are stable; new ones may come. */
#include "bench_zcrx.h"

#include "json_out.h"

static void add_refused(struct json_object *root, const struct pp_zcrx_info *info)
{
	struct json_object *list = json_object_new_array();
	uint32_t i;

	for (i = 0; i < info->n_steps && i < PP_ZCRX_STEPS; i++) {
		json_add_step(list, info->steps[i].step, info->steps[i].err,
			      info->steps[i].reason);
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
	json_add_text(root, "mode",
		      zb_mode_name(b->info.mode ? b->info.mode :
						  (uint32_t)b->o.mode));
	add_refused(root, &b->info);
	json_add_u64(root, "bytes", b->bytes);
	json_add_double(root, "seconds", b->seconds);
	json_add_double(root, "mb_per_s",
			b->seconds > 0 ? (double)b->bytes / 1e6 / b->seconds : 0);
	json_add_double(root, "cpu_s_per_gib",
			gib > 0 ? b->cpu_seconds / gib : 0);
	json_add_u64(root, "cqes", b->stats.cqes);
	json_add_u64(root, "rearms", b->stats.rearms);
	json_add_u64(root, "flushes", b->stats.flushes);
	json_add_u64(root, "starved", b->stats.starved);
	json_add_u64(root, "copied_bytes", b->stats.copied_bytes);
	json_add_u64(root, "bad_words", bad);
	json_add_u64(root, "inflight_after_close", b->inflight);
	json_add_u64(root, "chunks_missing_after_close", b->missing);
	/* beyond the stable ones */
	json_add_u64(root, "frags", b->stats.frags);
	json_add_u64(root, "cq_full", b->stats.cq_full);
	json_add_u64(root, "held", b->stats.held);
	json_add_u64(root, "bad_cqes", b->stats.bad_cqes);
	json_add_u64(root, "bufs", b->info.bufs);
	json_add_u64(root, "buf_bytes", b->info.buf_bytes);
	printf("%s\n",
	       json_object_to_json_string_ext(root,
					      JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}
