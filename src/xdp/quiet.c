/* SPDX-License-Identifier: BSD-2-Clause */
#include "xdp/quiet.h"

#include "base/atomic.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <xdp/libxdp.h>

static __thread bool quiet;
static libbpf_print_fn_t bpf_former; /* read by any thread that prints */
static libxdp_print_fn_t xdp_former;

static int bpf_print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	libbpf_print_fn_t former = pp_load(&bpf_former);

	return quiet || !former ? 0 : former(level, fmt, ap);
}

static int xdp_print(enum libxdp_print_level level, const char *fmt, va_list ap)
{
	libxdp_print_fn_t former = pp_load(&xdp_former);

	return quiet || !former ? 0 : former(level, fmt, ap);
}

void pp_quiet_begin(void)
{
	quiet = true;
	pp_store(&bpf_former, libbpf_set_print(bpf_print));
	pp_store(&xdp_former, libxdp_set_print(xdp_print));
}

void pp_quiet_end(void)
{
	libbpf_print_fn_t bpf = libbpf_set_print(pp_load(&bpf_former));
	libxdp_print_fn_t xdp = libxdp_set_print(pp_load(&xdp_former));

	if (bpf != bpf_print)
		libbpf_set_print(bpf);
	if (xdp != xdp_print)
		libxdp_set_print(xdp);
	quiet = false;
}
