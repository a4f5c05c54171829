// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import "strconv"

// Pairs is a similarity request in the form that all dialects share: each
// text on the left is compared with the text at the same place on the right,
// or one text on the left with every text on the right.
type Pairs struct {
	LeftField, RightField string
	HasLeft, HasRight     bool
	// LeftList and RightList say that the caller sent a list, not one text.
	LeftList, RightList bool
	Left, Right         []Text
	Method              *string
	Model               string
	Warnings            []string
}

// CheckPairs judges p like Check. Each text may be as long as a document.
func CheckPairs(p *Pairs, limits Limits) []Violation {
	c := checker{r: &Request{Method: p.Method}, rules: Rules{Limits: limits}}
	c.side(p.LeftField, p.HasLeft, p.LeftList, p.Left)
	c.side(p.RightField, p.HasRight, p.RightList, p.Right)
	c.method()
	l, r := len(p.Left), len(p.Right)
	if len(c.found) == 0 && l != 1 && l != r {
		c.add(field(CodePairsMismatch, p.RightField, l, r,
			"%s has %d texts and %s has %d: want as many on both sides, or one in %s",
			p.LeftField, l, p.RightField, r, p.LeftField))
	}
	return c.found
}

func (c *checker) side(name string, present, list bool, texts []Text) {
	limit := c.rules.MaxDocumentCharacters
	switch {
	case !present:
		c.add(Required(name))
	case len(texts) == 0:
		c.add(field(CodeTextsEmpty, name, 1, 0, "%s list cannot be empty", name))
	}
	for i := range texts {
		t := &texts[i]
		t.Value = Strip(t.Value)
		var v Violation
		switch {
		case t.Value == "" && t.Characters <= limit:
			v = field(CodeTextEmpty, name, 1, 0, "%s cannot be empty", name)
		case t.Characters > limit:
			v = field(CodeTextTooLong, name, limit, t.Characters,
				"%s too long: %d characters (max %d characters)", name, t.Characters, limit)
		default:
			continue
		}
		if list {
			v.Pointer += "/" + strconv.Itoa(i)
			v.Index = &i
		}
		c.add(v)
	}
}

// TooManyTexts is the violation of a list that goes on beyond limit.
func TooManyTexts(name string, limit int) Violation {
	return field(CodeTextsTooMany, name, limit, limit+1,
		"too many %s: at least %d (max %d)", name, limit+1, limit)
}
