# SPDX-License-Identifier: BSD-2-Clause
# about: the guest is what the other tests take it for
# guest: virtio ppsim numa old
# timeout: 60
# needs: ip ethtool netdevnl
. /vm/lib.sh

release=$(uname -r)
echo "Linux $release, $(nproc) CPUs, $(free -m | awk '/^Mem/ { print $2 }') MiB"
check_eq "CPUs" "$(nproc)" 2

nodes=0
for node in /sys/devices/system/node/node[0-9]*; do
	nodes=$((nodes + 1))
done

case $release in
6.1.*)
	# What this kernel lacks is what the library must do without.
	check_fails "no netdev family" "no generic netlink family" netdevnl pools
	check_eq "real NUMA nodes" "$nodes" 1
	;;
*)
	check "page-pool statistics" netdevnl pools
	check "udmabuf" test -c /dev/udmabuf
	check "io_uring allowed" test "$(cat /proc/sys/kernel/io_uring_disabled)" = 0
	check "BTF for BPF programs" test -s /sys/kernel/btf/vmlinux
	;;
esac

if [ -e /sys/class/net/eth0 ]; then
	check_eq "ports" "$(ls /sys/class/net | tr '\n' ' ')" "eth0 eth1 lo "
	check_eq "driver" "$(ethtool -i eth0 | sed -n 's/^driver: //p')" virtio_net
	ip link set eth0 up
	ip link set eth1 up
	wait_for "carrier" test "$(cat /sys/class/net/eth0/carrier)" = 1
	case $release in
	6.1.*) ;;
	*)
		# The receive queue of this driver has a page pool, and the kernel
		# lists it: the counters that ours are compared with.
		netdevnl pools | tee /tmp/pools
		check "a page pool per port" test "$(grep -c '^pool ' /tmp/pools)" -ge 2
		check "zero-copy AF_XDP offered" sh -c \
			'netdevnl dev eth0 | tee /dev/stderr | grep -q xsk-zerocopy'
		;;
	esac
fi
if [ "$nodes" -gt 1 ]; then
	check_eq "NUMA nodes" "$nodes" 2
	for node in 0 1; do
		kib=$(awk '/MemTotal/ { print $4 }' "/sys/devices/system/node/node$node/meminfo")
		check_num "KiB on node $node" "$kib" -gt 300000
		check_num "CPUs on node $node" \
			"$(ls -d /sys/devices/system/node/node$node/cpu[0-9]* | wc -l)" -eq 1
	done
fi
