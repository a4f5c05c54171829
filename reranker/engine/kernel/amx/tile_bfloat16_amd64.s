// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"
#include "shape_amd64.h"

// The tiles. A block is up to 32 rows, an upper and a lower half, by the 32
// columns of a panel, a left and a right half: each input and each weight that is
// loaded is used twice.
#define UPPER_LEFT 0
#define UPPER_RIGHT 1
#define LOWER_LEFT 2
#define LOWER_RIGHT 3
#define UPPER 4
#define LOWER 5
#define LEFT 6
#define RIGHT 7

// HALF(left, half) takes up to 16 rows of those that are left.
#define HALF(left, half) \
	MOVQ $16, half; \
	CMPQ left, half; \
	CMOVQLT left, half; \
	SUBQ half, left

#define NEXT \
	ADDQ $2048, SI; \
	ADDQ $2048, DI; \
	PREFETCHT1 (R15); \
	PREFETCHT1 64(R15); \
	PREFETCHT1 128(R15); \
	PREFETCHT1 192(R15); \
	ADDQ $256, R15; \
	DECQ R8

// func TileBF16(rows, panels, size int, a, b *uint16, c *float32, ldc, ldp int, bias *float32)
TEXT ·TileBF16(SB), 0, $192-72
	FRAME(192)
	SHRQ $5, size+16(FP) // of 32 elements, a row of a tile
	MOVQ ldc+48(FP), R10
	SHLQ $2, R10         // bytes between rows of c
	SHLQ $2, ldp+56(FP)  // and between panels
	MOVQ $64, CX         // bytes between rows of a

panel:
	MOVQ rows+0(FP), R8
	MOVQ R8, left-8(SP)
	MOVQ a+24(FP), SI
	MOVQ SI, input-16(SP)
	MOVQ c+40(FP), SI
	MOVQ SI, output-24(SP)

	// What comes after this panel is fetched into the cache.
	MOVQ size+16(FP), R15
	SHLQ $11, R15
	ADDQ b+32(FP), R15

block:
	MOVQ left-8(SP), R8
	HALF(R8, R9)
	HALF(R8, R12)
	MOVQ R8, left-8(SP)

	// A tile without rows is none: where there is no lower half, it has one row.
	MOVQ R12, R13
	CMPQ R13, $1
	ADCQ $0, R13
	CMPB R9, 48(BX)
	JNE  shape
	CMPB R13, 50(BX)
	JEQ  shaped

shape:
	MOVB R9, 48(BX); MOVB R9, 49(BX); MOVB R9, 52(BX)
	MOVB R13, 50(BX); MOVB R13, 51(BX); MOVB R13, 53(BX)
	MOVB $16, 54(BX); MOVB $16, 55(BX)
	MOVQ $0x0040004000400040, AX // rows of 64 bytes
	MOVQ AX, 16(BX)
	MOVQ AX, 24(BX)
	LDTILECFG(rBX)

shaped:
	// Sums start at the bias: rows that are no bytes apart.
	MOVQ bias+64(FP), AX
	XORQ SI, SI
	TILELOADD(UPPER_LEFT, rAX, rSI, 0)
	TILELOADD(UPPER_RIGHT, rAX, rSI, 64)
	MOVQ b+32(FP), DI
	MOVQ $128, DX // bytes between the rows of a panel
	MOVQ size+16(FP), R8
	TESTQ R12, R12
	JZ   single
	TILELOADD(LOWER_LEFT, rAX, rSI, 0)
	TILELOADD(LOWER_RIGHT, rAX, rSI, 64)
	MOVQ input-16(SP), SI

both:
	TILELOADD(UPPER, rSI, rCX, 0)
	TILELOADD(LEFT, rDI, rDX, 0)
	TDPBF16PS(UPPER_LEFT, UPPER, LEFT)
	TILELOADD(RIGHT, rDI, rDX, 64)
	TDPBF16PS(UPPER_RIGHT, UPPER, RIGHT)
	TILELOADD(LOWER, rSI, rCX, 1024)
	TDPBF16PS(LOWER_LEFT, LOWER, LEFT)
	TDPBF16PS(LOWER_RIGHT, LOWER, RIGHT)
	NEXT
	JNZ  both
	MOVQ R10, DX
	MOVQ R10, AX
	SHLQ $4, AX
	ADDQ output-24(SP), AX
	TILESTORED(LOWER_LEFT, rAX, rDX, 0)
	TILESTORED(LOWER_RIGHT, rAX, rDX, 64)
	JMP  store

single:
	MOVQ input-16(SP), SI

upper:
	TILELOADD(UPPER, rSI, rCX, 0)
	TILELOADD(LEFT, rDI, rDX, 0)
	TDPBF16PS(UPPER_LEFT, UPPER, LEFT)
	TILELOADD(RIGHT, rDI, rDX, 64)
	TDPBF16PS(UPPER_RIGHT, UPPER, RIGHT)
	NEXT
	JNZ  upper
	MOVQ R10, DX

store:
	MOVQ output-24(SP), AX
	TILESTORED(UPPER_LEFT, rAX, rDX, 0)
	TILESTORED(UPPER_RIGHT, rAX, rDX, 64)
	MOVQ size+16(FP), AX
	SHLQ $11, AX
	ADDQ AX, input-16(SP)
	MOVQ R10, AX
	SHLQ $5, AX
	ADDQ AX, output-24(SP)
	CMPQ left-8(SP), $0
	JGT  block

	MOVQ size+16(FP), AX
	SHLQ $11, AX
	ADDQ AX, b+32(FP)
	ADDQ $128, bias+64(FP)
	MOVQ ldp+56(FP), AX
	ADDQ AX, c+40(FP)
	DECQ panels+8(FP)
	JNZ  panel
	TILERELEASE
	VZEROUPPER
	RET
