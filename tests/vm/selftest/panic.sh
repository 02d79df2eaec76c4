# SPDX-License-Identifier: BSD-2-Clause
# about: a test that takes the kernel down
# guest: ppsim
# timeout: 30
echo "going down"
sleep 1
echo c >/proc/sysrq-trigger
sleep 10
