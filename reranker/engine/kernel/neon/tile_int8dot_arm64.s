// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"
#include "integers_arm64.h"

// SIGN takes 128 from each byte of four steps of a row, so that SDOT takes them
// as they are meant.
#define READY VMOVI $128, V0.B16
#define SIGN(x) EOR_V(x, x, 0)
#define DOT(d, n, m, i) SDOT_LANE(d, n, m, i)

#include "bytes_arm64.h"

// func tileI8Dot(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)
TEXT ·tileI8Dot(SB), NOSPLIT, $0-96
	TILE

// The bytes of the input had 128 added, and sums lack 128 times the weights for
// that.

// func signedStart(dst, start *int32, b *int8, steps int)
TEXT ·signedStart(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD start+8(FP), R1
	MOVD b+16(FP), R2
	MOVD steps+24(FP), R3
	VMOVI $1, V0.B16
	VEOR V8.B16, V8.B16, V8.B16
	VEOR V9.B16, V9.B16, V9.B16
	VEOR V10.B16, V10.B16, V10.B16
	VEOR V11.B16, V11.B16, V11.B16

step:
	VLD1.P 64(R2), [V4.B16, V5.B16, V6.B16, V7.B16]
	SDOT(8, 4, 0)
	SDOT(9, 5, 0)
	SDOT(10, 6, 0)
	SDOT(11, 7, 0)
	SUBS $1, R3
	BNE  step

	VLD1 (R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	SHL_S(8, 8, 7)
	SHL_S(9, 9, 7)
	SHL_S(10, 10, 7)
	SHL_S(11, 11, 7)
	ADD_S(8, 8, 4)
	ADD_S(9, 9, 5)
	ADD_S(10, 10, 6)
	ADD_S(11, 11, 7)
	VST1 [V8.S4, V9.S4, V10.S4, V11.S4], (R0)
	RET
