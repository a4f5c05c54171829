// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// CLEAR sets the sums to zero, AVERAGE leaves their sum divided by V20, the number of
// elements, in all elements of d.
#define CLEAR \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16

#define AVERAGE(d) \
	FADD_S(16, 16, 18); \
	FADD_S(17, 17, 19); \
	FADD_S(16, 16, 17); \
	FADDP_S(16, 16, 16); \
	FADDP_S(16, 16, 16); \
	FDIV_S(d, 16, 20)

// func LayerNorm(dst, x, residual, gamma, beta *float32, n int, eps float32)
TEXT ·LayerNorm(SB), NOSPLIT, $0-52
	MOVD dst+0(FP), R0
	MOVD x+8(FP), R1
	MOVD residual+16(FP), R2
	MOVD n+40(FP), R5
	SCVTFS R5, F20
	VDUP V20.S[0], V20.S4
	MOVD R0, R6
	MOVD R5, R7
	CLEAR

sum:
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R2), [V4.S4, V5.S4, V6.S4, V7.S4]
	FADD_S(0, 0, 4)
	FADD_S(1, 1, 5)
	FADD_S(2, 2, 6)
	FADD_S(3, 3, 7)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R6)
	FADD_S(16, 16, 0)
	FADD_S(17, 17, 1)
	FADD_S(18, 18, 2)
	FADD_S(19, 19, 3)
	SUBS $16, R7
	BNE  sum
	AVERAGE(21)

	MOVD R0, R6
	MOVD R5, R7
	CLEAR

square:
	VLD1.P 64(R6), [V0.S4, V1.S4, V2.S4, V3.S4]
	FSUB_S(0, 0, 21)
	FSUB_S(1, 1, 21)
	FSUB_S(2, 2, 21)
	FSUB_S(3, 3, 21)
	FMLA_S(16, 0, 0)
	FMLA_S(17, 1, 1)
	FMLA_S(18, 2, 2)
	FMLA_S(19, 3, 3)
	SUBS $16, R7
	BNE  square
	AVERAGE(22)

	FMOVS eps+48(FP), F23
	VDUP V23.S[0], V23.S4
	FADD_S(22, 22, 23)
	FSQRT_S(22, 22)
	FMOVS $1.0, F23
	VDUP V23.S[0], V23.S4
	FDIV_S(22, 23, 22)
	MOVD gamma+24(FP), R3
	MOVD beta+32(FP), R4

normalise:
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R3), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R4), [V8.S4, V9.S4, V10.S4, V11.S4]
	FSUB_S(0, 0, 21)
	FSUB_S(1, 1, 21)
	FSUB_S(2, 2, 21)
	FSUB_S(3, 3, 21)
	FMUL_S(0, 0, 22)
	FMUL_S(1, 1, 22)
	FMUL_S(2, 2, 22)
	FMUL_S(3, 3, 22)
	FMLA_S(8, 0, 4)
	FMLA_S(9, 1, 5)
	FMLA_S(10, 2, 6)
	FMLA_S(11, 3, 7)
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R0)
	SUBS $16, R5
	BNE  normalise
	RET
