/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/extack.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PP_STRUCT_MAX 4096u /* larger sizes are refused without reading on */

int pp_fail(struct pp_extack *ext, int err, const char *param, const char *fmt,
	    ...)
{
	va_list ap;

	if (!ext || ext->sz < sizeof(*ext) || ext->sz > PP_STRUCT_MAX)
		return err;
	va_start(ap, fmt);
	vsnprintf(ext->msg, sizeof(ext->msg), fmt, ap);
	va_end(ap);
	snprintf(ext->bad_param, sizeof(ext->bad_param), "%s",
		 param ? param : "");
	return err;
}

/* The size rule, for @known bytes and at least @oldest; no reason is set. */
static int size_check(const void *src, uint32_t sz, uint32_t known,
		      uint32_t oldest)
{
	const unsigned char *tail = src;
	uint32_t i;

	if (sz < oldest)
		return -EINVAL;
	if (sz > PP_STRUCT_MAX)
		return -E2BIG;
	for (i = known; i < sz; i++)
		if (tail[i])
			return -E2BIG;
	return 0;
}

int pp_extack_check(const struct pp_extack *ext)
{
	return ext ? size_check(ext, ext->sz, sizeof(*ext), sizeof(*ext)) : 0;
}

int pp_copy_sized(void *dst, uint32_t known, uint32_t oldest, const void *src,
		  struct pp_extack *ext)
{
	uint32_t sz;
	int err;

	err = pp_extack_check(ext);
	if (err)
		return err;
	if (!src)
		return pp_fail(ext, -EINVAL, NULL,
			       "the parameters are NULL: pass a struct");
	memcpy(&sz, src, sizeof(sz));
	err = size_check(src, sz, known, oldest);
	if (err == -EINVAL)
		return pp_fail(ext, err, "sz",
			       "sz is %u, at least %u is needed: set it to sizeof(the struct)",
			       sz, oldest);
	if (err && sz > PP_STRUCT_MAX)
		return pp_fail(ext, err, "sz",
			       "sz is %u, more than %u: set it to sizeof(the struct)",
			       sz, PP_STRUCT_MAX);
	if (err)
		return pp_fail(ext, err, "sz",
			       "something is set past the %u bytes that this library knows: it is older than the headers, update it",
			       known);
	memset(dst, 0, known);
	memcpy(dst, src, sz < known ? sz : known);
	return 0;
}

int pp_copy_out(void *dst, const void *src, uint32_t known, uint32_t oldest)
{
	uint32_t sz;

	if (!dst)
		return -EINVAL;
	memcpy(&sz, dst, sizeof(sz));
	if (sz < oldest)
		return -EINVAL;
	if (sz > PP_STRUCT_MAX)
		return -E2BIG;
	memset(dst, 0, sz);
	memcpy(dst, src, sz < known ? sz : known);
	memcpy(dst, &sz, sizeof(sz));
	return 0;
}
