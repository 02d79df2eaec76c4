/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"

#include <stddef.h>

#ifdef PP_FAULT_POINTS
static __thread unsigned int armed_at, seen;
static __thread const char *fired;

void pp_fault_arm(unsigned int n)
{
	armed_at = n;
	seen = 0;
	fired = NULL;
}

unsigned int pp_fault_seen(void)
{
	return seen;
}

const char *pp_fault_fired(void)
{
	return fired;
}

bool pp_fault_hit(const char *name)
{
	if (!armed_at || ++seen != armed_at)
		return false;
	fired = name;
	return true;
}
#endif
