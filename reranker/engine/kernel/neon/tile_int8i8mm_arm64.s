// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

#include "textflag.h"
#include "encode_arm64.h"
#include "tile_arm64.h"
#include "integers_arm64.h"

// SUDOT takes the bytes of the input as they are.
#define READY
#define SIGN(x)
#define DOT(d, n, m, i) SUDOT_LANE(d, n, m, i)

#include "bytes_arm64.h"

// func tileI8MM(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)
TEXT ·tileI8MM(SB), NOSPLIT, $0-96
	TILE
