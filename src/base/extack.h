/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of reasons, and of the size rule of parameter structs. */
#ifndef PP_BASE_EXTACK_H
#define PP_BASE_EXTACK_H

#include <pagepool/common.h>

/*
 * Sets the reason and returns @err, so that a check reads
 *	return pp_fail(ext, -EINVAL, "flags", "flag 0x%x is unknown: ...", f);
 * Context: any thread. @ext may be NULL or of a wrong size: then nothing is set.
 */
int pp_fail(struct pp_extack *ext, int err, const char *param, const char *fmt,
	    ...) __attribute__((format(printf, 4, 5)));

/*
 * The size rule for a caller's extack itself: 0, -EINVAL or -E2BIG. Nobody can
 * be told why, but a reason that never comes would be worse.
 */
int pp_extack_check(const struct pp_extack *ext);

/*
 * Copies a caller's struct that starts with uint32_t sz into @dst of @known
 * bytes. @oldest is the size of the first released layout. Checks @ext first.
 * Return: 0; -EINVAL for NULL or too small; -E2BIG for a tail that is not zero.
 */
int pp_copy_sized(void *dst, uint32_t known, uint32_t oldest, const void *src,
		  struct pp_extack *ext);

/*
 * Copies @src to a caller's result struct that starts with uint32_t sz, as much
 * as both know; the caller's sz is kept and a longer tail becomes zeros.
 * Return: 0; -EINVAL for NULL or too small; -E2BIG above 4096.
 */
int pp_copy_out(void *dst, const void *src, uint32_t known, uint32_t oldest);

#endif /* PP_BASE_EXTACK_H */
