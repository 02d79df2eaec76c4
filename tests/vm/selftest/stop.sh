# SPDX-License-Identifier: BSD-2-Clause
# about: a test that switches the guest off
# guest: ppsim
# timeout: 30
poweroff -f
