# SPDX-License-Identifier: BSD-2-Clause
# about: an old kernel gives copy mode, says why not more, and moves frames
# guest: old virtio
# timeout: 120
# needs: ip vm_xsk
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
	vm_xsk copy eth0 eth1 20000
	;;
esac
