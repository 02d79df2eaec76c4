# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# What the parts of the VM runner share: names, paths and ways to end.

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
KMOD_DIR=$VM_DIR/../kmod
KERNELS_FILE=$VM_DIR/kernels
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pagepool-vm
# An empty directory that stays: the place where each run mounts its own tmpfs,
# seen by nobody else. Everything a run makes lies in there or, complete and
# under its final name, in the cache.
SCRATCH=$CACHE/scratch

# Exit statuses, as ctest and automake know them.
EXIT_FAILED=1
EXIT_USAGE=2
EXIT_SKIPPED=77

GUESTS="virtio ppsim numa old"

say() {
	printf '%s\n' "$*"
}

die() {
	printf 'vm: %s\n' "$*" >&2
	exit "$EXIT_FAILED"
}

# The tier cannot run here, through no fault of the project: one line. Where
# nobody would read that line, it is a failure.
cannot_run() {
	say "skip: VM tests: $*"
	say "0 passed, 0 failed, ${PLANNED:-0} skipped"
	if [ "${CI:-}" = true ]; then
		say "CI=true: a VM tier that cannot run is a failure" >&2
		exit "$EXIT_FAILED"
	fi
	exit "$EXIT_SKIPPED"
}

# kernel_field NAME N: the Nth column of a line of the kernels file
kernel_field() {
	awk -v name="$1" -v n="$2" '$1 == name { print $n }' "$KERNELS_FILE"
}

# The value of "# KEY: ..." in a test's header, or nothing.
header() {
	sed -n '/^#/!q; s/^# '"$2"': *//p' "$1"
}

# hash FILE...: names and contents, so that a renamed file is a new file
hash() {
	local f

	for f in "$@"; do
		printf '%s\n' "${f##*/}"
		cat "$f"
	done | sha256sum | cut -c1-16
}
