// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

// Names of the fields that say how long documents are treated. All dialects
// that have them call them so.
const (
	FieldMaxTokens = "max_tokens_per_doc"
	FieldMaxChunks = "max_chunks_per_doc"
	FieldOverlap   = "overlap_tokens"
)

// MaxPassages is the most passages that the documents of a request may be cut
// into together: what Cohere allows as well.
const MaxPassages = 10_000

// long judges the fields for long documents.
func (c *checker) long() {
	// Zero is how some servers spell "no such bound".
	for name, p := range map[string]**int64{FieldMaxTokens: &c.r.MaxTokens, FieldMaxChunks: &c.r.MaxChunks} {
		if *p != nil && **p == 0 && c.rules.Lenient {
			*p = nil
		}
		c.atLeast(name, *p, 1)
	}
	c.atLeast(FieldOverlap, c.r.Overlap, 0)
	most := int64(MaxPassages / max(1, len(c.r.Documents)))
	switch n := c.r.MaxChunks; {
	case n == nil || *n <= most:
	case c.rules.Lenient:
		c.warn("%s was lowered from %d to %d", FieldMaxChunks, *n, most)
		c.r.MaxChunks = &most
	default:
		c.add(field(CodeValueInvalid, FieldMaxChunks, most, *n,
			"%s is too large for so many documents: %d (max %d)", FieldMaxChunks, *n, most))
	}
}

func (c *checker) atLeast(name string, value *int64, least int64) {
	if value != nil && *value < least {
		c.add(field(CodeValueInvalid, name, least, *value, "%s is too small: %d (min %d)", name, *value, least))
	}
}
