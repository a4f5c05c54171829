// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Parse reads the JSON text of contract.Settings strictly and checks the
// bounds of what it finds. Fields that are absent stay zero.
func Parse(data []byte) (contract.Settings, error) {
	c := Config{}
	if err := parseInto(data, &c.Settings); err != nil {
		return contract.Settings{}, err
	}
	if err := c.check(); err != nil {
		return contract.Settings{}, err
	}
	return c.Settings, nil
}

func parseInto(data []byte, s *contract.Settings) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := decodeValue(dec, "", reflect.ValueOf(s).Elem()); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text after the settings object")
	}
	return nil
}

// decodeValue reads the next value of dec into v. encoding/json alone would
// match keys without regard to case and keep the last of two equal keys.
func decodeValue(dec *json.Decoder, path string, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		return decodeObject(dec, path, v)
	}
	token, err := dec.Token()
	if err != nil {
		return syntax(path, err)
	}
	return assign(path, v, token)
}

func decodeObject(dec *json.Decoder, path string, v reflect.Value) error {
	token, err := dec.Token()
	if err != nil {
		return syntax(path, err)
	}
	if token != json.Delim('{') {
		return &FieldError{Field: path, Value: show(token), Problem: "want an object"}
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return syntax(path, err)
		}
		key, _ := token.(string) // the decoder accepts nothing else as a key
		name := join(path, key)
		if seen[key] {
			return &FieldError{Field: name, Problem: "is given twice"}
		}
		seen[key] = true
		field, ok := fieldByTag(v, key)
		if !ok {
			return &FieldError{Field: name, Problem: "is not a known field; known are " + strings.Join(tags(v), ", ")}
		}
		if err := decodeValue(dec, name, field); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return syntax(path, err)
	}
	return nil
}

func assign(path string, v reflect.Value, token json.Token) error {
	switch v.Kind() {
	case reflect.String:
		text, ok := token.(string)
		if !ok {
			return &FieldError{Field: path, Value: show(token), Problem: "want a string"}
		}
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		number, ok := token.(json.Number)
		if !ok {
			return &FieldError{Field: path, Value: show(token), Problem: "want a whole number"}
		}
		n, err := number.Int64()
		if err != nil {
			return &FieldError{Field: path, Value: number.String(), Problem: "want a whole number"}
		}
		v.SetInt(n)
	default:
		panic(fmt.Sprintf("BUG: settings field %s has kind %v", path, v.Kind()))
	}
	return nil
}

func fieldByTag(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if tag(v.Type().Field(i)) == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func tags(v reflect.Value) []string {
	names := make([]string, v.NumField())
	for i := range names {
		names[i] = tag(v.Type().Field(i))
	}
	return names
}

func tag(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func syntax(path string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if path == "" {
		return fmt.Errorf("not valid JSON: %w", err)
	}
	return fmt.Errorf("%s: not valid JSON: %w", path, err)
}
