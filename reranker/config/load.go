// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Input is where a Config comes from.
type Input struct {
	// File is the settings file; empty means none.
	File string
	// Flags holds the texts of the flags that were given, by name.
	Flags map[string]string
	// Environ holds the environment as "NAME=value".
	Environ []string
}

// Origin says where each setting's value came from, by Field.Name: "flag",
// "environment", "file" or "default".
type Origin map[string]string

// Load reads, merges and checks. The result holds only what was said; see
// Effective for the defaults.
func Load(in Input) (Config, Origin, error) {
	var c Config
	origin := Origin{}
	if in.File != "" {
		if err := readFile(in.File, &c); err != nil {
			return Config{}, nil, err
		}
	}
	for _, f := range fields {
		origin[f.Name()] = "default"
		if _, set := f.value(&c); set {
			origin[f.Name()] = "file"
		}
	}
	if err := applyEnvironment(in.Environ, &c, origin); err != nil {
		return Config{}, nil, err
	}
	if err := applyFlags(in.Flags, &c, origin); err != nil {
		return Config{}, nil, err
	}
	return c, origin, nil
}

func readFile(name string, c *Config) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	s, err := Parse(data)
	if err != nil {
		return withSource(name, err)
	}
	c.Settings = s
	return nil
}

func applyEnvironment(environ []string, c *Config, origin Origin) error {
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, EnvPrefix) || slices.Contains(reservedEnv, name) || serviceLink.MatchString(name) {
			continue
		}
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Env() == name })
		if i < 0 {
			return fmt.Errorf("environment: %s is not a known setting", name)
		}
		if text == "" {
			continue // what a template makes of a value that nobody gave
		}
		if err := fields[i].set(c, text); err != nil {
			return withSource("environment variable "+name, err)
		}
		origin[fields[i].Name()] = "environment"
	}
	return nil
}

// KeyEnv holds the key that the command sends to a server as a client.
const KeyEnv = EnvPrefix + "KEY"

// reservedEnv are variables with the prefix that are not settings: the path
// of the settings file itself, and what the command needs as a client.
var reservedEnv = []string{EnvPrefix + "CONFIG", KeyEnv}

// serviceLink matches the variables that the kubelet adds for each Service of
// the namespace. A Service whose name begins with "quantumrerank-" gives them
// our prefix, and must not keep a pod from starting.
var serviceLink = regexp.MustCompile(`_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

func applyFlags(flags map[string]string, c *Config, origin Origin) error {
	for _, f := range fields {
		text, given := flags[f.Flag]
		if !given {
			continue
		}
		if err := f.set(c, text); err != nil {
			return withSource("flag --"+f.Flag, err)
		}
		origin[f.Name()] = "flag"
	}
	return nil
}

// set parses text, stores it and checks it. An empty flag, where the field is a
// text, or a number that means "default" takes back what a weaker source said.
func (f Field) set(c *Config, text string) error {
	switch p := f.at(c).(type) {
	case *string:
		*p = text
		return c.checkField(f)
	default:
		n, err := f.unit.parse(strings.TrimSpace(text))
		if err != nil {
			return &FieldError{Field: f.Name(), Value: show(text), Problem: err.Error()}
		}
		if err := store(p, n); err != nil {
			return &FieldError{Field: f.Name(), Value: show(text), Problem: err.Error()}
		}
	}
	return c.checkField(f)
}

func store(p any, n int64) error {
	switch p := p.(type) {
	case *int:
		*p = int(n)
	case *int64:
		*p = n
	case **int:
		v := int(n)
		*p = &v
	case **int64:
		*p = &n
	default:
		return fmt.Errorf("has type %T, which cannot be set", p)
	}
	return nil
}

func withSource(source string, err error) error {
	var field *FieldError
	if errors.As(err, &field) {
		field.Source = source
		return field
	}
	return fmt.Errorf("%s: %w", source, err)
}
