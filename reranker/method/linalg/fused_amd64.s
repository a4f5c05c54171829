// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"

// func fusedAVX2(row, x, y, in, out *float64, n int, s, t, scale float64) (dot float64)
TEXT ·fusedAVX2(SB), NOSPLIT, $0-80
	MOVQ         row+0(FP), DI
	MOVQ         x+8(FP), SI
	MOVQ         y+16(FP), DX
	MOVQ         in+24(FP), CX
	MOVQ         out+32(FP), R8
	MOVQ         n+40(FP), BX
	VBROADCASTSD s+48(FP), Y0
	VBROADCASTSD t+56(FP), Y1
	VBROADCASTSD scale+64(FP), Y2
	VXORPD       Y3, Y3, Y3        // four sums of row*in
	VXORPD       Y6, Y6, Y6        // four more
	VXORPD       X7, X7, X7        // the sum of the tail

eight:
	CMPQ        BX, $8
	JLT         four
	VMOVUPD     (DI), Y4
	VMOVUPD     32(DI), Y8
	VFMADD231PD (SI), Y0, Y4
	VFMADD231PD 32(SI), Y0, Y8
	VFMADD231PD (DX), Y1, Y4
	VFMADD231PD 32(DX), Y1, Y8
	VMOVUPD     Y4, (DI)
	VMOVUPD     Y8, 32(DI)
	VFMADD231PD (CX), Y4, Y3
	VFMADD231PD 32(CX), Y8, Y6
	VMOVUPD     (R8), Y5
	VMOVUPD     32(R8), Y9
	VFMADD231PD Y2, Y4, Y5
	VFMADD231PD Y2, Y8, Y9
	VMOVUPD     Y5, (R8)
	VMOVUPD     Y9, 32(R8)
	ADDQ        $64, DI
	ADDQ        $64, SI
	ADDQ        $64, DX
	ADDQ        $64, CX
	ADDQ        $64, R8
	SUBQ        $8, BX
	JMP         eight

four:
	CMPQ        BX, $4
	JLT         one
	VMOVUPD     (DI), Y4
	VFMADD231PD (SI), Y0, Y4
	VFMADD231PD (DX), Y1, Y4
	VMOVUPD     Y4, (DI)
	VFMADD231PD (CX), Y4, Y3
	VMOVUPD     (R8), Y5
	VFMADD231PD Y2, Y4, Y5
	VMOVUPD     Y5, (R8)
	ADDQ        $32, DI
	ADDQ        $32, SI
	ADDQ        $32, DX
	ADDQ        $32, CX
	ADDQ        $32, R8
	SUBQ        $4, BX

one:
	TESTQ       BX, BX
	JZ          done
	VMOVSD      (DI), X4
	VFMADD231SD (SI), X0, X4
	VFMADD231SD (DX), X1, X4
	VMOVSD      X4, (DI)
	VFMADD231SD (CX), X4, X7
	VMOVSD      (R8), X5
	VFMADD231SD X2, X4, X5
	VMOVSD      X5, (R8)
	ADDQ        $8, DI
	ADDQ        $8, SI
	ADDQ        $8, DX
	ADDQ        $8, CX
	ADDQ        $8, R8
	DECQ        BX
	JMP         one

done:
	VADDPD       Y6, Y3, Y3
	VEXTRACTF128 $1, Y3, X8
	VADDPD       X8, X3, X3
	VHADDPD      X3, X3, X3
	VADDSD       X7, X3, X3
	VMOVSD       X3, dot+72(FP)
	VZEROUPPER
	RET
