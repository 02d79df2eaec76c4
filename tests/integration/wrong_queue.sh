#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A socket on a queue that gets no traffic sees nothing, says why, and the
# frames reach the stack. A queue that does not exist is named.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces 2
wrong=0 right=0
for queue in 0 1; do
	job_start "$SCRATCH/sink" "$SCRATCH/sink.err" ns rcv "$BENCH/udpsink" --if vr --quiet
	sink=$PID
	job_line "$SCRATCH/sink" '^ready' "$sink" || fail "udpsink: $(cat "$SCRATCH/sink.err")"
	xsk_start rx --if vr --queue "$queue"
	send --frames 5000 --pps 20000 # one flow: one queue
	xsk_stop
	job_stop "$sink" || fail "udpsink: $(cat "$SCRATCH/sink.err")"
	passed=$(result redirect.passed)
	stack=$(tail -n 1 "$SCRATCH/sink" | jq '.received + .ring_drops')
	echo "queue $queue: received $(result packets), passed $passed, stack $stack"
	equal "no_socket" "$(result redirect.no_socket)" "$passed"
	equal "frames in the stack" "$stack" "$passed"
	pages_home
	if [ "$(result packets)" = 0 ]; then
		wrong=$((wrong + 1))
		equal "redirected" "$(result redirect.redirected)" 0
	else
		right=$((right + 1))
	fi
done
equal "queues with all traffic" "$right" 1
equal "queues without traffic" "$wrong" 1
xsk_refused 1 'queue is 2.*vr has 2' --mode rx --if vr --queue 2
no_program_left
