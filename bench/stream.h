/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the byte stream that wordgen sends and bench_zcrx verifies. */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct stream - consecutive little-endian 32-bit words 0, 1, 2, ...
 * @pos:       bytes seen
 * @bad_words: words with a wrong byte
 * @bad:       the word at @pos is one of them already
 */
struct stream {
	uint64_t pos;
	uint64_t bad_words;
	bool bad;
};

/* Compares the next @n bytes; they may begin and end inside a word. */
void stream_verify(struct stream *s, const void *data, size_t n);

/* Fills @n bytes that begin at byte @pos of the stream, both multiples of 4. */
void stream_fill(void *data, size_t n, uint64_t pos);

/* What reading costs at least: one byte of each cache line. */
void stream_touch(const void *data, size_t n);

#endif /* BENCH_STREAM_H */
