#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The examples do what they say under traffic and bring every chunk home.
set -u
. "$(dirname "$0")/lib.sh"

# Until the program is there: an example says nothing when it is ready.
attached() { # PID
	local tries=600

	until ns_run rcv ip -d link show dev vr | grep 'prog/xdp' >/dev/null; do
		[ "$((tries--))" -gt 0 ] && alive "$1" ||
			fail "no program on vr: $(cat "$SCRATCH/err")"
		sleep 0.1
	done
}

two_namespaces
need_program "$BUILD/examples/xsk_drop" "$BUILD/examples/xsk_fwd"

job_start "$SCRATCH/out" "$SCRATCH/err" ns rcv "$BUILD/examples/xsk_drop" vr
attached "$PID"
send --frames 2000 --pps 10000
job_stop "$PID" || fail "xsk_drop ended with $?: $(cat "$SCRATCH/err")"
cat "$SCRATCH/out"
grep -q '^[1-9][0-9]* frames' "$SCRATCH/out" || fail "xsk_drop received nothing"
grep -q '^8192 of 8192 chunks' "$SCRATCH/out" || fail "xsk_drop: a chunk is missing"

ns_add far && ns_veth rcv vo far vd || fail "cannot make a veth pair"
job_start "$SCRATCH/sink" "$SCRATCH/sink.err" ns far "$BENCH/udpsink" --if vd --quiet
sink=$PID
job_line "$SCRATCH/sink" '^ready' "$sink" || fail "udpsink: $(cat "$SCRATCH/sink.err")"
job_start "$SCRATCH/out" "$SCRATCH/err" ns rcv "$BUILD/examples/xsk_fwd" vr vo
fwd=$PID
attached "$fwd"
send --frames 2000 --pps 10000
job_stop "$fwd" || fail "xsk_fwd ended with $?: $(cat "$SCRATCH/err")"
job_stop "$sink" || fail "udpsink ended with $?"
cat "$SCRATCH/out"
tail -n 1 "$SCRATCH/sink"
grep -q '^16384 of 16384 chunks' "$SCRATCH/out" || fail "xsk_fwd: a chunk is missing"
[ "$(tail -n 1 "$SCRATCH/sink" | jq .received)" -gt 0 ] || fail "xsk_fwd forwarded nothing"
equal "corrupt frames" "$(tail -n 1 "$SCRATCH/sink" | jq .corrupt)" 0

status=0
"$BUILD/examples/xsk_drop" >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
refused "$status" 2 usage xsk_drop
status=0
"$BUILD/examples/xsk_drop" nosuch0 >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
refused "$status" 1 nosuch0 xsk_drop
