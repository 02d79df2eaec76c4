#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bench_xsk and its helpers with wrong input: one line, status 1 (failed) or 2
# (usage), nothing left behind.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
xsk_refused 1 'nosuch0: no such interface' --mode rx --if nosuch0
xsk_refused 1 'nosuch0: no such interface' --mode fwd --if vr --out nosuch0
no_program_left
xsk_refused 1 'queue' --mode rx --if vr --queue 4000
xsk_refused 1 'zero-copy' --mode rx --if vr --bind zerocopy
xsk_refused 1 '--cpu' --mode rx --if vr --cpu 1023
xsk_refused 2 '--if' --mode rx
xsk_refused 2 '--mode' --if vr
xsk_refused 2 '--out' --mode fwd --if vr
xsk_refused 2 '--out' --mode rx --if vr --out vr
xsk_refused 2 '--pps' --mode rx --if vr --pps 5
xsk_refused 2 '--chunk' --mode rx --if vr --chunk 3000
xsk_refused 2 '--frames' --mode rx --if vr --frames 1000
xsk_refused 2 '--len' --mode tx --if vr --chunk 2048 --len 3000
for word in '--mode up' '--xdp maybe' '--bind glue' '--batch 0' '--batch x' \
	'--batch 1025' '--queue -1' '--len 59' '--packets 0' '--duration 1s' \
	'--frames 99999999999999999999' '--bogus' '--if' 'word'; do
	# shellcheck disable=SC2086 # two words
	xsk_refused 2 'see --help' --mode rx --if vr $word
done

echo "without privilege"
status=0
# what an ordinary user can read and run: a copy in a directory of its own
mkdir -m 755 "$SCRATCH/bin"
chmod 755 "$SCRATCH"
cp "$BENCH/bench_xsk" "$BENCH/udpgen" "$BENCH/lf" "$SCRATCH/bin"
cp -P "$BUILD"/libpagepool.so* "$SCRATCH/bin"
nobody() { # COMMAND...
	ns_run rcv setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all \
		env LD_LIBRARY_PATH="$SCRATCH/bin" timeout 60 "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
}
status=0
nobody "$SCRATCH/bin/bench_xsk" --mode rx --if vr || status=$?
refused "$status" 1 'CAP_NET_RAW\|ermi' 'bench_xsk as nobody'
status=0
nobody "$SCRATCH/bin/lf" vr 1 || status=$?
refused "$status" 1 'not permitted' 'lf as nobody'
status=0
nobody "$SCRATCH/bin/udpgen" --if vr --frames 1 || status=$?
refused "$status" 1 'not permitted' 'udpgen as nobody'

status=0
"$BENCH/lf" >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
refused "$status" 2 'usage' lf
status=0
"$BENCH/udpsink" --if nosuch0 >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
refused "$status" 1 'no such interface' udpsink
"$BENCH/bench_xsk" --help | grep -q -e '--chunk' || fail "no help"
