# SPDX-License-Identifier: BSD-2-Clause
# about: frames of a zero-copy queue stay in quarantine until the queue is free
# guest: virtio
# timeout: 120
# needs: ip vm_quarantine
. /vm/lib.sh

ip link set eth0 up
ip link set eth1 up
vm_quarantine eth0 eth1
