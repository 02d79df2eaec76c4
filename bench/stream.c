/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream.h"

#include <endian.h>
#include <string.h>

static uint8_t byte_at(uint64_t pos)
{
	return (uint8_t)((uint32_t)(pos / 4) >> (8 * (pos % 4)));
}

static void verify_byte(struct stream *s, uint8_t got)
{
	if (got != byte_at(s->pos) && !s->bad) {
		s->bad = true;
		s->bad_words++;
	}
	if (++s->pos % 4 == 0)
		s->bad = false;
}

void stream_verify(struct stream *s, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t word, want, got;
	uint64_t bad = 0;
	size_t i, words;

	for (; n && s->pos % 4; n--)
		verify_byte(s, *p++);
	words = n / 4;
	word = (uint32_t)(s->pos / 4);
	for (i = 0; i < words; i++) {
		memcpy(&got, p + 4 * i, 4);
		want = htole32(word + (uint32_t)i);
		bad += got != want;
	}
	s->bad_words += bad;
	s->pos += 4 * words;
	p += 4 * words;
	for (n %= 4; n; n--)
		verify_byte(s, *p++);
}

void stream_fill(void *data, size_t n, uint64_t pos)
{
	uint32_t word = (uint32_t)(pos / 4), out;
	unsigned char *p = data;
	size_t i;

	for (i = 0; i < n / 4; i++) {
		out = htole32(word + (uint32_t)i);
		memcpy(p + 4 * i, &out, 4);
	}
}

void stream_touch(const void *data, size_t n)
{
	const volatile uint8_t *p = data;
	size_t i;

	for (i = 0; i < n; i += 64)
		(void)p[i];
}
