// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"
#include "integers_arm64.h"

// The bytes of the input, without a sign, and of weights, with one, become integers
// of 16 bits.

// LOAD1 to LOAD6 load a step of as many rows, two in each of V5 to V7. An odd one
// leaves something in the other half, which is not used.
#define LOAD1 VLD1.P 4(R10), V5.S[0]; UXTL_H(5, 5)
#define LOAD2 VLD1.P 4(R10), V5.S[0]; VLD1.P 4(R11), V5.S[1]; UXTL_H(5, 5)
#define LOAD3 LOAD2; VLD1.P 4(R12), V6.S[0]; UXTL_H(6, 6)
#define LOAD4 LOAD2; VLD1.P 4(R12), V6.S[0]; VLD1.P 4(R13), V6.S[1]; UXTL_H(6, 6)
#define LOAD5 LOAD4; VLD1.P 4(R14), V7.S[0]; UXTL_H(7, 7)
#define LOAD6 LOAD4; VLD1.P 4(R14), V7.S[0]; VLD1.P 4(R15), V7.S[1]; UXTL_H(7, 7)

// WEIGHTS widens byte k of all columns: columns 0 to 7 to V4, the others in place.
#define WEIGHTS(k) \
	SXTL_H(4, k); \
	SXTL2_H(k, k)

// ROW adds the products of byte k, element i of x, to a row's sums, which start at s.
#define ROW(s, k, x, i) \
	SMLAL_LANE(s, 4, x, i); \
	SMLAL2_LANE(s+1, 4, x, i); \
	SMLAL_LANE(s+2, k, x, i); \
	SMLAL2_LANE(s+3, k, x, i)

#define BYTE1(k) WEIGHTS(k); ROW(8, k, 5, k)
#define BYTE2(k) BYTE1(k); ROW(12, k, 5, k+4)
#define BYTE3(k) BYTE2(k); ROW(16, k, 6, k)
#define BYTE4(k) BYTE3(k); ROW(20, k, 6, k+4)
#define BYTE5(k) BYTE4(k); ROW(24, k, 7, k)
#define BYTE6(k) BYTE5(k); ROW(28, k, 7, k+4)

#define STEP(load, byte) \
	load; \
	VLD4.P 64(R4), [V0.B16, V1.B16, V2.B16, V3.B16]; \
	byte(0); \
	byte(1); \
	byte(2); \
	byte(3); \
	SUBS $1, R1

// func tileI8(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)
TEXT ·tileI8(SB), NOSPLIT, $0-96
	BYTES

six:
	STEP(LOAD6, BYTE6)
	BNE six
	B   end

five:
	STEP(LOAD5, BYTE5)
	BNE five
	B   end

four:
	STEP(LOAD4, BYTE4)
	BNE four
	B   end

three:
	STEP(LOAD3, BYTE3)
	BNE three
	B   end

two:
	STEP(LOAD2, BYTE2)
	BNE two
	B   end

one:
	STEP(LOAD1, BYTE1)
	BNE one

end:
	END
