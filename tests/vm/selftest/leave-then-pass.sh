# SPDX-License-Identifier: BSD-2-Clause
# about: a test that passes, after those that did harm
# guest: ppsim
# timeout: 30
. /vm/lib.sh
check "nothing left over from another test" test ! -e /sys/module/ppsim
check "no namespace left over" test -z "$(ip netns list)"
