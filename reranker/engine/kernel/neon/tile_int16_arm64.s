// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"
#include "integers_arm64.h"

// WEIGHTS loads those of a step: the first of each pair of columns 0 to 7 and 8 to
// 15 to V0 and V2, the second ones to V1 and V3.
#define WEIGHTS \
	VLD2.P 32(R4), [V0.H8, V1.H8]; \
	VLD2.P 32(R4), [V2.H8, V3.H8]

// ROW adds the products of a row's pair to its sums, which start at s. x and X are
// the number and the name of a register for the pair.
#define ROW(row, x, X, s) \
	FMOVS (row)(R9), X; \
	SMLAL_LANE(s, 0, x, 0); \
	SMLAL2_LANE(s+1, 0, x, 0); \
	SMLAL_LANE(s+2, 2, x, 0); \
	SMLAL2_LANE(s+3, 2, x, 0); \
	SMLAL_LANE(s, 1, x, 1); \
	SMLAL2_LANE(s+1, 1, x, 1); \
	SMLAL_LANE(s+2, 3, x, 1); \
	SMLAL2_LANE(s+3, 3, x, 1)

#define STEP1 WEIGHTS; ROW(R10, 4, F4, 8)
#define STEP2 STEP1; ROW(R11, 5, F5, 12)
#define STEP3 STEP2; ROW(R12, 6, F6, 16)
#define STEP4 STEP3; ROW(R13, 7, F7, 20)
#define STEP5 STEP4; ROW(R14, 4, F4, 24)
#define STEP6 STEP5; ROW(R15, 5, F5, 28)

#define TURN \
	ADD $4, R9; \
	SUBS $1, R1

// func tileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int)
TEXT ·tileI16(SB), NOSPLIT, $0-88
	MOVD rows+0(FP), R0
	MOVD steps+8(FP), R1
	MOVD a+16(FP), R10
	MOVD lda+24(FP), R3
	MOVD b+32(FP), R4
	MOVD c+40(FP), R6
	MOVD ldc+48(FP), R7
	MOVD rowScale+56(FP), R20
	MOVD columnScale+64(FP), R21
	MOVD add+72(FP), R22
	MOVD addStride+80(FP), R23
	MOVD $0, R9
	LSL  $1, R3
	LSL  $2, R7
	LSL  $2, R23
	ROWS
	ZERO
	BRANCH

six:
	STEP6
	TURN
	BNE six
	B   end

five:
	STEP5
	TURN
	BNE five
	B   end

four:
	STEP4
	TURN
	BNE four
	B   end

three:
	STEP3
	TURN
	BNE three
	B   end

two:
	STEP2
	TURN
	BNE two
	B   end

one:
	STEP1
	TURN
	BNE one

end:
	END
