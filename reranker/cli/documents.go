// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/textlines"
)

// Formats of a file of documents.
const (
	formatAuto  = "auto"
	formatText  = "text"  // one document a line
	formatJSONL = "jsonl" // one JSON string, or object with a text, a line
)

// textKeys are the members of a JSON object that may hold its text, in order.
var textKeys = []string{"text", "document", "content", "body", "passage"}

// longestLine bounds a line: the longest legal document in four-byte
// characters, each escaped as two \uXXXX.
const longestLine = contract.MaxDocumentCharacters*12 + 4096

// readFiles reads documents from files in order; "-" is the standard input.
func readFiles(names []string, stdin io.Reader, format string) ([]string, error) {
	var documents []string
	for _, name := range names {
		f := format
		if f == formatAuto {
			f = formatOf(name)
		}
		more, err := readFile(name, stdin, f, contract.MaxDocuments-len(documents))
		if err != nil {
			return nil, err
		}
		documents = append(documents, more...)
	}
	if len(documents) == 0 {
		return nil, fmt.Errorf("no documents in %s", strings.Join(names, ", "))
	}
	return documents, nil
}

func formatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jsonl", ".ndjson":
		return formatJSONL
	}
	return formatText
}

func readFile(name string, stdin io.Reader, format string, room int) ([]string, error) {
	if name == "-" {
		return readDocuments("standard input", stdin, format, room)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readDocuments(name, f, format, room)
}

// readDocuments reads at most room documents. Empty lines are skipped. Errors
// name the line and never carry its text.
func readDocuments(name string, r io.Reader, format string, room int) ([]string, error) {
	var documents []string
	lines := textlines.New(r, longestLine)
	number := 0
	for lines.Scan() {
		number++
		text, err := readLine(lines.Bytes(), format)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, number, err)
		}
		if text == "" {
			continue
		}
		if len(documents) == room {
			return nil, fmt.Errorf("%s: line %d: more than %d documents in all", name, number, contract.MaxDocuments)
		}
		documents = append(documents, text)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("%s: line %d: longer than %d bytes", name, number+1, longestLine)
	} else if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return documents, nil
}

func readLine(line []byte, format string) (string, error) {
	if !utf8.Valid(line) {
		return "", errors.New("not valid UTF-8")
	}
	text := strings.TrimSpace(string(line))
	if format == formatJSONL && text != "" {
		var err error
		if text, err = jsonText(text); err != nil {
			return "", err
		}
		if text = strings.TrimSpace(text); text == "" {
			return "", errors.New("the text is empty")
		}
	}
	if n := utf8.RuneCountInString(text); n > contract.MaxDocumentCharacters {
		return "", fmt.Errorf("document has %d characters, more than %d", n, contract.MaxDocumentCharacters)
	}
	return text, nil
}

// jsonText takes the text out of a JSON string or object.
func jsonText(line string) (string, error) {
	var text string
	if strings.HasPrefix(line, `"`) {
		if json.Unmarshal([]byte(line), &text) != nil {
			return "", errors.New("not a JSON string")
		}
		return text, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(line), &object) != nil || object == nil {
		return "", errors.New("not a JSON string or object")
	}
	for _, key := range textKeys {
		if raw, ok := object[key]; ok {
			if json.Unmarshal(raw, &text) != nil || string(raw) == "null" {
				return "", fmt.Errorf("member %q is not a string", key)
			}
			return text, nil
		}
	}
	return "", fmt.Errorf("the object has none of the members %s", strings.Join(textKeys, ", "))
}
