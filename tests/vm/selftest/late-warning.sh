# SPDX-License-Identifier: BSD-2-Clause
# about: the kernel warns when no test runs any more
# guest: numa
# timeout: 30
# The clean-up after the test calls ip: make that the one that warns.
. /vm/lib.sh
mkdir -p /usr/local/bin
cat >/usr/local/bin/ip <<'END'
#!/bin/sh
echo "<4>WARNING: CPU: 0 PID: 1 at late/purpose.c:1" >/dev/kmsg
END
