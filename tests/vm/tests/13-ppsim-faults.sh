# SPDX-License-Identifier: BSD-2-Clause
# about: the test NIC's faults: lost packets, unsplit packets, refused binds
# guest: ppsim
# timeout: 120
# needs: ip ethtool tcpxfer netdevnl
. /vm/lib.sh

# qstat QUEUE NAME, of b
qstat() {
	on b netdevnl qstats ppsim1 | sed -n "s/.* type=0 id=$1 .*$2=\([0-9]*\).*/\1/p"
}

ppsim_pair
# One queue, so that a period runs over all packets.
on b ethtool -X ppsim1 equal 1

echo "every 50th packet is lost"
before=$(qstat 0 rx_packets)
echo 50 >$FAULTS/1/drop_every
transfer $((8 << 20)) 5001
echo 0 >$FAULTS/1/drop_every
lost=$(stat b ppsim1 rx0_fault_drops)
came=$(($(qstat 0 rx_packets) - before + lost))
check_num "lost" "$lost" -ge 2
# Packets that came between the counter reads and the settings are not in the
# period: at most one more or less.
check_num "lost, against $came / 50" "$lost" -ge $((came / 50 - 1))
check_num "lost, against $came / 50" "$lost" -le $((came / 50 + 1))
check_eq "lost packets in the queue's statistics" "$(qstat 0 rx_hw_drops)" "$lost"
check_eq "lost packets in the port's statistics" \
	"$(on b cat /sys/class/net/ppsim1/statistics/rx_dropped)" "$lost"
transfer $((1 << 20)) 5001
check_eq "none lost with the fault off" "$(stat b ppsim1 rx0_fault_drops)" "$lost"

echo "every 5th packet is not split"
linear=$(stat b ppsim1 rx0_linear_bytes)
echo 5 >$FAULTS/1/unsplit_every
transfer $((8 << 20)) 5001
echo 0 >$FAULTS/1/unsplit_every
unsplit=$(stat b ppsim1 rx0_fault_unsplits)
linear=$(($(stat b ppsim1 rx0_linear_bytes) - linear))
check_num "unsplit" "$unsplit" -ge 2
check_num "payload in the linear part" "$linear" -gt 0
check_num "payload in the linear part" "$linear" -le $((unsplit * 512))
transfer $((1 << 20)) 5001
check_eq "none with the fault off" "$(stat b ppsim1 rx0_fault_unsplits)" "$unsplit"

echo "a refused memory provider"
echo 12 >$FAULTS/1/refuse_bind
check_fails "bind" ENOMEM on b netdevnl bind ppsim1 1
check_eq "counted" "$(stat b ppsim1 refused_binds)" 1
check_eq "queue 1 unbound" "$(on b netdevnl queues ppsim1 | grep -c dmabuf)" 0
transfer $((1 << 20)) 5001
# Its own queue works on too.
on b ethtool -X ppsim1 weight 0 1
before=$(qstat 1 rx_packets)
transfer $((1 << 20)) 5001
check_num "packets on queue 1" $(($(qstat 1 rx_packets) - before)) -gt 0
on b ethtool -X ppsim1 equal 1

echo 0 >$FAULTS/1/refuse_bind
mkfifo /tmp/hold
on b netdevnl bind ppsim1 1 </tmp/hold >/tmp/bound &
binder=$!
exec 4>/tmp/hold
wait_for "bind" grep -q bound /tmp/bound
on b netdevnl queues ppsim1
check_eq "queue 1 bound" "$(on b netdevnl queues ppsim1 | grep 'id=1 .*type=0' | grep -c dmabuf=)" 1
check_eq "its pool has the provider" "$(on b netdevnl pools | grep -c dmabuf=)" 1
check_fails "a second bind" "EEXIST" on b netdevnl bind ppsim1 1
check_fails "split off under a provider" "memory provider" on b ethtool -G ppsim1 tcp-data-split off
# The way back is never refused.
echo 12 >$FAULTS/1/refuse_bind
exec 4>&-
wait "$binder"
check_eq "queue 1 free again" "$(on b netdevnl queues ppsim1 | grep -c dmabuf=)" 0
echo 0 >$FAULTS/1/refuse_bind

echo "what must be set for a bind"
on b ethtool -G ppsim1 tcp-data-split off
check_fails "bind with split off" "tcp-data-split is disabled" on b netdevnl bind ppsim1 1
on b ethtool -G ppsim1 tcp-data-split on
on b netdevnl hds-thresh ppsim1 100
check_fails "bind with a threshold" "hds-thresh is not zero" on b netdevnl bind ppsim1 1
on b netdevnl hds-thresh ppsim1 0
transfer $((1 << 20)) 5001
ppsim_unload
