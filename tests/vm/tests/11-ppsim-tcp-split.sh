# SPDX-License-Identifier: BSD-2-Clause
# about: 256 MiB TCP over the test NIC, data split on and off, read back and seen
# guest: ppsim
# timeout: 240
# needs: ip ethtool tcpxfer netdevnl
. /vm/lib.sh

MIB256=$((256 << 20))

split_setting() {
	on b ethtool -g ppsim1 | sed -n 's/^TCP data split:[[:space:]]*//p'
}

# moved WHERE: TCP payload bytes at the receiver, all queues
moved() {
	stat b ppsim1 "rx[0-9]+_$1_bytes"
}

# run SETTING: sets it, reads it back, transfers, leaves the differences
run() {
	on b ethtool -G ppsim1 tcp-data-split "$1"
	check_eq "data split read back" "$(split_setting)" "$1"
	linear=$(moved linear) frag=$(moved frag)
	transfer "$2" 5001
	linear=$(($(moved linear) - linear)) frag=$(($(moved frag) - frag))
}

ppsim_pair
check_eq "data split as loaded" "$(split_setting)" on

run off "$MIB256"
check_eq "split off: payload in pool memory" "$frag" 0
check_num "split off: payload in the linear part" "$linear" -ge "$MIB256"

run on "$MIB256"
check_eq "split on: payload in the linear part" "$linear" 0
check_num "split on: payload in pool memory" "$frag" -ge "$MIB256"

# And back, so that neither is just the order of things.
run off $((1 << 20))
check_eq "split off again: payload in pool memory" "$frag" 0

# Threshold: a frame up to it stays whole, a longer one is split.
run on 8
on b netdevnl hds-thresh ppsim1 1000
check_eq "threshold read back" "$(on b netdevnl hds-thresh ppsim1)" "hds_thresh=1000 max=4096"
linear=$(moved linear) frag=$(moved frag)
transfer 800 5001
check_eq "800 bytes below the threshold: linear" $(($(moved linear) - linear)) 800
check_eq "800 bytes below the threshold: pool" $(($(moved frag) - frag)) 0
linear=$(moved linear) frag=$(moved frag)
transfer 1400 5001
check_eq "1400 bytes above the threshold: linear" $(($(moved linear) - linear)) 0
check_eq "1400 bytes above the threshold: pool" $(($(moved frag) - frag)) 1400
check_fails "threshold above the maximum" EINVAL on b netdevnl hds-thresh ppsim1 5000

# IPv6 has a longer header.
on b netdevnl hds-thresh ppsim1 0
linear=$(moved linear) frag=$(moved frag)
TO=2001:db8::2 transfer $((4 << 20)) 5001
check_eq "IPv6: payload in the linear part" $(($(moved linear) - linear)) 0
check_num "IPv6: payload in pool memory" $(($(moved frag) - frag)) -ge $((4 << 20))
ppsim_unload
