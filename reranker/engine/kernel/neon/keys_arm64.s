// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// COLUMNS makes rows of four vectors of four: a, b, c and d get columns 0 to 3
// of the rows w, x, y and z. It uses V24 to V27.
#define COLUMNS(A, B, C, D, W, X, Y, Z) \
	VTRN1 X.S4, W.S4, V24.S4; \
	VTRN2 X.S4, W.S4, V25.S4; \
	VTRN1 Z.S4, Y.S4, V26.S4; \
	VTRN2 Z.S4, Y.S4, V27.S4; \
	VTRN1 V26.D2, V24.D2, A.D2; \
	VTRN1 V27.D2, V25.D2, B.D2; \
	VTRN2 V26.D2, V24.D2, C.D2; \
	VTRN2 V27.D2, V25.D2, D.D2

// func Transpose8(dst *float32, dstStride int, src *float32, srcStride, columns int)
TEXT ·Transpose8(SB), NOSPLIT, $0-40
	MOVD dst+0(FP), R0
	MOVD dstStride+8(FP), R1
	MOVD src+16(FP), R2
	MOVD srcStride+24(FP), R3
	MOVD columns+32(FP), R4
	LSL  $2, R1
	LSL  $2, R3
	ADD  R3, R2, R5
	ADD  R3, R5, R6
	ADD  R3, R6, R7
	ADD  R3, R7, R8
	ADD  R3, R8, R9
	ADD  R3, R9, R10
	ADD  R3, R10, R11

four:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R5), [V1.S4]
	VLD1.P 16(R6), [V2.S4]
	VLD1.P 16(R7), [V3.S4]
	VLD1.P 16(R8), [V4.S4]
	VLD1.P 16(R9), [V5.S4]
	VLD1.P 16(R10), [V6.S4]
	VLD1.P 16(R11), [V7.S4]
	COLUMNS(V16, V18, V20, V22, V0, V1, V2, V3)
	COLUMNS(V17, V19, V21, V23, V4, V5, V6, V7)
	VST1.P [V16.S4, V17.S4], (R0)(R1)
	VST1.P [V18.S4, V19.S4], (R0)(R1)
	VST1.P [V20.S4, V21.S4], (R0)(R1)
	VST1.P [V22.S4, V23.S4], (R0)(R1)
	SUBS $4, R4
	BNE  four
	RET
