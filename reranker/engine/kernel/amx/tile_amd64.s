// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"
#include "shape_amd64.h"

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

// The frame: shapes of tiles (64 bytes) and the sums of a block (4 x 1024
// bytes), from an address in BX on that is a multiple of 64. While one block is
// multiplied, the rows of the one before it become float32: AX, R12, R13, R14
// and Z7 are where its sums, row scales, output, addend and column scales are,
// and R9 is the number of rows that are left.

// ROW turns the sums at AX + at into float32, in the order of operations that
// the generic twin has.
#define ROW(at, scale, add, out) \
	VMOVDQU64 at(AX), Z0; \
	VMOVDQU64 (1024 + at)(AX), Z1; \
	VPADDD (2048 + at)(AX), Z1, Z1; \
	VPSLLD $16, Z0, Z0; \
	VPSLLD $8, Z1, Z1; \
	VPADDD (3072 + at)(AX), Z0, Z0; \
	VPADDD Z1, Z0, Z0; \
	VCVTDQ2PS Z0, Z0; \
	VMULPS.BCST scale(R12), Z7, Z2; \
	VMULPS Z2, Z0, Z0; \
	VADDPS add, Z0, Z0; \
	VMOVUPS Z0, out

// NEXT(n) moves on by n rows, of which the pointers to floats have moved.
#define NEXT(n) \
	ADDQ $(64 * n), AX; \
	ADDQ $(4 * n), R12; \
	SUBQ $n, R9

// func TileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16)
TEXT ·TileI16(SB), 0, $4352-96
	FRAME(4352)
	MOVQ steps+8(FP), R8
	ADDQ R8, R8          // bytes of a row's half, and inner elements
	STEP(R8, SI)
	MOVQ SI, step-8(SP)  // of which a tile holds so many
	SHLQ $4, SI
	MOVQ SI, tile-16(SP) // bytes of a tile of weights
	MOVQ R8, AX
	SHRQ $5, AX
	CMPQ step-8(SP), $64
	JNE  counted
	SHRQ $1, AX

counted:
	MOVQ AX, steps+8(FP) // of step elements
	MOVQ lda+24(FP), CX
	ADDQ CX, CX          // bytes between rows
	MOVQ ldc+48(FP), R10
	SHLQ $2, R10
	MOVQ addStride+80(FP), R11
	SHLQ $2, R11
	MOVQ next+88(FP), R15
	MOVQ $64, DX         // bytes between the rows of a tile of weights or sums
	XORQ R9, R9

rows16:
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
	MOVQ R8, left-32(SP)
	SHAPES(SI, DI, R8)
	MOVQ left-32(SP), R8

shaped:
	MOVQ b+32(FP), DI
	MOVQ $2, half-24(SP)

block:
	TILEZERO(HH)
	TILEZERO(HL)
	TILEZERO(LH)
	TILEZERO(LL)
	MOVQ a+16(FP), SI
	MOVQ steps+8(FP), DX
	MOVQ DX, left-32(SP)
	MOVQ $64, DX

inner:
	TILELOADD(AH, rSI, rCX, 0)
	TILELOADD(BH, rDI, rDX, 0)
	TDPBSSD(HH, AH, BH)
	ADDQ tile-16(SP), DI
	TILELOADD(BL, rDI, rDX, 0)
	TDPBSUD(HL, AH, BL)
	ADDQ R8, SI
	TILELOADD(AL, rSI, rCX, 0)
	TDPBUSD(LH, AL, BH)
	TDPBUUD(LL, AL, BL)
	SUBQ R8, SI
	ADDQ step-8(SP), SI
	ADDQ tile-16(SP), DI
	PREFETCHT1 (R15)
	PREFETCHT1 64(R15)
	PREFETCHT1 128(R15)
	PREFETCHT1 192(R15)
	ADDQ $256, R15
	CMPQ R9, $4
	JLT  multiplied
	ROW(0, 0, (R14), (R13))
	ROW(64, 4, (R14)(R11*1), (R13)(R10*1))
	LEAQ (R14)(R11*2), R14
	LEAQ (R13)(R10*2), R13
	ROW(128, 8, (R14), (R13))
	ROW(192, 12, (R14)(R11*1), (R13)(R10*1))
	LEAQ (R14)(R11*2), R14
	LEAQ (R13)(R10*2), R13
	NEXT(4)

multiplied:
	DECQ left-32(SP)
	JNZ  inner

flush:
	// What is left of the block before.
	TESTQ R9, R9
	JLE  flushed
	ROW(0, 0, (R14), (R13))
	ADDQ R11, R14
	ADDQ R10, R13
	NEXT(1)
	JMP  flush

flushed:
	CMPQ half-24(SP), $0
	JEQ  done

	// The sums of this block wait for the next one.
	LEAQ 64(BX), AX
	TILESTORED(HH, rAX, rDX, 0)
	TILESTORED(HL, rAX, rDX, 1024)
	TILESTORED(LH, rAX, rDX, 2048)
	TILESTORED(LL, rAX, rDX, 3072)
	MOVBLZX 48(BX), R9
	MOVQ rowScale+56(FP), R12
	MOVQ columnScale+64(FP), R13
	VMOVUPS (R13), Z7
	MOVQ c+40(FP), R13
	MOVQ add+72(FP), R14
	DECQ half-24(SP)
	JZ   below

	// The second half of the panel stands beside the first.
	ADDQ $64, columnScale+64(FP)
	ADDQ $64, c+40(FP)
	ADDQ $64, add+72(FP)
	JMP  block

below:
	SUBQ $64, columnScale+64(FP)
	LEAQ -64(R13), SI
	MOVQ R10, DI
	IMULQ R9, DI
	ADDQ DI, SI
	MOVQ SI, c+40(FP)
	LEAQ -64(R14), SI
	MOVQ R11, DI
	IMULQ R9, DI
	ADDQ DI, SI
	MOVQ SI, add+72(FP)
	LEAQ (R12)(R9*4), SI
	MOVQ SI, rowScale+56(FP)
	MOVQ CX, SI
	IMULQ R9, SI
	ADDQ SI, a+16(FP)
	MOVQ $0, half-24(SP)
	JMP  rows16

done:
	TILERELEASE
	VZEROUPPER
	RET
