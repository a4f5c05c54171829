// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// exp(x) for x <= 0 is 2ⁿ * P(r), n = round(x/ln(2)), r = x - n*ln(2), and constant
// below the floor. P is the minimax polynomial of exp(r) for |r| <= ln(2)/2, with a relative
// error below 2e-8. The constants go to V16 to V26, those of P highest power first.
DATA exp<>+0(SB)/4, $0xc2ac0000 // floor
DATA exp<>+4(SB)/4, $0x3fb8aa3b // 1/ln(2)
DATA exp<>+8(SB)/4, $0x3f318000 // ln(2), high
DATA exp<>+12(SB)/4, $0xb95e8083 // and low
DATA exp<>+16(SB)/4, $0x3ab6d3b6 // 0.0013948592822998762
DATA exp<>+20(SB)/4, $0x3c0937df // 0.008375137113034725
DATA exp<>+24(SB)/4, $0x3d2aaa32 // 0.041666217148303986
DATA exp<>+28(SB)/4, $0x3e2aaa02 // 0.16666415333747864
DATA exp<>+32(SB)/4, $0x3f000000 // 0.5
DATA exp<>+36(SB)/4, $0x3f800000 // 1
DATA exp<>+40(SB)/4, $0x3f800000 // 1
GLOBL exp<>(SB), RODATA|NOPTR, $44

// HORNER starts q at the constant c and adds p*r, all of four vectors.
#define HORNER(q, c, p) \
	MOV_V(q, c); \
	MOV_V(q+1, c); \
	MOV_V(q+2, c); \
	MOV_V(q+3, c); \
	FMLA_S(q, p, 0); \
	FMLA_S(q+1, p+1, 1); \
	FMLA_S(q+2, p+2, 2); \
	FMLA_S(q+3, p+3, 3)

// EXP replaces x in V0 to V3 by exp(x) in V8 to V11. n is in V4 to V7.
#define EXP \
	FMAX_S(0, 0, 16); \
	FMAX_S(1, 1, 16); \
	FMAX_S(2, 2, 16); \
	FMAX_S(3, 3, 16); \
	FMUL_S(4, 0, 17); \
	FMUL_S(5, 1, 17); \
	FMUL_S(6, 2, 17); \
	FMUL_S(7, 3, 17); \
	FRINTN_S(4, 4); \
	FRINTN_S(5, 5); \
	FRINTN_S(6, 6); \
	FRINTN_S(7, 7); \
	FMLS_S(0, 4, 18); \
	FMLS_S(1, 5, 18); \
	FMLS_S(2, 6, 18); \
	FMLS_S(3, 7, 18); \
	FMLS_S(0, 4, 19); \
	FMLS_S(1, 5, 19); \
	FMLS_S(2, 6, 19); \
	FMLS_S(3, 7, 19); \
	MOV_V(12, 21); \
	MOV_V(13, 21); \
	MOV_V(14, 21); \
	MOV_V(15, 21); \
	FMLA_S(12, 20, 0); \
	FMLA_S(13, 20, 1); \
	FMLA_S(14, 20, 2); \
	FMLA_S(15, 20, 3); \
	HORNER(8, 22, 12); \
	HORNER(12, 23, 8); \
	HORNER(8, 24, 12); \
	HORNER(12, 25, 8); \
	HORNER(8, 26, 12); \
	FCVTNS_S(4, 4); \
	FCVTNS_S(5, 5); \
	FCVTNS_S(6, 6); \
	FCVTNS_S(7, 7); \
	SHL_S(4, 4, 23); \
	SHL_S(5, 5, 23); \
	SHL_S(6, 6, 23); \
	SHL_S(7, 7, 23); \
	ADD_S(8, 8, 4); \
	ADD_S(9, 9, 5); \
	ADD_S(10, 10, 6); \
	ADD_S(11, 11, 7)

// func Softmax(x *float32, rows, n int)
TEXT ·Softmax(SB), NOSPLIT, $0-24
	MOVD x+0(FP), R0
	MOVD rows+8(FP), R1
	MOVD n+16(FP), R2
	MOVD $exp<>(SB), R3
	VLD1R.P 4(R3), [V16.S4]
	VLD1R.P 4(R3), [V17.S4]
	VLD1R.P 4(R3), [V18.S4]
	VLD1R.P 4(R3), [V19.S4]
	VLD1R.P 4(R3), [V20.S4]
	VLD1R.P 4(R3), [V21.S4]
	VLD1R.P 4(R3), [V22.S4]
	VLD1R.P 4(R3), [V23.S4]
	VLD1R.P 4(R3), [V24.S4]
	VLD1R.P 4(R3), [V25.S4]
	VLD1R.P 4(R3), [V26.S4]

row:
	MOVD R0, R4
	MOVD R2, R5
	VLD1 (R4), [V28.S4, V29.S4, V30.S4, V31.S4]

largest:
	VLD1.P 64(R4), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMAX_S(28, 28, 0)
	FMAX_S(29, 29, 1)
	FMAX_S(30, 30, 2)
	FMAX_S(31, 31, 3)
	SUBS $16, R5
	BNE  largest
	FMAX_S(28, 28, 30)
	FMAX_S(29, 29, 31)
	FMAX_S(28, 28, 29)
	FMAXV_S(28, 28)
	VDUP V28.S[0], V27.S4

	MOVD R0, R4
	MOVD R2, R5
	VEOR V28.B16, V28.B16, V28.B16
	VEOR V29.B16, V29.B16, V29.B16
	VEOR V30.B16, V30.B16, V30.B16
	VEOR V31.B16, V31.B16, V31.B16

exponential:
	VLD1 (R4), [V0.S4, V1.S4, V2.S4, V3.S4]
	FSUB_S(0, 0, 27)
	FSUB_S(1, 1, 27)
	FSUB_S(2, 2, 27)
	FSUB_S(3, 3, 27)
	EXP
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], 64(R4)
	FADD_S(28, 28, 8)
	FADD_S(29, 29, 9)
	FADD_S(30, 30, 10)
	FADD_S(31, 31, 11)
	SUBS $16, R5
	BNE  exponential
	FADD_S(28, 28, 30)
	FADD_S(29, 29, 31)
	FADD_S(28, 28, 29)
	FADDP_S(28, 28, 28)
	FADDP_S(28, 28, 28)
	FDIV_S(28, 26, 28) // V26 is one

	MOVD R2, R5

scale:
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMUL_S(0, 0, 28)
	FMUL_S(1, 1, 28)
	FMUL_S(2, 2, 28)
	FMUL_S(3, 3, 28)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS $16, R5
	BNE  scale

	SUBS $1, R1
	BNE  row
	RET
