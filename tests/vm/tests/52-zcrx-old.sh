# SPDX-License-Identifier: BSD-2-Clause
# about: on 6.1 the fallback works, and what is newer is refused with a reason
# guest: old
# timeout: 120
# needs: ip bench_zcrx wordgen
. /vm/lib.sh

ip link set lo up
wordgen --connect 127.0.0.1:5001 --bytes $((64 << 20)) &
sender=$!
timeout 100 bench_zcrx --listen 127.0.0.1:5001 --bytes $((64 << 20)) --mode auto \
	--verify >/tmp/z 2>&1 || {
	cat /tmp/z
	fail bench_zcrx
}
wait "$sender" || fail wordgen
tail -n 1 /tmp/z
for want in '"mode":"pbuf"' '"bytes":67108864' '"bad_words":0' '"step":"device"' \
	'"step":"nodev"' '"inflight_after_close":0' '"chunks_missing_after_close":0'; do
	check "$want" grep -q "$want" /tmp/z
done
check_fails "nodev" "has no zero-copy receive without a device (it has no queries)" \
	bench_zcrx --listen 127.0.0.1:5001 --mode nodev
check_fails "device" "no interface was named" \
	bench_zcrx --listen 127.0.0.1:5001 --mode device
