#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The home of the reference model: prints the rows of golden_traces.h.

The model reproduces counters read off a real Linux 7.2 kernel (the traces T*,
which it checks before it prints anything); the other rows are its own.
Usage: trace_model.py > golden_traces.h
"""
import sys

BIAS = (2**63 - 1) >> 1
REFILL, CACHE = 64, 128
NAMES = "fast slow ho empty refill waive cached cfull ring rfull rref".split()


class Page:
    __slots__ = ("pp_ref", "ref")

    def __init__(self):
        self.pp_ref = self.ref = 1


class Ring:
    """ptr_ring: a consumed slot is free again only once its batch is zeroed."""

    def __init__(self, size, lazy):
        self.size, self.slot = size, [None] * size
        self.producer = self.head = self.tail = 0
        self.batch = 16 if lazy and size >= 32 else 1

    def produce(self, page):
        if self.slot[self.producer] is not None:
            return False
        self.slot[self.producer] = page
        self.producer = (self.producer + 1) % self.size
        return True

    def empty(self):
        return self.slot[self.head] is None

    def consume(self):
        page = self.slot[self.head]
        if page is None:
            return None
        head = self.head + 1
        if head - self.tail >= self.batch or head >= self.size:
            self.slot[self.tail:head] = [None] * (head - self.tail)
            self.tail = head
        if head >= self.size:
            head = self.tail = 0
        self.head = head
        return page


class Pool:
    def __init__(self, size, order=0, lazy=True):
        self.ring = Ring(min(size, 16384) if size else 1024, lazy)
        self.cache, self.order, self.page_size = [], order, 4096 << order
        self.count = dict.fromkeys(NAMES, 0)
        self.hold = self.rel = 0
        self.frag_page, self.frag_users, self.frag_offset = None, 0, 0

    def vector(self):
        return list(self.count.values()) + [
            self.hold, self.rel, self.hold - self.rel, len(self.cache)]

    def release(self, page):
        self.rel += 1
        page.ref -= 1

    def alloc(self):
        c = self.count
        if self.cache:
            c["fast"] += 1
            return self.cache.pop()
        if self.ring.empty():
            c["empty"] += 1
        else:
            while len(self.cache) < REFILL:
                page = self.ring.consume()
                if page is None:
                    break
                self.cache.append(page)
            if self.cache:
                c["refill"] += 1
                return self.cache.pop()
        n = 1 if self.order else REFILL
        self.cache += [Page() for _ in range(n)]
        self.hold += n
        c["ho" if self.order else "slow"] += 1
        return self.cache.pop()

    def unref(self, page, n):
        page.pp_ref -= n
        assert page.pp_ref >= 0, "double free"
        if page.pp_ref:
            return page.pp_ref
        page.pp_ref = 1
        return 0

    def recycle(self, page, direct):
        """The page if it has to go into the ring."""
        if page.ref != 1:
            self.count["rref"] += 1
            self.release(page)
            return None
        if direct:
            if len(self.cache) < CACHE:
                self.cache.append(page)
                self.count["cached"] += 1
                return None
            self.count["cfull"] += 1
        return page

    def put(self, page, direct):
        if self.unref(page, 1):
            return
        page = self.recycle(page, direct)
        if page is None:
            return
        if self.ring.produce(page):
            self.count["ring"] += 1
        else:
            self.count["rfull"] += 1
            self.release(page)

    def put_bulk(self, pages, local):
        pages = [p for p in pages if not self.unref(p, 1)]
        pages = [p for p in (self.recycle(p, local) for p in pages) if p]
        for i, page in enumerate(pages):
            if not self.ring.produce(page):
                self.count["rfull"] += 1  # once for all that are left
                for rest in pages[i:]:
                    self.release(rest)
                self.count["ring"] += i
                return
        self.count["ring"] += len(pages)

    def alloc_frag(self, size):
        page, offset = self.frag_page, self.frag_offset
        if page and offset + size > self.page_size:
            if self.unref(page, BIAS - self.frag_users):
                page = None
            elif page.ref == 1:
                self.count["cached"] += 1
                self.count["fast"] += 1
                return self.frag_start(page, size)
            else:
                self.release(page)  # no counter
                page = None
        if not page:
            return self.frag_start(self.alloc(), size)
        self.frag_users += 1
        self.frag_offset = offset + size
        return page, offset

    def frag_start(self, page, size):
        self.frag_page, self.frag_users, self.frag_offset = page, 1, size
        page.pp_ref = BIAS
        return page, 0

    def alloc_any(self, size):
        if size * 2 > self.page_size:
            return self.alloc(), 0, self.page_size
        page, offset = self.alloc_frag(size)
        if self.frag_offset + size > self.page_size:
            size = self.page_size - offset
            self.frag_offset = self.page_size
        return page, offset, size


class Random:
    def __init__(self, seed):
        self.x = seed

    def __call__(self):
        self.x = (self.x * 1664525 + 1013904223) & 0xffffffff
        return self.x >> 8


class Player:
    def __init__(self, row, lazy):
        _, self.kind, size, order, seed, self.max_held, self.steps = row
        self.pool, self.random = Pool(size, order, lazy), Random(seed)
        self.held, self.offsets, self.sizes = [], 0, 0

    def take(self, r):
        i = r % len(self.held)
        page, self.held[i] = self.held[i], self.held[-1]
        self.held.pop()
        return page

    def burst(self, local):
        op, n = self.random() % 4, 1 + self.random() % 16
        if op < 2:
            for _ in range(n):
                if len(self.held) < self.max_held:
                    self.held.append(self.pool.alloc())
            return
        pages = [self.held.pop() for _ in range(min(n, len(self.held)))]
        if op == 2:
            self.pool.put_bulk(pages, local)
        else:
            for page in pages:
                self.pool.put(page, True)

    def alloc(self, r):
        offset = size = 0
        if self.kind == "FRAG":
            page, offset = self.pool.alloc_frag(64 * (1 + r % 32))
        elif self.kind == "ANY":
            page, offset, size = self.pool.alloc_any(64 * (1 + r % 64))
        else:
            page = self.pool.alloc()
        self.held.append(page)
        self.offsets += offset
        self.sizes += size

    def step(self):
        pages = self.kind == "PAGE"
        op, r = self.random() % 100, self.random()
        if op < (50 if pages else 55):
            if len(self.held) < self.max_held:
                self.alloc(r)
            return
        if not self.held:
            return
        page = self.take(r)
        if not pages:
            self.pool.put(page, op < 75)
        elif op < 95:
            self.pool.put(page, op < 70)
        else:
            page.ref += 1
            self.pool.put(page, False)
            page.ref -= 1

    def play(self):
        local = self.kind == "BULK_LOCAL"
        for _ in range(self.steps):
            if self.kind.startswith("BULK"):
                self.burst(local)
            else:
                self.step()
        before, held = self.pool.vector(), len(self.held)
        while self.held:
            self.pool.put(self.held.pop(), local)
        return (before, held, self.pool.vector(), self.offsets, self.sizes)


# name, kind, pool_size, order, seed, most held, steps
MEASURED = [
    (("T1", "PAGE", 1024, 0, 1, 300, 10000),
     "4835 9 0 9 131 0 1983 0 2439 0 509 576 509 67 13", 44,
     "4835 9 0 9 131 0 1983 0 2483 0 509 576 509 67 13"),
    (("T3", "FRAG", 1024, 0, 3, 200, 5000),
     "734 2 0 2 22 0 298 0 348 0 0 128 0 128 8", 197,
     "734 2 0 2 22 0 298 0 459 0 0 128 0 128 8"),
    (("T3b", "FRAG", 16, 0, 4, 40, 5000),
     "652 1 0 1 25 0 306 0 314 32 0 64 32 32 1", 38,
     "652 1 0 1 25 0 306 0 325 46 0 64 46 18 1"),
    (("T6", "PAGE", 1024, 0, 7, 500, 30000),
     "14616 26 0 26 331 0 6010 0 7355 0 1562 1664 1562 102 11", 46,
     "14616 26 0 26 331 0 6010 0 7401 0 1562 1664 1562 102 11"),
]
DERIVED = [
    ("page_ring_1", "PAGE", 1, 0, 11, 200, 6000),
    ("page_ring_8", "PAGE", 8, 0, 12, 300, 6000),
    ("page_ring_31", "PAGE", 31, 0, 13, 300, 8000),
    ("page_ring_32", "PAGE", 32, 0, 14, 300, 8000),
    ("page_ring_100", "PAGE", 100, 0, 15, 500, 20000),
    ("page_ring_0", "PAGE", 0, 0, 16, 500, 12000),
    ("page_order_1", "PAGE", 64, 1, 17, 100, 6000),
    ("page_order_3", "PAGE", 16, 3, 18, 60, 6000),
    ("frag_ring_1", "FRAG", 1, 0, 21, 200, 6000),
    ("frag_ring_32", "FRAG", 32, 0, 22, 400, 12000),
    ("frag_ring_100", "FRAG", 100, 0, 23, 500, 12000),
    ("frag_order_2", "FRAG", 64, 2, 24, 300, 8000),
    ("any_ring_4", "ANY", 4, 0, 31, 200, 6000),
    ("any_ring_32", "ANY", 32, 0, 32, 300, 12000),
    ("any_ring_100", "ANY", 100, 0, 33, 400, 12000),
    ("any_ring_1024", "ANY", 1024, 0, 34, 200, 5000),
    ("any_order_1", "ANY", 50, 1, 35, 200, 6000),
    ("bulk_ring_4", "BULK", 4, 0, 41, 200, 3000),
    ("bulk_ring_20", "BULK", 20, 0, 42, 200, 3000),
    ("bulk_ring_32", "BULK", 32, 0, 43, 200, 4000),
    ("bulk_ring_100", "BULK", 100, 0, 44, 200, 4000),
    ("bulk_ring_1024", "BULK", 1024, 0, 45, 200, 3000),
    ("bulk_long", "BULK", 48, 0, 46, 400, 9000),
    ("local_ring_4", "BULK_LOCAL", 4, 0, 51, 500, 3000),
    ("local_ring_32", "BULK_LOCAL", 32, 0, 52, 500, 6000),
    ("local_ring_100", "BULK_LOCAL", 100, 0, 53, 500, 6000),
    ("local_ring_1024", "BULK_LOCAL", 1024, 0, 54, 500, 6000),
]


def numbers(vector, indent):
    text = [str(n) for n in vector]
    return (indent + "{ " + ", ".join(text[:11]) + ",\n"
            + indent + "  " + ", ".join(text[11:]) + " }")


def emit(row, mode, outcome):
    name, kind, size, order, seed, max_held, steps = row
    before, held, after, offsets, sizes = outcome
    print(f'''\t{{
\t\t"{name}", PT_{kind}, {mode}, {size}, {order}, {seed}, {max_held}, {steps},
{numbers(before, chr(9) * 2)},
\t\t{held},
{numbers(after, chr(9) * 2)},
\t\t{offsets}, {sizes},
\t}},''')


def main():
    for row, before, held, after in MEASURED:
        got = Player(row, True).play()
        if got[:3] != (list(map(int, before.split())), held,
                       list(map(int, after.split()))):
            sys.exit(f"{row[0]}: the model does not reproduce the kernel")
    print('''/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The home of expected trace outcomes, printed by tests/lib/trace_model.py. The
 * traces T* were read off a real kernel, the rest is what the model gives.
 * Where freeing ring slots in batches matters, a trace has one row per mode.
 */
static const struct pt_trace golden_traces[] = {''')
    for row in [m[0] for m in MEASURED] + DERIVED:
        lazy, plain = Player(row, True).play(), Player(row, False).play()
        emit(row, "PP_MODE_KERNEL_RING", lazy)
        emit(row, 0, plain)
        differ = "differs" if lazy != plain else "-"
        print(row[0], differ, lazy[0], file=sys.stderr)
    print("};")


if __name__ == "__main__":
    main()
