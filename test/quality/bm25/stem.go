// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bm25

import "strings"

// Tokens splits text into stems of runs of ASCII letters and digits.
func Tokens(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	for i, w := range words {
		words[i] = Stem(w)
	}
	return words
}

// Stem removes the commonest English endings: first the plural by the three
// rules of Harman's S-stemmer (1991), then -ing or -ed after a part with a vowel
// of three letters or more (and one of two equal consonants before it), then a
// final e; a final y becomes i.
func Stem(w string) string {
	w = singular(w)
	for _, ending := range []string{"ing", "ed"} {
		part, ok := strings.CutSuffix(w, ending)
		if !ok || len(part) < 3 || !strings.ContainsAny(part, "aeiouy") {
			continue
		}
		w = part
		if n := len(w); w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
			w = w[:n-1]
		}
		break
	}
	if len(w) > 3 {
		w = strings.TrimSuffix(w, "e")
	}
	if len(w) > 3 && strings.HasSuffix(w, "y") {
		w = w[:len(w)-1] + "i"
	}
	return w
}

func singular(w string) string {
	if len(w) <= 3 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies") && !endsIn(w, "eies", "aies"):
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "es") && !endsIn(w, "aes", "ees", "oes"):
		return w[:len(w)-1]
	case strings.HasSuffix(w, "s") && !endsIn(w, "us", "ss"):
		return w[:len(w)-1]
	}
	return w
}

func endsIn(w string, endings ...string) bool {
	for _, e := range endings {
		if strings.HasSuffix(w, e) {
			return true
		}
	}
	return false
}
