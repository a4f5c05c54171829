// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// func Dot(a, b *float32, n int) float32
TEXT ·Dot(SB), NOSPLIT, $0-28
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	MOVD n+16(FP), R2
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16
	VEOR V20.B16, V20.B16, V20.B16
	VEOR V21.B16, V21.B16, V21.B16
	VEOR V22.B16, V22.B16, V22.B16
	VEOR V23.B16, V23.B16, V23.B16

products:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R0), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R1), [V8.S4, V9.S4, V10.S4, V11.S4]
	VLD1.P 64(R1), [V12.S4, V13.S4, V14.S4, V15.S4]
	FMLA_S(16, 0, 8)
	FMLA_S(17, 1, 9)
	FMLA_S(18, 2, 10)
	FMLA_S(19, 3, 11)
	FMLA_S(20, 4, 12)
	FMLA_S(21, 5, 13)
	FMLA_S(22, 6, 14)
	FMLA_S(23, 7, 15)
	SUBS $32, R2
	BNE  products

	FADD_S(16, 16, 20)
	FADD_S(17, 17, 21)
	FADD_S(18, 18, 22)
	FADD_S(19, 19, 23)
	FADD_S(16, 16, 18)
	FADD_S(17, 17, 19)
	FADD_S(16, 16, 17)
	FADDP_S(16, 16, 16)
	FADDP_S(16, 16, 16)
	FMOVS F16, ret+24(FP)
	RET
