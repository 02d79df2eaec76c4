# SPDX-License-Identifier: BSD-2-Clause
# What the scripts and the integration tests share: messages, builds, network
# namespaces and background programs that are gone at the end, also of a run
# that was interrupted. Sourced by bash; NAME is the script's name in messages.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin
: "${NAME:=$(basename "$0")}"

die() { # MESSAGE [STATUS]
	echo "$NAME: $1" >&2
	exit "${2:-1}"
}

need_root() {
	[ "$(id -u)" = 0 ] || die "needs root for network namespaces and BPF: sudo $0"
}

number() { # TEXT: a whole number that bash can count with
	[[ $1 =~ ^[0-9]{1,15}$ ]]
}

# Configures and builds a preset; says nothing unless it fails. Two runs at the
# same time build one after the other.
build_preset() { # PRESET [TARGET...]
	local preset=$1 log=$ROOT/build/$1.log
	local target=()

	shift
	[ $# = 0 ] || target=(--target "$@")
	mkdir -p "$ROOT/build"
	if ! (
		flock 9
		cd "$ROOT" && cmake --preset "$preset" >"$log" 2>&1 &&
			cmake --build --preset "$preset" "${target[@]}" >>"$log" 2>&1
	) 9>"$ROOT/build/.$preset.lock"; then
		tail -n 30 "$log" >&2
		echo "$NAME: the $preset preset does not build, see $log" >&2
		return 1
	fi
}

# --- background programs ------------------------------------------------------

SCRATCH= # directory for temporary files, removed by lib_cleanup
JOBS=() # pids of children that nobody waited for yet

job_forget() { # PID
	local pid left=()

	for pid in "${JOBS[@]}"; do
		[ "$pid" = "$1" ] || left+=("$pid")
	done
	JOBS=("${left[@]}")
}

# Starts a program, its output into files; its pid is in $PID.
job_start() { # STDOUT STDERR COMMAND...
	local out=$1 err=$2

	shift 2
	: >"$out" # now: job_line must not see what an earlier program wrote
	: >"$err"
	"$@" >>"$out" 2>>"$err" </dev/null &
	PID=$!
	JOBS+=("$PID")
}

alive() { # PID
	local state

	state=$(sed 's/^.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null) || return 1
	[ -n "$state" ] && [ "$state" != Z ]
}

# Waits for a program to end by itself; after SECONDS it is killed, and that is
# status 124.
job_wait() { # PID SECONDS
	local pid=$1 tries=$(($2 * 20)) status=0

	while alive "$pid" && [ "$((tries--))" -gt 0 ]; do
		sleep 0.05
	done
	if alive "$pid"; then
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
		job_forget "$pid"
		return 124
	fi
	wait "$pid" 2>/dev/null || status=$?
	job_forget "$pid"
	return "$status"
}

job_stop() { # PID [SECONDS]: SIGTERM, then as job_wait
	kill -TERM "$1" 2>/dev/null
	job_wait "$1" "${2:-20}"
}

# Waits until a file has a line that matches; fails if the program ends first.
job_line() { # FILE PATTERN PID [SECONDS]
	local tries=$((${4:-30} * 20))

	until grep -q -e "$2" "$1" 2>/dev/null; do
		alive "$3" && [ "$((tries--))" -gt 0 ] || return 1
		sleep 0.05
	done
}

# --- network namespaces -------------------------------------------------------

NS=() # full names
SWEPT=

ns_name() { # NAME: unique among all runs on this machine
	echo "$NS_PREFIX$$-$1"
}

# What a run that was killed by SIGKILL left behind.
ns_sweep() {
	local name pid

	[ -z "$SWEPT" ] || return 0
	SWEPT=1
	for name in $(ip netns list | awk '{ print $1 }'); do
		pid=${name#"$NS_PREFIX"}
		pid=${pid%%-*}
		[ "$name" != "${name#"$NS_PREFIX"}" ] && number "$pid" &&
			[ ! -e "/proc/$pid" ] && ip netns del "$name" 2>/dev/null
	done
	return 0
}

ns_add() { # NAME...
	local name

	ns_sweep
	for name in "$@"; do
		name=$(ns_name "$name")
		ip netns add "$name" || return
		NS+=("$name")
		# no neighbour, router or multicast traffic: every frame is ours
		ip netns exec "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			2>/dev/null || :
		ip -n "$name" link set lo up
	done
}

# Two namespaces joined by a veth pair without ARP.
ns_veth() { # NAME1 IF1 NAME2 IF2 [QUEUES]
	local a b q=${5:-1}

	a=$(ns_name "$1")
	b=$(ns_name "$3")
	ip link add "$2" netns "$a" numtxqueues "$q" numrxqueues "$q" type veth \
		peer name "$4" netns "$b" numtxqueues "$q" numrxqueues "$q" &&
		ip -n "$a" link set "$2" arp off up &&
		ip -n "$b" link set "$4" arp off up
}

# Replaces this shell by a command there, which ends when the script is gone.
ns() { # NAME COMMAND...
	local name

	name=$(ns_name "$1")
	shift
	exec setpriv --pdeathsig TERM ip netns exec "$name" "$@"
}

ns_run() { # NAME COMMAND...
	(ns "$@")
}

link_stat() { # NAME IF COUNTER
	ns_run "$1" cat "/sys/class/net/$2/statistics/$3"
}

# Ends and removes all of the above. For "trap lib_cleanup EXIT", together with
# "trap 'exit 130' INT TERM HUP".
lib_cleanup() {
	local pid name

	trap '' INT TERM HUP
	for pid in "${JOBS[@]}"; do
		kill -TERM "$pid" 2>/dev/null
	done
	for pid in "${JOBS[@]}"; do
		job_wait "$pid" 5
	done
	for name in "${NS[@]}"; do
		ip netns del "$name" 2>/dev/null
	done
	NS=()
	[ -z "${SCRATCH:-}" ] || rm -rf "$SCRATCH"
	SCRATCH=
}
