# SPDX-License-Identifier: BSD-2-Clause
# about: zero-copy receive from the test NIC: 256 MiB, nothing copied, large buffers, starved, killed, forked
# guest: ppsim
# timeout: 400
# needs: ip ethtool bench_zcrx wordgen vm_zcrx netdevnl
. /vm/lib.sh

zresult() { # KEY: out of the last JSON object
	tail -n 1 /tmp/z | sed -n "s/.*\"$1\":\"\\{0,1\\}\\([^,\"}]*\\).*/\\1/p"
}

# zcrx BYTES ARG...: one transfer from a to queue 1 of b
zcrx() {
	bytes=$1
	shift
	on a timeout 200 wordgen --connect 192.0.2.2:5001 --bytes "$bytes" &
	sender=$!
	on b timeout 200 bench_zcrx --listen 192.0.2.2:5001 --bytes "$bytes" --if ppsim1 \
		--queue 1 --verify "$@" >/tmp/z 2>&1 || {
		cat /tmp/z
		fail "bench_zcrx $*"
	}
	wait "$sender" || fail "wordgen"
	tail -n 1 /tmp/z
	check_eq "$*: mode" "$(zresult mode)" device
	check_eq "$*: bytes" "$(zresult bytes)" "$bytes"
	check_eq "$*: wrong words" "$(zresult bad_words)" 0
	check_eq "$*: in flight after close" "$(zresult inflight_after_close)" 0
	check_eq "$*: chunks missing" "$(zresult chunks_missing_after_close)" 0
	check_eq "$*: completions not ours" "$(zresult bad_cqes)" 0
	check_eq "$*: queue given back" "$(on b netdevnl queues ppsim1 | grep -c io-uring)" 0
}

ppsim_pair
on b ethtool -X ppsim1 equal 1
on b ethtool -K ppsim1 ntuple on
on b ethtool -N ppsim1 flow-type tcp4 dst-port 5001 action 1

zcrx $((256 << 20)) --mode auto
check_eq "copied" "$(zresult copied_bytes)" 0
zcrx $((64 << 20)) --mode device --chunk 32768
check_eq "copied" "$(zresult copied_bytes)" 0
check_num "bytes in a completion" $(($(zresult bytes) / $(zresult cqes))) -gt 8192

# all is held: the device goes silent, the kernel tells, puts bring it back
zcrx $((16 << 20)) --mode device --bufs 1024 --hold 100000
check_num "starved" "$(zresult starved)" -ge 1

# the same by a loop of its own; the kernel's event is used, or done without
for events in 7 0; do
	on b timeout 100 vm_zcrx starve ppsim1 1 5001 $((16 << 20)) $events &
	receiver=$!
	on a timeout 100 wordgen --connect 192.0.2.2:5001 --bytes $((16 << 20)) || fail wordgen
	wait "$receiver" || fail "vm_zcrx starve"
	check_eq "queue given back" "$(on b netdevnl queues ppsim1 | grep -c io-uring)" 0
done

# packets that are not steered there are copied, and that is counted
on b ethtool -N ppsim1 delete 0 || on b ethtool -N ppsim1 delete 63
zcrx $((16 << 20)) --mode device
check_num "copied" "$(zresult copied_bytes)" -ge $((15 << 20))

# kill -9 with the queue taken: the next one gets it
for round in 1 2 3 4 5; do
	# exec: the pid is that of bench_zcrx
	(exec /usr/local/bin/ip netns exec b bench_zcrx --listen 192.0.2.2:5001 \
		--if ppsim1 --queue 1 --mode device >/tmp/k) &
	holder=$!
	wait_for "the holder" grep -q device: /tmp/k
	kill -KILL "$holder"
	wait "$holder" || :
done
zcrx $((1 << 20)) --mode device
on b vm_zcrx fork ppsim1 1 || fail "vm_zcrx fork"

on b ethtool -G ppsim1 tcp-data-split off
check_fails "split off" "tcp-data-split on" on b bench_zcrx --listen 192.0.2.2:5001 \
	--if ppsim1 --queue 1 --mode device
on b ethtool -G ppsim1 tcp-data-split on
check_fails "no such queue" "has no queue 99" on b bench_zcrx --listen 192.0.2.2:5001 \
	--if ppsim1 --queue 99 --mode device
check_fails "loopback" "cannot give a queue" on b bench_zcrx --listen 192.0.2.2:5001 \
	--if lo --queue 0 --mode device
