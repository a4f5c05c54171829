// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package amx

import "unsafe"

// columns is the width of a block; a panel is two of them.
const columns = 16

// Panels turns panels of 32 columns, which hold weights k and k+1 of column j,
// for even k, side by side, into the order in which tiles are loaded: for each
// block of 16 columns, and in it for each step of 64 inner elements (32 where
// size is not a multiple of 64), the high bytes of four consecutive elements of
// each column, row by row, and then the low bytes. dst and src have whole
// panels of size inner elements and do not overlap.
func Panels(dst, src []int16, size int) {
	panel := 2 * columns * size
	for n := 0; n+panel <= len(src); n += panel {
		for half := range 2 {
			block := wordsOf(dst[n+half*panel/2:][:panel/2])
			split(block, wordsOf(src[n:n+panel]), half*columns, size)
		}
	}
}

// Join undoes Panels.
func Join(dst, src []int16, size int) {
	panel := 2 * columns * size
	for n := 0; n+panel <= len(src); n += panel {
		for half := range 2 {
			block := wordsOf(src[n+half*panel/2:][:panel/2])
			join(wordsOf(dst[n:n+panel]), block, half*columns, size)
		}
	}
}

// step is the number of inner elements in a tile.
func step(size int) int {
	if size%64 == 0 {
		return 64
	}
	return 32
}

// split writes one block. Each word of pairs is two elements of a column, so
// two words in neighbouring rows are the four elements of a word of a tile.
func split(block []uint32, pairs []uint32, column, size int) {
	tile := step(size) / 4 * columns
	for k := range size / 4 {
		first := pairs[2*k*2*columns+column:][:columns]
		second := pairs[(2*k+1)*2*columns+column:][:columns]
		at := k*columns/tile*2*tile + k*columns%tile
		high, low := block[at:][:columns], block[at+tile:][:columns]
		for j, a := range first {
			b := second[j]
			high[j] = a>>8&0xff | a>>24<<8 | b>>8&0xff<<16 | b>>24<<24
			low[j] = a&0xff | a>>16&0xff<<8 | b&0xff<<16 | b>>16&0xff<<24
		}
	}
}

func join(pairs []uint32, block []uint32, column, size int) {
	tile := step(size) / 4 * columns
	for k := range size / 4 {
		first := pairs[2*k*2*columns+column:][:columns]
		second := pairs[(2*k+1)*2*columns+column:][:columns]
		at := k*columns/tile*2*tile + k*columns%tile
		high, low := block[at:][:columns], block[at+tile:][:columns]
		for j, h := range high {
			l := low[j]
			first[j] = l&0xff | h&0xff<<8 | l>>8&0xff<<16 | h>>8&0xff<<24
			second[j] = l>>16&0xff | h>>16&0xff<<8 | l>>24<<16 | h>>24<<24
		}
	}
}

// wordsOf sees integers of 16 bits as words of 32, little-endian as on every CPU
// that this is for.
func wordsOf(x []int16) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x)/2)
}
