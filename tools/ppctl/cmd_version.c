/* SPDX-License-Identifier: BSD-2-Clause */
/* ppctl version: which library is this? */
#include "ppctl.h"

#include <stdio.h>

#include <pagepool/common.h>

static int version_run(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return ppctl_usage(&ppctl_cmd_version);
	printf("ppctl %d.%d.%d, libpagepool %s\n", PP_VERSION_MAJOR,
	       PP_VERSION_MINOR, PP_VERSION_PATCH, pp_version());
	return ppctl_flush();
}

const struct ppctl_cmd ppctl_cmd_version = {
	.name = "version",
	.args = "",
	.help = "print the versions of ppctl and of the library it runs with",
	.run = version_run,
};
