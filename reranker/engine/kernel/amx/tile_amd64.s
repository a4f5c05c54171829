// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"

// The frame holds, from an address that is a multiple of 64 on, the shapes of
// the tiles (64 bytes) and the four sums of a block (4 x 1024 bytes).
#define sums 64

// The tiles. A block is 16 rows by 16 columns; its sums are kept apart by the
// weight of their products: 65536 for high by high, 256 for high by low and low
// by high, 1 for low by low.
#define HH 0
#define HL 1
#define LH 2
#define LL 3
#define AH 4
#define AL 5
#define BH 6
#define BL 7

// SHAPES(rows, step, quarter) describes tiles for a block of rows rows and step
// bytes of the inner dimension at a time; quarter is step/4.
#define SHAPES(rows, step, quarter) \
	MOVB rows, 48(BX); MOVB rows, 49(BX); MOVB rows, 50(BX); MOVB rows, 51(BX); \
	MOVB rows, 52(BX); MOVB rows, 53(BX); MOVB quarter, 54(BX); MOVB quarter, 55(BX); \
	MOVW $64, 16(BX); MOVW $64, 18(BX); MOVW $64, 20(BX); MOVW $64, 22(BX); \
	MOVW step, 24(BX); MOVW step, 26(BX); MOVW $64, 28(BX); MOVW $64, 30(BX)

// func TileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16)
TEXT ·TileI16(SB), 0, $4352-96
	LEAQ frame-4352(SP), BX
	ADDQ $63, BX
	ANDQ $-64, BX
	VPXORD Z0, Z0, Z0
	VMOVDQU64 Z0, (BX)
	MOVB $1, (BX) // palette

	MOVQ steps+8(FP), R8
	ADDQ R8, R8          // bytes of a row's half, and of an inner dimension
	MOVQ $64, R9         // of which one tile holds so many
	MOVQ R8, AX
	ANDQ $63, AX
	JZ   whole
	MOVQ $32, R9
whole:
	MOVQ lda+24(FP), CX
	ADDQ CX, CX          // bytes between rows
	MOVQ ldc+48(FP), R10
	SHLQ $2, R10
	MOVQ addStride+80(FP), R11
	SHLQ $2, R11
	MOVQ a+16(FP), R12
	MOVQ c+40(FP), R13
	MOVQ add+72(FP), R14
	MOVQ next+88(FP), R15
	MOVQ $64, DX         // bytes between the rows of packed weights and of sums

rows16:
	// AX is the number of rows of this block, at most 16.
	MOVQ rows+0(FP), AX
	TESTQ AX, AX
	JLE  done
	CMPQ AX, $16
	JLE  last
	MOVQ $16, AX
last:
	SUBQ AX, rows+0(FP)
	CMPB AX, 48(BX)
	JEQ  shaped
	MOVQ R9, SI
	MOVQ R9, DI
	SHRQ $2, DI
	SHAPES(AX, SI, DI)
	LDTILECFG(rBX)
shaped:
	MOVQ b+32(FP), DI
	MOVQ $2, steps+8(FP) // panels of 32 columns are two blocks

columns:
	TILEZERO(HH)
	TILEZERO(HL)
	TILEZERO(LH)
	TILEZERO(LL)
	MOVQ R12, SI
	MOVQ R8, rowsLeft-8(SP)
	CMPQ R9, $64
	JNE  narrow

inner:
	TILELOADD(AH, rSI, rCX, 0)
	TILELOADD(BH, rDI, rDX, 0)
	TDPBSSD(HH, AH, BH)
	TILELOADD(BL, rDI, rDX, 1024)
	TDPBSUD(HL, AH, BL)
	ADDQ R8, SI
	TILELOADD(AL, rSI, rCX, 0)
	TDPBUSD(LH, AL, BH)
	TDPBUUD(LL, AL, BL)
	SUBQ R8, SI
	PREFETCHT1 (R15)
	PREFETCHT1 64(R15)
	PREFETCHT1 128(R15)
	PREFETCHT1 192(R15)
	ADDQ $256, R15
	ADDQ $64, SI
	ADDQ $2048, DI
	SUBQ $64, rowsLeft-8(SP)
	JNZ  inner
	JMP  finish

narrow:
	TILELOADD(AH, rSI, rCX, 0)
	TILELOADD(BH, rDI, rDX, 0)
	TDPBSSD(HH, AH, BH)
	TILELOADD(BL, rDI, rDX, 512)
	TDPBSUD(HL, AH, BL)
	ADDQ R8, SI
	TILELOADD(AL, rSI, rCX, 0)
	TDPBUSD(LH, AL, BH)
	TDPBUUD(LL, AL, BL)
	SUBQ R8, SI
	ADDQ $32, SI
	ADDQ $1024, DI
	SUBQ $32, rowsLeft-8(SP)
	JNZ  narrow

finish:
	TILESTORED(HH, rBX, rDX, 64)
	TILESTORED(HL, rBX, rDX, 1088)
	TILESTORED(LH, rBX, rDX, 2112)
	TILESTORED(LL, rBX, rDX, 3136)

	// The rows of the block become float32, in the order of operations that
	// the generic twin has.
	MOVQ columnScale+64(FP), SI
	VMOVUPS (SI), Z7
	MOVQ rowScale+56(FP), SI
	MOVQ R13, outAt-16(SP)
	MOVQ R14, addAt-24(SP)
	MOVQ AX, rowsLeft-8(SP)
	LEAQ sums(BX), AX
scale:
	VMOVDQU64 (AX), Z0
	VMOVDQU64 1024(AX), Z1
	VPADDD 2048(AX), Z1, Z1
	VPSLLD $16, Z0, Z0
	VPSLLD $8, Z1, Z1
	VPADDD 3072(AX), Z0, Z0
	VPADDD Z1, Z0, Z0
	VCVTDQ2PS Z0, Z0
	VMULPS.BCST (SI), Z7, Z2
	VMULPS Z2, Z0, Z0
	VADDPS (R14), Z0, Z0
	VMOVUPS Z0, (R13)
	ADDQ $64, AX
	ADDQ $4, SI
	ADDQ R10, R13
	ADDQ R11, R14
	DECQ rowsLeft-8(SP)
	JNZ  scale

	// The second half of the panel stands beside the first.
	MOVBLZX 48(BX), AX
	DECQ steps+8(FP)
	JZ   next16
	MOVQ outAt-16(SP), R13
	MOVQ addAt-24(SP), R14
	ADDQ $64, R13
	ADDQ $64, R14
	ADDQ $64, columnScale+64(FP)
	JMP  columns

next16:
	SUBQ $64, R13
	SUBQ $64, R14
	SUBQ $64, columnScale+64(FP)
	MOVQ SI, rowScale+56(FP)
	MOVQ AX, SI
	IMULQ CX, SI
	ADDQ SI, R12
	JMP  rows16

done:
	TILERELEASE
	VZEROUPPER
	RET
