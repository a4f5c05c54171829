// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var fixed = time.Unix(1700000000, 0)

// write makes a file with parents below dir and returns its path.
func write(t *testing.T, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// listing reads a tar stream back: one line an entry.
func listing(t *testing.T, l *Layer) []string {
	t.Helper()
	var buf bytes.Buffer
	if err := l.WriteTar(&buf, fixed); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || !h.ModTime.Equal(fixed) {
			t.Errorf("%s: owner %d:%d %q, time %s", h.Name, h.Uid, h.Gid, h.Uname, h.ModTime)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%c %o %s %s%s", h.Typeflag, h.Mode, h.Name, h.Linkname, content))
	}
}

func TestAddWritesSortedEntriesWithFixedModes(t *testing.T) {
	dir := t.TempDir()
	program := write(t, dir, "bin/program", "run", 0o700)
	write(t, dir, "model/z.json", "{}", 0o640)
	write(t, dir, "model/1_Pooling/config.json", "[]", 0o664)
	link(t, "z.json", filepath.Join(dir, "model/alias"))

	l, err := NewTree().Add([]Mapping{{program, "/program"}, {filepath.Join(dir, "model"), "/models/m"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"5 755 models/ ",
		"5 755 models/m/ ",
		"5 755 models/m/1_Pooling/ ",
		"0 644 models/m/1_Pooling/config.json []",
		"2 777 models/m/alias z.json",
		"0 644 models/m/z.json {}",
		"0 755 program run",
		"5 1777 tmp/ ",
	}
	if got := listing(t, l); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAddNamesSharedDirectoriesOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := write(t, dir, "a", "a", 0o644), write(t, dir, "b", "b", 0o644)
	tree := NewTree()
	if _, err := tree.Add([]Mapping{{a, "/opt/x/a"}}, false); err != nil {
		t.Fatal(err)
	}
	second, err := tree.Add([]Mapping{{b, "/opt/x/b"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := second.Paths(), []string{"/opt/x/b"}; !slices.Equal(got, want) {
		t.Errorf("second layer has %q, want %q", got, want)
	}
	if got, want := tree.Files(), []string{"/opt/x/a", "/opt/x/b"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestAddFollowsASourceThatIsALink(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "model-v1/config.json", "{}", 0o644)
	link(t, "model-v1", filepath.Join(dir, "model"))
	tree := NewTree()
	if _, err := tree.Add([]Mapping{{filepath.Join(dir, "model"), "/m"}}, false); err != nil {
		t.Fatal(err)
	}
	if got, want := tree.Files(), []string{"/m/config.json"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestAddRefuses(t *testing.T) {
	tests := map[string]struct {
		arrange func(t *testing.T, dir string) []Mapping
		want    string
	}{
		"a file that does not exist": {func(_ *testing.T, dir string) []Mapping {
			return []Mapping{{dir + "/none", "/none"}}
		}, "does not exist"},
		"two files at one path": {func(t *testing.T, dir string) []Mapping {
			return []Mapping{{write(t, dir, "a", "", 0o644), "/x"}, {write(t, dir, "b", "", 0o644), "/x"}}
		}, `duplicate path "/x"`},
		"a file where a directory is": {func(t *testing.T, dir string) []Mapping {
			return []Mapping{{write(t, dir, "a", "", 0o644), "/x/y"}, {write(t, dir, "b", "", 0o644), "/x"}}
		}, `duplicate path "/x": it is a directory`},
		"a directory where a file is": {func(t *testing.T, dir string) []Mapping {
			return []Mapping{{write(t, dir, "a", "", 0o644), "/x"}, {write(t, dir, "b", "", 0o644), "/x/y"}}
		}, `needs directory "/x"`},
		"a file instead of /tmp": {func(t *testing.T, dir string) []Mapping {
			return []Mapping{{write(t, dir, "a", "", 0o644), "/tmp"}}
		}, `duplicate path "/tmp"`},
		"an empty directory": {func(t *testing.T, dir string) []Mapping {
			return []Mapping{{t.TempDir(), "/x"}}
		}, "has no files"},
		"a link that climbs out": {func(t *testing.T, dir string) []Mapping {
			write(t, dir, "secret", "", 0o644)
			write(t, dir, "d/a", "", 0o644)
			link(t, "../secret", dir+"/d/out")
			return []Mapping{{dir + "/d", "/x"}}
		}, "leaves the directory"},
		"a link into a directory whose name only starts alike": {func(t *testing.T, dir string) []Mapping {
			write(t, dir, "d-other/a", "", 0o644)
			write(t, dir, "d/a", "", 0o644)
			link(t, "../d-other/a", dir+"/d/out")
			return []Mapping{{dir + "/d", "/x"}}
		}, "leaves the directory"},
		"a link that climbs out by a second link": {func(t *testing.T, dir string) []Mapping {
			write(t, dir, "secret", "", 0o644)
			write(t, dir, "d/a", "", 0o644)
			link(t, "../secret", dir+"/d/z")
			link(t, "z", dir+"/d/b")
			return []Mapping{{dir + "/d", "/x"}}
		}, "leaves the directory"},
		"an absolute link": {func(t *testing.T, dir string) []Mapping {
			link(t, write(t, dir, "d/a", "", 0o644), dir+"/d/b")
			return []Mapping{{dir + "/d", "/x"}}
		}, "is absolute"},
		"a link to nothing": {func(t *testing.T, dir string) []Mapping {
			write(t, dir, "d/a", "", 0o644)
			link(t, "gone", dir+"/d/b")
			return []Mapping{{dir + "/d", "/x"}}
		}, "leads nowhere"},
		"a named pipe": {func(t *testing.T, dir string) []Mapping {
			if err := syscall.Mkfifo(dir+"/pipe", 0o600); err != nil {
				t.Fatal(err)
			}
			return []Mapping{{dir + "/pipe", "/x"}}
		}, "neither a file nor a directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := NewTree().Add(tt.arrange(t, t.TempDir()), true)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestWriteTarReportsAFileThatWentAway(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "a", "four", 0o644)
	l, err := NewTree().Add([]Mapping{{file, "/a"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := l.WriteTar(io.Discard, fixed); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file is gone", err)
	}
}
