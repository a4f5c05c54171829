// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"

// CLEAR sets all registers to zero.
#define CLEAR \
	VEOR V0.B16, V0.B16, V0.B16; \
	VEOR V1.B16, V1.B16, V1.B16; \
	VEOR V2.B16, V2.B16, V2.B16; \
	VEOR V3.B16, V3.B16, V3.B16; \
	VEOR V4.B16, V4.B16, V4.B16; \
	VEOR V5.B16, V5.B16, V5.B16; \
	VEOR V6.B16, V6.B16, V6.B16; \
	VEOR V7.B16, V7.B16, V7.B16; \
	ZERO

// TILE does something with each of the 24 sums of a tile.
#define SIX(DO, d) DO(d); DO(d+1); DO(d+2); DO(d+3); DO(d+4); DO(d+5)
#define TILE(DO) SIX(DO, 8); SIX(DO, 14); SIX(DO, 20); SIX(DO, 26)

#define F32(d) FMLA_LANE(d, 0, 4, 0)
#define I16(d) SMLAL_LANE(d, 0, 4, 0); SMLAL2_LANE(d, 0, 4, 1)
#define I8(d) SDOT_LANE(d, 0, 4, 0)
#define I8MM(d) SUDOT_LANE(d, 0, 4, 0)

// func PeakF32(turns int)
TEXT ·PeakF32(SB), NOSPLIT, $0-8
	MOVD turns+0(FP), R0
	CLEAR

turn:
	TILE(F32)
	SUBS $1, R0
	BNE  turn
	RET

// func PeakI16(turns int)
TEXT ·PeakI16(SB), NOSPLIT, $0-8
	MOVD turns+0(FP), R0
	CLEAR

turn:
	TILE(I16)
	SUBS $1, R0
	BNE  turn
	RET

// func PeakI8Dot(turns int)
TEXT ·PeakI8Dot(SB), NOSPLIT, $0-8
	MOVD turns+0(FP), R0
	CLEAR

turn:
	TILE(I8)
	SUBS $1, R0
	BNE  turn
	RET

// func PeakI8MM(turns int)
TEXT ·PeakI8MM(SB), NOSPLIT, $0-8
	MOVD turns+0(FP), R0
	CLEAR

turn:
	TILE(I8MM)
	SUBS $1, R0
	BNE  turn
	RET
