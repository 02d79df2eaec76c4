#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# program.sh PROGRAM [ARG...]: runs a test program in a namespace pair of two
# queues. @IF stands for its interface, @LOAD for NETNS:IF of the other end.
set -u
. "$(dirname "$0")/lib.sh"

program=$1
NAME=$(basename "$program")
shift
need_privilege
need_program "$program"
ns_add gen rcv && ns_veth gen vg rcv vr 2 ||
	fail "cannot make network namespaces and a veth pair"
args=("${@//@IF/vr}")
args=("${args[@]//@LOAD/$(ns_name gen):vg}")
ns_run rcv "$program" "${args[@]}" || exit
no_program_left
