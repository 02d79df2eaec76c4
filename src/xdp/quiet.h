/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of silence: libbpf and libxdp must not print for us. */
#ifndef PP_XDP_QUIET_H
#define PP_XDP_QUIET_H

/*
 * Their print callbacks are one for the process and may be the application's.
 * Between these two calls they are ours, which drop what the calling thread
 * causes and pass on what other threads cause; afterwards the former ones are
 * back, unless the application set new ones meanwhile. Context: under
 * pp_xdp_lock, not nested.
 */
void pp_quiet_begin(void);
void pp_quiet_end(void);

#endif /* PP_XDP_QUIET_H */
