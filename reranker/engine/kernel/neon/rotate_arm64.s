// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// PAIR makes the sum s and the difference d of x and y.
#define PAIR(s, d, x, y) \
	FADD_S(s, x, y); \
	FSUB_S(d, x, y)

// Three walks over each block of 128 elements, nearest elements first, so that sums
// are rounded as in every set.

// func Rotate(dst, src *float32, n int)
TEXT ·Rotate(SB), NOSPLIT, $0-24
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2
	MOVD $128, R6

block:
	MOVD R0, R3
	MOVD $8, R4

	// 1 and 2 apart: VLD4 puts elements that are 4 apart in one vector.
neighbours:
	VLD4.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	PAIR(4, 5, 0, 1)
	PAIR(6, 7, 2, 3)
	PAIR(0, 2, 4, 6)
	PAIR(1, 3, 5, 7)
	VST4.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R3)
	SUBS $1, R4
	BNE  neighbours

	MOVD R0, R3
	MOVD $4, R4

	// 4, 8 and 16 apart: the vectors of a quarter.
quarter:
	MOVD R3, R5
	VLD1.P 64(R5), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1 (R5), [V4.S4, V5.S4, V6.S4, V7.S4]
	PAIR(8, 9, 0, 1)
	PAIR(10, 11, 2, 3)
	PAIR(12, 13, 4, 5)
	PAIR(14, 15, 6, 7)
	PAIR(0, 2, 8, 10)
	PAIR(1, 3, 9, 11)
	PAIR(4, 6, 12, 14)
	PAIR(5, 7, 13, 15)
	PAIR(8, 12, 0, 4)
	PAIR(9, 13, 1, 5)
	PAIR(10, 14, 2, 6)
	PAIR(11, 15, 3, 7)
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R3)
	VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], 64(R3)
	SUBS $1, R4
	BNE  quarter

	MOVD $2, R4

	// 32 and 64 apart: half of each quarter.
half:
	MOVD R0, R3
	VLD1.P (R3)(R6), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P (R3)(R6), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P (R3)(R6), [V8.S4, V9.S4, V10.S4, V11.S4]
	VLD1 (R3), [V12.S4, V13.S4, V14.S4, V15.S4]
	PAIR(16, 20, 0, 4)
	PAIR(24, 28, 8, 12)
	PAIR(17, 21, 1, 5)
	PAIR(25, 29, 9, 13)
	PAIR(18, 22, 2, 6)
	PAIR(26, 30, 10, 14)
	PAIR(19, 23, 3, 7)
	PAIR(27, 31, 11, 15)
	PAIR(0, 8, 16, 24)
	PAIR(4, 12, 20, 28)
	PAIR(1, 9, 17, 25)
	PAIR(5, 13, 21, 29)
	PAIR(2, 10, 18, 26)
	PAIR(6, 14, 22, 30)
	PAIR(3, 11, 19, 27)
	PAIR(7, 15, 23, 31)
	MOVD R0, R3
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], (R3)(R6)
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], (R3)(R6)
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], (R3)(R6)
	VST1 [V12.S4, V13.S4, V14.S4, V15.S4], (R3)
	ADD  $64, R0
	SUBS $1, R4
	BNE  half

	ADD  $384, R0 // the two halves moved it by a quarter
	SUBS $128, R2
	BNE  block
	RET
