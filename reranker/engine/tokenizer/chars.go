// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import "sync"

// Shapes of the generated tables.
type (
	// span is a run of code points, both ends included.
	span struct{ lo, hi rune }
	// classSpan is a run of code points with one canonical combining class.
	classSpan struct {
		lo, hi rune
		class  uint8
	}
	// caseSpan is every stride-th code point of a run; adding delta gives the
	// lower-case form.
	caseSpan struct{ lo, hi, stride, delta rune }
	// expansion is a code point that becomes several, or another one.
	expansion struct {
		from rune
		to   string
	}
)

// normalizer holds the four switches of BertNormalizer.
type normalizer struct {
	clean, chinese, strip, lower bool
}

// action is what happens to one code point; values from mapped up stand for
// charTable.mappings[action-mapped].
type action uint16

const (
	keep        action = iota // part of a word, as it is
	drop                      // vanishes without a trace
	dropStarter               // vanishes, yet combining marks don't move across it
	space                     // ends a word
	isolate                   // is a word of its own
	hangul                    // a syllable: becomes its jamo, by arithmetic
	mapped
)

// symbol is one code point of a mapping.
type symbol struct {
	char  rune
	act   action // keep, drop, dropStarter, space or isolate
	class uint8  // canonical combining class, where the order still matters
}

// mapping is what a code point becomes. Where alone is set, spaces are put
// around it before anything else happens to it.
type mapping struct {
	symbols []symbol
	alone   bool
}

const (
	maxRune   = 0x110000
	blockBits = 7
	blockSize = 1 << blockBits
	blockMask = blockSize - 1
)

// charTable gives the action of every code point in two loads. Most of its
// blocks are equal, so it takes about 60 KiB.
type charTable struct {
	index    [maxRune >> blockBits]uint16
	blocks   [][blockSize]action
	mappings []mapping
	classes  map[rune]uint8
}

// at returns the action of r, which is a valid code point.
func (c *charTable) at(r rune) action {
	return c.blocks[c.index[r>>blockBits]][r&blockMask]
}

// classOf returns the canonical combining class of r.
func (c *charTable) classOf(r rune) uint8 { return c.classes[r] }

// Properties of a code point, as bits.
const (
	isDropped uint8 = 1 << iota
	isSpaced
	isWhite
	isPunct
	isHan
	isMark
	isHangul
	isIrregular // decomposes, has a lower-case form or a combining class
)

// charBuilder works the steps of the normalizer and the classes of the
// pre-tokenizer out, once, into a charTable.
type charBuilder struct {
	normalizer
	table  *charTable
	props  []uint8
	cases  map[rune]string
	decomp map[rune]string
	class  map[rune]uint8
}

// charTables keeps the table of each of the 16 normalizers once it was needed.
var charTables sync.Map

func charTableOf(n normalizer) *charTable {
	if t, ok := charTables.Load(n); ok {
		return t.(*charTable)
	}
	t, _ := charTables.LoadOrStore(n, newCharTable(n))
	return t.(*charTable)
}

func newCharTable(n normalizer) *charTable {
	b := charBuilder{
		normalizer: n,
		table:      &charTable{},
		props:      make([]uint8, maxRune),
		cases:      map[rune]string{},
		decomp:     map[rune]string{},
		class:      map[rune]uint8{},
	}
	b.readTables()
	b.table.classes = b.class
	seen := map[[blockSize]action]uint16{}
	var last [blockSize]uint8
	repeats := false // equal properties would mean equal actions
	for i := range b.table.index {
		props := [blockSize]uint8(b.props[i<<blockBits:])
		if repeats && props == last {
			b.table.index[i] = b.table.index[i-1] // by far the most frequent case
			continue
		}
		last, repeats = props, regular(&props)
		var block [blockSize]action
		for j := range block {
			block[j] = b.action(rune(i<<blockBits | j))
		}
		at, ok := seen[block]
		if !ok {
			at = uint16(len(b.table.blocks))
			seen[block] = at
			b.table.blocks = append(b.table.blocks, block)
		}
		b.table.index[i] = at
	}
	return b.table
}

// regular reports whether equal properties mean equal actions.
func regular(props *[blockSize]uint8) bool {
	for _, p := range props {
		if p&isIrregular != 0 {
			return false
		}
	}
	return true
}

func (b *charBuilder) readTables() {
	mark := func(spans []span, bit uint8) {
		for _, s := range spans {
			part := b.props[s.lo : s.hi+1]
			for i := range part {
				part[i] |= bit
			}
		}
	}
	mark(droppedByClean, isDropped)
	mark(spacedByClean, isSpaced)
	mark(whitespace, isWhite)
	mark(punctuation, isPunct)
	mark(chineseChars, isHan)
	mark(nonspacingMarks, isMark)
	mark([]span{{hangulFirst, hangulLast}}, isHangul)
	for _, s := range combiningClasses {
		for c := s.lo; c <= s.hi; c++ {
			b.class[c] = s.class
			b.props[c] |= isIrregular
		}
	}
	for _, s := range lowerCases {
		for c := s.lo; c <= s.hi; c += s.stride {
			b.cases[c] = string(c + s.delta)
			b.props[c] |= isIrregular
		}
	}
	for _, e := range longLowerCases {
		b.cases[e.from] = e.to
		b.props[e.from] |= isIrregular
	}
	for _, e := range decompositions {
		b.decomp[e.from] = e.to
		b.props[e.from] |= isIrregular
	}
}

// action follows one code point through the normalizer's steps in their order:
// clean, spaces around Chinese characters, decompose and strip, lower-case.
func (b *charBuilder) action(c rune) action {
	p := b.props[c]
	if b.clean && p&isDropped != 0 {
		return drop
	}
	if b.clean && p&isSpaced != 0 {
		return space
	}
	if b.strip && p&isHangul != 0 {
		return hangul
	}
	alone := b.chinese && p&isHan != 0
	if !alone && p&(isIrregular|isMark) == 0 {
		return b.classify(c) // most characters stay what they are
	}
	m := mapping{alone: alone, symbols: b.symbols(c)}
	if len(m.symbols) == 1 {
		s := m.symbols[0]
		switch {
		case m.alone && s.char == c && s.act == keep:
			return isolate
		case !m.alone && s.act != keep && (s.char == c || s.act == drop || s.act == dropStarter || s.act == space):
			return s.act
		case !m.alone && s.char == c && s.class == 0:
			return keep
		}
	}
	b.table.mappings = append(b.table.mappings, m)
	return mapped + action(len(b.table.mappings)-1)
}

func (b *charBuilder) symbols(c rune) []symbol {
	parts := string(c)
	if d, ok := b.decomp[c]; ok && b.strip {
		parts = d
	}
	var out []symbol
	for _, r := range parts {
		if b.strip && b.props[r]&isMark != 0 {
			s := symbol{char: r, act: drop}
			if b.class[r] == 0 {
				s.act = dropStarter
			}
			out = append(out, s)
			continue
		}
		class := uint8(0)
		if b.strip {
			class = b.class[r]
		}
		lowered := string(r)
		if l, ok := b.cases[r]; ok && b.lower {
			lowered = l
		}
		for _, l := range lowered {
			out = append(out, symbol{char: l, act: b.classify(l), class: class})
		}
	}
	return out
}

// classify is what the pre-tokenizer does with a normalized character.
func (b *charBuilder) classify(c rune) action {
	switch p := b.props[c]; {
	case p&isWhite != 0:
		return space
	case p&isPunct != 0:
		return isolate
	}
	return keep
}

// Hangul syllables decompose by arithmetic (The Unicode Standard, section
// 3.12): a leading consonant, a vowel and perhaps a trailing consonant.
const (
	hangulFirst, hangulLast = 0xAC00, 0xD7A3
	jamoL, jamoV, jamoT     = 0x1100, 0x1161, 0x11A7
	vowels, trails          = 21, 28
)

func jamo(c rune) (l, v, t rune) {
	i := c - hangulFirst
	l, v, t = jamoL+i/(vowels*trails), jamoV+i%(vowels*trails)/trails, jamoT+i%trails
	if t == jamoT {
		t = 0
	}
	return l, v, t
}
