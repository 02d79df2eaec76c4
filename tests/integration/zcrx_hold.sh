#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# An application that keeps everything: the stream stands still, costs nothing,
# and goes on to the exact end.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/zcrx_lib.sh"

tcp_namespaces
# 4 MiB of buffers, let go only when nothing comes any more
transfer gen 192.0.2.2 $((64 * MIB)) --mode pbuf --verify --area-mb 4 --hold 1000000
[ "$(zresult starved)" -ge 8 ] || fail "it starved $(zresult starved) times only"
# one ENOBUFS for each time: nothing is armed on nothing
equal "receives armed again" "$(zresult rearms)" "$(zresult starved)"
[ "$(zresult held)" -gt 0 ] || fail "no receive was held back"

# most is kept for ever, and little goes round
transfer gen 192.0.2.2 $((64 * MIB)) --mode pbuf --verify --area-mb 4 --hold 40 --conns 4

# the example
job_start "$SCRATCH/gen" "$SCRATCH/gen.err" ns gen timeout 60 \
	"$BENCH/wordgen" --connect 192.0.2.2:5001 --bytes $((16 * MIB))
gen=$PID
job_start "$SCRATCH/z" "$SCRATCH/z.err" ns rcv timeout 60 "$BUILD/examples/zcrx_sink" 5001
sink=$PID
job_wait "$gen" 60 || fail "wordgen ended with $?: $(cat "$SCRATCH/gen.err")"
job_stop "$sink" 60 || fail "zcrx_sink ended with $?: $(cat "$SCRATCH/z.err")"
cat "$SCRATCH/z"
grep -q "^$((16 * MIB)) bytes in .* of 1 streams" "$SCRATCH/z" ||
	fail "zcrx_sink lost something"
