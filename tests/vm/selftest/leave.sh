# SPDX-License-Identifier: BSD-2-Clause
# about: a test that passes and leaves module, namespaces and a process
# guest: ppsim
# timeout: 30
. /vm/lib.sh
ppsim_pair
on b sleep 1000 &
