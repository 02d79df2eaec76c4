# SPDX-License-Identifier: BSD-2-Clause
# about: RSS and ntuple rules of the test NIC are readable and steer
# guest: ppsim
# timeout: 120
# needs: ip ethtool tcpxfer
. /vm/lib.sh

# payload QUEUE: TCP payload bytes received at b; nothing but the connection
# moves it, unlike a packet counter that sees neighbour discovery
payload() {
	stat b ppsim1 "rx$1_(linear|frag)_bytes"
}

# queue_of SOURCE_ADDRESS SOURCE_PORT ADDRESS PORT: which queue of b one
# connection arrives on; all of it must take the same
queue_of() {
	q0=$(payload 0) q1=$(payload 1)
	TO=$3 transfer 1000 "$4" -s "$1" -l "$2" >/dev/null
	q0=$(($(payload 0) - q0)) q1=$(($(payload 1) - q1))
	case $((q0 >= 1000))$((q1 >= 1000)),$((q0 && q1)) in
	10,0) echo 0 ;;
	01,0) echo 1 ;;
	*) echo "neither ($q0, $q1)" ;;
	esac
}

ppsim_pair
# The addresses of the test vectors are each on the other side of a gateway.
for port in "a ppsim0 b ppsim1" "b ppsim1 a ppsim0"; do
	set -- $port
	mac=$(on "$3" cat "/sys/class/net/$4/address")
	on "$1" ip route add default via 192.0.2.254 dev "$2"
	on "$1" ip neighbour add 192.0.2.254 lladdr "$mac" dev "$2" nud permanent
	on "$1" ip route add default via 2001:db8::ff dev "$2"
	on "$1" ip neighbour add 2001:db8::ff lladdr "$mac" dev "$2" nud permanent
done

echo "RSS: the hash is the Toeplitz hash of the published test vectors"
on b ethtool -X ppsim1 hkey 6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa
on b ethtool -x ppsim1 >/tmp/rss
check "key read back" grep -q '^6d:5a:56:da:' /tmp/rss
# An entry E of the 128 in the table is pinned from both sides: it is on
# queue 1 when the entries from E on are, and on queue 0 when those after it are.
while read -r src sport dst dport entry; do
	case $src in
	*:*) bits=128 ;;
	*) bits=32 ;;
	esac
	on a ip address add "$src/$bits" dev lo
	on b ip address add "$dst/$bits" dev lo
	on b ethtool -X ppsim1 weight "$entry" $((128 - entry))
	check_eq "$src:$sport > $dst:$dport from entry $entry" \
		"$(queue_of "$src" "$sport" "$dst" "$dport")" 1
	on b ethtool -X ppsim1 weight $((entry + 1)) $((127 - entry))
	check_eq "$src:$sport > $dst:$dport after entry $entry" \
		"$(queue_of "$src" "$sport" "$dst" "$dport")" 0
done <<END
66.9.149.187 2794 161.142.100.80 1766 120
199.92.111.2 14230 65.69.140.83 4739 106
24.19.198.95 12898 12.22.207.184 38024 74
3ffe:2501:200:1fff::7 2794 3ffe:2501:200:3::1 1766 61
END
check_eq "fields hashed for TCP" \
	"$(on b ethtool -n ppsim1 rx-flow-hash tcp4 | grep -c -E 'IP (SA|DA)|bytes [02]')" 4

echo "ntuple rules"
on b ethtool -X ppsim1 equal 1
check_eq "all on queue 0" "$(queue_of 192.0.2.1 4000 192.0.2.2 7000)" 0
check_fails "a rule while ntuple is off" "not supported" \
	on b ethtool -N ppsim1 flow-type tcp4 dst-port 7000 action 1
on b ethtool -K ppsim1 ntuple on
check "rule" on b ethtool -N ppsim1 flow-type tcp4 dst-port 7000 action 1
check "rule, IPv6, at a place" \
	on b ethtool -N ppsim1 flow-type tcp6 dst-port 7000 action 1 loc 9
on b ethtool -n ppsim1 >/tmp/rules
check_eq "rules read back" "$(sed -n 's/^Filter: //p' /tmp/rules | tr '\n' ' ')" "0 9 "
check_eq "ports read back" "$(grep -c 'Dest port: 7000 ' /tmp/rules)" 2
check_eq "actions read back" "$(grep -c 'Action: Direct to queue 1' /tmp/rules)" 2
check_eq "port 7000" "$(queue_of 192.0.2.1 4001 192.0.2.2 7000)" 1
check_eq "port 7000, IPv6" "$(queue_of 2001:db8::1 4001 2001:db8::2 7000)" 1
check_eq "port 7001" "$(queue_of 192.0.2.1 4002 192.0.2.2 7001)" 0
check_fails "a queue that is not there" "nvalid" \
	on b ethtool -N ppsim1 flow-type tcp4 dst-port 7001 action 2

# A mask: ports 7000 to 7007; the source address must agree as well.
on b ethtool -N ppsim1 delete 0
check_eq "port 7000 after the rule is gone" "$(queue_of 192.0.2.1 4003 192.0.2.2 7000)" 0
on b ethtool -N ppsim1 flow-type tcp4 src-ip 192.0.2.1 dst-port 7000 m 7 action 1
check_eq "port 7005 in the range" "$(queue_of 192.0.2.1 4004 192.0.2.2 7005)" 1
check_eq "port 7008 past it" "$(queue_of 192.0.2.1 4005 192.0.2.2 7008)" 0
check_eq "another source" "$(queue_of 66.9.149.187 4006 192.0.2.2 7005)" 0

# Drop: the connection cannot come to be.
on b ethtool -N ppsim1 flow-type tcp4 dst-port 7100 action -1
before=$(stat b ppsim1 rule_drops)
on b tcpxfer recv -p 7100 -n 8 >/dev/null 2>&1 &
wait_for "listener" listening b 7100
status=0
on a timeout 3 tcpxfer send -a 192.0.2.2 -p 7100 -n 8 || status=$?
check_eq "connection to a dropped port times out: status" "$status" 143
killall tcpxfer
check_num "dropped by the rule" $(($(stat b ppsim1 rule_drops) - before)) -gt 0

# Off again: rules stay but do not act.
on b ethtool -K ppsim1 ntuple off
check_eq "port 7005 with ntuple off" "$(queue_of 192.0.2.1 4007 192.0.2.2 7005)" 0
ppsim_unload
