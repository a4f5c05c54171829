// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package safetensors

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file puts a header and data together.
func file(header string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func write(t testing.TB, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesThatAreDamagedAreRefused(t *testing.T) {
	t.Parallel()
	eight := make([]byte, 8)
	cases := map[string]struct {
		raw  []byte
		want string
	}{
		"nothing":                        {nil, "0 bytes are too few"},
		"less than a length":             {[]byte{1, 2, 3}, "3 bytes are too few"},
		"a header beyond the end":        {file("{}", nil)[:9], "header length 2 exceeds the file of 9 bytes"},
		"a header of 2^63 bytes":         {binary.LittleEndian.AppendUint64(nil, 1<<63), "above the limit"},
		"a header that is no JSON":       {file("hello", nil), "header is not a JSON object"},
		"a header that is a list":        {file("[]", nil), "header is not a JSON object"},
		"a header that ends early":       {file(`{"a": {"dtype": "F32"`, nil), `tensor "a"`},
		"something behind the header":    {file(`{} {}`, nil), "3 bytes follow the JSON object"},
		"an unknown dtype":               {file(`{"a": {"dtype": "F31", "shape": [1], "data_offsets": [0, 4]}}`, eight[:4]), `tensor "a": unknown dtype "F31"`},
		"a tensor beyond the end":        {file(`{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}`, eight[:4]), `tensor "a": data_offsets [0, 8] do not lie in the 4 bytes of data`},
		"offsets in reverse":             {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [8, 4]}}`, eight), "do not lie in the 8 bytes"},
		"offsets below zero":             {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}`, eight), `tensor "a"`},
		"offsets above 2^64":             {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 99999999999999999999]}}`, eight), `tensor "a"`},
		"one offset":                     {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}`, eight), "data_offsets has 1 numbers, want 2"},
		"a shape of other size":          {file(`{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}`, eight), "shape [3] of F32 takes 12 bytes, but data_offsets [0, 8] hold 8"},
		"a shape that overflows":         {file(`{"a": {"dtype": "F32", "shape": [4294967296, 4294967296, 4294967296], "data_offsets": [0, 8]}}`, eight), "is too large"},
		"a shape that overflows to fit":  {file(`{"a": {"dtype": "F32", "shape": [9223372036854775810], "data_offsets": [0, 8]}}`, eight), "is too large"},
		"a zero beside a huge dimension": {file(`{"a": {"dtype": "F32", "shape": [0, 18446744073709551615], "data_offsets": [0, 0]}}`, nil), "is too large"},
		"too many dimensions":            {file(`{"a": {"dtype": "F32", "shape": [1,1,1,1,1,1,1,1,1], "data_offsets": [0, 4]}}`, eight[:4]), "9 dimensions"},
		"tensors that overlap":           {file(`{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}`, eight), `tensors "a" and "b" overlap`},
		"a gap":                          {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}`, eight), `4 bytes before tensor "a" belong to none`},
		"bytes at the end":               {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}`, eight), "4 bytes at the end belong to no tensor"},
		"one name twice":                 {file(`{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}`, eight), `tensor "a" appears twice`},
		"metadata that is no text":       {file(`{"__metadata__": {"a": 1}}`, nil), "__metadata__"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, c.raw)
			_, err := Open(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got error %v, want one with %q and the path", err, c.want)
			}
		})
	}
	if _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v for a directory", err)
	}
}

func TestAllKindsOfFloatsAreRead(t *testing.T) {
	t.Parallel()
	want := []float32{1, -2.5, 0, float32(math.Inf(1)), 65504, -0.00006103515625}
	var data []byte
	for _, v := range want {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	for _, h := range []uint16{0x3c00, 0xc100, 0, 0x7c00, 0x7bff, 0x8400} {
		data = binary.LittleEndian.AppendUint16(data, h)
	}
	for _, v := range want {
		data = binary.LittleEndian.AppendUint16(data, uint16(math.Float32bits(v)>>16))
	}
	data = append(data, 1, 0, 0, 0, 0, 0, 0, 0)
	header := `{"f32": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "f16": {"dtype": "F16", "shape": [6], "data_offsets": [24, 36]},
		"bf16": {"dtype": "BF16", "shape": [6, 1], "data_offsets": [36, 48]}, "i64": {"dtype": "I64", "shape": [], "data_offsets": [48, 56]},
		"none": {"dtype": "F32", "shape": [0, 5], "data_offsets": [56, 56]}, "__metadata__": {"format": "pt"}}`
	for pad := range 8 { // every alignment of the data
		f, err := Open(write(t, file(header+strings.Repeat(" ", pad), data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"f32", "f16", "bf16"} {
			tensor, _ := f.Lookup(name)
			got, err := f.Float32s(tensor)
			if err != nil {
				t.Fatal(err)
			}
			w := want
			if name == "bf16" { // what is left of 65504 with 8 bits
				w = append([]float32{}, want...)
				w[4] = math.Float32frombits(math.Float32bits(65504) &^ 0xffff)
			}
			if diff := cmp.Diff(w, got); diff != "" {
				t.Errorf("%s at padding %d (-want +got):\n%s", name, pad, diff)
			}
		}
		empty, _ := f.Lookup("none")
		if got, err := f.Float32s(empty); err != nil || len(got) != 0 {
			t.Errorf("empty tensor: %v, %v", got, err)
		}
		whole, _ := f.Lookup("i64")
		if _, err := f.Float32s(whole); err == nil || !strings.Contains(err.Error(), `tensor "i64" has dtype I64; supported: F32, F16, BF16`) {
			t.Errorf("an integer tensor gives %v", err)
		}
		raw, err := io.ReadAll(f.Reader())
		if err != nil || len(raw) != f.Size() || !bytes.HasSuffix(raw, data) {
			t.Errorf("reader gives %d bytes of %d, error %v", len(raw), f.Size(), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("second close: %v", err)
		}
	}
}

// TestHalfIsExactOnAllValues compares with the definition, in float64.
func TestHalvesTakeTwiceTheirBytes(t *testing.T) {
	f, err := Parse(file(`{"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}, "b": {"dtype": "BF16", "shape": [3], "data_offsets": [4, 10]},
		"c": {"dtype": "F32", "shape": [1], "data_offsets": [10, 14]}, "d": {"dtype": "I64", "shape": [1], "data_offsets": [14, 22]}}`, make([]byte, 22)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Unpacked(), 8+12+4+8; got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}

func TestHalfIsExactOnAllValues(t *testing.T) {
	t.Parallel()
	for h := range 1 << 16 {
		sign, exponent, fraction := 1.0, h>>10&0x1f, float64(h&0x3ff)
		if h>>15 == 1 {
			sign = -1
		}
		want := sign * math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction/1024, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		got := float64(half(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (sign < 0) {
			t.Fatalf("half %#04x is %g, want %g", h, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(file(`{"a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}}`, make([]byte, 8)))
	f.Add(file(`{"a": {"dtype": "BF16", "shape": [0], "data_offsets": [0, 0]}, "__metadata__": {}}`, nil))
	f.Add(file(`{"a": {"dtype": "F16", "shape": [4294967296, 4294967297], "data_offsets": [0, 4]}}`, make([]byte, 4)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := Parse(raw)
		if err != nil {
			return
		}
		sum := 0
		for _, tensor := range file.Tensors() {
			sum += tensor.Bytes()
			v, err := file.Float32s(tensor)
			if err == nil && len(v) != tensor.Elements() {
				t.Fatalf("tensor %q has %d values, want %d", tensor.Name, len(v), tensor.Elements())
			}
		}
		if sum > len(raw) {
			t.Fatalf("tensors of %d bytes in a file of %d", sum, len(raw))
		}
	})
}
