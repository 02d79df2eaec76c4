#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The interface has a program already: the error names it, it stays, and once it
# is gone we can have the interface.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
need_program "$BENCH/xdpdrop"
job_start "$SCRATCH/drop" "$SCRATCH/drop.err" ns rcv "$BENCH/xdpdrop" vr
drop=$PID
job_line "$SCRATCH/drop" '^ready' "$drop" || fail "xdpdrop: $(cat "$SCRATCH/drop.err")"
id=$(ns_run rcv ip -j -d link show dev vr | jq '.[0].xdp.prog.id')
xsk_refused 1 "pp_drop (id $id" --mode rx --if vr --duration 1
xsk_refused 1 "pp_drop (id $id" --mode rx --if vr --duration 1 --xdp skb
equal "the other program" \
	"$(ns_run rcv ip -j -d link show dev vr | jq '.[0].xdp.prog.id')" "$id"
job_stop "$drop" || fail "xdpdrop ended with $?"
xsk_start rx --if vr
send --frames 1000 --pps 10000
xsk_stop
conserved
