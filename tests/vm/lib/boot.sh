# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Boots a guest and follows it. The first serial port is the kernel's console
# and goes to a file; the second is QEMU's standard output and carries one line
# per event, see guest/init for the words.

BOOT_SECONDS=180  # until the guest's init speaks; TCG on a busy machine
GRACE_SECONDS=45  # for the guest's own timeout to act before QEMU is killed
# What a kernel says when something is wrong in it.
KERNEL_TROUBLE='WARNING: |BUG: |Oops|Kernel panic|general protection fault|unregister_netdevice: waiting|page_pool_release_retry|blocked for more than|detected stall|UBSAN:|KASAN:|refcount_t: |Bad page state|list_(add|del) corruption'

# A child of ours that ended but was not waited for still takes signals.
alive() {
	[[ $(ps_state "$1") =~ ^[^ZX]$ ]]
}

ps_state() {
	local stat

	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	stat=${stat##*) }
	say "${stat%% *}"
}

guest_kernel() {
	case $1 in
	old) say old ;;
	*) say new ;;
	esac
}

# Two ports of one VM, back to back: zero-copy AF_XDP needs the DMA API ring.
virtio_pair() {
	say "-netdev hubport,id=h0,hubid=0 -netdev hubport,id=h1,hubid=0" \
		"-device virtio-net-pci,netdev=h0,disable-legacy=on,iommu_platform=on,romfile=,mac=02:00:00:00:00:01" \
		"-device virtio-net-pci,netdev=h1,disable-legacy=on,iommu_platform=on,romfile=,mac=02:00:00:00:00:02"
}

guest_devices() {
	case $1 in
	virtio | old)
		say "-smp 2"
		virtio_pair
		;;
	ppsim) say "-smp 2" ;;
	numa) # a socket each: two nodes with one cache between them do not exist
		say "-smp 2,sockets=2"
		virtio_pair
		say "-object memory-backend-ram,id=m0,size=512M -object memory-backend-ram,id=m1,size=512M" \
			"-numa node,nodeid=0,cpus=0,memdev=m0 -numa node,nodeid=1,cpus=1,memdev=m1"
		;;
	esac
}

# qemu GUEST APPEND SERIAL...: replaces the calling process. It sees only the
# unpacked QEMU and, in /run, this boot's files.
qemu() {
	local guest=$1 append=$2

	shift 2
	# shellcheck disable=SC2046 # a list of options
	exec chroot "$BOOT/qemu" /usr/bin/qemu-system-x86_64 \
		-M q35 -accel tcg,thread=multi -cpu max -m 1024 \
		-nodefaults -vga none -display none -no-reboot \
		-kernel /run/vmlinuz -initrd /run/initrd \
		-append "console=ttyS0 panic=-1 net.ifnames=0 rcupdate.rcu_cpu_stall_suppress=1 nosoftlockup $append" \
		$(guest_devices "$guest") "$@"
}

# boot_files GUEST: kernel and initramfs into QEMU's /run; the plan on stdin
boot_files() {
	local kernel image

	kernel=$(guest_kernel "$1")
	image=$SCRATCH/initrd.$kernel
	[ -e "$image" ] || initramfs "$kernel" "$image"
	mkdir -p "$BOOT/qemu/run"
	ln -f "$BOOT/kernel/$kernel/vmlinuz" "$BOOT/qemu/run/vmlinuz"
	plan "$SCRATCH/initrd.plan"
	cat "$image" "$SCRATCH/initrd.plan" >"$BOOT/qemu/run/initrd"
}

shell_guest() {
	boot_files "$1" </dev/null
	say "# guest $1, a root shell; exit or poweroff ends it, Ctrl-A X kills it"
	(qemu "$1" "ppvm=shell quiet" -serial mon:stdio -serial null)
}

result() { # GUEST TEST VERDICT SECONDS [REASON]
	local key=$1/$2

	RESULT[$key]=$3
	case $3 in
	pass)
		PASSED=$((PASSED + 1))
		say "ok   $key ($4 s)"
		;;
	skip)
		SKIPPED=$((SKIPPED + 1))
		say "skip $key: ${5:-no reason given}"
		;;
	*)
		FAILED=$((FAILED + 1))
		say "FAIL $key ($4 s): ${5:-}"
		;;
	esac
}

# follow GUEST: reads the events on fd 3 until the guest is done or dead.
# Sets RUNNING to the test that was interrupted, WHY to what happened.
follow() {
	local guest=$1 line name rc seconds reason left status
	local limit=$((SECONDS + BOOT_SECONDS)) log=/dev/null

	RUNNING='' WHY='' GUEST_BOOTED='' KERNEL_SEEN=''
	while :; do
		left=$((limit < DEADLINE ? limit - SECONDS : DEADLINE - SECONDS))
		[ "$left" -gt 0 ] || left=1
		status=0
		IFS= read -r -t "$left" -u 3 line || status=$?
		if [ "$status" -gt 128 ]; then # the time is over
			WHY="no sign of life in time"
			[ "$SECONDS" -lt "$DEADLINE" ] || WHY="the run's time is up"
			return 1
		elif [ "$status" -gt 0 ]; then
			WHY="the guest died"
			return 1
		fi
		line=${line%$'\r'}
		read -r _ name rc seconds reason <<<"$line"
		case $line in
		'@boot '*)
			GUEST_BOOTED=1
			say "# guest $guest: Linux $name, up after $((SECONDS - BOOT_START)) s"
			limit=$((SECONDS + GRACE_SECONDS))
			;;
		'@start '*) # name, its timeout
			RUNNING=$name
			TEST_START=$SECONDS
			limit=$((SECONDS + rc + GRACE_SECONDS))
			log=$LOGS/$guest-$name.log
			say "run  $guest/$name"
			;;
		'@end '*)
			case $rc in
			0) result "$guest" "$name" pass "$seconds" ;;
			77) result "$guest" "$name" skip "$seconds" "$reason" ;;
			*) result "$guest" "$name" fail "$seconds" "$reason" ;;
			esac
			[[ $reason != kernel:* ]] || KERNEL_SEEN=1
			RUNNING=
			log=/dev/null
			limit=$((SECONDS + GRACE_SECONDS))
			;;
		'@done'*) return 0 ;;
		'|'*)
			printf '     %s\n' "${line#|}"
			printf '%s\n' "${line#|}" >>"$log"
			;;
		# Not ours: a sign that the channel was disturbed.
		*) printf '     ?%s\n' "$line" ;;
		esac
	done
}

# pending GUEST TEST...: those without a result
pending() {
	local guest=$1 t

	shift
	for t in "$@"; do
		[ -n "${RESULT[$guest/$t]:-}" ] || say "$t"
	done
}

# run_guest GUEST TEST...: a result for each. A guest that dies takes only the
# test that ran with it; the rest get a fresh one.
run_guest() {
	local guest=$1 t left pid boots=0 trouble console

	shift
	while left=$(pending "$guest" "$@") && [ -n "$left" ]; do
		boots=$((boots + 1))
		console=$LOGS/$guest-console.$boots.log
		for t in $left; do
			say "$t ${TIMEOUT[$t]}"
		done | boot_files "$guest"
		: >"$BOOT/qemu/run/console"
		BOOT_START=$SECONDS
		exec 3< <(qemu "$guest" "ignore_loglevel" -serial file:/run/console \
			-serial stdio </dev/null 2>"$LOGS/$guest-qemu.log")
		pid=$!
		follow "$guest" || :
		exec 3<&-
		[ -z "$WHY" ] && poweroff_wait "$pid"
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		cp "$BOOT/qemu/run/console" "$console"
		trouble=$(grep -aEm1 "$KERNEL_TROUBLE" "$console" |
			sed 's/^\[[^]]*\] //; s/\r$//' || :)
		# At boot, between tests, or behind the last one.
		if [ -z "$WHY" ] && [ -n "$trouble" ] && [ -z "$KERNEL_SEEN" ]; then
			result "$guest" "kernel-log.$boots" fail 0 "$trouble"
		fi
		[ -n "$WHY" ] || continue
		[ -z "$trouble" ] || WHY="$WHY: $trouble"
		if [ -n "$RUNNING" ]; then
			result "$guest" "$RUNNING" fail $((SECONDS - TEST_START)) "$WHY"
		fi
		# Without a boot or between tests nothing would change next time.
		if [ -z "$GUEST_BOOTED" ] || [ -z "$RUNNING" ] || [ "$SECONDS" -ge "$DEADLINE" ]; then
			[ -n "$GUEST_BOOTED" ] || sed 's/^/     /' "$LOGS/$guest-qemu.log"
			for t in $(pending "$guest" "$@"); do
				result "$guest" "$t" fail 0 "not run: $WHY"
			done
		fi
	done
}

# The guest said it is done: give it a moment to stop by itself.
poweroff_wait() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		alive "$1" || return 0
		sleep 0.3
	done
	: "$i"
}
