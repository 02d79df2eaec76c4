/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of failure points: a test makes the n-th of them fail. */
#ifndef PP_BASE_FAULT_H
#define PP_BASE_FAULT_H

#include <stdbool.h>

#ifdef PP_FAULT_POINTS
/* Arms the calling thread: its @n-th point from now fails, once. 0 disarms. */
void pp_fault_arm(unsigned int n);
/* Points the calling thread has passed since it was armed. */
unsigned int pp_fault_seen(void);
/* Name of the point that failed, NULL if none did since it was armed. */
const char *pp_fault_fired(void);
bool pp_fault_hit(const char *name);
#define PP_FAULT(name) pp_fault_hit(name)
#else
#define PP_FAULT(name) false
#endif

#endif /* PP_BASE_FAULT_H */
