// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// run runs a command line and returns what it printed.
func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(t.Context(), args, Streams{In: strings.NewReader(stdin), Out: &out, Err: &errs}, "1.2.3")
	return code, out.String(), errs.String()
}

func sampleFile(t *testing.T) string {
	return filepath.Join(modeltest.Root(t), "test", "sample", "documents.txt")
}

func TestMistakesAreOneSentenceAndAStatus(t *testing.T) {
	model := modeltest.Dir(t)
	empty := t.TempDir()
	settings := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(settings, []byte(`{"limits": {"maxDocs": 5}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	file := writeFile(t, "config.json", "{}")
	wrong := "sha256:" + strings.Repeat("0", 64)
	serve := []string{"serve", "--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0"}
	tests := map[string]struct {
		args []string
		code int
		want string
	}{
		"an unknown command":       {[]string{"rank"}, exitUsage, `unknown command "rank"`},
		"an unknown flag":          {[]string{"serve", "--port", "1"}, exitUsage, "unknown flag: --port; see reranker serve --help"},
		"no files":                 {[]string{"rerank", "-q", "x"}, exitUsage, "requires at least 1 arg"},
		"no query":                 {[]string{"rerank", "x"}, exitUsage, "--query is missing or empty"},
		"a long query":             {[]string{"rerank", "-q", strings.Repeat("x", 10_001), "x"}, exitUsage, "--query has 10001 characters, more than 10000"},
		"an unknown method":        {[]string{"rerank", "-q", "x", "--method", "fuzzy", "x"}, exitUsage, "must be one of classical, quantum, hybrid"},
		"a missing file":           {[]string{"rerank", "-q", "x", "--model", model, filepath.Join(empty, "none")}, exitFailed, "no such file"},
		"an empty file":            {[]string{"rerank", "-q", "x", "--model", model, "-"}, exitFailed, "no documents in -"},
		"top-k beyond the file":    {[]string{"rerank", "-q", "x", "-k", "99", "--model", model, sampleFile(t)}, exitUsage, "--top-k is 99, but there are 26 documents"},
		"no model":                 {[]string{"rerank", "-q", "x", "--model", empty, sampleFile(t)}, exitModel, "no model was found in " + empty + "; fetch the default one with"},
		"a model without weights":  {[]string{"rerank", "-q", "x", "--model", filepath.Dir(file), sampleFile(t)}, exitModel, "it has config.json, but neither model.safetensors, with all weights in one file, nor prepared.bin"},
		"a wrong digest":           {[]string{"rerank", "-q", "x", "--model", model, "--model-sha256", wrong, sampleFile(t)}, exitModel, wrong},
		"too little memory":        {append(serve, "--model", model, "--memory-limit", "100Mi"), exitMemory, "memory limit of 100 MiB is too small"},
		"an unknown setting":       {append(serve, "--config", settings), exitUsage, settings + ": limits.maxDocs: is not a known field"},
		"bounds without keys":      {append(serve, "--key-requests-per-minute", "5"), exitUsage, "need --api-keys"},
		"an empty text":            {[]string{"similarity", "a", " "}, exitUsage, "text 2 is empty"},
		"a pull without output":    {[]string{"model", "pull", "file:///x"}, exitUsage, "--output is missing"},
		"an unknown model command": {[]string{"model", "pul"}, exitUsage, `unknown command "pul" for "reranker model"`},
		"a digest that is none":    {[]string{"model", "pull", "file:///x", "--output", empty, "--sha256", "abc"}, exitUsage, `--sha256: expected digest "abc" is not`},
		"a kernel that is not one": {[]string{"model", "verify", model, "--kernel", "abacus"}, exitModel, "abacus"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := run(t, "", tc.args...)
			if code != tc.code || !strings.Contains(stderr, tc.want) {
				t.Errorf("status %d, want %d; said %q, want %q in it", code, tc.code, stderr, tc.want)
			}
		})
	}
}

func TestRerankPrintsATable(t *testing.T) {
	code, stdout, stderr := run(t, "", "rerank", "-q", "protecting salad plants from snails", "-k", "2", "--model", modeltest.Dir(t), sampleFile(t))
	lines := strings.Split(stdout, "\n")
	if code != exitOK || len(lines) < 5 || !strings.HasPrefix(lines[0], "RANK") || !strings.Contains(lines[1], "Slugs come out after dark") {
		t.Fatalf("status %d\n%s%s", code, stdout, stderr)
	}
	if !strings.Contains(stdout, "hybrid by all-MiniLM-L6-v2: 26 documents") {
		t.Errorf("no summary:\n%s", stdout)
	}
}

func TestRerankPrintsJSONOfTheStandardInput(t *testing.T) {
	stdin := `{"text": "an apple"}` + "\n" + `"a steam engine"` + "\n"
	code, stdout, stderr := run(t, stdin, "rerank", "-q", "fruit", "--json", "--format", "jsonl", "--method", "quantum", "--model", modeltest.Dir(t), "-")
	var got printed
	if err := json.Unmarshal([]byte(stdout), &got); code != exitOK || err != nil {
		t.Fatalf("status %d, %v\n%s%s", code, err, stdout, stderr)
	}
	if len(got.Results) != 2 || got.Results[0].Document != "an apple" || got.MethodUsed != "quantum" || got.Results[0].Quantum == nil || got.Degraded {
		t.Errorf("got %+v", got)
	}
}

func TestSimilarityUsesEveryMethod(t *testing.T) {
	code, stdout, stderr := run(t, "", "similarity", "--model", modeltest.Dir(t), "a loaf of bread", "a loaf of bread", "a steam engine")
	if code != exitOK || !strings.Contains(stdout, "1.0000") || strings.Count(stdout, "\n") != 3 {
		t.Errorf("status %d\n%s%s", code, stdout, stderr)
	}
}

func TestModelIsVerifiedAndDescribed(t *testing.T) {
	code, stdout, stderr := run(t, "", "model", "verify", modeltest.Dir(t))
	if code != exitOK || !strings.Contains(stdout, "golden pair  0.847") {
		t.Errorf("status %d\n%s%s", code, stdout, stderr)
	}
	code, stdout, _ = run(t, "", "model", "inspect", modeltest.Dir(t))
	if code != exitOK || !strings.Contains(stdout, `"digest": "sha256:53aa51172d14`) || !strings.Contains(stdout, `"tokensPerSecond"`) {
		t.Errorf("status %d\n%s", code, stdout)
	}
}

func TestTheSpeedOfACrossEncoderIsMeasured(t *testing.T) {
	dir := filepath.Join(modeltest.Root(t), "reranker", "engine", "testdata", "tiny-cross-encoder")
	code, stdout, stderr := run(t, "", "model", "inspect", dir)
	if code != exitOK {
		t.Fatal(stderr)
	}
	var said struct{ Running running }
	if err := json.Unmarshal([]byte(stdout), &said); err != nil {
		t.Fatal(err)
	}
	// A pair is cut to what the model reads at most.
	if r := said.Running; r.DocumentTokens != 64 || r.DocumentsPerSecond <= 0 {
		t.Errorf("%+v", r)
	}
}

func TestPrintedConfigIsASettingsFile(t *testing.T) {
	code, stdout, stderr := run(t, "", "config", "--method", "classical", "--cache", "0")
	if code != exitOK {
		t.Fatal(stderr)
	}
	s, err := config.Parse([]byte(stdout))
	if err != nil || s.Method != contract.MethodClassical || *s.Cache.MaxBytes != 0 || s.Quantum.Rank != contract.DefaultQuantumRank {
		t.Errorf("%v: %+v", err, s)
	}
	t.Setenv("QUANTUMRERANK_QUANTUM_RANK", "5")
	_, stdout, _ = run(t, "", "config", "--sources", "--method", "classical")
	for _, want := range []string{"flag", "environment", "default"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no value from %s:\n%s", want, stdout)
		}
	}
}

func TestLastWordsAreOneLineOfTheContract(t *testing.T) {
	file := filepath.Join(t.TempDir(), "termination-log")
	args := []string{"serve", "--termination-log", file, "--method", "fuzzy"}
	if code, _, _ := run(t, "", args...); code != exitUsage {
		t.Fatalf("status %d", code)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was made where there was none: this is no pod")
	}
	if err := os.WriteFile(file, []byte("old and longer than what comes, by quite a lot, so that a rest would show, and so on and so forth, for ever and ever"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "", args...)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got contract.Termination
	if err := json.Unmarshal(data, &got); err != nil || got.Reason != contract.ReasonInvalidSettings || !strings.Contains(got.Message, "fuzzy") {
		t.Errorf("%v: %s", err, data)
	}
}

func TestReasonsNameTheModelsTrouble(t *testing.T) {
	broken := t.TempDir()
	for _, name := range []string{"config.json", "tokenizer.json", "model.safetensors"} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string][]string{
		contract.ReasonModelNotFound:       {"--model", t.TempDir()},
		contract.ReasonModelInvalid:        {"--model", broken},
		contract.ReasonModelDigestMismatch: {"--model", modeltest.Dir(t), "--model-sha256", "sha256:" + strings.Repeat("0", 64)},
		contract.ReasonMemoryTooSmall:      {"--model", modeltest.Dir(t), "--memory-limit", "70Mi"},
	}
	for want, args := range tests {
		t.Run(want, func(t *testing.T) {
			cmd := newRoot(Streams{Out: new(bytes.Buffer), Err: new(bytes.Buffer)}, "x")
			cmd.SetArgs(slices.Concat([]string{"serve", "--address", "127.0.0.1:0", "--metrics-address", "127.0.0.1:0"}, args))
			err := cmd.ExecuteContext(context.WithoutCancel(t.Context()))
			if err == nil || reason(err) != want {
				t.Errorf("%v has the reason %s", err, reason(err))
			}
		})
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, cmd := range newRoot(Streams{}, "x").Commands() {
		for _, c := range append(cmd.Commands(), cmd) {
			if c.Short == "" || c.Runnable() && c.Name() != "version" && c.Example == "" {
				t.Errorf("%s has no description or no example", c.CommandPath())
			}
		}
	}
}

func TestVersionSaysWhatTheCPUCanRun(t *testing.T) {
	code, stdout, _ := run(t, "", "version")
	if code != exitOK || !strings.Contains(stdout, "1.2.3") || !strings.Contains(stdout, "generic") {
		t.Errorf("status %d: %s", code, stdout)
	}
}
