// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

func TestLongLinesAreRead(t *testing.T) {
	long := strings.Repeat("x", 300<<10)
	got, err := ReadJSONL(strings.NewReader(`{"query":"q","documents":["` + long + `"],"labels":[1]}`))
	if err != nil || len(got) != 1 || got[0].Documents[0] != long || got[0].Relevant != 1 {
		t.Errorf("%d samples, %v", len(got), err)
	}
}

func TestTextIsWrittenAsItIs(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSONL(&b, []Sample{{Query: "a<b>&c"}}); err != nil || !strings.Contains(b.String(), `"a<b>&c"`) {
		t.Errorf("wrote %s, %v", b.String(), err)
	}
}

func TestASampleOfTooManyDocumentsIsRefused(t *testing.T) {
	s := Sample{Query: "q", Documents: make([]string, MaxDocuments), Judged: make([]bool, MaxDocuments)}
	if err := s.check(); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	s.Documents = append(s.Documents, "one more")
	if err := s.check(); err == nil || err.Error() != "10001 documents, want at most 10000" {
		t.Errorf("got %v", err)
	}
	s = Sample{Query: "q", Documents: []string{"a"}, Judged: []bool{true}, Priors: []float64{math.Inf(1)}}
	if err := s.check(); err == nil || !strings.Contains(err.Error(), "prior 0 is +Inf") {
		t.Errorf("got %v", err)
	}
}

func TestTRECFilesOfTheWrongFormAreRefused(t *testing.T) {
	const q, d, r, j = "1\tq\n", "a\tx\n", "1 Q0 a 1 2 x\n", "1 0 a 1\n"
	for want, files := range map[string]TREC{
		"qrels: line 1: 3 fields, want 4: query 0 document grade":  trec(q, d, r, "1 0 a\n"),
		"query 1: query is empty":                                  trec("1\t\n", d, r, j),
		"documents: line 1: want an identifier":                    trec(q, "\tx\n", r, j),
		`run: line 2: score is "x"`:                                trec(q, d, r+"1 Q0 a 1 x x\n", j),
		`run: line 10001: more than 10000 documents for query "1"`: trec(q, d, strings.Repeat(r, MaxDocuments+1), j),
	} {
		if _, err := ReadTREC(files); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	got, err := ReadTREC(trec("1\tq\r\n", "a\tx\r\n", r, j))
	if err != nil || got[0].Query != "q" || got[0].Documents[0] != "x" {
		t.Errorf("files with Windows' line ends: %+v, %v", got, err)
	}
}
