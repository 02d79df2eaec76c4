# SPDX-License-Identifier: BSD-2-Clause
# What the integration tests share. Sourced by bash. A test ends with status 0,
# 1, or 77 for skipped with the reason printed; in CI nothing may be skipped.
# Bounds are ten times what a slow machine needs: no test measures time.

NAME=$(basename "$0" .sh)
NS_PREFIX=ppit
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"

BUILD=${PP_BUILD_DIR:-$ROOT/build/dev}
BENCH=$BUILD/bench
SCRATCH=$(mktemp -d)

fail() { # MESSAGE
	echo "$NAME: FAILED: $1" >&2
	exit 1
}

skip() { # REASON
	[ "${CI:-}" != true ] || fail "skipped in CI: $1"
	echo "skipped: $1"
	exit 77
}

equal() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || fail "$1 is $2, not $3"
}

# --- the kernel's complaints -----------------------------------------------------

# The newest line's time stamp; nothing where dmesg cannot be read.
kernel_time() {
	dmesg 2>/dev/null | sed -n 's/^\[ *\([0-9.]*\)\].*/\1/p' | tail -n 1
}

kernel_clean() { # SINCE
	[ -n "$1" ] || return 0
	! dmesg | sed -n 's/^\[ *\([0-9.]*\)\]/\1/p' |
		awk -v since="$1" '$1 + 0 > since + 0' |
		grep -E 'WARNING|BUG|Oops|KASAN|refcount_t|soft lockup|hung task' >&2
}

KERNEL_TIME=$(kernel_time)

finish() {
	local status=$?

	lib_cleanup
	if [ "$status" = 0 ] && ip netns list 2>/dev/null | grep -q "^$NS_PREFIX$$-"; then
		echo "$NAME: FAILED: a namespace is left" >&2
		status=1
	fi
	if [ "$status" = 0 ] && ! kernel_clean "$KERNEL_TIME"; then
		echo "$NAME: FAILED: the kernel complained, see above" >&2
		status=1
	fi
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- the usual set-up ------------------------------------------------------------

need_privilege() {
	[ "$(id -u)" = 0 ] || skip "needs root for network namespaces and BPF"
}

need_program() { # FILE...
	local file

	for file in "$@"; do
		[ -x "$file" ] || skip "$file is not built"
	done
}

# gen [vg]===[vr] rcv, and the programs that nearly every test runs
two_namespaces() { # [QUEUES]
	need_privilege
	need_program "$BENCH/bench_xsk" "$BENCH/udpgen" "$BENCH/udpsink" "$BENCH/lf"
	ns_add gen rcv && ns_veth gen vg rcv vr "${1:-1}" ||
		fail "cannot make network namespaces and a veth pair"
}

# bench_xsk in the background, in namespace rcv; waits until it is bound. Its
# pid is in $XSK, its output in $SCRATCH/xsk.
xsk_start() { # MODE ARG...
	job_start "$SCRATCH/xsk" "$SCRATCH/xsk.err" ns rcv "$BENCH/bench_xsk" --mode "$@"
	XSK=$PID
	job_line "$SCRATCH/xsk" "^$1 .*queue" "$XSK" 60 ||
		fail "bench_xsk does not start: $(cat "$SCRATCH/xsk.err")"
}

xsk_stop() {
	job_stop "$XSK" 60 || fail "bench_xsk ended with $?: $(cat "$SCRATCH/xsk.err")"
}

# One that shall fail: its status, one line on stderr that has the words.
xsk_refused() { # STATUS WORDS ARG...
	local want=$1 words=$2 status=0

	shift 2
	ns_run rcv timeout 60 "$BENCH/bench_xsk" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
	refused "$status" "$want" "$words" "bench_xsk $*"
}

refused() { # GOT WANTED WORDS COMMAND: output in $SCRATCH/out and $SCRATCH/err
	cat "$SCRATCH/err"
	equal "status of $4" "$1" "$2"
	equal "lines on stderr of $4" "$(wc -l <"$SCRATCH/err")" 1
	equal "bytes on stdout of $4" "$(wc -c <"$SCRATCH/out")" 0
	grep -q -e "$3" "$SCRATCH/err" || fail "$4: no \"$3\" in its message"
}

result() { # KEY: out of the last bench_xsk's JSON object
	tail -n 1 "$SCRATCH/xsk" | jq -r ".$1"
}

# Sends numbered frames from gen; what was sent is in $SENT.
send() { # ARG...
	ns_run gen timeout 600 "$BENCH/udpgen" --if vg --quiet "$@" >"$SCRATCH/gen" ||
		fail "udpgen failed"
	SENT=$(jq .sent "$SCRATCH/gen")
	settle
}

# What is in the veth ring goes on by itself: waits until it has.
settle() {
	local tries=100 last='' now=

	until [ -n "$now" ] && [ "$now" = "$last" ]; do
		[ "$((tries--))" -gt 0 ] || fail "frames keep coming"
		last=$now
		sleep 0.2
		now=$(link_stat rcv vr rx_packets)
	done
}

# Every frame and every page of the last run. All that was sent was received or
# is in a drop counter; each counter's frames are in no other.
conserved() {
	local dropped passed received

	dropped=$(($(link_stat gen vg tx_dropped) + $(link_stat rcv vr rx_dropped)))
	passed=$(result redirect.passed)
	received=$(result rx.packets)
	echo "  sent $SENT, received $received, passed $passed, dropped $dropped" \
		"(rx_ring_full $(result xdp_statistics.rx_ring_full)," \
		"rx_dropped $(result xdp_statistics.rx_dropped))"
	equal "received + passed + dropped" $((received + passed + dropped)) "$SENT"
	pages_home
}

pages_home() {
	equal "inflight_after_close" "$(result inflight_after_close)" 0
	equal "chunks_missing_after_close" "$(result chunks_missing_after_close)" 0
	equal "descriptors that were not ours" "$(result rx.bad_descs)" 0
}

no_program_left() {
	if ns_run rcv ip -d link show dev vr | grep -q 'prog/xdp'; then
		fail "an XDP program is left on vr"
	fi
}

# Frames from gen until it is stopped; the pid is in $TRAFFIC.
traffic_start() { # PPS
	job_start "$SCRATCH/traffic" "$SCRATCH/traffic.err" ns gen "$BENCH/udpgen" --if vg \
		--quiet --frames 1000000000 --pps "$1"
	TRAFFIC=$PID
}
