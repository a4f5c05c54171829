// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Batch is a list of token sequences, one after the other. The zero value is
// empty and ready to use; Reset keeps its memory.
type Batch struct {
	IDs      []int32
	Segments []uint8 // 0 or 1 for each token
	ends     []int   // of the sequences in IDs
}

// Reset empties the batch.
func (b *Batch) Reset() {
	b.IDs, b.Segments, b.ends = b.IDs[:0], b.Segments[:0], b.ends[:0]
}

// Add appends a sequence whose first tokens up to firstLen belong to segment 0
// and the others to segment 1.
func (b *Batch) Add(ids []int32, firstLen int) {
	b.IDs = append(b.IDs, ids...)
	for i := range ids {
		segment := uint8(0)
		if i >= firstLen {
			segment = 1
		}
		b.Segments = append(b.Segments, segment)
	}
	b.ends = append(b.ends, len(b.IDs))
}

// Sequences is the number of sequences.
func (b *Batch) Sequences() int { return len(b.ends) }

// sequence returns the place of sequence i among the tokens.
func (b *Batch) sequence(i int) (first, length int) {
	if i > 0 {
		first = b.ends[i-1]
	}
	return first, b.ends[i] - first
}

func (b *Batch) check(c *model.Config) error {
	for i := range b.ends {
		if _, n := b.sequence(i); n < 1 || n > c.MaxPositions {
			return fmt.Errorf("sequence %d has %d tokens, want 1 to %d", i, n, c.MaxPositions)
		}
	}
	for t, id := range b.IDs {
		if id < 0 || int(id) >= c.VocabSize {
			return fmt.Errorf("token %d has id %d, want 0 to %d", t, id, c.VocabSize-1)
		}
		if int(b.Segments[t]) >= c.TypeVocabSize {
			return fmt.Errorf("token %d has segment %d, the model knows %d", t, b.Segments[t], c.TypeVocabSize)
		}
	}
	return nil
}
