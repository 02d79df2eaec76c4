# SPDX-License-Identifier: BSD-2-Clause
# about: one area as the UMEM of both virtio ports, zero-copy
# guest: virtio
# timeout: 120
# needs: ip vm_xsk
. /vm/lib.sh

ip link set eth0 up
ip link set eth1 up
vm_xsk zc eth0 eth1 20000 share
