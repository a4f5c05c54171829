// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/spf13/pflag"

// AddFlags declares one flag per setting. Given collects them again.
func AddFlags(fs *pflag.FlagSet, which ...Field) {
	for _, f := range which {
		fs.Var(&flagText{kind: f.kind()}, f.Flag, f.Help+" [$"+f.Env()+"]")
	}
}

// Given returns the texts of the flags of settings that the command line set.
func Given(fs *pflag.FlagSet) map[string]string {
	given := map[string]string{}
	fs.Visit(func(f *pflag.Flag) {
		if _, ours := f.Value.(*flagText); ours {
			given[f.Name] = f.Value.String()
		}
	})
	return given
}

// flagText keeps the text; Load parses it together with the other sources, so
// that every source has the same rules.
type flagText struct{ text, kind string }

func (t *flagText) String() string        { return t.text }
func (t *flagText) Set(text string) error { t.text = text; return nil }
func (t *flagText) Type() string          { return t.kind }

func (f Field) kind() string {
	switch f.unit {
	case milliseconds, seconds:
		return "duration"
	case byteCount:
		return "size"
	}
	if _, isText := f.at(&Config{}).(*string); isText {
		return "string"
	}
	return "int"
}
