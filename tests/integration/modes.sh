#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Both XDP modes, both chunk sizes: frames arrive, every one and every page is
# accounted for, and the mode that was asked for is the mode that is used.
set -u
. "$(dirname "$0")/lib.sh"

device_drops() {
	echo $(($(link_stat gen vg tx_dropped) + $(link_stat rcv vr rx_dropped)))
}

two_namespaces
for mode in native skb; do
	for chunk in 2048 4096; do
		before=$(device_drops)
		xsk_start rx --if vr --xdp "$mode" --chunk "$chunk"
		send --frames 20000 --pps 20000
		xsk_stop
		dropped=$(($(device_drops) - before))
		# generic XDP drops after the device: only the socket counts
		[ "$mode" = native ] || dropped=$((dropped +
			$(result xdp_statistics.rx_ring_full) +
			$(result xdp_statistics.rx_dropped)))
		received=$(result rx.packets)
		echo "$mode, chunks of $chunk: received $received, dropped $dropped"
		equal "xdp_used" "$(result xdp_used)" "$mode"
		equal "bind_used" "$(result bind_used)" copy
		equal "received + dropped" $((received + dropped)) "$SENT"
		equal "bytes" "$(result bytes)" $((received * 60))
		[ "$received" -gt 0 ] || fail "nothing arrived"
		pages_home
		no_program_left
	done
done
