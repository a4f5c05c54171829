// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// A tile of products of bytes in sums of four, but for the instructions, which who
// includes this defines: READY before rows are loaded (it may use V0), SIGN(x) for the bytes
// of a row, and DOT(d, n, m, i), which adds the products of four bytes of each of
// n's elements with element i of m. Four steps make a turn, so that a row takes one load.

// LOAD loads and SIGNs four steps of a row.
#define LOAD(row, x, X) \
	VLD1.P 16(row), [X]; \
	SIGN(x)

#define LOAD1 READY; LOAD(R10, 2, V2.B16)
#define LOAD2 LOAD1; LOAD(R11, 3, V3.B16)
#define LOAD3 LOAD2; LOAD(R12, 4, V4.B16)
#define LOAD4 LOAD3; LOAD(R13, 5, V5.B16)
#define LOAD5 LOAD4; LOAD(R14, 6, V6.B16)
#define LOAD6 LOAD5; LOAD(R15, 7, V7.B16)

// HALF adds the products of eight columns' weights with step i of a row.
#define HALF(s, x, i) \
	DOT(s, 0, x, i); \
	DOT(s+1, 1, x, i)

// HALF1 to HALF6 do so for as many rows. The sums of columns 0 to 7 start at s = 8,
// those of columns 8 to 15 at 10.
#define WEIGHTS VLD1.P 32(R4), [V0.B16, V1.B16]
#define HALF1(s, i) WEIGHTS; HALF(s, 2, i)
#define HALF2(s, i) HALF1(s, i); HALF(s+4, 3, i)
#define HALF3(s, i) HALF2(s, i); HALF(s+8, 4, i)
#define HALF4(s, i) HALF3(s, i); HALF(s+12, 5, i)
#define HALF5(s, i) HALF4(s, i); HALF(s+16, 6, i)
#define HALF6(s, i) HALF5(s, i); HALF(s+20, 7, i)

#define TURN(load, half) \
	load; \
	half(8, 0); half(10, 0); \
	half(8, 1); half(10, 1); \
	half(8, 2); half(10, 2); \
	half(8, 3); half(10, 3); \
	SUBS $4, R1

#define TILE \
	BYTES; \
six: \
	TURN(LOAD6, HALF6); \
	BNE six; \
	B   end; \
five: \
	TURN(LOAD5, HALF5); \
	BNE five; \
	B   end; \
four: \
	TURN(LOAD4, HALF4); \
	BNE four; \
	B   end; \
three: \
	TURN(LOAD3, HALF3); \
	BNE three; \
	B   end; \
two: \
	TURN(LOAD2, HALF2); \
	BNE two; \
	B   end; \
one: \
	TURN(LOAD1, HALF1); \
	BNE one; \
end: \
	END
