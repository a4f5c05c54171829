// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// maxViolations bounds the list in one answer: enough to mend a request in
// one go, little enough that 1000 blank documents make a small body. The last
// places are kept for the fields behind the documents.
const (
	maxViolations         = 16
	maxDocumentViolations = 12
)

// Methods lists the legal values of method.
var Methods = []string{contract.MethodClassical, contract.MethodQuantum, contract.MethodHybrid}

// Rules says how strictly Check judges.
type Rules struct {
	Limits
	// Lenient is for dialects whose clients send a fixed top_k whatever the
	// number of documents and expect one bad document not to fail the batch:
	// top_k is clamped, a blank document is kept to be scored lowest and one
	// beyond the limit is cut, each with a warning.
	Lenient bool
	// ZeroTopKMeansAll is for dialects that spell "all" as 0.
	ZeroTopKMeansAll bool
}

// Check judges r by the API's rules. It returns every violation found, up
// to a bound, in the order query, documents, method, top_k. When there is
// none, r's texts are stripped and its top_k, if any, is in range.
func Check(r *Request, rules Rules) []Violation {
	c := checker{r: r, rules: rules}
	c.query()
	c.documents()
	c.method()
	c.topK()
	c.long()
	c.priors()
	return c.found
}

type checker struct {
	r     *Request
	rules Rules
	found []Violation
	// badDocuments counts the violations of documents, also those not listed.
	badDocuments int
}

func (c *checker) add(v Violation) {
	if len(c.found) < maxViolations {
		c.found = append(c.found, v)
	}
}

func (c *checker) addDocument(v Violation) {
	if c.badDocuments++; c.badDocuments <= maxDocumentViolations {
		c.add(v)
	}
}

// field makes a violation of a whole field.
func field(code Code, name string, limit, value any, format string, args ...any) Violation {
	return Violation{
		Code: code, Field: name, Pointer: "/" + name,
		Limit: limit, Value: value, Message: fmt.Sprintf(format, args...),
	}
}

// Required is the violation of a field that is absent.
func Required(name string) Violation {
	return field(CodeFieldRequired, name, nil, nil, "%s is required", name)
}

func (c *checker) query() {
	name, q, limit := c.r.QueryField, &c.r.Query, c.rules.MaxQueryCharacters
	stripped := Strip(q.Value)
	switch {
	case !c.r.HasQuery:
		c.add(Required(name))
	case stripped == "" && q.Characters <= limit:
		c.add(field(CodeQueryEmpty, name, 1, 0, "%s cannot be empty", name))
	case q.Characters > limit:
		c.add(field(CodeQueryTooLong, name, limit, q.Characters,
			"%s too long: %d characters (max %d characters)", name, q.Characters, limit))
	}
	q.Value = stripped
}

func (c *checker) documents() {
	name, limit := c.r.DocumentsField, c.rules.MaxDocuments
	switch n := len(c.r.Documents); {
	case !c.r.HasDocuments:
		c.addDocument(Required(name))
	case n == 0:
		c.addDocument(field(CodeDocumentsEmpty, name, 1, 0, "%s list cannot be empty", name))
	case n > limit:
		c.addDocument(TooManyDocuments(name, limit))
	}
	for i := range c.r.Documents {
		c.document(i)
	}
}

// TooManyDocuments is the violation of a list that goes on beyond limit.
// Reading stops there, so the actual number is known only to be larger.
func TooManyDocuments(name string, limit int) Violation {
	return field(CodeDocumentsTooMany, name, limit, limit+1,
		"too many %s: at least %d (max %d)", name, limit+1, limit)
}

func (c *checker) document(i int) {
	doc, limit := &c.r.Documents[i], c.rules.MaxDocumentCharacters
	doc.Value = Strip(doc.Value)
	blank := doc.Value == "" && !doc.Oversized && doc.Characters <= limit
	long := doc.Oversized || doc.Characters > limit
	switch {
	case blank && c.rules.Lenient:
		c.warn("document %d is blank and ranks last", i)
	case blank:
		c.addDocument(c.element(CodeDocumentEmpty, i, 1, 0, "document %d cannot be empty", i))
	case long && c.rules.Lenient && !doc.Oversized:
		c.warn("document %d was cut from %d to %d characters", i, doc.Characters, limit)
	case doc.Oversized:
		c.addDocument(c.element(CodeDocumentTooLong, i, limit, nil,
			"document %d too long (max %d characters)", i, limit))
	case long:
		c.addDocument(c.element(CodeDocumentTooLong, i, limit, doc.Characters,
			"document %d too long: %d characters (max %d characters)", i, doc.Characters, limit))
	}
}

// element makes a violation of one element of the list of documents.
func (c *checker) element(code Code, i int, limit, value any, format string, args ...any) Violation {
	v := field(code, c.r.DocumentsField, limit, value, format, args...)
	v.Pointer += "/" + strconv.Itoa(i)
	v.Index = &i
	return v
}

// maxWarnings bounds the warnings of one answer.
const maxWarnings = 16

func (c *checker) warn(format string, args ...any) { c.r.Warn(format, args...) }

// Warn adds a warning to the answer, up to a bound.
func (r *Request) Warn(format string, args ...any) {
	switch {
	case len(r.Warnings) < maxWarnings:
		r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
	case len(r.Warnings) == maxWarnings:
		r.Warnings = append(r.Warnings, "further warnings were left out")
	}
}

func (c *checker) method() {
	if m := c.r.Method; m != nil && !slices.Contains(Methods, *m) {
		c.add(field(CodeMethodInvalid, "method", Methods, excerpt(*m),
			"invalid method %q: must be one of %s", excerpt(*m), strings.Join(Methods, ", ")))
	}
}

// excerpt shortens a name that a caller chose for an answer or a log.
func excerpt(s string) string {
	const limit = 64
	for i := range s {
		if i >= limit {
			return s[:i] + "..."
		}
	}
	return s
}

func (c *checker) topK() {
	k, n, name := c.r.TopK, int64(len(c.r.Documents)), c.r.TopKField
	if k == nil {
		return
	}
	switch {
	case *k == 0 && c.rules.ZeroTopKMeansAll:
		c.r.TopK = nil
	case *k < 1:
		c.add(field(CodeTopKTooSmall, name, 1, *k, "%s must be positive: %d (min 1)", name, *k))
	case *k > n && c.rules.Lenient:
		c.r.TopK = nil
	// Documents that are themselves at fault are no measure for top_k.
	case *k > n && c.badDocuments == 0:
		c.add(field(CodeTopKTooLarge, name, n, *k,
			"%s cannot exceed number of documents: %d (max %d)", name, *k, n))
	}
}
