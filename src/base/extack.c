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

int pp_copy_sized(void *dst, uint32_t known, uint32_t oldest, const void *src,
		  struct pp_extack *ext)
{
	const unsigned char *tail;
	uint32_t sz, i;

	if (!src)
		return pp_fail(ext, -EINVAL, NULL,
			       "the parameters are NULL: pass a struct");
	memcpy(&sz, src, sizeof(sz));
	if (sz < oldest)
		return pp_fail(ext, -EINVAL, "sz",
			       "sz is %u, at least %u is needed: set it to sizeof(the struct)",
			       sz, oldest);
	if (sz > PP_STRUCT_MAX)
		return pp_fail(ext, -E2BIG, "sz",
			       "sz is %u, more than %u: set it to sizeof(the struct)",
			       sz, PP_STRUCT_MAX);
	tail = (const unsigned char *)src;
	for (i = known; i < sz; i++)
		if (tail[i])
			return pp_fail(ext, -E2BIG, "sz",
				       "byte %u is set, this library knows %u bytes: it is older than the headers, update it",
				       i, known);
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
