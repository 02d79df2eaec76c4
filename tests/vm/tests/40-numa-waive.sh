# SPDX-License-Identifier: BSD-2-Clause
# about: areas on two real nodes, and pages of the wrong node waived
# guest: numa
# timeout: 60
# needs: vm_numa
. /vm/lib.sh

vm_numa
