// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

func ptr[T any](v T) *T { return &v }

// full has every field set to something that is not its default.
func full() contract.Settings {
	return contract.Settings{
		Method: "quantum",
		Model:  contract.ModelSettings{Dir: "/m", Name: "n", WeightsSHA256: "sha256:" + strings.Repeat("0a", 32)},
		Quantum: contract.QuantumSettings{
			State: "pure", Rank: 3, WeightPercent: ptr(0), Weights: "uniform", Encoding: "angle",
			Shots: 1, Estimator: "swap", Seed: 1<<53 - 1, DepolarisingPercent: 1,
		},
		Hybrid:    contract.HybridSettings{Fusion: "rrf", LexicalWeightPercent: ptr(0), PriorWeightPercent: ptr(0)},
		Diversify: contract.DiversifySettings{StrengthPercent: 1},
		Targets:   contract.TargetSettings{RerankLatencyMilliseconds: 1, SimilarityLatencyMilliseconds: 2, BatchDocuments: 3},
		Limits: contract.LimitSettings{
			MaxDocuments: 4, MaxQueryCharacters: 5, MaxDocumentCharacters: 6,
			MaxConcurrentRequests: 7, RequestTimeoutMilliseconds: 8, MaxBodyBytes: 9000,
		},
		Breaker:     contract.BreakerSettings{FailureThreshold: 1, OpenSeconds: 2, HalfOpenRequests: 3},
		Drain:       contract.DrainSettings{DelaySeconds: ptr(0), TimeoutSeconds: 1},
		MemoryLimit: 1 << 29,
		Degradation: contract.DegradationSettings{Policy: "Never"},
		Queue:       contract.QueueSettings{LongestWaitMilliseconds: 3},
		Cache:       contract.CacheSettings{MaxBytes: ptr(int64(0))},
	}
}

func TestFullSettingsSurviveTheRoundTrip(t *testing.T) {
	data, err := json.Marshal(full())
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), got); diff != "" {
		t.Errorf("parsed settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(full(), config.Effective(got)); diff != "" {
		t.Errorf("defaults replaced what was said (-want +got):\n%s", diff)
	}
}

func TestEffectiveLeavesNoFieldUnset(t *testing.T) {
	got := config.Effective(contract.Settings{})
	for _, name := range zeroFields(reflect.ValueOf(got), "") {
		switch name {
		case "model.weightsSHA256": // empty accepts any
		case "quantum.shots", "quantum.seed", "quantum.depolarisingPercent", "diversify.strengthPercent": // 0 is the default
		default:
			t.Errorf("%s has no default", name)
		}
	}
	if diff := cmp.Diff(got, config.Effective(got)); diff != "" {
		t.Errorf("a second pass changed (-want +got):\n%s", diff)
	}
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Parse(data); err != nil {
		t.Errorf("the defaults break the rules: %v", err)
	}
}

// zeroFields lists the JSON paths of the leaves of v that are zero.
func zeroFields(v reflect.Value, path string) (names []string) {
	if v.Kind() != reflect.Struct {
		if v.IsZero() {
			names = append(names, path)
		}
		return names
	}
	for i := range v.NumField() {
		tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		names = append(names, zeroFields(v.Field(i), strings.TrimPrefix(path+"."+tag, "."))...)
	}
	return names
}

func TestEverySettingHasItsField(t *testing.T) {
	known := map[string]bool{}
	for _, f := range config.Fields() {
		known[f.Path] = true
	}
	leaves := zeroFields(reflect.ValueOf(contract.Settings{}), "")
	if len(leaves) < 20 {
		t.Fatalf("found %d settings only", len(leaves))
	}
	for _, name := range leaves {
		if !known[name] {
			t.Errorf("%s has no flag and no environment variable", name)
		}
	}
}

func TestBadSettingsAreRefusedByName(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an unknown field":       {`{"methd": "hybrid"}`, "methd: is not a known field; known are method, model,"},
		"an unknown inner field": {`{"limits": {"maxDocs": 1}}`, "limits.maxDocs: is not a known field"},
		"another case":           {`{"Method": "hybrid"}`, "Method: is not a known field"},
		"a key given twice":      {`{"limits": {"maxDocuments": 1, "maxDocuments": 2}}`, "limits.maxDocuments: is given twice"},
		"a string for a number":  {`{"limits": {"maxDocuments": "ten"}}`, `limits.maxDocuments = "ten": want a whole number`},
		"a fraction":             {`{"limits": {"maxDocuments": 1.5}}`, "limits.maxDocuments = 1.5: want a whole number"},
		"a number too large":     {`{"memoryLimitBytes": 99999999999999999999}`, "memoryLimitBytes = 99999999999999999999: want a whole number"},
		"a number for a string":  {`{"method": 3}`, "method = 3: want a string"},
		"null":                   {`{"method": null}`, "method = null: want a string"},
		"a list for an object":   {`{"limits": []}`, "limits = an array: want an object"},
		"a method out of range":  {`{"method": "fuzzy"}`, `method = "fuzzy": must be one of classical, quantum, hybrid`},
		"above the API's limit":  {`{"limits": {"maxDocuments": 1001}}`, "limits.maxDocuments = 1001: must be between 1 and 1000"},
		"below zero":             {`{"quantum": {"weightPercent": -1}}`, "quantum.weightPercent = -1: must be between 0 and 100"},
		"a short digest":         {`{"model": {"weightsSHA256": "sha256:12"}}`, "must be sha256: and 64"},
		"two objects":            {`{} {}`, "more text after the settings object"},
		"half an object":         {`{"method": "hybrid"`, "unexpected EOF"},
		"nothing":                {"", "unexpected EOF"},
		"a long value":           {`{"method": "` + strings.Repeat("x", 500) + `"}`, "…: must be one of"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse([]byte(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
			if err != nil && len(err.Error()) > 400 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
		})
	}
}

func settingsFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	in := config.Input{
		File:    settingsFile(t, `{"method": "classical", "quantum": {"rank": 4, "weightPercent": 10}}`),
		Environ: []string{"PATH=/bin", "QUANTUMRERANK_QUANTUM_RANK=5", "QUANTUMRERANK_QUANTUM_WEIGHT=20"},
		Flags:   map[string]string{"quantum-weight": "0"},
	}
	c, origin, err := config.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	got := config.Effective(c.Settings)
	if got.Method != "classical" || got.Quantum.Rank != 5 || *got.Quantum.WeightPercent != 0 || got.Quantum.State != "mixed" {
		t.Errorf("got %+v", got.Quantum)
	}
	want := map[string]string{"method": "file", "quantum.rank": "environment", "quantum.weightPercent": "flag", "quantum.state": "default"}
	for name, source := range want {
		if origin[name] != source {
			t.Errorf("%s came from %q, want %q", name, origin[name], source)
		}
	}
}

// An optional key of a ConfigMap that is not there, or a template without its
// value, leaves the variable empty.
func TestAnEmptyVariableIsNotSet(t *testing.T) {
	in := config.Input{File: settingsFile(t, `{"method": "classical", "quantum": {"rank": 4}, "drain": {"delaySeconds": 0}}`)}
	for _, f := range config.Fields() {
		in.Environ = append(in.Environ, f.Env()+"=")
	}
	c, origin, err := config.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Settings; s.Method != "classical" || s.Quantum.Rank != 4 || s.Drain.DelaySeconds == nil || *s.Drain.DelaySeconds != 0 {
		t.Errorf("got %+v", s)
	}
	for name, source := range origin {
		if source == "environment" {
			t.Errorf("%s came from the environment", name)
		}
	}
}

func TestErrorsNameTheSource(t *testing.T) {
	file := settingsFile(t, `{"method": "fuzzy"}`)
	tests := map[string]struct {
		in   config.Input
		want string
	}{
		"a file":             {config.Input{File: file}, file + `: method = "fuzzy"`},
		"a missing file":     {config.Input{File: file + "x"}, "read settings: open"},
		"the environment":    {config.Input{Environ: []string{"QUANTUMRERANK_THREADS=two"}}, `environment variable QUANTUMRERANK_THREADS: --threads = "two": must be a whole number`},
		"a space":            {config.Input{Environ: []string{"QUANTUMRERANK_THREADS= "}}, "must be a whole number"},
		"an unknown name":    {config.Input{Environ: []string{"QUANTUMRERANK_METHDO=x"}}, "QUANTUMRERANK_METHDO is not a known setting"},
		"a flag":             {config.Input{Flags: map[string]string{"memory-limit": "2 gigs"}}, `flag --memory-limit: memoryLimitBytes = "2 gigs": must be a size`},
		"a flag's bounds":    {config.Input{Flags: map[string]string{"memory-limit": "1Ki"}}, "must be between 67108864 and"},
		"a duration's unit":  {config.Input{Flags: map[string]string{"drain-delay": "1500ms"}}, "must be a duration in whole seconds"},
		"an address":         {config.Input{Flags: map[string]string{"address": "8000"}}, "must be host:port"},
		"a port":             {config.Input{Flags: map[string]string{"address": ":80000"}}, "port between 0 and 65535"},
		"a byte count's end": {config.Input{Flags: map[string]string{"cache": "99999999999Ti"}}, "must be a size"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := config.Load(tc.in)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q in it", err, tc.want)
			}
			var field *config.FieldError
			if strings.Contains(tc.want, " = ") && (!errors.As(err, &field) || field.Source == "") {
				t.Errorf("no FieldError with a source: %#v", err)
			}
		})
	}
}

func TestServiceLinksOfTheKubeletAreNotSettings(t *testing.T) {
	environ := []string{
		"QUANTUMRERANK_SEARCH_SERVICE_HOST=10.0.0.1", "QUANTUMRERANK_SEARCH_SERVICE_PORT=8000",
		"QUANTUMRERANK_SEARCH_SERVICE_PORT_HTTP=8000", "QUANTUMRERANK_SEARCH_PORT=tcp://10.0.0.1:8000",
		"QUANTUMRERANK_SEARCH_PORT_8000_TCP=tcp://10.0.0.1:8000", "QUANTUMRERANK_SEARCH_PORT_8000_TCP_ADDR=10.0.0.1",
		"QUANTUMRERANK_CONFIG=/etc/x",
	}
	if _, _, err := config.Load(config.Input{Environ: environ}); err != nil {
		t.Error(err)
	}
}

// The key that bench sends must not keep the same shell's other commands from
// starting.
func TestTheKeyOfAClientIsNoSetting(t *testing.T) {
	if _, _, err := config.Load(config.Input{Environ: []string{"QUANTUMRERANK_KEY=of good news"}}); err != nil {
		t.Error(err)
	}
}

func TestPeopleMayWriteUnits(t *testing.T) {
	c, _, err := config.Load(config.Input{Flags: map[string]string{
		"memory-limit": "2Gi", "cache": "64MB", "request-timeout": "1m", "drain-delay": "0s", "rerank-target": "250",
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := c.Settings
	if s.MemoryLimit != 2<<30 || *s.Cache.MaxBytes != 64e6 || s.Limits.RequestTimeoutMilliseconds != 60_000 ||
		*s.Drain.DelaySeconds != 0 || s.Targets.RerankLatencyMilliseconds != 250 {
		t.Errorf("got %+v", s)
	}
}

func FuzzParse(f *testing.F) {
	data, err := json.Marshal(full())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"limits":{"maxDocuments":1e3}}`))
	f.Add([]byte(`{"quantum":{"weightPercent":0}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := config.Parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := config.Parse(again)
		if err != nil {
			t.Fatalf("%q was read, but not what it became, %q: %v", data, again, err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("%q (-first +second):\n%s", data, diff)
		}
	})
}

func FuzzUnits(f *testing.F) {
	f.Add("2Gi", "30s")
	f.Add("-1", "1.5ms")
	f.Fuzz(func(t *testing.T, size, wait string) {
		c, _, err := config.Load(config.Input{Flags: map[string]string{"memory-limit": size, "longest-wait": wait}})
		if err == nil && (c.Settings.MemoryLimit < 0 || c.Settings.Queue.LongestWaitMilliseconds < 0) {
			t.Errorf("%q and %q gave %+v", size, wait, c.Settings)
		}
	})
}
