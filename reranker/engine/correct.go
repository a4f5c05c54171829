// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// What the corrections of bytes are made from: sequences of tokens drawn from the
// vocabulary. They favour no subject, need no data but the model, and do about as
// well as real texts (docs/designs/engine.md).
const (
	correctionTokens   = 16_000 // of all sequences together
	correctionBatch    = 512    // at a time
	shortestCorrection = 4      // tokens of content of a sequence
	longestCorrection  = 250
)

// correct makes the corrections of a model's bytes. They are computed with kernels that
// most machines have, so that these get the same.
func correct(ctx context.Context, m *model.Model, progress func(done, total int)) (encoder.Corrections, error) {
	e, err := encoder.New(m, kernel.Common(), Int16, nil)
	if err != nil {
		return nil, err
	}
	return e.Correct(ctx, correctionBatches(m), correctionBatch, progress)
}

// correctionBatches draws the sequences. Half of the tokens of a cross-encoder's belong
// to each text.
func correctionBatches(m *model.Model) []*encoder.Batch {
	s := newSequences(m)
	var batches []*encoder.Batch
	for left := correctionTokens; left > 0; {
		b := &encoder.Batch{}
		for {
			ids, first := s.next()
			if len(b.IDs)+len(ids) > correctionBatch {
				break
			}
			b.Add(ids, first)
		}
		left -= len(b.IDs)
		batches = append(batches, b)
	}
	return batches
}

// sequences draws sequences, the same ones for equal models.
type sequences struct {
	rng     *rand.PCG
	all     []int32 // what text can be made of
	common  []int32 // words and what stands between them, the most frequent first
	frame   []int32 // what stands around texts
	ends    []int   // where those stand in the frame
	first   int     // tokens of the frame in the first segment
	longest int     // tokens of content
}

func newSequences(m *model.Model) *sequences {
	s := &sequences{rng: rand.NewPCG(2210, 17323)}
	for id, token := range m.Tokenizer.Vocabulary() {
		reserved := len(token) > 1 && token[0] == '[' && token[len(token)-1] == ']'
		if reserved || m.Tokenizer.IsSpecial(int32(id)) {
			continue
		}
		s.all = append(s.all, int32(id))
		if letters := strings.TrimPrefix(token, "##"); len(token) == 1 || utf8.RuneCountInString(letters) > 1 {
			s.common = append(s.common, int32(id))
		}
	}
	if len(s.common) == 0 {
		s.common = s.all
	}
	before := frameOf(m.Tokenizer).before
	if m.Config.NumLabels > 0 {
		s.frame, s.first, _ = m.Tokenizer.EncodePair(nil, "", "", 0)
		s.ends = []int{before, s.first}
	} else {
		s.frame, _ = m.Tokenizer.Encode(nil, "", 0)
		s.first, s.ends = len(s.frame), []int{before}
	}
	s.longest = max(1, min(longestCorrection, m.Config.MaxPositions-len(s.frame)))
	return s
}

// below draws a number from 0 to n-1. That of math/rand may change with a release.
func (s *sequences) below(n int) int { return int(s.rng.Uint64() % uint64(n)) }

// skewed draws a number from 0 to n-1 whose logarithm is about uniform.
func (s *sequences) skewed(n int) int {
	const steps = 1 << 20
	return int(math.Pow(float64(n), float64(s.below(steps))/steps)) - 1
}

// next draws a sequence and the length of its first segment. Short ones are as likely
// as long ones. Half of them have every token as likely, the other half have words by
// Zipf's law: vocabularies list them by their frequency.
func (s *sequences) next() (ids []int32, first int) {
	length := min(s.longest, shortestCorrection*(1+s.skewed(longestCorrection/shortestCorrection)))
	draw := func() int32 { return s.all[s.below(len(s.all))] }
	if s.below(2) == 0 {
		draw = func() int32 { return s.common[s.skewed(len(s.common))] }
	}
	content, at := length/len(s.ends), 0
	for _, end := range s.ends {
		ids = append(ids, s.frame[at:end]...)
		for range content {
			ids = append(ids, draw())
		}
		at = end
	}
	return append(ids, s.frame[at:]...), s.first + content
}
