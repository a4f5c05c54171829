// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func draft() *Draft {
	d := NewDraft("test")
	d.Note("weights", "sha256:00")
	Add(d, "a", []float32{1, 2, 3})
	Add(d, "none", []int8(nil))
	Add(d, "b", []int16{-7, 9})
	return d
}

func written(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := draft().write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := draft().WriteFile(path); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(); err != nil {
		t.Error(err)
	}
	a, errA := View[float32](f, "a", 3)
	b, errB := View[int16](f, "b", 2)
	none, errNone := View[int8](f, "none", 0)
	if err := errors.Join(errA, errB, errNone); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a, []float32{1, 2, 3}) || !slices.Equal(b, []int16{-7, 9}) || len(none) != 0 {
		t.Errorf("read %v, %v, %v", a, b, none)
	}
	if f.Fact("weights") != "sha256:00" || f.Fact("other") != "" || !f.Has("b") || f.Has("c") || Length[int16](f, "b") != 2 {
		t.Error("facts or sections are not those that were written")
	}
	if _, err := View[float32](f, "a", 4); err == nil {
		t.Error("a view of more elements than there are is no error")
	}
	if _, err := View[float32](f, "c", 1); err == nil {
		t.Error("a view of a section that is not there is no error")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// Every bit counts: whatever byte changes, opening or verifying notices.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	good := written(t)
	padding := 0
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x10
		f, err := Parse(bad, "test")
		if err == nil {
			err = f.Verify()
		}
		if err == nil {
			padding++ // the zeros between header and payload are nobody's
		}
	}
	if padding >= alignment {
		t.Errorf("%d changed bytes were not noticed", padding)
	}
}

// old is the draft as version 1 wrote it.
func old(t testing.TB) []byte {
	t.Helper()
	raw := written(t)
	f, err := Parse(raw, "test")
	if err != nil {
		t.Fatal(err)
	}
	payload := sha256.Sum256(f.payload)
	f.header.XXH64, f.header.SHA256 = "", hex.EncodeToString(payload[:])
	text, err := json.Marshal(f.header)
	if err != nil {
		t.Fatal(err)
	}
	return append(head(1, text), f.payload...)
}

func TestFilesOfVersion1AreRead(t *testing.T) {
	raw := old(t)
	for i, wantErr := range []bool{false, true} {
		raw[len(raw)-1] ^= uint8(i) // the second time the last byte is another
		f, err := Parse(raw, "test")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Verify(); (err != nil) != wantErr || wantErr && !errors.Is(err, ErrDamaged) {
			t.Errorf("verified with error %v, want one: %t", err, wantErr)
		}
	}
	raw[8] = version + 1
	if _, err := Parse(raw, "test"); err == nil || !strings.Contains(err.Error(), "want at most 2") {
		t.Errorf("a later version: %v", err)
	}
}

func TestIncompleteFilesAreRefused(t *testing.T) {
	good := written(t)
	for n := range good {
		if _, err := Parse(good[:n:n], "test"); err == nil {
			t.Fatalf("the first %d of %d bytes are read as a file", n, len(good))
		}
	}
	if _, err := Parse(append(bytes.Clone(good), 0), "test"); !errors.Is(err, ErrDamaged) {
		t.Errorf("one byte more: %v", err)
	}
	if _, err := Parse(good, "other"); err == nil || !strings.Contains(err.Error(), `"test"`) {
		t.Errorf("another kind: %v", err)
	}
	path := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, "test"); !errors.Is(err, ErrDamaged) {
		t.Errorf("an empty file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	good := written(f)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(old(f))
	f.Add([]byte(magic))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		file, err := Parse(raw, "test")
		if err != nil {
			return
		}
		for _, name := range file.Names("") {
			if x, err := View[uint8](file, name, Length[uint8](file, name)); err == nil {
				for range x { // every byte is readable
					continue
				}
			}
		}
		_ = file.Verify()
	})
}
