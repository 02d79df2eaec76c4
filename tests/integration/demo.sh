#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/demo with few frames, paced, flooding, two at a time, interrupted, and
# with wrong input. What it checks is in the script; here: it says so.
set -u
. "$(dirname "$0")/lib.sh"

need_privilege
demo=$ROOT/scripts/demo

run_demo() { # ARG...
	timeout 600 "$demo" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" ||
		fail "demo $*: status $?: $(tail -n 40 "$SCRATCH/out" "$SCRATCH/err")"
	grep -q 'every frame and every page is accounted for' "$SCRATCH/out" ||
		fail "demo $*: no verdict"
	echo "demo $*: $(grep 'received + dropped' "$SCRATCH/out")"
}

run_demo --frames 100000
run_demo --frames 100000 --flood

timeout 600 "$demo" --frames 20000 --pps 10000 >"$SCRATCH/other" 2>&1 &
other=$!
JOBS+=("$other")
run_demo --frames 20000 --pps 10000
job_wait "$other" 600 || fail "two at a time: $(tail -n 30 "$SCRATCH/other")"

# interrupted: its namespaces have its pid in their names
"$demo" --frames 1000000 --pps 1000 >"$SCRATCH/long" 2>&1 &
PID=$!
JOBS+=("$PID")
job_line "$SCRATCH/long" " sent " "$PID" 300 || fail "demo: $(cat "$SCRATCH/long")"
ip netns list | grep -q "^ppdemo$PID-" || fail "no namespace while it runs"
status=0
job_stop "$PID" 100 || status=$?
equal "status after SIGTERM" "$status" 143
if ip netns list | grep "^ppdemo$PID-"; then
	fail "the interrupted demo left namespaces"
fi

for args in --bogus '--frames 0' '--frames x' --linger '--pps -3'; do
	status=0
	# shellcheck disable=SC2086 # words
	"$demo" $args >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
	equal "status of demo $args" "$status" 2
done
