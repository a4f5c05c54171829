// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var want = []Sample{
	{Query: "q one", Documents: []string{"a", "b"}, Judged: []bool{true, false}, Relevant: 3, Priors: []float64{2, 0.5}},
	{Query: "q two", Documents: []string{"c"}, Judged: []bool{false}},
}

func TestJSONLinesSurviveTheRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSONL(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadJSONL(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-written +read):\n%s", diff)
	}
}

func TestJSONLinesThatAreRefused(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no JSON":             {"\n\nhello", "line 3: invalid character"},
		"an unknown member":   {`{"query":"q","document":["a"]}`, `unknown field "document"`},
		"no query":            {`{"documents":["a"],"labels":[1]}`, "line 1: query is empty"},
		"too few labels":      {`{"query":"q","documents":["a","b"],"labels":[1]}`, "1 labels for 2 documents"},
		"too few priors":      {`{"query":"q","documents":["a"],"labels":[1],"priors":[]}`, "0 priors for 1 documents"},
		"a prior below zero":  {`{"query":"q","documents":["a"],"labels":[1],"priors":[-1]}`, "prior 0 is -1"},
		"too little relevant": {`{"query":"q","documents":["a","b"],"labels":[1,2],"relevant":1}`, "relevant is 1, but 2"},
		"two values":          {`{"query":"q","documents":[],"labels":[]} 7`, "more than one value"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadJSONL(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func trec(queries, documents, run, qrels string) TREC {
	return TREC{strings.NewReader(queries), strings.NewReader(documents), strings.NewReader(run), strings.NewReader(qrels)}
}

func TestTRECFilesAreJoined(t *testing.T) {
	got, err := ReadTREC(trec("1\tq one\n2\tq two\n3\tnothing found\n", "a\ttext a\nb\ttext\tb\nc\ttext c\n",
		"1 Q0 b 2 0.5 x\n1 Q0 a 1 2 x\n2 Q0 c 1 -3 x\n2 Q0 a 2 -4 x\n", "1 0 a 1\n1 0 z 2\n1 0 b 0\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Sample{
		{Query: "q one", Documents: []string{"text a", "text\tb"}, Judged: []bool{true, false}, Relevant: 2, Priors: []float64{2, 0.5}},
		{Query: "q two", Documents: []string{"text c", "text a"}, Judged: []bool{false, false}, Priors: []float64{1, 0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestAMarkOfTheOrderOfBytesIsNoPartOfTheData(t *testing.T) {
	const mark = "\ufeff"
	got, err := ReadTREC(trec(mark+"1\tq\n", mark+"a\tx\n", mark+"1 Q0 a 1 2 x\n", mark+"1 0 a 1\n"))
	if err != nil || len(got) != 1 || got[0].Relevant != 1 {
		t.Errorf("TREC: %+v, %v", got, err)
	}
	if got, err = ReadJSONL(strings.NewReader(mark + `{"query":"q","documents":["a"],"labels":[1]}`)); err != nil || len(got) != 1 {
		t.Errorf("JSON lines: %+v, %v", got, err)
	}
}

func TestTRECFilesThatAreRefused(t *testing.T) {
	const q, d, r, j = "1\tq\n", "a\tx\n", "1 Q0 a 1 2 x\n", "1 0 a 1\n"
	for name, tc := range map[string]struct {
		files TREC
		want  string
	}{
		"a query without a tab": {trec("1 q\n", d, r, j), "queries: line 1: want an identifier, a tab"},
		"a document twice":      {trec(q, d+d, r, j), `documents: line 2: "a" stands there twice`},
		"an unknown query":      {trec(q, d, "2 Q0 a 1 2 x\n", j), `run: line 1: query "2" is not among`},
		"an unknown document":   {trec(q, d, "1 Q0 b 1 2 x\n", j), `document "b" is not among`},
		"a score of NaN":        {trec(q, d, "1 Q0 a 1 NaN x\n", j), `score is "NaN"`},
		"a short line":          {trec(q, d, "1 Q0 a 1\n", j), "4 fields, want 6"},
		"a grade in words":      {trec(q, d, r, "1 0 a good\n"), `qrels: line 1: grade is "good"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadTREC(tc.files); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// FuzzReadJSONL holds that what is read can be written and read again.
func FuzzReadJSONL(f *testing.F) {
	f.Add([]byte(`{"query":"q","documents":["a","b"],"labels":[1,0],"priors":[2,0.5],"relevant":3}`))
	f.Add([]byte("{}\n[]"))
	f.Add([]byte(`{"query":"q","documents":null,"labels":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ReadJSONL(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteJSONL(&b, first); err != nil {
			t.Fatal(err)
		}
		again, err := ReadJSONL(&b)
		if err != nil || len(again) != len(first) {
			t.Fatalf("%d samples became %d: %v", len(first), len(again), err)
		}
	})
}

func FuzzReadTREC(f *testing.F) {
	f.Add("1\tq\n", "a\tx\n", "1 Q0 a 1 2 x\n", "1 0 a 1\n")
	f.Add("", "\t", " ", "\n")
	f.Fuzz(func(t *testing.T, queries, documents, run, qrels string) {
		got, err := ReadTREC(trec(queries, documents, run, qrels))
		if err != nil {
			return
		}
		for _, s := range got {
			if err := s.check(); err != nil || len(s.Priors) != len(s.Documents) {
				t.Fatalf("%+v: %v", s, err)
			}
		}
	})
}
