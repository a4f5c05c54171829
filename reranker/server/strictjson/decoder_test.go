// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSkipReportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	type want struct {
		Kind    ErrorKind
		Pointer string
	}
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	tests := map[string]struct {
		in   string
		want want
	}{
		"nothing":                        {"", want{Empty, ""}},
		"white space only":               {" \n\t", want{Empty, ""}},
		"byte order mark":                {"\xef\xbb\xbf{}", want{Syntax, ""}},
		"open object":                    {`{"a":1`, want{Truncated, ""}},
		"open string":                    {`"abc`, want{Truncated, ""}},
		"open escape":                    {`"abc\`, want{Truncated, ""}},
		"open unicode escape":            {`"\u00`, want{Truncated, ""}},
		"second value":                   {`{} {}`, want{Trailing, ""}},
		"trailing text":                  {`{"a":1}x`, want{Trailing, ""}},
		"trailing comma in an object":    {`{"a":1,}`, want{Syntax, ""}},
		"trailing comma in an array":     {`[1,]`, want{Syntax, "/1"}},
		"missing colon":                  {`{"a" 1}`, want{Syntax, ""}},
		"missing comma":                  {`[1 2]`, want{Syntax, ""}},
		"key without quotes":             {`{a:1}`, want{Syntax, ""}},
		"literal NaN":                    {`{"a":NaN}`, want{Syntax, "/a"}},
		"literal Infinity":               {`[-Infinity]`, want{Syntax, "/0"}},
		"cut literal":                    {`[tru]`, want{Syntax, "/0"}},
		"number with leading zero":       {`[01]`, want{Syntax, "/0"}},
		"number without digits":          {`[-]`, want{Syntax, "/0"}},
		"number with open fraction":      {`[1.]`, want{Syntax, "/0"}},
		"number with open exponent":      {`[1e+]`, want{Syntax, "/0"}},
		"number with two signs":          {`[1-2]`, want{Syntax, "/0"}},
		"endless number":                 {`[` + strings.Repeat("1", 600) + `]`, want{TooComplex, "/0"}},
		"control character in a string":  {"[\"a\nb\"]", want{Syntax, "/0"}},
		"unknown escape":                 {`["\x"]`, want{Syntax, "/0"}},
		"bad hexadecimal digit":          {`["\u00g0"]`, want{Syntax, "/0"}},
		"invalid UTF-8":                  {"[\"\xff\"]", want{InvalidUTF8, "/0"}},
		"overlong UTF-8":                 {"[\"\xc0\xaf\"]", want{InvalidUTF8, "/0"}},
		"encoded surrogate":              {"[\"\xed\xa0\x80\"]", want{InvalidUTF8, "/0"}},
		"invalid UTF-8 in a key":         {"{\"\xff\":1}", want{InvalidUTF8, ""}},
		"UTF-8 cut at the end":           {"[\"\xe2\x82", want{InvalidUTF8, "/0"}},
		"high surrogate alone":           {`["\ud800"]`, want{InvalidUTF8, "/0"}},
		"low surrogate alone":            {`["\udc00"]`, want{InvalidUTF8, "/0"}},
		"two high surrogates":            {`["\ud800\ud800"]`, want{InvalidUTF8, "/0"}},
		"duplicate key":                  {`{"a":1,"b":2,"a":3}`, want{DuplicateKey, ""}},
		"duplicate key through escape":   {`{"a":1,"\u0061":3}`, want{DuplicateKey, ""}},
		"duplicate key further down":     {`{"a":[{"b":1,"b":1}]}`, want{DuplicateKey, "/a/0"}},
		"too deep":                       {deep, want{TooDeep, strings.Repeat("/0", 32)}},
		"endless key":                    {`{"` + strings.Repeat("k", 300) + `":1}`, want{TooComplex, ""}},
		"pointer escapes special tokens": {`{"a/b~c":nul}`, want{Syntax, "/a~1b~0c"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, reader := range []string{"at once", "byte by byte"} {
				d := NewDecoder(strings.NewReader(tc.in), 0)
				if reader == "byte by byte" {
					d = NewDecoder(iotest.OneByteReader(strings.NewReader(tc.in)), 0)
				}
				err := d.Skip()
				if err == nil {
					err = d.End()
				}
				var got *Error
				if !errors.As(err, &got) {
					t.Fatalf("%s: error is %v, want an *Error", reader, err)
				}
				if diff := cmp.Diff(tc.want, want{got.Kind, got.Pointer}); diff != "" {
					t.Errorf("%s: (-want +got)\n%s\nerror: %v", reader, diff, err)
				}
			}
		})
	}
}

func TestTooManyKeysAreRefused(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteByte('{')
	for i := range maxKeys + 1 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"k` + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) + `":0`)
	}
	b.WriteByte('}')
	var got *Error
	if err := NewDecoder(strings.NewReader(b.String()), 0).Skip(); !errors.As(err, &got) || got.Kind != TooComplex {
		t.Fatalf("error is %v, want TooComplex", err)
	}
}

func TestReadTextKeepsTheBeginningAndCountsTheWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		keep int
		want Text
	}{
		"everything":                      {`"héllo"`, -1, Text{"héllo", 5}},
		"nothing":                         {`"héllo"`, 0, Text{"", 5}},
		"cut inside ASCII":                {`"hello"`, 2, Text{"he", 5}},
		"cut before a wide character":     {`"aé😀z"`, 2, Text{"aé", 4}},
		"cut after a wide character":      {`"aé😀z"`, 3, Text{"aé😀", 4}},
		"escapes count as one":            {`"\n\t\"\\\/\b\f\r"`, -1, Text{"\n\t\"\\/\b\f\r", 8}},
		"a surrogate pair counts as one":  {`"\ud83d\ude00"`, -1, Text{"😀", 1}},
		"capital hexadecimal digits":      {`"\u00E9\uD83D\uDE00"`, 1, Text{"é", 2}},
		"NUL is a character":              {`"a\u0000b"`, -1, Text{"a\x00b", 3}},
		"the replacement character":       {`"\ufffd` + "\uFFFD" + `"`, -1, Text{"\uFFFD\uFFFD", 2}},
		"longer than the buffer":          {`"` + strings.Repeat("é", bufferSize) + `"`, 3, Text{"ééé", bufferSize}},
		"longer than the buffer and kept": {`"` + strings.Repeat("é", bufferSize) + `"`, -1, Text{strings.Repeat("é", bufferSize), bufferSize}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := NewDecoder(iotest.HalfReader(strings.NewReader(tc.in)), 0)
			got, err := d.ReadText(tc.keep)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if wantCut := tc.keep >= 0 && tc.keep < tc.want.Characters; got.Cut() != wantCut {
				t.Errorf("Cut() = %v, want %v", got.Cut(), wantCut)
			}
		})
	}
}

func TestReadIntSaturatesAndRefusesFractions(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"0": 0, "-0": 0, "7": 7, "-12": -12,
		"9223372036854775807": math.MaxInt64, "9223372036854775808": math.MaxInt64,
		"-99999999999999999999999": math.MinInt64,
	} {
		if got, err := NewDecoder(strings.NewReader(in), 0).ReadInt(); err != nil || got != want {
			t.Errorf("ReadInt(%s) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"1.0", "1e2", `"1"`, "true", "null", "[1]"} {
		var got *Error
		if _, err := NewDecoder(strings.NewReader(in), 0).ReadInt(); !errors.As(err, &got) || got.Kind != WrongType {
			t.Errorf("ReadInt(%s) error = %v, want WrongType", in, err)
		}
	}
}

func TestReadFloatRefusesWhatFloat64CannotHold(t *testing.T) {
	t.Parallel()
	if got, err := NewDecoder(strings.NewReader("-1.5e2"), 0).ReadFloat(); err != nil || got != -150 {
		t.Errorf("got %v, %v", got, err)
	}
	var e *Error
	if _, err := NewDecoder(strings.NewReader("1e999"), 0).ReadFloat(); !errors.As(err, &e) || e.Kind != WrongType {
		t.Errorf("error = %v, want WrongType", err)
	}
}

func TestReadRawReturnsTheBytesOrNothingWhenTheyAreTooMany(t *testing.T) {
	t.Parallel()
	long := `{"a":"` + strings.Repeat("x", 3*bufferSize) + `"}`
	in := `[ {"a": [1, 2]} , ` + long + `, "é", ` + long + `]`
	var got []string
	d := NewDecoder(iotest.HalfReader(strings.NewReader(in)), 0)
	err := d.ReadArray(func(i int) error {
		limit := 16
		if i == 3 {
			limit = len(long)
		}
		raw, err := d.ReadRaw(limit)
		got = append(got, string(raw))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`{"a": [1, 2]}`, "", `"é"`, long}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestErrorsOfTheReaderComeThroughUnchanged(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	for _, in := range []string{"", `{"a`, `{"a":"b`, `{"a":[1,`, `[12`, `{"a":"\u00`} {
		r := iotest.OneByteReader(readerFunc(func() func([]byte) (int, error) {
			left := strings.NewReader(in)
			return func(p []byte) (int, error) {
				if left.Len() == 0 {
					return 0, broken
				}
				return left.Read(p)
			}
		}()))
		if err := NewDecoder(r, 0).Skip(); !errors.Is(err, broken) {
			t.Errorf("%q: error = %v, want %v", in, err, broken)
		}
	}
}

// FuzzSkip compares with encoding/json: what this package accepts,
// encoding/json must accept, and decode to the same texts; what it refuses
// must be invalid there or break one of the additional promises.
func FuzzSkip(f *testing.F) {
	for _, seed := range []string{
		`{"query":"q","documents":["a","b"],"top_k":1}`, `[]`, `{}`, `"\ud83d\ude00"`, `-1.5e+3`,
		`{"a":1,"a":2}`, "[\"\xff\"]", `[1,2`, `nul`, `  true `, `{"a":{"b":[null,false]}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d := NewDecoder(iotest.HalfReader(bytes.NewReader(in)), 0)
		err := d.Skip()
		if err == nil {
			err = d.End()
		}
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error %v is not an *Error", err)
		}
		switch valid := json.Valid(in); {
		case err == nil && !valid:
			t.Fatalf("accepted what encoding/json refuses: %q", in)
		case err != nil && valid && (e.Kind == Syntax || e.Kind == Truncated || e.Kind == Empty || e.Kind == Trailing):
			t.Fatalf("refused valid JSON %q: %v", in, err)
		case e != nil && e.Kind == InvalidUTF8 && utf8.Valid(in) && !bytes.Contains(in, []byte(`\u`)):
			t.Fatalf("called valid UTF-8 invalid: %q", in)
		case err == nil && !utf8.Valid(in):
			t.Fatalf("accepted invalid UTF-8: %q", in)
		}
	})
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte(`"héllo \u00e9 \ud83d\ude00"`), 3)
	f.Add([]byte(`"\n"`), 0)
	f.Fuzz(func(t *testing.T, in []byte, keep int) {
		got, err := NewDecoder(bytes.NewReader(in), 0).ReadText(keep)
		if err != nil {
			return
		}
		var all string
		if json.Unmarshal(in, &all) != nil {
			// ReadText stops behind the string; the rest need not be JSON.
			return
		}
		want := []rune(all)
		if got.Characters != len(want) {
			t.Fatalf("Characters = %d, want %d", got.Characters, len(want))
		}
		if keep >= 0 {
			want = want[:min(keep, len(want))]
		}
		if got.Value != string(want) {
			t.Fatalf("Value = %q, want %q", got.Value, string(want))
		}
	})
}

func BenchmarkReadDocuments(b *testing.B) {
	doc, _ := json.Marshal(strings.Repeat("The quick brown fox jumps over the lazy dog. ", 14))
	in := []byte(`{"documents":[` + string(bytes.Repeat(append(doc, ','), 99)) + string(doc) + `]}`)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		d := NewDecoder(bytes.NewReader(in), 0)
		err := d.ReadObject(func(string) error {
			return d.ReadArray(func(int) error { _, err := d.ReadText(50000); return err })
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
