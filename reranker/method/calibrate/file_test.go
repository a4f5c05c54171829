// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package calibrate

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/method"
)

func file() File {
	return File{
		Version: 1, Model: "sha256:ab",
		States: map[method.State]method.Calibration{method.Mixed: {Classical: 0.057, Quantum: 0.067, Lexical: 0.07, Prior: 0.116}},
		Data:   []Data{{SHA256: "sha256:cd", Queries: 2, Pairs: 200}},
	}
}

func TestACalibrationSurvivesTheRoundTrip(t *testing.T) {
	data, err := file().Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	got.Checksum = ""
	if diff := cmp.Diff(file(), got); diff != "" {
		t.Errorf("calibration (-written +read):\n%s", diff)
	}
}

func TestACalibrationThatWasTouchedIsRefused(t *testing.T) {
	good, err := file().Encode()
	if err != nil {
		t.Fatal(err)
	}
	wide := file()
	wide.States[method.Mixed] = method.Calibration{Classical: 2, Quantum: 1, Lexical: 1, Prior: 1}
	bad, err := wide.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"a number was changed": {strings.Replace(string(good), "0.067", "0.068", 1), "checksum is"},
		"another version":      {strings.Replace(string(good), `"version": 1`, `"version": 2`, 1), "version is 2"},
		"a member was added":   {strings.Replace(string(good), `"version"`, `"x": 1, "version"`, 1), `unknown field "x"`},
		"an impossible spread": {string(bad), "calibration.classical is 2"},
		"something behind it":  {string(good) + "{}", "more than one value"},
		"something else":       {"spreads: 1", "invalid character"},
		"more than it can be":  {strings.Repeat(" ", maxFile+1), "bytes, want at most"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode([]byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestSpreadsAreRoundedAndAveraged(t *testing.T) {
	got := Round(Mean([]method.Calibration{{Classical: 0.0577, Quantum: 0.0746}, {Classical: 0.057, Quantum: 0.0593}}))
	if want := (method.Calibration{Classical: 0.057, Quantum: 0.067, Lexical: 0.001, Prior: 0.001}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	good, err := file().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Decode(data)
		if err != nil {
			return
		}
		again, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(again); err != nil {
			t.Fatalf("%s became %s: %v", data, again, err)
		}
		if bytes.Contains(again, []byte("null,")) && c.Version != 1 {
			t.Fatalf("version %d", c.Version)
		}
	})
}
