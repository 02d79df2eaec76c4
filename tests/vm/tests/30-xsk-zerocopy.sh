# SPDX-License-Identifier: BSD-2-Clause
# about: zero-copy AF_XDP on virtio_net, 100,000 frames each way, beside the kernel's counters
# guest: virtio
# timeout: 180
# needs: ip netdevnl vm_xsk
. /vm/lib.sh

for dev in eth0 eth1; do
	ip link set "$dev" up
done
check "no socket on a queue before" test "$(netdevnl queues eth1 | grep -c xsk=)" = 0
echo "the kernel's own page pools before:"
netdevnl poolstats
vm_xsk zc eth0 eth1 100000
echo "the kernel's own page pools after (zero-copy frames do not pass them):"
netdevnl poolstats
# the last one is the library's own probe, which found the queue free; the kernel
# takes its time to forget it
wait_for "no socket on a queue after" sh -c '! netdevnl queues eth1 | grep xsk='
echo "ok: no socket on a queue after"
