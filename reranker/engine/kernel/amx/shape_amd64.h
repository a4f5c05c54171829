// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// FRAME(size) sets BX to a multiple of 64 near the low end of a frame of size
// bytes, of which the last 64 stay free for variables, and writes the shapes of
// tiles that have no rows yet.
#define FRAME(size) \
	LEAQ frame-size(SP), BX; \
	ADDQ $63, BX; \
	ANDQ $-64, BX; \
	VPXORD Z0, Z0, Z0; \
	VMOVDQU64 Z0, (BX); \
	MOVB $1, (BX)

// STEP(size, step) sets step to the number of inner elements in a tile: 64, or
// 32 where size is not a multiple of 64.
#define STEP(size, step) \
	MOVQ size, step; \
	ANDQ $32, step; \
	NEGQ step; \
	LEAQ 64(step), step

// SHAPES(rows, step, quarter) gives tiles 0 to 3 (sums) and 4 and 5 (inputs)
// rows rows, and tiles 6 and 7 (weights) a row for every four inner elements;
// inputs have rows of step bytes and the others of 64. quarter is lost.
#define SHAPES(rows, step, quarter) \
	MOVB rows, 48(BX); MOVB rows, 49(BX); MOVB rows, 50(BX); MOVB rows, 51(BX); \
	MOVB rows, 52(BX); MOVB rows, 53(BX); \
	MOVQ step, quarter; \
	SHRQ $2, quarter; \
	MOVB quarter, 54(BX); MOVB quarter, 55(BX); \
	MOVW $64, 16(BX); MOVW $64, 18(BX); MOVW $64, 20(BX); MOVW $64, 22(BX); \
	MOVW step, 24(BX); MOVW step, 26(BX); MOVW $64, 28(BX); MOVW $64, 30(BX); \
	LDTILECFG(rBX)
