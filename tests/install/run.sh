#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The home of the proof that an installed library is usable: applications find
# it by pkg-config and by find_package(), shared and static, C and C++.
#
# Usage: run.sh [PREFIX]    without one, builds and installs a release for itself
# Exits 0, or 1 with the step that failed; last line: N passed, N failed, 0 skipped
set -eu

if [ $# -gt 1 ] || { [ $# -eq 1 ] && [ ! -d "$1/include/pagepool" ]; }; then
	echo "usage: run.sh [PREFIX], a directory the library is installed in" >&2
	exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
step="start"
passed=0
finish() {
	status=$?
	rm -rf "$work"
	[ $status -eq 0 ] || echo "FAIL: $step" >&2
	echo "$passed passed, $((status != 0)) failed, 0 skipped"
	exit $status
}
trap finish EXIT
trap 'exit 1' INT TERM

# run WHAT COMMAND...: one step; what it says is shown only if it fails
run() {
	step="$1"
	shift
	if ! LD_LIBRARY_PATH="${libdir:-}" "$@" >"$work/log" 2>&1; then
		cat "$work/log" >&2
		exit 1
	fi
	passed=$((passed + 1))
	echo "ok: $step"
}

if [ $# -eq 1 ]; then
	prefix=$(cd "$1" && pwd)
else
	prefix=$work/prefix
	run "configures" cmake -S "$here/../.." -B "$work/build" \
		-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" \
		-DPP_BUILD_TESTS=OFF -DPP_BUILD_BENCH=OFF \
		-DPP_BUILD_TOOLS=OFF -DPP_BUILD_EXAMPLES=OFF
	run "compiles" cmake --build "$work/build" -j "$(nproc)"
	run "installs" cmake --install "$work/build"
fi

pc=$(find "$prefix" -name pagepool.pc | head -n 1)
so=$(find "$prefix" -name 'libpagepool.so' | head -n 1)
step="looking for pagepool.pc, libpagepool.so and libpagepool.a in $prefix"
[ -n "$pc" ] && [ -n "$so" ] && [ -e "${so%.so}.a" ]
libdir=$(dirname "$so")
export PKG_CONFIG_PATH="$(dirname "$pc")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
cc=${CC:-cc}
cxx=${CXX:-c++}

# Is the program bound to the installed library, or free of any?
uses_shared() {
	LD_LIBRARY_PATH="$libdir" ldd "$1" | grep -q "libpagepool.so.* => $libdir/"
}
uses_static() {
	! ldd "$1" | grep -q libpagepool
}

# pkg-config
recorded=$(realpath -m "$(pkg-config --variable=prefix pagepool)")
step="pagepool.pc is for $recorded: configure with -DCMAKE_INSTALL_PREFIX=$prefix, or install with DESTDIR"
if [ "$recorded" != "$(realpath "$prefix")" ]; then
	# installed with DESTDIR: what stands before the recorded prefix
	[ "${prefix%"$recorded"}$recorded" = "$prefix" ]
	export PKG_CONFIG_SYSROOT_DIR="${prefix%"$recorded"}"
fi
for kind in shared static; do
	mkdir "$work/pc-$kind"
	if [ $kind = static ]; then
		set -- STATIC=1
	else
		set --
	fi
	run "pkg-config, $kind: compiles" make -C "$here" \
		OUT="$work/pc-$kind" CC="$cc" "$@"
	run "pkg-config, $kind: is $kind" uses_$kind "$work/pc-$kind/consumer"
	run "pkg-config, $kind: traces agree" "$work/pc-$kind/consumer"
done
for trace in T1 T3 T3b T6; do
	step="trace $trace is not in the output"
	grep -qE "^$trace .* OK$" "$work/log"
done

# find_package
run "find_package: configures" cmake -S "$here" -B "$work/cmake" \
	-DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	-DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx"
run "find_package: compiles" cmake --build "$work/cmake"
run "find_package, shared: is shared" uses_shared \
	"$work/cmake/consumer_pagepool"
run "find_package, shared: traces agree" "$work/cmake/consumer_pagepool"
run "find_package, static: is static" uses_static \
	"$work/cmake/consumer_pagepool_static"
run "find_package, static: traces agree" "$work/cmake/consumer_pagepool_static"
run "C++17 program runs" "$work/cmake/headers"

# each header alone, and twice, in C17 and C++17
for header in "$prefix"/include/pagepool/*.h; do
	name=$(basename "$header")
	printf '#include <pagepool/%s>\n#include <pagepool/%s>\n' \
		"$name" "$name" >"$work/alone.c"
	cp "$work/alone.c" "$work/alone.cpp"
	run "$name alone in C17" "$cc" -std=c17 -Wall -Wextra -Wpedantic \
		-Wstrict-prototypes -Werror -fsyntax-only \
		-I "$prefix/include" "$work/alone.c"
	run "$name alone in C++17" "$cxx" -std=c++17 -Wall -Wextra -Wpedantic \
		-Werror -fsyntax-only -I "$prefix/include" "$work/alone.cpp"
done

# what the headers declare is what the library exports, no more and no less
cat "$prefix"/include/pagepool/*.h | grep -v '^#' | tr '\n' ' ' |
	grep -o 'PP_API [^;(]*(' | sed 's/ *($//; s/.*[ *\t]//' |
	sort -u >"$work/declared"
nm -D --defined-only "$so" | awk '$2 ~ /[TDBRVW]/ { print $3 }' |
	sed 's/@.*//' | grep -v '^PAGEPOOL_' | sort -u >"$work/exported"
step="no declarations found in the headers"
[ "$(wc -l <"$work/declared")" -gt 80 ]
run "exports are the declared functions" diff -u "$work/declared" \
	"$work/exported"
run "static library defines them too" sh -c "
	nm -g --defined-only '${so%.so}.a' 2>/dev/null |
	awk '\$2 ~ /[TDBRVW]/ { print \$3 }' | sort -u >'$work/static'
	[ -z \"\$(comm -23 '$work/declared' '$work/static')\" ]"
