/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what every public header needs: export mark, version, reasons. */
#ifndef PAGEPOOL_COMMON_H
#define PAGEPOOL_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PP_VERSION_MAJOR 0
#define PP_VERSION_MINOR 1
#define PP_VERSION_PATCH 0

#define PP_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct pp_extack - why a call failed, for people
 * @sz:        sizeof(struct pp_extack), set by the caller: a call that gets a
 *             wrong one fails with -EINVAL or -E2BIG like any other struct
 * @msg:       one sentence with the offending value and the remedy
 * @bad_param: name of the offending parameter member, or an empty string
 *
 * Optional everywhere (NULL). Written only on failure; the name and the idea
 * are netlink's extended acknowledgement.
 */
struct pp_extack {
	uint32_t sz;
	char msg[200];
	char bad_param[32];
};

/**
 * pp_version() - version of the library that runs
 *
 * Context: any thread.
 * Return: "MAJOR.MINOR.PATCH", a static string. The PP_VERSION_* macros are
 *         the version that was compiled against.
 */
PP_API const char *pp_version(void);

#ifdef __cplusplus
}
#endif
#endif /* PAGEPOOL_COMMON_H */
