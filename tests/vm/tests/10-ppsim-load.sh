# SPDX-License-Identifier: BSD-2-Clause
# about: the test NIC loads, shows what it has, and unloads
# guest: ppsim
# timeout: 120
# needs: ip ethtool netdevnl
. /vm/lib.sh

for round in 1 2 3; do
	ppsim_pair
	for port in a/ppsim0 b/ppsim1; do
		ns=${port%/*} dev=${port#*/}
		check_eq "$dev driver" "$(on "$ns" ethtool -i "$dev" | sed -n 's/^driver: //p')" ppsim
		check_eq "$dev channels" \
			"$(on "$ns" ethtool -l "$dev" | awk '/^Combined/ { n = n $2 " " } END { print n }')" "2 2 "
		check "$dev: a pool per queue" test "$(on "$ns" netdevnl pools | grep -c '^pool ')" = 2
	done
	check "ping" on a ping -c 3 192.0.2.2
	check "ping, IPv6" on a ping -c 3 2001:db8::2
	ppsim_unload
	check "round $round: pools gone" test "$(netdevnl pools | grep -c '^pool ')" = 0
done

check_fails "nine queues" "nvalid" insmod "$PPSIM_KO" queues=9
check_fails "no queue" "nvalid" insmod "$PPSIM_KO" queues=0
ppsim_pair queues=4
check_eq "queues=4" "$(on a netdevnl queues ppsim0 | grep -c 'type=0')" 4
# Down and up again under the same configuration.
for round in 1 2 3; do
	on a ip link set ppsim0 down
	on a ip link set ppsim0 up
done
on a ip address add 2001:db8::1/64 dev ppsim0 nodad
check "ping after down and up" on a ping -c 3 192.0.2.2
ppsim_unload
