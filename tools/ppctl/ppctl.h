/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of what ppctl's commands share. */
#ifndef PPCTL_H
#define PPCTL_H

#define PPCTL_OK 0
#define PPCTL_FAILED 1
#define PPCTL_USAGE 2

/**
 * struct ppctl_cmd - one command
 * @name: what the user types
 * @args: its arguments, for help
 * @help: one line
 * @run:  argv[0] is the command's name; returns the exit status
 */
struct ppctl_cmd {
	const char *name;
	const char *args;
	const char *help;
	int (*run)(int argc, char **argv);
};

/* One line of usage on stderr; returns PPCTL_USAGE. */
int ppctl_usage(const struct ppctl_cmd *cmd);

/* Flushes what was printed: a full disk or a closed pipe is a failure. */
int ppctl_flush(void);

extern const struct ppctl_cmd ppctl_cmd_version;

#endif /* PPCTL_H */
