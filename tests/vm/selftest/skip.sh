# SPDX-License-Identifier: BSD-2-Clause
# about: a test that is skipped
# guest: ppsim
# timeout: 30
. /vm/lib.sh
skip "on purpose"
