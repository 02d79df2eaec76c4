# SPDX-License-Identifier: BSD-2-Clause
# about: a test that fails, with a process left behind that holds its output
# guest: ppsim
# timeout: 30
. /vm/lib.sh
sleep 1000 &
fail "on purpose"
