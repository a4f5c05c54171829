// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// What all tiles have in common. Registers: R0 rows, R1 steps left, R4 weights, R6
// and R7 the next row of results and the distance to the one after it in bytes,
// R10 to R15 the rows of the input. The sums of row r are in V(8+4r) to V(11+4r).

// ROWS finds the rows of an input that starts at R10 and has R3 bytes a row.
// Those that the tile does not have are not read.
#define ROWS \
	ADD R3, R10, R11; \
	ADD R3, R11, R12; \
	ADD R3, R12, R13; \
	ADD R3, R13, R14; \
	ADD R3, R14, R15

// START sets the sums of all rows to the four vectors at R8.
#define START \
	VLD1 (R8), [V8.S4, V9.S4, V10.S4, V11.S4]; \
	VLD1 (R8), [V12.S4, V13.S4, V14.S4, V15.S4]; \
	VLD1 (R8), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1 (R8), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	VLD1 (R8), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1 (R8), [V28.S4, V29.S4, V30.S4, V31.S4]

// ZERO sets them to zero.
#define ZERO \
	VEOR V8.B16, V8.B16, V8.B16; \
	VEOR V9.B16, V9.B16, V9.B16; \
	VEOR V10.B16, V10.B16, V10.B16; \
	VEOR V11.B16, V11.B16, V11.B16; \
	VEOR V12.B16, V12.B16, V12.B16; \
	VEOR V13.B16, V13.B16, V13.B16; \
	VEOR V14.B16, V14.B16, V14.B16; \
	VEOR V15.B16, V15.B16, V15.B16; \
	VEOR V16.B16, V16.B16, V16.B16; \
	VEOR V17.B16, V17.B16, V17.B16; \
	VEOR V18.B16, V18.B16, V18.B16; \
	VEOR V19.B16, V19.B16, V19.B16; \
	VEOR V20.B16, V20.B16, V20.B16; \
	VEOR V21.B16, V21.B16, V21.B16; \
	VEOR V22.B16, V22.B16, V22.B16; \
	VEOR V23.B16, V23.B16, V23.B16; \
	VEOR V24.B16, V24.B16, V24.B16; \
	VEOR V25.B16, V25.B16, V25.B16; \
	VEOR V26.B16, V26.B16, V26.B16; \
	VEOR V27.B16, V27.B16, V27.B16; \
	VEOR V28.B16, V28.B16, V28.B16; \
	VEOR V29.B16, V29.B16, V29.B16; \
	VEOR V30.B16, V30.B16, V30.B16; \
	VEOR V31.B16, V31.B16, V31.B16

// BRANCH goes to the loop for the number of rows, and falls through to that for six.
#define BRANCH \
	CMP $2, R0; \
	BLT one; \
	BEQ two; \
	CMP $4, R0; \
	BLT three; \
	BEQ four; \
	CMP $6, R0; \
	BLT five
