# SPDX-License-Identifier: BSD-2-Clause
# about: a test that passes while the kernel warns
# guest: ppsim
# timeout: 30
echo "<4>WARNING: CPU: 0 PID: 1 at on/purpose.c:1" >/dev/kmsg
