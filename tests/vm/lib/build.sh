# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Compiles what runs in the guest and needs no library: the test NIC and the
# static tools. Kept in the cache under a hash of the sources.

PROGS=$SCRATCH/progs

kmod_sources() {
	find "$KMOD_DIR" -maxdepth 1 -type f \( -name '*.[ch]' -o -name Kbuild \) | LC_ALL=C sort
}

tool_sources() {
	find "$VM_DIR/tools" -maxdepth 1 -name '*.[ch]' ! -name publish.c | LC_ALL=C sort
}

build_fill() {
	local archive=$1 release source name log=$SCRATCH/build.log

	say "# compiling the test NIC and the guest tools"
	root_unpack
	publish_tool
	release=$(cat "$BOOT/kernel/new/release")
	mkdir -p "$ROOT/tmp/kmod" "$ROOT/tmp/tools" "$PROGS/bin"
	kmod_sources | xargs -d '\n' cp -t "$ROOT/tmp/kmod"
	tool_sources | xargs -d '\n' cp -t "$ROOT/tmp/tools"
	root_enter make -C "/usr/lib/modules/$release/build" M=/tmp/kmod W=1 modules \
		>"$log" 2>&1 || { cat "$log"; die "the test NIC does not compile for $release"; }
	# The project's modules have no warnings.
	! grep -n 'warning:' "$log" || die "the test NIC compiles with warnings"
	cp "$ROOT/tmp/kmod/ppsim.ko" "$PROGS/"
	for source in "$ROOT"/tmp/tools/*.c; do
		name=${source##*/}
		root_enter gcc -std=gnu17 -O2 -Wall -Wextra -Werror -static \
			-o "/tmp/tools/${name%.c}" "/tmp/tools/$name" ||
			die "$name does not compile"
		cp "${source%.c}" "$PROGS/bin/"
	done
	"$SCRATCH/publish" "$archive" tar -C "$PROGS" -cf - . || die "cannot write $archive"
}

# After it, $PROGS holds ppsim.ko and bin/.
build() {
	local key archive

	# shellcheck disable=SC2046 # one file per word
	key=$(hash "$VM_DIR/lib/build.sh" $(kmod_sources) $(tool_sources))
	archive=$CACHE/progs-$FETCH_KEY-$key.tar
	if [ -e "$archive" ]; then
		touch "$archive"
		mkdir -p "$PROGS"
		tar -C "$PROGS" -xf "$archive" || die "cannot read $archive"
	else
		build_fill "$archive"
	fi
}
