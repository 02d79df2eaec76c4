# SPDX-License-Identifier: BSD-2-Clause
# about: copy mode: an old kernel says why not more; a new one's page pools beside ours
# guest: old virtio
# timeout: 120
# needs: ip netdevnl vm_xsk
. /vm/lib.sh

ip link set eth0 up
ip link set eth1 up
case $(uname -r) in
6.1.*)
	vm_xsk auto eth0 eth1 20000 >/tmp/out || {
		cat /tmp/out
		fail "auto"
	}
	cat /tmp/out
	check_eq "ports that copy" "$(grep -c ': copy, ' /tmp/out)" 2
	check_num "reasons given" "$(grep -c 'refused: zero-copy' /tmp/out)" -ge 2
	check_fails "zero-copy or nothing" "open eth0: -" vm_xsk zc eth0 eth1 10
	;;
*)
	# here the same frames pass the kernel's page pools and ours
	echo "the kernel's own page pools before:"
	netdevnl poolstats | tee /tmp/before
	vm_xsk copy eth0 eth1 20000
	echo "the kernel's own page pools after:"
	netdevnl poolstats | tee /tmp/after
	check_fails "the kernel's counters stayed the same" differ cmp /tmp/before /tmp/after
	;;
esac
