// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/client"
)

// Mix says what the requests ask. The zero Mix is the standard request: one
// query and four short documents, the same every time.
type Mix struct {
	// Sizes are the numbers of documents of a request, with their weights.
	Sizes []Size
	// Words is the length of a document.
	Words int
	// Repeat is the share of documents, 0 to 1, that were sent before, so that
	// the server may know them.
	Repeat float64
	// Method is classical, quantum or hybrid; empty for hybrid.
	Method string
	// Seed makes the texts; the same seed makes the same texts.
	Seed uint64
}

// Size is a number of documents and how often it is drawn.
type Size struct {
	Documents int
	Weight    float64
}

// ParseSizes reads "50" or "10:70,100:30" (documents:weight).
func ParseSizes(text string) ([]Size, error) {
	var sizes []Size
	for _, part := range strings.Split(text, ",") {
		documents, weight, weighted := strings.Cut(strings.TrimSpace(part), ":")
		n, err := strconv.Atoi(documents)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("documents %q: want a number, or number:weight separated by commas", text)
		}
		size := Size{Documents: n, Weight: 1}
		if weighted {
			if size.Weight, err = strconv.ParseFloat(weight, 64); err != nil || !(size.Weight > 0) || size.Weight > 1e9 {
				return nil, fmt.Errorf("documents %q: the weight %q is not a positive number", text, weight)
			}
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// standardBody is the request of the standard load test.
var standardBody = client.Request{
	Query: "What is machine learning?",
	Documents: []string{
		"Machine learning is a subset of AI",
		"Python is a programming language",
		"Deep learning uses neural networks",
		"Data science involves analyzing data",
	},
	Method: "hybrid",
}

// known is how many documents are remembered for repetition.
const known = 10_000

// requests makes the requests of a mix. It is safe for concurrent use.
type requests struct {
	mix   Mix
	total float64
	mu    sync.Mutex
	rng   *rand.Rand
	sent  []string
}

func newRequests(m Mix) *requests {
	b := &requests{mix: m, rng: rand.New(rand.NewPCG(m.Seed, 1))} // repeatable texts, not secrets
	if b.mix.Method == "" {
		b.mix.Method = standardBody.Method
	}
	if b.mix.Words < 1 {
		b.mix.Words = 60
	}
	for _, s := range m.Sizes {
		b.total += s.Weight
	}
	return b
}

// next returns one request.
func (b *requests) next() client.Request {
	if len(b.mix.Sizes) == 0 {
		r := standardBody
		r.Method = b.mix.Method
		return r
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := client.Request{Query: Text(b.rng, 8), Documents: make([]string, b.size()), Method: b.mix.Method}
	for i := range r.Documents {
		r.Documents[i] = b.document()
	}
	return r
}

func (b *requests) size() int {
	at := b.rng.Float64() * b.total
	for _, s := range b.mix.Sizes {
		if at -= s.Weight; at < 0 {
			return s.Documents
		}
	}
	return b.mix.Sizes[len(b.mix.Sizes)-1].Documents
}

func (b *requests) document() string {
	if len(b.sent) > 0 && b.rng.Float64() < b.mix.Repeat {
		return b.sent[b.rng.IntN(len(b.sent))]
	}
	text := Text(b.rng, b.mix.Words)
	if len(b.sent) < known {
		b.sent = append(b.sent, text)
	} else {
		b.sent[b.rng.IntN(known)] = text
	}
	return text
}
