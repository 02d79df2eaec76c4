#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# kill -9 under traffic, then start again at once: the program went with the
# process, and the queue is free or waited for.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
traffic_start 50000
for round in 1 2 3 4 5 6 7 8 9 10; do
	xsk_start rx --if vr
	kill -KILL "$XSK"
	wait "$XSK" 2>/dev/null
	job_forget "$XSK"
done
# at once: nothing between the two
xsk_start rx --if vr
kill -KILL "$XSK"
ns_run rcv timeout 120 "$BENCH/bench_xsk" --mode rx --if vr --packets 1000 --json \
	>"$SCRATCH/xsk" 2>"$SCRATCH/xsk.err" || fail "bench_xsk: $(cat "$SCRATCH/xsk.err")"
wait "$XSK" 2>/dev/null
job_forget "$XSK"
equal "packets" "$(result packets)" 1000
pages_home
no_program_left
job_stop "$TRAFFIC" || fail "udpgen ended with $?"
echo "$round kills, then one more"
