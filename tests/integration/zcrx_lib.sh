# SPDX-License-Identifier: BSD-2-Clause
# What the tests of bench_zcrx share. Sourced after lib.sh.

MIB=$((1 << 20))

# gen [vg 192.0.2.1]===[vr 192.0.2.2] rcv
tcp_namespaces() {
	need_privilege
	need_program "$BENCH/bench_zcrx" "$BENCH/wordgen"
	ns_add gen rcv && ns_veth gen vg rcv vr &&
		ip -n "$(ns_name gen)" address add 192.0.2.1/24 dev vg &&
		ip -n "$(ns_name rcv)" address add 192.0.2.2/24 dev vr &&
		ip -n "$(ns_name gen)" link set vg arp on &&
		ip -n "$(ns_name rcv)" link set vr arp on ||
		fail "cannot make network namespaces and a veth pair"
}

# One transfer; its JSON object is read with zresult.
transfer() { # FROM ADDRESS BYTES ARG...
	local from=$1 address=$2 bytes=$3 conns=1 gen i

	shift 3
	for ((i = 1; i < $#; i++)); do
		[ "${!i}" != --conns ] || conns=${*:i+1:1}
	done
	job_start "$SCRATCH/gen" "$SCRATCH/gen.err" ns "$from" timeout 300 \
		"$BENCH/wordgen" --connect "$address:5001" --bytes "$bytes" --conns "$conns"
	gen=$PID
	ns_run rcv timeout 300 "$BENCH/bench_zcrx" --listen "$address:5001" \
		--bytes "$bytes" "$@" >"$SCRATCH/z" 2>"$SCRATCH/z.err" ||
		fail "bench_zcrx $*: $(cat "$SCRATCH/z.err" "$SCRATCH/z")"
	job_wait "$gen" 60 || fail "wordgen ended with $?: $(cat "$SCRATCH/gen.err")"
	echo "  $address $*: $(zresult mode), $(zresult bytes) bytes," \
		"$(zresult cqes) completions, starved $(zresult starved)"
	equal "bytes" "$(zresult bytes)" "$bytes"
	all_home
}

zresult() { # KEY: out of the last bench_zcrx's JSON object
	tail -n 1 "$SCRATCH/z" | jq -r ".$1"
}

all_home() {
	equal "wrong words" "$(zresult bad_words)" 0
	equal "inflight_after_close" "$(zresult inflight_after_close)" 0
	equal "chunks_missing_after_close" "$(zresult chunks_missing_after_close)" 0
	equal "completions that were not ours" "$(zresult bad_cqes)" 0
}
