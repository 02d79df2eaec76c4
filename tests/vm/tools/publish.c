// SPDX-License-Identifier: BSD-2-Clause
/*
 * publish TARGET COMMAND [ARG...]: runs COMMAND and puts what it prints at
 * TARGET, whole or not at all. The file has no name until it is complete, so
 * that even SIGKILL leaves nothing to clean up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file system without O_TMPFILE gets a temporary name. */
static int open_named(const char *target, char **name)
{
	if (asprintf(name, "%s.XXXXXX", target) < 0)
		return -1;
	return mkstemp(*name);
}

static int run(char **argv, int out)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		dup2(out, STDOUT_FILENO);
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	const char *target;
	char proc[64], *copy, *name = NULL;
	int fd, err;

	if (argc < 3) {
		fprintf(stderr, "usage: publish TARGET COMMAND [ARG...]\n");
		return 2;
	}
	target = argv[1];
	copy = strdup(target);
	if (!copy)
		return 1;
	fd = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	free(copy);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		fd = open_named(target, &name);
	if (fd < 0) {
		perror(target);
		return 1;
	}

	err = run(argv + 2, fd);
	if (err || fsync(fd)) {
		fprintf(stderr, "publish: %s: not written\n", target);
		if (name)
			unlink(name);
		return 1;
	}
	if (name) {
		err = fchmod(fd, 0644) || rename(name, target);
	} else {
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
		err = linkat(AT_FDCWD, proc, AT_FDCWD, target, AT_SYMLINK_FOLLOW);
		/* Entries are named by what went into them: another run that
		 * was faster wrote the same. */
		if (err && errno == EEXIST)
			err = 0;
	}
	if (err) {
		perror(target);
		return 1;
	}
	return 0;
}
