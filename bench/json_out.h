/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what the benches' JSON objects are made of. */
#ifndef PP_BENCH_JSON_OUT_H
#define PP_BENCH_JSON_OUT_H

#include <stdint.h>
#include <stdio.h>

#include <json-c/json.h>

static inline void json_add_u64(struct json_object *obj, const char *key,
				uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

static inline void json_add_double(struct json_object *obj, const char *key,
				   double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", value);
	json_object_object_add(obj, key, json_object_new_double_s(value, text));
}

static inline void json_add_text(struct json_object *obj, const char *key,
				 const char *text)
{
	json_object_object_add(obj, key, json_object_new_string(text));
}

/* A refused step of a mode ladder; @err is negative, as the library has it. */
static inline void json_add_step(struct json_object *list, const char *step,
				 int err, const char *reason)
{
	struct json_object *obj = json_object_new_object();

	json_add_text(obj, "step", step);
	json_object_object_add(obj, "errno", json_object_new_int(-err));
	json_add_text(obj, "reason", reason);
	json_object_array_add(list, obj);
}

#endif /* PP_BENCH_JSON_OUT_H */
