#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# ppctl's command table: version, help, and the exit statuses.
set -u
. "$(dirname "$0")/lib.sh"

ppctl=$BUILD/tools/ppctl/ppctl
need_program "$ppctl"

"$ppctl" version | grep -Eq '^ppctl [0-9]+\.[0-9]+\.[0-9]+, libpagepool [0-9]+\.[0-9]+\.[0-9]+$' ||
	fail "version: $("$ppctl" version)"
"$ppctl" --help | grep -q '^  version ' || fail "help does not name version"
for args in '' bogus 'version x' -x; do
	status=0
	# shellcheck disable=SC2086 # words
	"$ppctl" $args >"$SCRATCH/out" 2>"$SCRATCH/err" || status=$?
	refused "$status" 2 ppctl "ppctl $args"
done
status=0
"$ppctl" version >/dev/full 2>"$SCRATCH/err" || status=$?
: >"$SCRATCH/out"
refused "$status" 1 'standard output' 'ppctl version on a full disk'
