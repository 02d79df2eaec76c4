# SPDX-License-Identifier: BSD-2-Clause
# about: zero-copy receive without a device: 256 MiB verified, hold everything, small areas
# guest: ppsim
# timeout: 300
# needs: ip bench_zcrx wordgen vm_zcrx
. /vm/lib.sh

zresult() { # KEY: out of the last JSON object
	tail -n 1 /tmp/z | sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}

# zcrx BYTES ARG...: one transfer over loopback
zcrx() {
	bytes=$1
	shift
	timeout 200 wordgen --connect 127.0.0.1:5001 --bytes "$bytes" ${CONNS:+--conns "$CONNS"} &
	sender=$!
	timeout 200 bench_zcrx --listen 127.0.0.1:5001 --bytes "$bytes" \
		${CONNS:+--conns "$CONNS"} "$@" >/tmp/z 2>&1 || {
		cat /tmp/z
		fail "bench_zcrx $*"
	}
	wait "$sender" || fail "wordgen"
	tail -n 1 /tmp/z
	check_eq "$*: bytes" "$(zresult bytes)" "$bytes"
	check_eq "$*: wrong words" "$(zresult bad_words)" 0
	check_eq "$*: in flight after close" "$(zresult inflight_after_close)" 0
	check_eq "$*: chunks missing" "$(zresult chunks_missing_after_close)" 0
	check_eq "$*: completions not ours" "$(zresult bad_cqes)" 0
}

ip link set lo up
zcrx $((256 << 20)) --mode auto --verify
check_eq "mode" "$(zresult mode)" nodev
check_eq "no copy is forgotten" "$(zresult copied_bytes)" $((256 << 20))
check_num "flushes" "$(zresult flushes)" -ge 10

# a quarter of a megabyte for everything
zcrx $((64 << 20)) --mode nodev --verify --bufs 64 --area-mb 1
CONNS=4 zcrx $((64 << 20)) --mode nodev --verify

# everything is held, let go when nothing comes: flow control, no loss
zcrx $((8 << 20)) --mode nodev --verify --bufs 64 --hold 100000
check_num "starved" "$(zresult starved)" -ge 8

check_fails "dma-buf sizes" "buf_bytes is 8192" bench_zcrx --listen 127.0.0.1:5001 \
	--mode nodev --chunk 8192
for test in limit share many full; do
	vm_zcrx $test || fail "vm_zcrx $test"
done
