// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// recompiled is what a tokenizer becomes by way of a file.
func recompiled(t testing.TB, tok *Tokenizer) *Tokenizer {
	t.Helper()
	d := sealed.NewDraft("test")
	if err := tok.Compile(d); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "f")
	if err := d.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	f, err := sealed.Open(path, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	again, err := FromCompiled(f)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestACompiledTokenizerGivesTheSameIDs(t *testing.T) {
	tok := loadDefault(t)
	again := recompiled(t, tok)
	g := loadGolden(t)
	for _, text := range g.texts {
		want, wantTotal := tok.Encode(nil, text, 40)
		if got, total := again.Encode(nil, text, 40); !slices.Equal(got, want) || total != wantTotal {
			t.Fatalf("%q: ids %v of %d, want %v of %d", text, got, total, want, wantTotal)
		}
	}
	want, wantFirst, _ := tok.EncodePair(nil, g.texts[0], g.texts[1], 0)
	if got, first, _ := again.EncodePair(nil, g.texts[0], g.texts[1], 0); !slices.Equal(got, want) || first != wantFirst {
		t.Errorf("pair: ids %v, want %v", got, want)
	}
	if again.VocabSize() != tok.VocabSize() || again.Normalizer() != tok.Normalizer() || !again.IsSpecial(102) || again.IsSpecial(2000) {
		t.Error("the compiled tokenizer has other properties")
	}
	reference, err := again.WithSpecialTokens(AsReference)
	if err != nil {
		t.Fatal(err)
	}
	if ids, _ := reference.Encode(nil, "[SEP]", 0); !slices.Equal(ids, []int32{101, 102, 102}) {
		t.Errorf("special tokens as in the reference: ids %v", ids)
	}
}

func TestTheVocabularyIsThatOfTheFile(t *testing.T) {
	tok, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##able", "able", "##a", "[", "]", "sep", "é", "ab"}
	if got := tok.Vocabulary(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := recompiled(t, tok).Vocabulary(); !slices.Equal(got, want) {
		t.Errorf("compiled: got %q, want %q", got, want)
	}
}

// Whatever a file says, texts stay inside the trie and the vocabulary.
func FuzzFromCompiled(f *testing.F) {
	tok, err := Parse([]byte(small))
	if err != nil {
		f.Fatal(err)
	}
	d := sealed.NewDraft("test")
	if err := tok.Compile(d); err != nil {
		f.Fatal(err)
	}
	f.Add(d.Fact(factCompiled), 7, int32(100000))
	f.Add(d.Fact(factCompiled), 0, int32(-1))
	f.Add(`{"VocabSize": 5, "MaxChars": 3}`, 5, int32(3))
	for i, c := range tok.trie.cells {
		if c.id != noToken && i%3 == 1 { // its parent, which spelling it follows
			f.Add(d.Fact(factCompiled), i, int32(len(tok.trie.cells)))
		}
	}
	path := filepath.Join(f.TempDir(), "f")
	f.Fuzz(func(t *testing.T, fact string, at int, value int32) {
		d := sealed.NewDraft("test")
		d.Note(factCompiled, fact)
		changed := &trie{cells: slices.Clone(tok.trie.cells)}
		if at >= 0 {
			c := &changed.cells[at%len(changed.cells)]
			*[]*int32{&c.base, &c.parent, &c.id}[at%3] = value
		}
		sealed.Add(d, sectionTrie, changed.integers())
		if err := d.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		file, err := sealed.Open(path, "test")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		got, err := FromCompiled(file)
		if err != nil {
			return
		}
		ids, total := got.Encode(nil, "Unable [SEP] é 机 \xff ab", 0)
		if len(ids) != total {
			t.Fatalf("%d ids of %d", len(ids), total)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= got.VocabSize() {
				t.Fatalf("id %d is out of range", id)
			}
		}
		got.Vocabulary()
	})
}
