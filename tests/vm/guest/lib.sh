# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What tests in the guest share (busybox sh). A test passes when it ends with
# status 0, is skipped with 77, and runs under `set -eu`.

PPSIM_KO=/lib/modules/extra/ppsim.ko
FAULTS=/sys/kernel/debug/ppsim

# This shell prefers its own applets to what is found in PATH.
ip() {
	/usr/local/bin/ip "$@"
}

fail() {
	echo "FAIL: $*"
	exit 1
}

skip() {
	echo "skip: $*"
	exit 77
}

# check WHAT COMMAND...: COMMAND must succeed
check() {
	what=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		echo "ok: $what"
	else
		cat /tmp/check
		fail "$what ($*)"
	fi
}

# check_eq WHAT GOT WANTED
check_eq() {
	[ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"
	echo "ok: $1: $2"
}

# check_num WHAT GOT OP NUMBER, with an operator of test(1): -eq -ge -lt ...
check_num() {
	# shellcheck disable=SC1072,SC1073,SC1009
	[ "$2" "$3" "$4" ] || fail "$1: $2 is not $3 $4"
	echo "ok: $1: $2 ($3 $4)"
}

# check_fails WHAT PATTERN COMMAND...: it must fail, and say PATTERN
check_fails() {
	what=$1 pattern=$2
	shift 2
	[ -n "$pattern" ] || fail "$what: anything would do"
	! "$@" >/tmp/check 2>&1 || fail "$what: succeeded ($*)"
	grep -q "$pattern" /tmp/check || {
		cat /tmp/check
		fail "$what: failed otherwise than with '$pattern'"
	}
	echo "ok: $what: $(grep -m1 "$pattern" /tmp/check)"
}

# wait_for WHAT COMMAND...: tries for 10 s
wait_for() {
	what=$1
	shift
	i=0
	until "$@" >/dev/null 2>&1; do
		i=$((i + 1))
		[ "$i" -lt 100 ] || fail "$what: not within 10 s ($*)"
		sleep 0.1
	done
}

on() { # NETNS COMMAND...
	ns=$1
	shift
	ip netns exec "$ns" "$@"
}

carrier() { # NETNS INTERFACE
	on "$1" ip -o link show dev "$2" up | grep -q LOWER_UP
}

# pair IF_A IF_B: moves them to the namespaces a and b, 192.0.2.1 and .2,
# 2001:db8::1 and ::2, both up
pair() {
	ip netns add a
	ip netns add b
	ip link set "$1" netns a
	ip link set "$2" netns b
	port_up a "$1" 1
	port_up b "$2" 2
	wait_for "carrier of $1" carrier a "$1"
	wait_for "carrier of $2" carrier b "$2"
}

port_up() { # NETNS INTERFACE NUMBER
	on "$1" ip link set lo up
	on "$1" ip address add "192.0.2.$3/24" dev "$2"
	on "$1" ip address add "2001:db8::$3/64" dev "$2" nodad
	on "$1" ip link set "$2" up
}

# ppsim_pair [PARAM=VALUE...]: loads the test NIC, ports in namespaces a and b
ppsim_pair() {
	check "load ppsim $*" insmod "$PPSIM_KO" "$@"
	pair ppsim0 ppsim1
}

ppsim_unload() {
	ip netns delete a
	ip netns delete b
	# Deleting a namespace is asynchronous; its ports come home first.
	wait_for "ports back home" ip link show ppsim0
	wait_for "ports back home" ip link show ppsim1
	check "unload ppsim" rmmod ppsim
}

# stat NETNS INTERFACE NAME: one counter of ethtool -S, or all that match, added
stat() {
	on "$1" ethtool -S "$2" | awk -v name="^$3\$" '
		{ sub(/^ +/, ""); split($0, f, ": ") }
		f[1] ~ name { sum += f[2]; found = 1 }
		END { if (!found) exit 1; printf "%d\n", sum }'
}

# transfer BYTES PORT [SENDER_OPTION...]: TCP from a to b, verified by b
transfer() {
	bytes=$1 port=$2
	shift 2
	on b tcpxfer recv -p "$port" -n "$bytes" >/tmp/recv 2>&1 &
	receiver=$!
	wait_for "listener on $port" listening b "$port"
	on a tcpxfer send -a "${TO:-192.0.2.2}" -p "$port" -n "$bytes" "$@" ||
		fail "sender of $bytes bytes"
	wait "$receiver" || {
		cat /tmp/recv
		fail "receiver of $bytes bytes"
	}
	cat /tmp/recv
}

listening() { # NETNS PORT
	on "$1" ss -Hltn "sport = :$2" | grep -q LISTEN
}

# The virtio ports this guest has, by the names they start with.
HOME_PORTS=$(cat /vm/ports 2>/dev/null || :)

# After every test, whatever it left: only init is alive at this point.
guest_reset() {
	for ns in $(ip -o netns list | cut -d' ' -f1); do
		ip netns delete "$ns"
	done
	i=0
	while [ -d /sys/module/ppsim ] && [ "$i" -lt 50 ]; do
		rmmod ppsim || sleep 0.1
		i=$((i + 1))
	done
	# Ports of a deleted namespace come home asynchronously.
	for dev in $HOME_PORTS; do
		i=0
		until ip link show "$dev" || [ "$i" -ge 50 ]; do
			sleep 0.1
			i=$((i + 1))
		done
		ip address flush dev "$dev"
		ip link set "$dev" down
	done
}
