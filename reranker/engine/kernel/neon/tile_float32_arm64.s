// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"

// WEIGHTS loads those of a step.
#define WEIGHTS VLD1.P (R4)(R5), [V0.S4, V1.S4, V2.S4, V3.S4]

// ROW adds the products of a step of a row to its sums, which start at s. x and
// X are the number and the name of a register for the row's element.
#define ROW(row, x, X, s) \
	FMOVS (row)(R9), X; \
	FMLA_LANE(s, 0, x, 0); \
	FMLA_LANE(s+1, 1, x, 0); \
	FMLA_LANE(s+2, 2, x, 0); \
	FMLA_LANE(s+3, 3, x, 0)

#define STEP1 WEIGHTS; ROW(R10, 4, F4, 8)
#define STEP2 STEP1; ROW(R11, 5, F5, 12)
#define STEP3 STEP2; ROW(R12, 6, F6, 16)
#define STEP4 STEP3; ROW(R13, 7, F7, 20)
#define STEP5 STEP4; ROW(R14, 4, F4, 24)
#define STEP6 STEP5; ROW(R15, 5, F5, 28)

#define TURN \
	ADD $4, R9; \
	SUBS $1, R1

// func TileF32(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32)
TEXT ·TileF32(SB), NOSPLIT, $0-80
	MOVD rows+0(FP), R0
	MOVD steps+8(FP), R1
	MOVD a+16(FP), R10
	MOVD lda+24(FP), R3
	MOVD b+32(FP), R4
	MOVD ldb+40(FP), R5
	MOVD c+48(FP), R6
	MOVD ldc+56(FP), R7
	MOVD bias+64(FP), R8
	MOVD $0, R9
	LSL  $2, R3
	LSL  $2, R5
	LSL  $2, R7
	ROWS
	START
	BRANCH

six:
	STEP6
	TURN
	BNE six
	B   store

five:
	STEP5
	TURN
	BNE five
	B   store

four:
	STEP4
	TURN
	BNE four
	B   store

three:
	STEP3
	TURN
	BNE three
	B   store

two:
	STEP2
	TURN
	BNE two
	B   store

one:
	STEP1
	TURN
	BNE one

store:
	VST1.P [V8.S4, V9.S4, V10.S4, V11.S4], (R6)(R7)
	SUBS   $1, R0
	BEQ    done
	VST1.P [V12.S4, V13.S4, V14.S4, V15.S4], (R6)(R7)
	SUBS   $1, R0
	BEQ    done
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], (R6)(R7)
	SUBS   $1, R0
	BEQ    done
	VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], (R6)(R7)
	SUBS   $1, R0
	BEQ    done
	VST1.P [V24.S4, V25.S4, V26.S4, V27.S4], (R6)(R7)
	SUBS   $1, R0
	BEQ    done
	VST1   [V28.S4, V29.S4, V30.S4, V31.S4], (R6)

done:
	RET
