/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xdpdrop IF: attaches a program that drops every frame, natively, until a
 * signal comes. What is left of receiving when nobody receives, and the other
 * program that has an interface already.
 */
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "tool.h"

int main(int argc, char **argv)
{
	unsigned int ifindex;
	int fd;

	tool_init("xdpdrop");
	if (argc != 2)
		return tool_usage("usage: xdpdrop IF");
	ifindex = if_nametoindex(argv[1]);
	if (!ifindex)
		return tool_failed("%s: no such interface", argv[1]);
	fd = prog_drop(ifindex);
	if (fd < 0)
		return tool_failed("%s: cannot attach the program: %s", argv[1],
				   strerror(-fd));
	puts("ready");
	while (!tool_stopped())
		poll(NULL, 0, 100);
	close(fd);
	return TOOL_OK;
}
