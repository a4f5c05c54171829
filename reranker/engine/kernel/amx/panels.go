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
	quads(dst, src, size, func(high, low, first, second []uint32) {
		for j, a := range first {
			b := second[j]
			high[j] = a>>8&0xff | a>>24<<8 | b>>8&0xff<<16 | b>>24<<24
			low[j] = a&0xff | a>>16&0xff<<8 | b&0xff<<16 | b>>16&0xff<<24
		}
	})
}

// Join undoes Panels.
func Join(dst, src []int16, size int) {
	quads(src, dst, size, func(high, low, first, second []uint32) {
		for j, h := range high {
			l := low[j]
			first[j] = l&0xff | h&0xff<<8 | l>>8&0xff<<16 | h>>8&0xff<<24
			second[j] = l>>16&0xff | h>>16&0xff<<8 | l>>24<<16 | h>>24<<24
		}
	})
}

// quads calls move for every four consecutive inner elements of the columns of
// every block, in both orders: as words of four high and four low bytes in tiles,
// and as words of two elements in two neighbouring rows of pairs.
func quads(tiles, pairs []int16, size int, move func(high, low, first, second []uint32)) {
	const row = 2 * columns // words of a row of pairs
	words, block := wordsOf(pairs), wordsOf(tiles)
	tile, half := step(size)/4*columns, columns*size/2 // words of a tile, and of a block
	for n := 0; n < len(words); n += half {
		panel, column := n/(2*half)*2*half, n/half%2*columns
		for k := range size / 4 {
			at := n + k*columns/tile*2*tile + k*columns%tile
			from := panel + 2*k*row + column
			move(block[at:][:columns], block[at+tile:][:columns], words[from:][:columns], words[from+row:][:columns])
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

// wordsOf sees integers of 16 bits as words of 32, little-endian as on every CPU
// that this is for.
func wordsOf(x []int16) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(x))), len(x)/2)
}
