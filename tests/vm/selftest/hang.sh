# SPDX-License-Identifier: BSD-2-Clause
# about: a test that does not end
# guest: ppsim
# timeout: 3
while :; do sleep 1; done
