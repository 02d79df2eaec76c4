#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bench_xsk's JSON object: the last line on stdout, each key with its type, the
# same after --packets, --duration, SIGINT and SIGTERM, in each mode.
set -u
. "$(dirname "$0")/lib.sh"

schema='
	def count: type == "number" and . >= 0 and . == floor;
	def has_counts($keys): . as $o | all($keys[]; $o[.] | count);
	(.mode | IN("rx", "tx", "fwd"))
	and (.xdp_used | IN("native", "skb", "none"))
	and (.bind_used | IN("copy", "zerocopy"))
	and (.fallback_reasons | type == "array")
	and all(.fallback_reasons[]; (.step | type == "string" and length > 0)
		and (.errno | count and . > 0)
		and (.reason | type == "string" and length > 0))
	and has_counts(["packets", "bytes", "inflight_after_close",
		"chunks_missing_after_close"])
	and all(.seconds, .pps, .cpu_seconds; type == "number" and . >= 0)
	and (.xdp_statistics | has_counts(["rx_dropped", "rx_invalid_descs",
		"tx_invalid_descs", "rx_ring_full", "rx_fill_ring_empty_descs",
		"tx_ring_empty_descs"]))
	and (.redirect | has_counts(["redirected", "passed", "no_socket",
		"malformed"]))
	and (.pool | has_counts(["alloc_fast", "alloc_slow",
		"alloc_slow_high_order", "alloc_empty", "alloc_refill",
		"alloc_waive", "recycle_cached", "recycle_cache_full",
		"recycle_ring", "recycle_ring_full", "recycle_released_refcnt"]))'

valid() { # WHAT
	tail -n 1 "$SCRATCH/xsk" | jq -e "$schema" >/dev/null ||
		fail "$1: not as promised: $(tail -n 1 "$SCRATCH/xsk")"
	pages_home
	echo "$1: $(tail -n 1 "$SCRATCH/xsk" | wc -c) bytes"
}

two_namespaces
xsk_start rx --if vr
send --frames 1000 --pps 10000
xsk_stop
valid "rx, SIGTERM"
equal "steps down" "$(result 'fallback_reasons[0].step')" "zero-copy native"

xsk_start rx --if vr
kill -INT "$XSK"
job_wait "$XSK" 60 || fail "SIGINT: status $?"
valid "rx, SIGINT"

xsk_start rx --if vr --duration 1
job_wait "$XSK" 60 || fail "--duration: status $?"
valid "rx, --duration"

xsk_start tx --if vr --packets 1000
job_wait "$XSK" 60 || fail "--packets: status $?"
valid "tx, --packets"
equal "packets" "$(result packets)" 1000

ns_run rcv ip link add vx type veth peer name vy
ns_run rcv ip link set vx up
ns_run rcv ip link set vy up
xsk_start fwd --if vr --out vx
send --frames 1000 --pps 10000
xsk_stop
valid "fwd, SIGTERM"
equal "forwarded" "$(result packets)" "$(result rx.packets)"

ns_run rcv "$BENCH/bench_xsk" --mode rx --if vr --duration 1 --json >"$SCRATCH/xsk" ||
	fail "--json: status $?"
equal "lines with --json" "$(wc -l <"$SCRATCH/xsk")" 1
valid "rx, --json"
