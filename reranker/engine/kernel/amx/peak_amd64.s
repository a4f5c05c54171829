// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_amd64.h"
#include "shape_amd64.h"

// WHOLE makes all tiles as large as they can be, and zero.
#define WHOLE \
	FRAME(192); \
	MOVQ $16, SI; \
	MOVQ $64, DI; \
	SHAPES(SI, DI, R8); \
	TILEZERO(4); \
	TILEZERO(5); \
	TILEZERO(6); \
	TILEZERO(7)

// func PeakBF16(turns int)
TEXT ·PeakBF16(SB), 0, $192-8
	WHOLE
	MOVQ turns+0(FP), AX

turn:
	TDPBF16PS(0, 4, 6)
	TDPBF16PS(1, 4, 7)
	TDPBF16PS(2, 5, 6)
	TDPBF16PS(3, 5, 7)
	DECQ AX
	JNZ  turn
	TILERELEASE
	VZEROUPPER
	RET

// func Peak(turns int)
TEXT ·Peak(SB), 0, $192-8
	WHOLE
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
