// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"

// GELU is x/2 * (1 + erf(x/sqrt(2))). erf(x/sqrt(2)) is x * P(v), v = 2*x²/limit² - 1,
// for |x| <= limit, where it is 1 to the last bit but two. P is the minimax polynomial in v: see
// ../_asm/gelu.go, which has the same constants. Those of P follow the others, highest
// power first.
DATA gelu<>+0(SB)/4, $0x40b00000 // limit
DATA gelu<>+4(SB)/4, $0xc0b00000 // -limit
DATA gelu<>+8(SB)/4, $0x3d8767ab // 2/limit²
DATA gelu<>+12(SB)/4, $0xbf800000 // -1
DATA gelu<>+16(SB)/4, $0x3f000000 // 1/2
DATA gelu<>+20(SB)/4, $0xbb067b3e // -0.0020520235411822796
DATA gelu<>+24(SB)/4, $0x3bb11d9f // 0.005405142437666655
DATA gelu<>+28(SB)/4, $0xbb920140 // -0.0044557154178619385
DATA gelu<>+32(SB)/4, $0x3b8ffdd0 // 0.004394270479679108
DATA gelu<>+36(SB)/4, $0xbc5728e5 // -0.01313230860978365
DATA gelu<>+40(SB)/4, $0x3cbf6fa9 // 0.023368673399090767
DATA gelu<>+44(SB)/4, $0xbcf9f3ef // -0.030511824414134026
DATA gelu<>+48(SB)/4, $0x3d233020 // 0.03984081745147705
DATA gelu<>+52(SB)/4, $0xbd54b385 // -0.051929015666246414
DATA gelu<>+56(SB)/4, $0x3d839eda // 0.0642678290605545
DATA gelu<>+60(SB)/4, $0xbd9eeff8 // -0.07760614156723022
DATA gelu<>+64(SB)/4, $0x3dc38500 // 0.09546852111816406
DATA gelu<>+68(SB)/4, $0xbe036c9c // -0.12834399938583374
DATA gelu<>+72(SB)/4, $0x3e83a320 // 0.25710391998291016
GLOBL gelu<>(SB), RODATA|NOPTR, $76

// HORNER starts q at the next coefficient and adds p*v, all of four vectors.
#define HORNER(q, p) \
	VLD1R.P 4(R3), [V24.S4]; \
	MOV_V(q, 24); \
	MOV_V(q+1, 24); \
	MOV_V(q+2, 24); \
	MOV_V(q+3, 24); \
	FMLA_S(q, p, 8); \
	FMLA_S(q+1, p+1, 9); \
	FMLA_S(q+2, p+2, 10); \
	FMLA_S(q+3, p+3, 11)

// func GELU(x *float32, n int)
TEXT ·GELU(SB), NOSPLIT, $0-16
	MOVD x+0(FP), R0
	MOVD n+8(FP), R1
	MOVD $gelu<>(SB), R2
	VLD1R.P 4(R2), [V28.S4]
	VLD1R.P 4(R2), [V29.S4]
	VLD1R.P 4(R2), [V30.S4]
	VLD1R.P 4(R2), [V31.S4]
	VLD1R.P 4(R2), [V25.S4]

// x in V0 to V3, clamped in V4 to V7, v in V8 to V11, P in V12 to V15 and V16 to V19
// in turn.
next:
	MOVD R2, R3
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMIN_S(4, 0, 28)
	FMIN_S(5, 1, 28)
	FMIN_S(6, 2, 28)
	FMIN_S(7, 3, 28)
	FMAX_S(4, 4, 29)
	FMAX_S(5, 5, 29)
	FMAX_S(6, 6, 29)
	FMAX_S(7, 7, 29)
	FMUL_S(12, 4, 30)
	FMUL_S(13, 5, 30)
	FMUL_S(14, 6, 30)
	FMUL_S(15, 7, 30)
	MOV_V(8, 31)
	MOV_V(9, 31)
	MOV_V(10, 31)
	MOV_V(11, 31)
	FMLA_S(8, 12, 4)
	FMLA_S(9, 13, 5)
	FMLA_S(10, 14, 6)
	FMLA_S(11, 15, 7)
	VLD1R.P 4(R3), [V12.S4]
	MOV_V(13, 12)
	MOV_V(14, 12)
	MOV_V(15, 12)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	HORNER(12, 16)
	HORNER(16, 12)
	FMUL_S(16, 16, 4)
	FMUL_S(17, 17, 5)
	FMUL_S(18, 18, 6)
	FMUL_S(19, 19, 7)
	FMUL_S(0, 0, 25)
	FMUL_S(1, 1, 25)
	FMUL_S(2, 2, 25)
	FMUL_S(3, 3, 25)
	FMLA_S(0, 0, 16)
	FMLA_S(1, 1, 17)
	FMLA_S(2, 2, 18)
	FMLA_S(3, 3, 19)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS $16, R1
	BNE  next
	RET
