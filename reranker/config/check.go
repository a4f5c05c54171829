// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// check says what is wrong with a value that is set; "" when nothing is.
// Integers arrive as int64.
type check func(value any) (problem string)

func between(low, high int64) check {
	return func(value any) string {
		if n := value.(int64); n < low || n > high {
			return fmt.Sprintf("must be between %d and %d", low, high)
		}
		return ""
	}
}

func oneOf(words ...string) check {
	return func(value any) string {
		if slices.Contains(words, value.(string)) {
			return ""
		}
		return "must be one of " + strings.Join(words, ", ")
	}
}

var digestPattern = regexp.MustCompile("^sha256:[0-9a-f]{64}$")

func digest(value any) string {
	if digestPattern.MatchString(value.(string)) {
		return ""
	}
	return "must be sha256: and 64 lower-case hexadecimal digits"
}

func address(value any) string {
	_, port, err := net.SplitHostPort(value.(string))
	if err != nil {
		return "must be host:port or :port"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "must end in a port between 0 and 65535"
	}
	return ""
}

// check returns the first setting that is out of its bounds. Unset fields,
// which take a default, are not looked at.
func (c *Config) check() error {
	for _, f := range fields {
		if err := c.checkField(f); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkField(f Field) error {
	value, set := f.value(c)
	if !set || f.check == nil {
		return nil
	}
	if problem := f.check(value); problem != "" {
		return &FieldError{Field: f.Name(), Value: show(value), Problem: problem}
	}
	return nil
}

// Value returns the field's value in c as string or int64.
func (f Field) Value(c *Config) any {
	value, _ := f.value(c)
	return value
}

// value returns the field's value as string or int64, and whether it is set.
func (f Field) value(c *Config) (any, bool) {
	switch p := f.at(c).(type) {
	case *string:
		return *p, *p != ""
	case *int:
		return int64(*p), *p != 0
	case *int64:
		return *p, *p != 0
	case **int:
		if *p == nil {
			return int64(0), false
		}
		return int64(**p), true
	case **int64:
		if *p == nil {
			return int64(0), false
		}
		return **p, true
	default:
		panic(fmt.Sprintf("BUG: field %s has type %T", f.Name(), p))
	}
}
