#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bench_xsk --mode tx: every frame reaches an ordinary receiver with the right
# number and payload, or is in a drop counter.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
for len in 60 1500; do
	before=$(link_stat rcv vr tx_dropped)
	job_start "$SCRATCH/sink" "$SCRATCH/sink.err" ns gen "$BENCH/udpsink" --if vg --quiet
	sink=$PID
	job_line "$SCRATCH/sink" '^ready' "$sink" || fail "udpsink: $(cat "$SCRATCH/sink.err")"
	xsk_start tx --if vr --packets 20000 --pps 20000 --len "$len"
	job_wait "$XSK" 300 || fail "bench_xsk: $(cat "$SCRATCH/xsk.err")"
	sleep 0.2
	job_stop "$sink" || fail "udpsink: $(cat "$SCRATCH/sink.err")"
	tail -n 1 "$SCRATCH/sink"
	equal "packets" "$(result packets)" 20000
	equal "completed" "$(result tx.completed)" 20000
	equal "xdp_used" "$(result xdp_used)" none
	for key in duplicates corrupt foreign beyond; do
		equal "$key" "$(tail -n 1 "$SCRATCH/sink" | jq ".$key")" 0
	done
	dropped=$(($(link_stat rcv vr tx_dropped) - before +
		$(tail -n 1 "$SCRATCH/sink" | jq .ring_drops)))
	equal "received + dropped" \
		$(($(tail -n 1 "$SCRATCH/sink" | jq .received) + dropped)) 20000
	pages_home
done
