// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"
#include "shape_amd64.h"

// The tiles. A block is 16 rows by the 32 columns of a panel, in two halves.
#define SUM0 0
#define SUM1 1
#define INPUT 4
#define WEIGHTS0 6
#define WEIGHTS1 7

// The frame: shapes of tiles (64 bytes) and the sums of a block (2 x 1024
// bytes), from an address in BX on that is a multiple of 64. While one block is
// multiplied, the rows of the one before it become float32: AX, R12, R13 and
// R14 are where its sums, row scales, output and addend are, and R9 is the
// number of rows that are left. Z4 and Z5 hold the starts of the columns, Z6 and
// Z7 their scales.

// ROW turns a row of sums into float32, in the order of operations that the
// generic twin has, and moves on.
#define ROW \
	VPADDD (AX), Z4, Z0; \
	VPADDD 1024(AX), Z5, Z1; \
	VMULPS.BCST (R12), Z6, Z2; \
	VMULPS.BCST (R12), Z7, Z3; \
	VCVTDQ2PS Z0, Z0; \
	VCVTDQ2PS Z1, Z1; \
	VMULPS Z2, Z0, Z0; \
	VMULPS Z3, Z1, Z1; \
	VADDPS (R14), Z0, Z0; \
	VADDPS 64(R14), Z1, Z1; \
	VMOVUPS Z0, (R13); \
	VMOVUPS Z1, 64(R13); \
	ADDQ $64, AX; \
	ADDQ $4, R12; \
	ADDQ R10, R13; \
	ADDQ R11, R14; \
	DECQ R9

// func TileI8(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8)
TEXT ·TileI8(SB), 0, $2304-104
	FRAME(2304)
	MOVQ steps+8(FP), R8
	SHLQ $2, R8          // inner elements
	STEP(R8, SI)
	MOVQ SI, step-8(SP)  // of which a tile holds so many
	SHRQ $5, R8
	CMPQ SI, $64
	JNE  counted
	SHRQ $1, R8

counted:
	MOVQ R8, steps+8(FP) // of step elements
	SHLQ $5, SI
	MOVQ SI, tile-16(SP) // bytes of a panel in a step
	MOVQ lda+24(FP), CX  // bytes between rows
	MOVQ ldc+48(FP), R10
	SHLQ $2, R10
	MOVQ addStride+88(FP), R11
	SHLQ $2, R11
	MOVQ start+72(FP), AX
	VMOVDQU64 (AX), Z4
	VMOVDQU64 64(AX), Z5
	MOVQ columnScale+64(FP), AX
	VMOVUPS (AX), Z6
	VMOVUPS 64(AX), Z7
	MOVQ rowScale+56(FP), R12
	MOVQ c+40(FP), R13
	MOVQ add+80(FP), R14
	MOVQ next+96(FP), R15
	XORQ R9, R9

rows16:
	MOVQ $-1, R8 // where no block follows
	MOVQ rows+0(FP), SI
	TESTQ SI, SI
	JLE  flush
	CMPQ SI, $16
	JLE  last
	MOVQ $16, SI

last:
	SUBQ SI, rows+0(FP)
	CMPB SI, 48(BX)
	JEQ  shaped
	MOVQ step-8(SP), DI
	SHAPES(SI, DI, R8)

shaped:
	TILEZERO(SUM0)
	TILEZERO(SUM1)
	MOVQ a+16(FP), SI
	MOVQ b+32(FP), DI
	MOVQ $128, DX        // bytes between the rows of a panel
	MOVQ steps+8(FP), R8

inner:
	TILELOADD(INPUT, rSI, rCX, 0)
	TILELOADD(WEIGHTS0, rDI, rDX, 0)
	TDPBUSD(SUM0, INPUT, WEIGHTS0)
	TILELOADD(WEIGHTS1, rDI, rDX, 64)
	TDPBUSD(SUM1, INPUT, WEIGHTS1)
	ADDQ step-8(SP), SI
	ADDQ tile-16(SP), DI
	PREFETCHT1 (R15)
	PREFETCHT1 64(R15)
	ADDQ $128, R15
	CMPQ R9, $4
	JLT  multiplied
	ROW
	ROW
	ROW
	ROW

multiplied:
	DECQ R8
	JNZ  inner

flush:
	// What is left of the block before.
	TESTQ R9, R9
	JLE  flushed
	ROW
	JMP  flush

flushed:
	TESTQ R8, R8
	JLT  done

	// The sums of this block wait for the next one.
	LEAQ 64(BX), AX
	MOVQ $64, DX
	TILESTORED(SUM0, rAX, rDX, 0)
	TILESTORED(SUM1, rAX, rDX, 1024)
	MOVBLZX 48(BX), R9
	MOVQ CX, SI
	IMULQ R9, SI
	ADDQ SI, a+16(FP)
	JMP  rows16

done:
	TILERELEASE
	VZEROUPPER
	RET
