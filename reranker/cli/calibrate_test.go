// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
)

const judged = `{"query":"does the quick fox jump","documents":["the quick brown fox jumps","rivers carry water","a lazy dog"],"labels":[1,0,0],"priors":[3,1,0]}
{"query":"where does water go","documents":["rivers carry water to the sea","the quick brown fox jumps","a lazy dog sleeps"],"labels":[1,0,0],"priors":[2,2,1]}
`

// tinyCopy is a model directory of its own.
func tinyCopy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(tinyBiEncoder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCalibrationIsMeasuredWrittenAndRead(t *testing.T) {
	dir, data := tinyCopy(t), writeFile(t, "judged.jsonl", judged)
	before := hybridScores(t, dir)
	code, stdout, stderr := run(t, "", "calibrate", "--model", dir, data)
	if code != exitOK || !strings.Contains(stdout, "judged.jsonl, 2 queries") || !strings.Contains(stdout, "hybrid with priors") {
		t.Fatalf("status %d\n%s%s", code, stdout, stderr)
	}
	file := filepath.Join(dir, calibrate.FileName)
	first, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := calibrate.Decode(first)
	if err != nil || len(f.States) != 4 || len(f.Data) != 1 || f.Data[0].Queries != 2 || f.Data[0].Pairs != 6 {
		t.Fatalf("%v: %+v", err, f)
	}
	if code, stdout, stderr = run(t, "", "calibrate", "--model", dir, data); code != exitOK {
		t.Fatalf("status %d\n%s%s", code, stdout, stderr)
	}
	if again, _ := os.ReadFile(file); !bytes.Equal(first, again) {
		t.Errorf("the same data gave\n%s\nand\n%s", first, again)
	}
	if after := hybridScores(t, dir); after == before {
		t.Error("the server does not heed the calibration")
	}
	if err := os.WriteFile(file, bytes.Replace(first, []byte(`"quantum": 0.`), []byte(`"quantum": 0.9`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pod(t, dir, nil); err == nil || !strings.Contains(err.Error(), "checksum is") {
		t.Errorf("a calibration that was touched: %v", err)
	}
	f.Model = "sha256:other"
	other, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pod(t, dir, nil); err == nil || !strings.Contains(err.Error(), "made for the model sha256:other") {
		t.Errorf("a calibration of another model: %v", err)
	}
}

// hybridScores are the hybrid scores of a model.
func hybridScores(t *testing.T, dir string) string {
	t.Helper()
	p, err := pod(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.print(t, method.Hybrid)
}

func TestCalibrateReadsTRECFiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "c.json")
	code, stdout, stderr := run(t, "", "calibrate", "--model", tinyBiEncoder, "--output", out, "--states", "mixed",
		"--queries", writeFile(t, "q", "1\tdoes the fox jump\n"),
		"--documents", writeFile(t, "d", "a\tthe fox jumps\nb\tno water in the river\n"),
		"--run", writeFile(t, "bm25.run", "1 Q0 a 1 2 x\n1 Q0 b 2 1 x\n"), "--qrels", writeFile(t, "r", "1 0 a 1\n"))
	if code != exitOK || !strings.Contains(stdout, "bm25.run, 1 queries") {
		t.Fatalf("status %d\n%s%s", code, stdout, stderr)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}

func TestCalibrateRefusesWhatItCannotUse(t *testing.T) {
	good := writeFile(t, "good.jsonl", judged)
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no data":            {nil, "no labelled data"},
		"half of TREC":       {[]string{"--run", good}, "belong together"},
		"both forms":         {[]string{"--queries", good, "--documents", good, "--run", good, "--qrels", good, good}, "one form only"},
		"a file of nothing":  {[]string{filepath.Join(t.TempDir(), "none")}, "no such file"},
		"a broken file":      {[]string{writeFile(t, "x", "{")}, "line 1"},
		"an unknown state":   {[]string{"--states", "cat", good}, `quantum.state is "cat"`},
		"states before data": {[]string{"--states", "mixed,cat", filepath.Join(t.TempDir(), "none")}, `--states: quantum.state is "cat"`},
		"a state of no name": {[]string{"--states", "mixed,", good}, "--states has an empty name"},
		"a cross-encoder":    {[]string{"--model", "../engine/testdata/tiny-cross-encoder", good}, "nothing to calibrate"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"calibrate", "--model", tinyBiEncoder, "--output", filepath.Join(t.TempDir(), "o")}, tc.args...)
			if code, _, stderr := run(t, "", args...); code == exitOK || !strings.Contains(stderr, tc.want) {
				t.Errorf("status %d, %q, want %q", code, stderr, tc.want)
			}
		})
	}
}
