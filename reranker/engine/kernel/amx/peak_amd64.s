// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"

// func PeakI16(turns int)
TEXT ·PeakI16(SB), 0, $192-8
	LEAQ frame-192(SP), BX
	ADDQ $63, BX
	ANDQ $-64, BX
	VPXORD Z0, Z0, Z0
	VMOVDQU64 Z0, (BX)
	MOVB $1, (BX)
	MOVL $0x10101010, AX
	MOVL AX, 48(BX)
	MOVL AX, 52(BX)
	MOVL $0x00400040, AX
	MOVL AX, 16(BX)
	MOVL AX, 20(BX)
	MOVL AX, 24(BX)
	MOVL AX, 28(BX)
	LDTILECFG(rBX)
	TILEZERO(4)
	TILEZERO(5)
	TILEZERO(6)
	TILEZERO(7)
	MOVQ turns+0(FP), AX
turn:
	TDPBSSD(0, 4, 6)
	TDPBSUD(1, 4, 7)
	TDPBUSD(2, 5, 6)
	TDPBUUD(3, 5, 7)
	DECQ AX
	JNZ  turn
	TILERELEASE
	VZEROUPPER
	RET
