// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package amx

// TileI16 is generic.TileI16 for any number of rows. A row of a has the high
// bytes of its 2*steps elements and then the low ones; the panel b is as
// Panels makes it. next is fetched into the cache.
//
//go:noescape
func TileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16)

// TileI8 is generic.TileI8 for any number of rows. next is fetched into the cache.
//
//go:noescape
func TileI8(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8)

// TileBF16 is generic.TileBF16 for panels of 32 columns.
//
//go:noescape
func TileBF16(rows, panels, size int, a, b *uint16, c *float32, ldc, ldp int, bias *float32)

// PeakBF16 makes turns times four products of tiles of bfloat16: 16 rows by 16
// columns by 32 elements each.
func PeakBF16(turns int)

// Peak makes turns times four products of tiles: 16 rows by 16 columns by 64
// bytes each.
func Peak(turns int)
