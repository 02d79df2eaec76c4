#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# A queue has one owner: the second one is told so, the first one goes on.
set -u
. "$(dirname "$0")/lib.sh"

two_namespaces
xsk_start rx --if vr
send --frames 1000 --pps 10000
xsk_refused 1 'xsk_redirect' --mode rx --if vr --duration 1
send --frames 1000 --start 1000 --pps 10000
xsk_stop
SENT=2000
conserved

echo "without a program in the way"
xsk_start tx --if vr --pps 1000
xsk_refused 1 'queue 0 of vr' --mode tx --if vr --duration 1
xsk_stop
pages_home
