// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// The instructions of AMX, which Go's assembler does not know, as bytes (Intel
// Architecture Instruction Set Extensions, VEX encoding, 0F38 map). t, a and b
// are numbers of tiles; base and index are numbers of registers below 8, other
// than SP and BP. An address is base + index + disp, and consecutive rows of a
// tile are index bytes apart.

#define rAX 0
#define rCX 1
#define rDX 2
#define rBX 3
#define rSI 6
#define rDI 7

// LDTILECFG [base]: the shapes of all tiles.
#define LDTILECFG(base) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $base

// TILERELEASE forgets all tiles, so that nobody need save them any more.
#define TILERELEASE \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x78; BYTE $0x49; BYTE $0xC0

// TILEZERO t.
#define TILEZERO(t) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x7B; BYTE $0x49; BYTE $(0xC0 + t * 8)

// TILELOADD t, [base + index + disp].
#define TILELOADD(t, base, index, disp) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x7B; BYTE $0x4B; \
	BYTE $(0x84 + t * 8); BYTE $(index * 8 + base); LONG $disp

// TILESTORED [base + index + disp], t.
#define TILESTORED(t, base, index, disp) \
	BYTE $0xC4; BYTE $0xE2; BYTE $0x7A; BYTE $0x4B; \
	BYTE $(0x84 + t * 8); BYTE $(index * 8 + base); LONG $disp

// t += a * b over the four bytes of each element, where S is signed and U is
// unsigned, first for a and then for b.
#define TDPBUUD(t, a, b) BYTE $0xC4; BYTE $0xE2; BYTE $(0x78 - b * 8); BYTE $0x5E; BYTE $(0xC0 + t * 8 + a)
#define TDPBUSD(t, a, b) BYTE $0xC4; BYTE $0xE2; BYTE $(0x79 - b * 8); BYTE $0x5E; BYTE $(0xC0 + t * 8 + a)
#define TDPBSUD(t, a, b) BYTE $0xC4; BYTE $0xE2; BYTE $(0x7A - b * 8); BYTE $0x5E; BYTE $(0xC0 + t * 8 + a)
#define TDPBSSD(t, a, b) BYTE $0xC4; BYTE $0xE2; BYTE $(0x7B - b * 8); BYTE $0x5E; BYTE $(0xC0 + t * 8 + a)

// t += a * b over the pairs of bfloat16 of each element.
#define TDPBF16PS(t, a, b) BYTE $0xC4; BYTE $0xE2; BYTE $(0x7A - b * 8); BYTE $0x5C; BYTE $(0xC0 + t * 8 + a)
