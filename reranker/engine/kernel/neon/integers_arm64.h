// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// What tiles of integers have in common, beside tile_arm64.h. Registers: R20 the scale of the
// next row, R21 those of the columns, R22 and R23 the next row of what is added and
// the distance to the one after it in bytes.

// ROW_END makes float32 of the sums of a row, which start at s, and stores them. Products
// are rounded before they are added, as in every set.
#define ROW_END(s, A, B, C, D) \
	VLD1R.P 4(R20), [V0.S4]; \
	VLD1 (R21), [V4.S4, V5.S4, V6.S4, V7.S4]; \
	FMUL_S(4, 0, 4); \
	FMUL_S(5, 0, 5); \
	FMUL_S(6, 0, 6); \
	FMUL_S(7, 0, 7); \
	VLD1.P (R22)(R23), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	SCVTF_S(s, s); \
	SCVTF_S(s+1, s+1); \
	SCVTF_S(s+2, s+2); \
	SCVTF_S(s+3, s+3); \
	FMUL_S(s, s, 4); \
	FMUL_S(s+1, s+1, 5); \
	FMUL_S(s+2, s+2, 6); \
	FMUL_S(s+3, s+3, 7); \
	FADD_S(s, s, 0); \
	FADD_S(s+1, s+1, 1); \
	FADD_S(s+2, s+2, 2); \
	FADD_S(s+3, s+3, 3); \
	VST1.P [A, B, C, D], (R6)(R7); \
	SUBS $1, R0

// END does so for all rows and returns.
#define END \
	ROW_END(8, V8.S4, V9.S4, V10.S4, V11.S4); \
	BEQ done; \
	ROW_END(12, V12.S4, V13.S4, V14.S4, V15.S4); \
	BEQ done; \
	ROW_END(16, V16.S4, V17.S4, V18.S4, V19.S4); \
	BEQ done; \
	ROW_END(20, V20.S4, V21.S4, V22.S4, V23.S4); \
	BEQ done; \
	ROW_END(24, V24.S4, V25.S4, V26.S4, V27.S4); \
	BEQ done; \
	ROW_END(28, V28.S4, V29.S4, V30.S4, V31.S4); \
done: \
	RET

// BYTES is the beginning of a tile of bytes.
#define BYTES \
	MOVD rows+0(FP), R0; \
	MOVD steps+8(FP), R1; \
	MOVD a+16(FP), R10; \
	MOVD lda+24(FP), R3; \
	MOVD b+32(FP), R4; \
	MOVD c+40(FP), R6; \
	MOVD ldc+48(FP), R7; \
	MOVD rowScale+56(FP), R20; \
	MOVD columnScale+64(FP), R21; \
	MOVD start+72(FP), R8; \
	MOVD add+80(FP), R22; \
	MOVD addStride+88(FP), R23; \
	LSL  $2, R7; \
	LSL  $2, R23; \
	ROWS; \
	START; \
	BRANCH
