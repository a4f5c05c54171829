// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// golden is testdata/lines.json.gz, see test/parity/make_tokens.py.
type golden struct {
	Seed        uint64      `json:"seed"`
	Count       int         `json:"count"`
	Hand        []string    `json:"hand"`
	Special     []string    `json:"special"`
	SHA256      string      `json:"sha256"`
	Lines       [][]int32   `json:"lines"`
	TextDiffers [][2]uint32 `json:"text_differs"`
	Pairs       [][5]uint32 `json:"pairs"` // line, line, most tokens, first segment, digest

	texts  []string
	hashes []uint32
}

func gunzip(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// cached is what loadGolden made; the tests that use it are not parallel.
var cached *golden

// loadGolden reads the golden files and makes their lines, which must be those
// that the reference has seen.
func loadGolden(t testing.TB) *golden {
	t.Helper()
	if cached != nil {
		return cached
	}
	g := &golden{}
	if err := json.Unmarshal(gunzip(t, "lines.json.gz"), g); err != nil {
		t.Fatal(err)
	}
	hashes := gunzip(t, "hashes.bin.gz")
	for len(hashes) >= 4 {
		g.hashes, hashes = append(g.hashes, binary.LittleEndian.Uint32(hashes)), hashes[4:]
	}
	if g.Count < 50_000 || len(g.hashes) != g.Count || len(g.Lines) < 2000 || len(g.Pairs) < 400 || len(g.TextDiffers) < 1000 {
		t.Fatalf("golden files hold %d lines, %d digests, %d readable lines, %d pairs, %d with special tokens: too few",
			g.Count, len(g.hashes), len(g.Lines), len(g.Pairs), len(g.TextDiffers))
	}
	l := liner{vocab: vocabularyWords(t), special: g.Special, seed: g.Seed}
	for _, h := range g.Hand {
		if h != "" {
			l.hand = append(l.hand, h)
		}
	}
	h := sha256.New()
	for i := range g.Count {
		s := l.line(i)
		g.texts = append(g.texts, s)
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
		h.Write([]byte(s))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != g.SHA256 {
		t.Fatalf("lines differ from those of the golden file: the generators in lines_test.go and lines.py have parted (digest %s, want %s)", got, g.SHA256)
	}
	cached = g
	return g
}

func digest(ids []int32) uint32 {
	h := uint32(0x811C9DC5)
	for _, id := range ids {
		for range 4 {
			h = (h ^ uint32(byte(id))) * 0x01000193
			id >>= 8
		}
	}
	return h
}

func loadDefault(t testing.TB) *Tokenizer {
	t.Helper()
	tok, err := Load(filepath.Join(modeltest.Dir(t), "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func asReference(t testing.TB, tok *Tokenizer) *Tokenizer {
	t.Helper()
	ref, err := tok.WithSpecialTokens(AsReference)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func TestIDsAreTheReferencesOnVariedLines(t *testing.T) {
	g := loadGolden(t)
	tok := loadDefault(t)
	ref := asReference(t, tok)

	readable := append(slices.Clone(g.Hand), g.texts[:len(g.Lines)-len(g.Hand)]...)
	for i, s := range readable {
		if ids, _ := ref.Encode(nil, s, 0); !slices.Equal(ids, g.Lines[i]) {
			t.Fatalf("line %d, %q (-reference +ours):\n%s", i, s, cmp.Diff(g.Lines[i], ids))
		}
	}
	text := slices.Clone(g.hashes)
	for _, d := range g.TextDiffers {
		text[d[0]] = d[1]
	}
	for mode, c := range map[string]struct {
		tok  *Tokenizer
		want []uint32
	}{"special tokens found": {ref, g.hashes}, "special tokens as text": {tok, text}} {
		bad := 0
		for i, s := range g.texts {
			ids, total := c.tok.Encode(nil, s, 0)
			if total != len(ids) {
				t.Fatalf("line %d, %q: total is %d, but %d ids without a limit", i, s, total, len(ids))
			}
			if digest(ids) != c.want[i] {
				if bad++; bad <= 5 {
					t.Errorf("%s: line %d, %q: ids %v are not the reference's", mode, i, s, ids)
				}
			}
		}
		if bad > 0 {
			t.Errorf("%s: %d of %d lines differ", mode, bad, len(g.texts))
		}
	}
}

func TestPairsAreTheReferencesAtEveryLimit(t *testing.T) {
	g := loadGolden(t)
	tok := loadDefault(t)
	for _, p := range g.Pairs {
		a, b := g.texts[p[0]], g.texts[p[1]]
		ids, first, total := tok.EncodePair(nil, a, b, int(p[2]))
		if first != int(p[3]) || digest(ids) != p[4] {
			t.Errorf("pair of lines %d, %d with %d tokens: ids %v, segment 0 has %d, want %d", p[0], p[1], p[2], ids, first, p[3])
		}
		if whole, _, _ := tok.EncodePair(nil, a, b, 0); total != len(whole) {
			t.Errorf("pair of lines %d, %d: total %d, want %d", p[0], p[1], total, len(whole))
		}
	}
}

func TestTruncationCutsTheEndAndCountsTheWhole(t *testing.T) {
	g := loadGolden(t)
	tok := loadDefault(t)
	prefix := []int32{7, 8, 9}
	for i := 0; i < g.Count; i += 97 {
		whole, _ := tok.Encode(nil, g.texts[i], 0)
		for most := 1; most <= len(whole)+2; most += 1 + most/4 {
			ids, total := tok.Encode(slices.Clone(prefix), g.texts[i], most)
			if total != len(whole) {
				t.Fatalf("line %d with %d tokens: total %d, want %d", i, most, total, len(whole))
			}
			want := whole
			switch {
			case most < 2:
				want = whole[:most]
			case most < len(whole):
				want = append(slices.Clone(whole[:most-1]), whole[len(whole)-1])
			}
			if !slices.Equal(ids[:3], prefix) || !slices.Equal(ids[3:], want) {
				t.Fatalf("line %d with %d tokens: got %v, want %v behind %v", i, most, ids, want, prefix)
			}
		}
	}
}

func TestInvalidUTF8CountsAsReplacementCharacters(t *testing.T) {
	tok := loadDefault(t)
	for _, bad := range []string{"\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\x80"} {
		for _, frame := range []string{"%", "ab%cd", "% x", "x %", "é%é"} {
			s := []byte(frame)
			at := bytes.IndexByte(s, '%')
			got, _ := tok.Encode(nil, frame[:at]+bad+frame[at+1:], 0)
			want, _ := tok.Encode(nil, frame[:at]+"\uFFFD"+frame[at+1:], 0)
			if !slices.Equal(got, want) {
				t.Errorf("%q in %q: got %v, want %v", bad, frame, got, want)
			}
		}
	}
}
