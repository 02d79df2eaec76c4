# SPDX-License-Identifier: BSD-2-Clause
# about: a test that needs a program which nobody builds
# guest: ppsim
# timeout: 30
# needs: no-such-program
exit 0
