# SPDX-License-Identifier: BSD-2-Clause
# about: the test NIC goes down, comes up and unloads under traffic, without a trace
# guest: ppsim
# timeout: 180
# needs: ip ethtool tcpxfer netdevnl
. /vm/lib.sh

# endless traffic both ways, until killed
traffic() {
	on b tcpxfer recv -p 5001 -n $((1 << 40)) >/dev/null 2>&1 &
	on a tcpxfer recv -p 5002 -n $((1 << 40)) >/dev/null 2>&1 &
	wait_for "listener" listening b 5001
	wait_for "listener" listening a 5002
	on a tcpxfer send -a 192.0.2.2 -p 5001 -n $((1 << 40)) >/dev/null 2>&1 &
	on b tcpxfer send -a 192.0.2.1 -p 5002 -n $((1 << 40)) >/dev/null 2>&1 &
}

# flows: packets reach b at this moment
received() {
	on b cat /sys/class/net/ppsim1/statistics/rx_packets
}
flows() {
	[ "$(received)" -gt "$before" ]
}

for round in 1 2 3; do
	ppsim_pair
	traffic
	before=$(received)
	wait_for "traffic" flows
	for i in 1 2 3; do
		on b ip link set ppsim1 down
		on b ip link set ppsim1 up
		wait_for "carrier" carrier b ppsim1
		on b ethtool -G ppsim1 tcp-data-split off
		on b ethtool -G ppsim1 tcp-data-split on
	done
	before=$(received)
	wait_for "traffic after down and up" flows
	# No link down first: the module does it all.
	check "round $round: unload under traffic" rmmod ppsim
	killall tcpxfer
	wait
	ip netns delete a
	ip netns delete b
	check "round $round: no pool left" test "$(netdevnl pools | grep -c '^pool ')" = 0
	check "round $round: not loaded" test ! -e /sys/module/ppsim
done
check "kernel memory of the driver is all back" sh -c "! grep -q ppsim /proc/modules"
