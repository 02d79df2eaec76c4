/* SPDX-License-Identifier: BSD-2-Clause */
/* ppctl: the command table; help is printed from it. */
#include "ppctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct ppctl_cmd *const commands[] = {
	&ppctl_cmd_version,
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int ppctl_usage(const struct ppctl_cmd *cmd)
{
	fprintf(stderr, "usage: ppctl %s%s%s\n", cmd->name,
		*cmd->args ? " " : "", cmd->args);
	return PPCTL_USAGE;
}

int ppctl_flush(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return PPCTL_OK;
	fprintf(stderr, "ppctl: standard output: %s\n", strerror(errno));
	return PPCTL_FAILED;
}

static int help(void)
{
	size_t i;

	puts("usage: ppctl COMMAND [ARGUMENT...]\n\ncommands:");
	for (i = 0; i < N_COMMANDS; i++)
		printf("  %-10s %-8s %s\n", commands[i]->name,
		       commands[i]->args, commands[i]->help);
	puts("\nexit status: 0 good, 1 failed, 2 usage");
	return ppctl_flush();
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		fprintf(stderr, "ppctl: no command, see ppctl --help\n");
		return PPCTL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help();
	for (i = 0; i < N_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	fprintf(stderr, "ppctl: %s: no such command, see ppctl --help\n",
		argv[1]);
	return PPCTL_USAGE;
}
