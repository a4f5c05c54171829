// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// FACTOR leaves the factor that brings the row to the limit in all elements of V22,
// and the scale that undoes it in V21. R0, R1 and R2 are dst, src and n.
#define FACTOR \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16; \
	MOVD R1, R3; \
	MOVD R2, R4; \
largest: \
	VLD1.P 64(R3), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	FABS_S(0, 0); \
	FABS_S(1, 1); \
	FABS_S(2, 2); \
	FABS_S(3, 3); \
	FMAX_S(16, 16, 0); \
	FMAX_S(17, 17, 1); \
	FMAX_S(18, 18, 2); \
	FMAX_S(19, 19, 3); \
	SUBS $16, R4; \
	BNE largest; \
	FMAX_S(16, 16, 18); \
	FMAX_S(17, 17, 19); \
	FMAX_S(16, 16, 17); \
	FMAXV_S(16, 16); \
	FMOVS $1e-30, F17; \
	FMAXS F17, F16, F16; \
	FDIVS F20, F16, F21; \
	FDIVS F16, F20, F22; \
	VDUP V22.S[0], V22.S4

// ROUND makes 16 elements integers of 16 bits in V4 and V5.
#define ROUND \
	VLD1.P 64(R1), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	FMUL_S(0, 0, 22); \
	FMUL_S(1, 1, 22); \
	FMUL_S(2, 2, 22); \
	FMUL_S(3, 3, 22); \
	FCVTNS_S(0, 0); \
	FCVTNS_S(1, 1); \
	FCVTNS_S(2, 2); \
	FCVTNS_S(3, 3); \
	SQXTN_H(4, 0); \
	SQXTN2_H(4, 1); \
	SQXTN_H(5, 2); \
	SQXTN2_H(5, 3)

// func QuantizeI16(dst *int16, src *float32, n int, limit float32) (scale float32)
TEXT ·QuantizeI16(SB), NOSPLIT, $0-36
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2
	FMOVS limit+24(FP), F20
	FACTOR

round:
	ROUND
	VST1.P [V4.H8, V5.H8], 32(R0)
	SUBS $16, R2
	BNE  round
	FMOVS F21, scale+32(FP)
	RET

// func QuantizeI8(dst *uint8, src *float32, n int, limit float32) (scale float32)
TEXT ·QuantizeI8(SB), NOSPLIT, $0-36
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD n+16(FP), R2
	FMOVS limit+24(FP), F20
	FACTOR
	VMOVI $128, V23.B16

round:
	ROUND
	SQXTN_B(4, 4)
	SQXTN2_B(4, 5)
	EOR_V(4, 4, 23) // adds 128 and drops the sign
	VST1.P [V4.B16], 16(R0)
	SUBS $16, R2
	BNE  round
	FMOVS F21, scale+32(FP)
	RET
