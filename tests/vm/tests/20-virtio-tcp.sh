# SPDX-License-Identifier: BSD-2-Clause
# about: the two virtio ports reach each other, and the page pool's counters move
# guest: virtio old
# timeout: 120
# needs: ip tcpxfer netdevnl
. /vm/lib.sh

# A pool stays listed where it was made: that is where the driver was loaded,
# not where its port went since.
pool_sum() { # COUNTER
	netdevnl poolstats | sed -n "s/.* $1=\([0-9]*\).*/\1/p" |
		awk '{ n += $1 } END { printf "%d\n", n }'
}

pair eth0 eth1
case $(uname -r) in
6.1.*)
	transfer $((16 << 20)) 5001
	;;
*)
	before=$(($(pool_sum alloc_fast) + $(pool_sum alloc_slow)))
	transfer $((64 << 20)) 5001
	netdevnl poolstats
	after=$(($(pool_sum alloc_fast) + $(pool_sum alloc_slow)))
	# 64 MiB in buffers of at most a page
	check_num "pages taken from the pool" $((after - before)) -ge 1000
	;;
esac
