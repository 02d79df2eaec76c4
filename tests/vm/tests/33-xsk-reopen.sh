# SPDX-License-Identifier: BSD-2-Clause
# about: close and open again 50 times under traffic, zero-copy
# guest: virtio
# timeout: 180
# needs: ip xsk_close
. /vm/lib.sh

ip link set eth0 up
ip link set eth1 up
xsk_close eth1 eth0 50
