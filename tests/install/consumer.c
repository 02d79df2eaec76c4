/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of what an application sees: it uses installed headers and public
 * calls only, and reproduces the golden traces. Exits 0 if all of them agree.
 */
#include <stdio.h>

#include <pagepool/pagepool.h>

#include "../lib/trace.h"

#include "../lib/golden_traces.h"

/* An area of the application's and a pool on it. Return: 0 or -errno. */
static int pool_make(const struct pt_trace *trace, struct pp_area **area,
		     struct page_pool **pool)
{
	struct pp_area_params area_params = {
		.sz = sizeof(area_params),
		.chunks = 16384,
		.name = trace->name,
	};
	struct page_pool_params params = {
		.sz = sizeof(params),
		.pool_size = trace->pool_size,
		.order = trace->order,
		.mode = trace->mode,
		.name = trace->name,
	};
	struct pp_extack ext = { .sz = sizeof(ext) };
	int err = pp_area_create(area, &area_params, &ext);

	if (!err) {
		params.area = *area;
		err = page_pool_create(pool, &params, &ext);
	}
	if (err)
		fprintf(stderr, "%s: %d, %s: %s\n", trace->name, err,
			ext.bad_param, ext.msg);
	return err;
}

/* Return: true if the trace came out as the table says and nothing is lost. */
static bool replay(const struct pt_trace *trace)
{
	struct pp_area *area = NULL;
	struct page_pool *pool = NULL;
	struct pt_outcome outcome;
	char why[1200];
	bool good;

	if (pool_make(trace, &area, &pool))
		return false;
	pt_trace_play(pool, trace, &outcome);
	good = pt_trace_agrees(trace, &outcome, why, sizeof(why));
	if (!good)
		fprintf(stderr, "%s\n", why);
	page_pool_destroy(pool);
	if (pp_area_free_chunks(area) != 16384) {
		fprintf(stderr, "%s: %u of 16384 chunks are home\n",
			trace->name, pp_area_free_chunks(area));
		good = false;
	}
	if (pp_area_destroy(area)) {
		fprintf(stderr, "%s: the area is busy\n", trace->name);
		good = false;
	}
	printf("%-16s %-11s %s\n", trace->name,
	       trace->mode & PP_MODE_KERNEL_RING ? "kernel ring" : "default",
	       good ? "OK" : "FAIL");
	return good;
}

int main(void)
{
	const unsigned int n = sizeof(golden_traces) / sizeof(golden_traces[0]);
	char version[32];
	unsigned int i, failed = 0;

	snprintf(version, sizeof(version), "%d.%d.%d", PP_VERSION_MAJOR,
		 PP_VERSION_MINOR, PP_VERSION_PATCH);
	if (strcmp(version, pp_version()) != 0) {
		printf("headers of %s, library of %s: FAIL\n", version,
		       pp_version());
		failed++;
	}
	for (i = 0; i < n; i++)
		failed += !replay(&golden_traces[i]);
	printf("%u traces, %u failed\n", n, failed);
	return failed ? 1 : 0;
}
