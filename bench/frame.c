/* SPDX-License-Identifier: BSD-2-Clause */
/* The home of the test frame: UDP over IPv4, a sequence number, a pattern. */
#include "frame.h"

#include <string.h>

/* The minimum frame; lengths, checksum and payload are put in. */
/* clang-format off */
static const uint8_t template[FRAME_HEADERS] = {
	0x02, 0, 0, 0, 0, 0xfe, /* to: nobody */
	0x02, 0, 0, 0, 0, 0x01, /* from */
	0x08, 0,		/* IPv4 */
	0x45, 0, 0, 0,		/* version and header length, TOS, total length */
	0, 0, 0, 0,		/* identification, fragment */
	64, 17, 0, 0,		/* TTL, UDP, header checksum */
	10, 77, 0, 1,		/* from */
	10, 77, 0, 2,		/* to */
	0, FRAME_PORT, 0, FRAME_PORT, /* from, to */
	0, 0, 0, 0,		/* UDP length, no UDP checksum */
};
/* clang-format on */

#define OFF_IP_LEN 16
#define OFF_IP_CSUM 24
#define OFF_IP 14
#define OFF_UDP_LEN 38
#define IP_HEADER 20

static void put_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put_be64(uint8_t *p, uint64_t v)
{
	int i;

	for (i = 7; i >= 0; i--, v >>= 8)
		p[i] = (uint8_t)v;
}

static uint64_t get_be64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static uint32_t ip_checksum(const uint8_t *ip)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < IP_HEADER; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

void frame_build(void *buf, uint32_t len, uint64_t seq)
{
	uint8_t *p = buf;
	uint32_t off, n;
	uint64_t word;

	memcpy(p, template, sizeof(template));
	put_be16(p + OFF_IP_LEN, len - OFF_IP);
	put_be16(p + OFF_IP_CSUM, ip_checksum(p + OFF_IP));
	put_be16(p + OFF_UDP_LEN, len - OFF_IP - IP_HEADER);

	put_be64(p + FRAME_HEADERS, seq);
	for (off = FRAME_HEADERS + 8; off < len; off += n) {
		word = mix(seq + off);
		n = len - off < sizeof(word) ? len - off : sizeof(word);
		memcpy(p + off, &word, n);
	}
}

enum frame_verdict frame_check(const void *buf, uint32_t len, uint64_t *seq)
{
	const uint8_t *p = buf;
	uint8_t want[FRAME_MAX];

	if (len < FRAME_MIN || len > FRAME_MAX)
		return FRAME_FOREIGN;
	/* all but what depends on the length: that is compared below */
	if (memcmp(p, template, OFF_IP_LEN) != 0 ||
	    memcmp(p + OFF_IP_CSUM + 2, template + OFF_IP_CSUM + 2,
		   OFF_UDP_LEN - OFF_IP_CSUM - 2) != 0)
		return FRAME_FOREIGN;
	*seq = get_be64(p + FRAME_HEADERS);
	frame_build(want, len, *seq);
	return memcmp(p, want, len) ? FRAME_CORRUPT : FRAME_GOOD;
}
