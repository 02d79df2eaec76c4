# SPDX-License-Identifier: BSD-2-Clause
# about: a test whose command fails without a word
# guest: ppsim
# timeout: 30
false
echo "never reached"
