#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# 1 GiB over veth and over loopback, every word verified, in every mode that
# this kernel has; several connections; buffers of one chunk.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/zcrx_lib.sh"

tcp_namespaces
transfer gen 192.0.2.2 $((1024 * MIB)) --mode auto --verify
mode=$(zresult mode)
equal "refused modes before $mode" "$(zresult 'refused | map(select(.errno > 0 and
	(.reason | length) > 20)) | length')" "$(zresult 'refused | length')"
equal "first refused mode" "$(zresult 'refused[0].step')" device
transfer rcv 127.0.0.1 $((1024 * MIB)) --mode auto --verify
# what the kernel copied is counted, whatever the mode is that it copies in
equal "copied bytes" "$(zresult copied_bytes)" $((1024 * MIB))
for mode in pbuf recv epoll; do
	transfer gen 192.0.2.2 $((128 * MIB)) --mode $mode --verify
	transfer gen 192.0.2.2 $((64 * MIB)) --mode $mode --verify --conns 8
done
transfer gen 192.0.2.2 $((64 * MIB)) --mode pbuf --verify --chunk 4096 --bufs 512
transfer gen 192.0.2.2 $((64 * MIB)) --mode pbuf --verify --chunk 1024 --bufs 64
transfer gen 192.0.2.2 $((64 * MIB)) --mode pbuf --verify --bufs 1
