/* SPDX-License-Identifier: BSD-2-Clause */
/* The umbrella: everything an application needs, nothing else in it. */
#ifndef PAGEPOOL_PAGEPOOL_H
#define PAGEPOOL_PAGEPOOL_H

#include <pagepool/area.h>
#include <pagepool/common.h>
#include <pagepool/frag.h>
#include <pagepool/memory_provider.h>
#include <pagepool/netmem.h>
#include <pagepool/page_pool.h>
#include <pagepool/types.h>
#include <pagepool/xsk.h>
#include <pagepool/zcrx.h>

#endif /* PAGEPOOL_PAGEPOOL_H */
