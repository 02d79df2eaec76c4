# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Gets kernels, QEMU, a compiler and a guest userland from the mirror of this
# machine's own package sources, with an apt configuration of its own. Nothing
# is installed: packages are unpacked in the run's scratch, without their
# scripts, and what later runs need goes to the cache as two archives:
#   root-KEY.tar.gz  a file system to compile in, for when sources changed
#   boot-KEY.tar     QEMU, kernels, modules, busybox, ethtool, iproute2

# What the archives depend on. Whoever changes how they are made changes this
# file, and with it the key.
FETCH_KEY=$(hash "$KERNELS_FILE" "$VM_DIR/lib/fetch.sh")
ROOT_ARCHIVE=$CACHE/root-$FETCH_KEY.tar.gz
BOOT_ARCHIVE=$CACHE/boot-$FETCH_KEY.tar
ROOT=$SCRATCH/root
BOOT=$SCRATCH/boot
DEBS=$SCRATCH/debs

USERLAND_PACKAGES="qemu-system-x86 seabios busybox-static ethtool iproute2
	bash coreutils dash diffutils findutils grep mawk sed
	gcc libc6-dev make kmod"
# Of thousands of modules, those that tests load; their dependencies follow.
GUEST_MODULES="virtio_pci virtio_net veth dummy xsk_diag sch_ingress cls_bpf act_bpf"

fetched() {
	[ -e "$ROOT_ARCHIVE" ] && [ -e "$BOOT_ARCHIVE" ]
}

# The mirror that this machine's own sources name for its release. Looks at
# what apt would fetch, so it knows every format that apt knows.
find_mirror() {
	local codename

	if [ -n "${PP_VM_MIRROR:-}" ]; then
		say "$PP_VM_MIRROR"
		return
	fi
	codename=$(. /etc/os-release && say "${ID:-}/${VERSION_CODENAME:-}")
	case $codename in
	debian/?*) codename=${codename#debian/} ;;
	*) return 1 ;;
	esac
	apt-get -o Dir::State::lists="$SCRATCH/nolists" --print-uris update 2>/dev/null |
		sed -n "s,^'\([^']*\)/dists/$codename/main/.*,\1,p" | awk '!n++' | grep .
}

apt_setup() {
	local mirror=$1 keyring=$2 suite

	mkdir -p "$SCRATCH"/apt/{etc/apt.conf.d,etc/preferences.d,lists/partial} \
		"$DEBS/partial"
	# An empty status file: nothing counts as installed, so apt completes
	# every dependency.
	: >"$SCRATCH/apt/status"
	{
		# How this machine reaches its mirror is its own business.
		apt-config dump | grep -E '^Acquire::(http|https|Retries|ForceIP|Check-)' || :
		cat <<-CONF
			Dir "$SCRATCH/apt";
			Dir::Etc "$SCRATCH/apt/etc";
			Dir::State "$SCRATCH/apt";
			Dir::State::status "$SCRATCH/apt/status";
			Dir::State::lists "$SCRATCH/apt/lists";
			Dir::Cache "$SCRATCH/apt";
			Dir::Cache::archives "$DEBS";
			Dir::Log "$SCRATCH/apt";
			Acquire::Languages "none";
			Acquire::Retries "3";
			APT::Install-Recommends "false";
			APT::Architecture "amd64";
			APT::Architectures { "amd64"; };
			APT::Sandbox::User "root";
			Dpkg::Use-Pty "false";
		CONF
	} >"$SCRATCH/apt/conf"
	for suite in $(awk '!/^#/ && NF { print $2 }' "$KERNELS_FILE" | sort -u); do
		say "deb [signed-by=$keyring] $mirror $suite main"
	done >"$SCRATCH/apt/etc/sources.list"
	export APT_CONFIG=$SCRATCH/apt/conf
}

# packages_of SUITE: the names of all packages in it
packages_of() {
	local index

	for index in $(apt-get indextargets --format '$(FILENAME)' \
		'Created-By: Packages' "Release: $1"); do
		/usr/lib/apt/apt-helper cat-file "$index" | sed -n 's/^Package: //p'
	done
}

# kernel_packages RELEASE NAMES: the packages of the list NAMES that make up a kernel. Newer
# kernels come in two parts, older in one.
kernel_packages() {
	if grep -Fqx "linux-binary-$1" "$2" && grep -Fqx "linux-modules-$1" "$2"; then
		say "linux-binary-$1 linux-modules-$1"
	elif grep -Fqx "linux-image-$1" "$2"; then
		say "linux-image-$1"
	fi
}

# kernel_resolve NAME: prints the release to use: the one asked for, or the
# next of the suite with the same flavour.
kernel_resolve() {
	local name=$1 suite want release flavour names=$SCRATCH/apt/names

	suite=$(kernel_field "$name" 2)
	want=$(kernel_field "$name" 3)
	flavour=$(sed 's/^[0-9.]*\(+[a-z0-9]*\)*\(-[0-9]*\)*-//' <<<"$want")
	packages_of "$suite" >"$names.$name"
	while read -r release; do
		[ -n "$(kernel_packages "$release" "$names.$name")" ] || continue
		# The test NIC is compiled for this one.
		if [ "$name" = new ] && ! grep -Fqx "linux-headers-$release" "$names.$name"; then
			continue
		fi
		say "$release"
		break
	done < <({
		sed -nE "s/^linux-(binary|image)-([0-9].*-$flavour)\$/\2/p" "$names.$name"
		say "$want"
	} | sort -Vu | awk -v want="$want" '$0 == want { found = 1 } found')
}

unpack() {
	local root=$1 deb

	shift
	mkdir -p "$root"
	for deb in "$@"; do
		dpkg-deb --fsys-tarfile "$deb" | tar -C "$root" -xf - \
			--exclude='./usr/share/doc' --exclude='./usr/share/man' \
			--exclude='./usr/share/locale' --exclude='./usr/share/bash-completion' ||
			die "cannot unpack ${deb##*/}"
		rm -f "$deb"
	done
}

# What the packages' scripts would have done, as far as it is needed.
root_finish() {
	local dir

	for dir in bin sbin lib lib64; do
		[ -e "$ROOT/$dir" ] || ln -s "usr/$dir" "$ROOT/$dir"
	done
	[ -e "$ROOT/usr/bin/sh" ] || ln -s dash "$ROOT/usr/bin/sh"
	[ -e "$ROOT/usr/bin/awk" ] || ln -s mawk "$ROOT/usr/bin/awk"
	mkdir -p "$ROOT/dev" "$ROOT/proc" "$ROOT/tmp"
}

root_enter() {
	chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/ LC_ALL=C "$@"
}

# A device node in the scratch is enough; no mount of the machine's /dev.
root_devices() {
	[ -e "$1/dev/null" ] || mknod -m 666 "$1/dev/null" c 1 3
	[ -e "$1/dev/zero" ] || mknod -m 666 "$1/dev/zero" c 1 5
	[ -e "$1/dev/urandom" ] || mknod -m 666 "$1/dev/urandom" c 1 9
}

# objtool reads its own limits in /proc.
root_ready() {
	root_devices "$ROOT"
	mount -t proc proc "$ROOT/proc"
}

root_unpack() {
	[ -e "$ROOT/usr/bin" ] && return
	mkdir -p "$ROOT"
	tar -C "$ROOT" -xzf "$ROOT_ARCHIVE" || die "cannot read $ROOT_ARCHIVE"
	root_ready
}

# The program that puts finished files into the cache; made from source each
# time it is needed, since it is needed only where a compiler is at hand.
publish_tool() {
	[ -x "$SCRATCH/publish" ] && return
	cp "$VM_DIR/tools/publish.c" "$ROOT/tmp/"
	root_enter gcc -O1 -static -o /tmp/publish /tmp/publish.c ||
		die "cannot compile publish.c"
	mv "$ROOT/tmp/publish" "$SCRATCH/publish"
}

# libraries ROOT PROGRAM: paths in ROOT of all that PROGRAM loads
libraries() {
	chroot "$1" /lib64/ld-linux-x86-64.so.2 --list "$2" |
		sed -nE 's,.*=> (/[^ ]*) .*,\1,p; s,^[[:space:]]*(/[^ ]*) \(.*,\1,p'
}

# copy_program ROOT PROGRAM DEST BIN LIB: a program and its libraries, with
# symbolic links followed
copy_program() {
	local root=$1 program=$2 dest=$3 bin=$4 lib=$5 so

	mkdir -p "$dest/$bin" "$dest/$lib"
	cp -L "$root$program" "$dest/$bin/"
	for so in $(libraries "$root" "$program") /lib64/ld-linux-x86-64.so.2; do
		[ -e "$dest/$lib/${so##*/}" ] || cp -L "$root$so" "$dest/$lib/"
	done
}

boot_qemu() {
	local q=$BOOT/qemu

	mkdir -p "$q/lib64" "$q/usr/share" "$q/dev" "$q/tmp"
	copy_program "$ROOT" /usr/bin/qemu-system-x86_64 "$q" usr/bin \
		usr/lib/x86_64-linux-gnu
	ln -s ../usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$q/lib64/"
	mkdir "$q/usr/share/qemu"
	cp -L "$ROOT"/usr/share/qemu/{kvmvapic,linuxboot,linuxboot_dma}.bin \
		"$ROOT/usr/share/seabios/bios-256k.bin" "$q/usr/share/qemu/"
}

# ethtool and iproute2 bring libraries of another release than the project's
# own programs have, under the same names: they keep theirs to themselves.
boot_guest() {
	local g=$BOOT/guest program

	mkdir -p "$g"/{bin,dev,proc,sys,tmp,run,etc,root,mnt,usr/local/bin}
	cp "$ROOT/usr/bin/busybox" "$g/bin/"
	for program in /usr/sbin/ethtool /usr/bin/ip /usr/bin/ss /usr/sbin/tc; do
		copy_program "$ROOT" "$program" "$g" kit/bin kit/lib
		printf '#!/bin/sh\nexec /kit/lib/ld-linux-x86-64.so.2 --library-path /kit/lib --argv0 %s /kit/bin/%s "$@"\n' \
			"${program##*/}" "${program##*/}" >"$g/usr/local/bin/${program##*/}"
		chmod 755 "$g/usr/local/bin/${program##*/}"
	done
}

# boot_kernel NAME RELEASE TREE
boot_kernel() {
	local name=$1 release=$2 tree=$3 dest=$BOOT/kernel/$1
	local from=$3/usr/lib/modules/$2 to=$BOOT/kernel/$1/lib/modules/$2 m path

	[ -d "$from" ] || from=$tree/lib/modules/$release
	mkdir -p "$to" "$ROOT/tmp/$name/lib/modules"
	say "$release" >"$dest/release"
	if [ -e "$from/vmlinuz" ]; then
		cp "$from/vmlinuz" "$dest/vmlinuz"
	else
		cp "$tree/boot/vmlinuz-$release" "$dest/vmlinuz"
	fi
	# depmod sees the whole tree; the links to headers would mislead it.
	mkdir "$ROOT/tmp/$name/lib/modules/$release"
	cp -al "$from/kernel" "$from"/modules.* "$ROOT/tmp/$name/lib/modules/$release/"
	root_enter depmod -b "/tmp/$name" "$release" || die "depmod $release failed"
	from=$ROOT/tmp/$name/lib/modules/$release
	for m in $GUEST_MODULES; do
		path=$(sed -n "s,^\([^:]*/\)*\($m\|${m//_/-}\)\.ko[^:]*:,&,p" "$from/modules.dep" | tr -d ':')
		if [ -z "$path" ]; then
			# Old kernels are there to show what is missing.
			[ "$name" = old ] ||
				grep -q "/${m}\.ko\|/${m//_/-}\.ko" "$from/modules.builtin" ||
				die "kernel $release has no module $m"
			continue
		fi
		for path in $path; do
			mkdir -p "$to/${path%/*}"
			case $path in
			*.xz) "$BOOT/guest/bin/busybox" xzcat "$from/$path" >"$to/${path%.xz}" ;;
			*) cp "$from/$path" "$to/$path" ;;
			esac
		done
	done
	cp "$from"/modules.{builtin*,order} "$to/"
	rm -rf "${ROOT:?}/tmp/$name"
	mkdir "$ROOT/tmp/$name"
	cp -r "$dest/lib" "$ROOT/tmp/$name/"
	root_enter depmod -b "/tmp/$name" "$release"
	cp "$ROOT/tmp/$name/lib/modules/$release/"modules.dep "$to/"
	rm -rf "${ROOT:?}/tmp/$name"
}

fetch_fill() {
	local mirror keyring new old want pkgs name

	mirror=$(find_mirror) ||
		cannot_run "no Debian mirror in this machine's package sources (PP_VM_MIRROR names one)"
	keyring=${PP_VM_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
	[ -e "$keyring" ] || cannot_run "no keyring $keyring (package debian-archive-keyring)"
	say "# fetching kernels and tools (once)"
	apt_setup "$mirror" "$keyring"
	apt-get -qq -o APT::Update::Error-Mode=any update >"$SCRATCH/apt.log" 2>&1 ||
		cannot_run "the mirror cannot be read: $(grep -m1 '^[EW]:' "$SCRATCH/apt.log")"

	new=$(kernel_resolve new)
	old=$(kernel_resolve old)
	[ -n "$new" ] && [ -n "$old" ] ||
		cannot_run "no kernel like $(kernel_field new 3) or $(kernel_field old 3) on the mirror"
	pkgs="$USERLAND_PACKAGES $(kernel_packages "$new" "$SCRATCH/apt/names.new") linux-headers-$new"
	# shellcheck disable=SC2086 # a list
	apt-get -qq -y -d install $pkgs >"$SCRATCH/apt.log" 2>&1 &&
		(cd "$DEBS/partial" && apt-get -qq download \
			"$(kernel_packages "$old" "$SCRATCH/apt/names.old")") >>"$SCRATCH/apt.log" 2>&1 ||
		cannot_run "packages cannot be fetched: $(grep -m1 '^E:' "$SCRATCH/apt.log")"
	unset APT_CONFIG

	say "# unpacking"
	unpack "$ROOT" "$DEBS"/*.deb
	unpack "$SCRATCH/old" "$DEBS"/partial/*.deb
	root_finish
	root_ready
	boot_qemu
	boot_guest
	boot_kernel new "$new" "$ROOT"
	boot_kernel old "$old" "$SCRATCH/old"
	rm -rf "$SCRATCH/old" "$SCRATCH/apt" "$DEBS"
	# Compiling needs headers only.
	rm -rf "$ROOT"/usr/lib/modules/*/kernel "$ROOT/usr/share/qemu" \
		"$ROOT/usr/bin/qemu-system-"*
	for name in new old; do
		want=$(kernel_field "$name" 3)
		[ "$want" = "$(cat "$BOOT/kernel/$name/release")" ] || say "$want" >"$BOOT/kernel/$name/wanted"
	done

	publish_tool
	"$SCRATCH/publish" "$ROOT_ARCHIVE" tar -C "$ROOT" --exclude=./dev/* --exclude=./proc/* --exclude=./tmp/* -cf - -I 'gzip -1' . &&
		"$SCRATCH/publish" "$BOOT_ARCHIVE" tar -C "$BOOT" -cf - . ||
		die "cannot write to $CACHE"
}

# Entries that no run has used for two weeks; another checkout may use others.
cache_prune() {
	find "$CACHE" -maxdepth 1 -type f -mtime +14 -delete
}

# After it, $BOOT is filled.
fetch() {
	local name wanted

	if fetched; then
		touch "$ROOT_ARCHIVE" "$BOOT_ARCHIVE"
		cache_prune
		mkdir -p "$BOOT"
		tar -C "$BOOT" -xf "$BOOT_ARCHIVE" || die "cannot read $BOOT_ARCHIVE"
	else
		fetch_fill
	fi
	root_devices "$BOOT/qemu"
	for name in new old; do
		wanted=
		[ ! -e "$BOOT/kernel/$name/wanted" ] ||
			wanted=" (wanted $(cat "$BOOT/kernel/$name/wanted"), which the mirror no longer had)"
		say "# kernel $name: $(cat "$BOOT/kernel/$name/release")$wanted"
	done
}
