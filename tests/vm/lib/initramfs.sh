# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Puts a guest's root file system together: the cached userland and modules,
# the tests with their helpers, the static tools, and from the build directory
# the project's own programs with the libraries that they load.

# build_programs: what the build directory offers to tests
build_programs() {
	[ -d "$BUILD" ] || return 0
	find "$BUILD/tests/vm" "$BUILD/tests/integration" -maxdepth 1 -type f \
		-perm -100 ! -name '*.so*' 2>/dev/null || :
	find "$BUILD/bench" -maxdepth 1 -type f -perm -100 \
		\( -name bench_zcrx -o -name wordgen \) 2>/dev/null || :
	find "$BUILD" -type f -name ppctl -perm -100 2>/dev/null | awk '!n++'
}

# program_exists NAME: whether a guest will have it. No grep -q: it would stop
# reading, and with pipefail that fails whoever still writes.
program_exists() {
	[ -x "$PROGS/bin/$1" ] || [ -x "$BOOT/guest/usr/local/bin/$1" ] ||
		"$BOOT/guest/bin/busybox" --list | grep -Fx "$1" >/dev/null ||
		build_programs | grep "/$1\$" >/dev/null
}

# add_host_program PROGRAM DEST: libraries go where libc lies, which the loader
# searches; the build directory's path may mean something else in the guest
add_host_program() {
	local program=$1 dest=$2 list so dir dir_of

	mkdir -p "$dest/usr/local/bin"
	cp "$program" "$dest/usr/local/bin/"
	list=$(ldd "$program" 2>/dev/null |
		sed -nE 's,.*=> (/[^ ]*) .*,\1,p; s,^[[:space:]]*(/[^ ]*) \(.*,\1,p')
	dir=$(sed -n 's,/libc\.so\.6$,,p' <<<"$list")
	for so in $list; do
		case $so in
		*/ld-linux*) dir_of=${so%/*} ;; # its path is in the program
		*) dir_of=$dir ;;
		esac
		[ -e "$dest$dir_of/${so##*/}" ] && continue
		mkdir -p "$dest$dir_of"
		cp -L "$so" "$dest$dir_of/"
	done
}

archive() {
	(cd "$1" && find . | "$BOOT/guest/bin/busybox" cpio -o -H newc 2>/dev/null)
}

# initramfs KERNEL OUT: all but the plan, which differs with each boot
initramfs() {
	local kernel=$1 out=$2 tree=$SCRATCH/tree.$1 program

	rm -rf "$tree"
	mkdir -p "$tree/lib" "$tree/usr/local/bin" "$tree/vm/tests"
	cp -r "$BOOT/kernel/$kernel/lib/modules" "$tree/lib/"
	if [ "$kernel" = new ]; then
		mkdir -p "$tree/lib/modules/extra"
		cp "$PROGS/ppsim.ko" "$tree/lib/modules/extra/"
	fi
	cp "$PROGS"/bin/* "$tree/usr/local/bin/"
	for program in $(build_programs); do
		add_host_program "$program" "$tree"
	done
	install -m 755 "$VM_DIR/guest/init" "$tree/init"
	cp "$VM_DIR/guest/lib.sh" "$tree/vm/"
	cp "$TESTS_DIR"/*.sh "$tree/vm/tests/"
	say "$KERNEL_TROUBLE" >"$tree/vm/trouble"
	{
		archive "$BOOT/guest"
		archive "$tree"
	} >"$out"
	rm -rf "$tree"
}

# plan OUT < lines "NAME TIMEOUT"
plan() {
	local tree=$SCRATCH/plan

	mkdir -p "$tree/vm"
	cat >"$tree/vm/plan"
	archive "$tree" >"$1"
}
