// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// sample writes a program and a model below dir; stamp only changes their times.
func sample(t *testing.T, dir string, stamp time.Time) Options {
	t.Helper()
	files := map[string]string{"program": "run", "model/config.json": "{}", "model/weights": strings.Repeat("w", 1<<20)}
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, stamp, stamp); err != nil {
			t.Fatal(err)
		}
	}
	return Options{
		Tag: "localhost/quantumrerank/sample:dev", Architecture: "amd64", User: "65532:65532",
		Entrypoint: []string{"/program", "serve"}, Labels: map[string]string{"a": "1", "b": "2", "c": "3"},
		Layers: []string{dir + "/program=/program", dir + "/model=/models/m"}, Time: time.Unix(0, 0).UTC(),
	}
}

func mustWrite(t *testing.T, o Options, file string) {
	t.Helper()
	img, tag, err := Image(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteArchive(file, tag, img); err != nil {
		t.Fatal(err)
	}
}

func TestImageIsTheSameWheneverAndWhereverItIsBuilt(t *testing.T) {
	out := t.TempDir()
	mustWrite(t, sample(t, t.TempDir(), time.Unix(1, 0)), out+"/1.tar")
	mustWrite(t, sample(t, t.TempDir(), time.Unix(2e9, 0)), out+"/2.tar")
	first, err := os.ReadFile(out + "/1.tar")
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(out + "/2.tar")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("two builds of the same input differ")
	}
}

func TestImageChangesWithItsInput(t *testing.T) {
	dir := t.TempDir()
	base := sample(t, dir, time.Unix(1, 0))
	before := digest(t, base)
	tests := map[string]func(o *Options){
		"user":         func(o *Options) { o.User = "1:1" },
		"label":        func(o *Options) { o.Labels = map[string]string{"a": "2"} },
		"architecture": func(o *Options) { o.Architecture = "arm64" },
		"time":         func(o *Options) { o.Time = time.Unix(5, 0) },
		"entrypoint":   func(o *Options) { o.Entrypoint = []string{"/program"} },
		"target":       func(o *Options) { o.Layers = []string{o.Layers[0], dir + "/model=/models/n"} },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			o := base
			change(&o)
			if digest(t, o) == before {
				t.Error("the digest stayed the same")
			}
		})
	}
}

func digest(t *testing.T, o Options) v1.Hash {
	t.Helper()
	img, _, err := Image(o)
	if err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWriteArchiveReadsBack(t *testing.T) {
	o := sample(t, t.TempDir(), time.Unix(1, 0))
	file := t.TempDir() + "/new/image.tar"
	mustWrite(t, o, file)
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Image(img); err != nil {
		t.Errorf("the archive is not valid: %v", err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config
	if config.OS != "linux" || config.Architecture != "amd64" || c.User != "65532:65532" || c.WorkingDir != "/" {
		t.Errorf("configuration is %s/%s user %q in %q", config.OS, config.Architecture, c.User, c.WorkingDir)
	}
	if !slices.Equal(c.Entrypoint, o.Entrypoint) || c.Labels["b"] != "2" || len(c.Labels) != 3 {
		t.Errorf("entrypoint %q, labels %v", c.Entrypoint, c.Labels)
	}
	layers, err := img.Layers()
	if err != nil || len(layers) != 2 {
		t.Fatalf("%d layers (%v), want 2: the model has its own", len(layers), err)
	}
	if got, want := paths(t, layers[0]), []string{"program", "tmp/"}; !slices.Equal(got, want) {
		t.Errorf("first layer has %q, want %q", got, want)
	}
	want := []string{"models/", "models/m/", "models/m/config.json", "models/m/weights"}
	if got := paths(t, layers[1]); !slices.Equal(got, want) {
		t.Errorf("second layer has %q, want %q", got, want)
	}
	left, err := filepath.Glob(filepath.Dir(file) + "/*.part-*")
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %q (%v)", left, err)
	}
}

func paths(t *testing.T, l v1.Layer) []string {
	t.Helper()
	stream, err := l.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var names []string
	for r := tar.NewReader(stream); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
}

func TestWriteLayoutReadsBack(t *testing.T) {
	img, tag, err := Image(sample(t, t.TempDir(), time.Unix(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() + "/oci"
	if err := WriteLayout(dir, tag, img); err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("the layout is not valid: %v", err)
	}
	if err := WriteLayout(dir, tag, img); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("second write: got %v, want a refusal", err)
	}
}

func TestImageRefuses(t *testing.T) {
	dir := t.TempDir()
	base := sample(t, dir, time.Unix(1, 0))
	tests := map[string]struct {
		change func(o *Options)
		want   string
	}{
		"no tag":                        {func(o *Options) { o.Tag = "" }, "want HOST/NAME:TAG"},
		"a name without a tag":          {func(o *Options) { o.Tag = "localhost/quantumrerank/x" }, "want HOST/NAME:TAG"},
		"upper case in the name":        {func(o *Options) { o.Tag = "localhost/X:dev" }, "want HOST/NAME:TAG"},
		"no layer":                      {func(o *Options) { o.Layers = nil }, "at least one layer"},
		"a user by name":                {func(o *Options) { o.User = "nobody" }, "as numbers"},
		"an unknown architecture":       {func(o *Options) { o.Architecture = "x86" }, "architecture"},
		"no entrypoint":                 {func(o *Options) { o.Entrypoint = nil }, "needs an entrypoint"},
		"an entrypoint that is missing": {func(o *Options) { o.Entrypoint = []string{"/none"} }, "not a file of the image"},
		"a directory as entrypoint":     {func(o *Options) { o.Entrypoint = []string{"/models"} }, "not a file of the image"},
		"a path in two layers": {func(o *Options) {
			o.Layers = []string{o.Layers[0], dir + "/model/weights=/program"}
		}, "duplicate path"},
		"a missing file": {func(o *Options) { o.Layers = []string{dir + "/none=/none"} }, "does not exist"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := base
			tt.change(&o)
			_, _, err := Image(o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}
