#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# 50 times: open, receive, close under traffic. No EBUSY reaches the caller, the
# area is whole each time, and nothing is left.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
traffic_start 50000
total=0
for round in $(seq 50); do
	mode=native
	[ $((round % 5)) != 0 ] || mode=skb
	ns_run rcv timeout 120 "$BENCH/bench_xsk" --mode rx --if vr --xdp "$mode" \
		--packets 500 --json >"$SCRATCH/xsk" 2>"$SCRATCH/xsk.err" ||
		fail "round $round: bench_xsk ended with $?: $(cat "$SCRATCH/xsk.err")"
	equal "packets of round $round" "$(result packets)" 500
	pages_home
	no_program_left
	total=$((total + 500))
done
alive "$TRAFFIC" || fail "udpgen ended: $(cat "$SCRATCH/traffic.err")"
job_stop "$TRAFFIC" || fail "udpgen ended with $?"
echo "50 rounds, $total frames"
