#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What cannot work is refused with a status, a sentence and nothing on stdout.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/zcrx_lib.sh"

tcp_namespaces

zrefused() { # STATUS WORDS ARG...
	local want=$1 words=$2 status=0

	shift 2
	ns_run rcv timeout 60 "$BENCH/bench_zcrx" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err" ||
		status=$?
	refused "$status" "$want" "$words" "bench_zcrx $*"
}

zrefused 2 listen --mode pbuf
zrefused 2 listen --listen 192.0.2.2
zrefused 2 mode --listen 192.0.2.2:5001 --mode fast
zrefused 2 chunk --listen 192.0.2.2:5001 --chunk 0
zrefused 1 'buf_bytes is 5000' --listen 192.0.2.2:5001 --mode pbuf --chunk 5000
zrefused 1 'bufs is 63' --listen 192.0.2.2:5001 --mode pbuf --bufs 63
zrefused 1 'no such interface' --listen 192.0.2.2:5001 --if nosuch0
zrefused 1 'no interface was named' --listen 192.0.2.2:5001 --mode device
zrefused 1 'larger area or fewer bufs' --listen 192.0.2.2:5001 --mode pbuf --area-mb 1
zrefused 1 'Cannot assign' --listen 198.51.100.1:5001 --mode pbuf --json
