// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"testing"
	"unicode/utf8"
)

// FuzzLastWord feeds the termination message, which comes from a container
// that may write anything.
func FuzzLastWord(f *testing.F) {
	f.Add(`{"reason":"ModelNotFound","message":"no file"}`)
	f.Add("a log\n{\"reason\":\"StartFailed\"}\n")
	f.Add("{")
	f.Add("\xff\n\n")
	f.Fuzz(func(t *testing.T, message string) {
		word, ok := lastWord(message)
		if _, known := podReasons[word.Reason]; ok && !known {
			t.Errorf("lastWord accepted the reason %q", word.Reason)
		}
		if got := Clip(message); len(got) > maxMessage || (utf8.ValidString(message) && !utf8.ValidString(got)) {
			t.Errorf("clip gave %d bytes, or cut a character", len(got))
		}
	})
}
