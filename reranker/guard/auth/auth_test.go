// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	first  = "first-key-0123456789"
	second = "second-key-0123456789"
)

// mount writes keys the way the kubelet mounts a Secret: a new directory with
// the files, and a link that is swapped to it.
func mount(t *testing.T, dir string, keys map[string]string) {
	t.Helper()
	version, err := os.MkdirTemp(dir, "..data-")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range keys {
		if err := os.WriteFile(filepath.Join(version, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "..data")
	if err := os.Symlink(version, link+".tmp"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link+".tmp", link); err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob(filepath.Join(dir, "[^.]*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range old {
		if _, kept := keys[filepath.Base(name)]; !kept {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name := range keys {
		// An error means that the link is there already.
		_ = os.Symlink(filepath.Join("..data", name), filepath.Join(dir, name))
	}
}

func TestKeysAreKnownByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mount(t, dir, map[string]string{"search": first + "\n", "batch": second})
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"batch", "search"}, r.Names()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for token, want := range map[string]string{first: "search", second: "batch", "": "", first + "x": "", first[:10]: "", first + "\n": ""} {
		if name, ok := r.Identify(token); name != want || ok != (want != "") {
			t.Errorf("Identify(%q) = %q, %v; want %q", token, name, ok, want)
		}
	}
}

func TestOpenRefusesWhatIsNoSetOfKeys(t *testing.T) {
	t.Parallel()
	empty, short, long, nested := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	mount(t, short, map[string]string{"k": "short"})
	mount(t, long, map[string]string{"k": strings.Repeat("a", 5000)})
	if err := os.Mkdir(filepath.Join(nested, "k"), 0o700); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		empty: "holds none", short: `key "k": 5 bytes, fewer than the minimum of 16`,
		long: `key "k": 5000 bytes, more than the limit of 4096`, nested: "not a file",
		filepath.Join(empty, "absent"): "read the keys",
	} {
		_, err := Open(dir)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if err != nil && strings.Contains(err.Error(), "short\"") {
			t.Errorf("the key is in the error: %v", err)
		}
	}
}

func TestKeysRotateWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	mount(t, dir, map[string]string{"search": first})
	synctest.Test(t, func(t *testing.T) {
		r, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.Watch(ctx, 10*time.Second, slog.New(slog.NewTextHandler(&log, nil)))
		}()
		known := func(token string) bool { _, ok := r.Identify(token); return ok }

		mount(t, dir, map[string]string{"search": second})
		if !known(first) {
			t.Error("the old key was forgotten before the directory was read again")
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if known(first) || !known(second) {
			t.Error("the new key is not known after an interval")
		}

		mount(t, dir, nil)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if !known(second) {
			t.Error("an empty directory locked everybody out")
		}
		stop()
		<-done
		if s := log.String(); strings.Count(s, "Kept the old keys") != 1 || strings.Contains(s, second) || !strings.Contains(s, "search") {
			t.Errorf("log:\n%s", s)
		}
	})
}

func TestTokensAreFoundWhereClientsPutThem(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		headers []string
		want    string
	}{
		"bearer":                 {[]string{"Authorization", "Bearer abc"}, "abc"},
		"bearer in small":        {[]string{"Authorization", "bearer  abc "}, "abc"},
		"the token alone":        {[]string{"Authorization", "abc"}, "abc"},
		"another scheme":         {[]string{"Authorization", "Basic abc"}, ""},
		"api-key":                {[]string{"Api-Key", "abc"}, "abc"},
		"x-api-key":              {[]string{"X-API-Key", " abc"}, "abc"},
		"authorization wins":     {[]string{"X-API-Key", "abc", "Authorization", "Bearer xyz"}, "xyz"},
		"a scheme without a key": {[]string{"Authorization", "Bearer "}, "Bearer"},
		"nothing":                {nil, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			for i := 0; i+1 < len(tc.headers); i += 2 {
				h.Set(tc.headers[i], tc.headers[i+1])
			}
			if got := Token(h); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestTheShortestKeyIsNamedByWhatItLacks(t *testing.T) {
	dir := t.TempDir()
	mount(t, dir, map[string]string{"a": strings.Repeat("x", MinKeyBytes), "b": strings.Repeat("y", MinKeyBytes) + "\n"})
	ring, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := ring.Reload(); changed || err != nil {
		t.Errorf("the same keys are read as others: %t, %v", changed, err)
	}
	mount(t, dir, map[string]string{"a": strings.Repeat("x", MinKeyBytes-1) + "\n"})
	want := fmt.Sprintf(`read key "a": %d bytes, fewer than the minimum of %d`, MinKeyBytes-1, MinKeyBytes)
	if changed, err := ring.Reload(); changed || err == nil || err.Error() != want {
		t.Errorf("Reload = %t, %v; want %q", changed, err, want)
	}
	if len(ring.Names()) != 2 {
		t.Errorf("the keys did not stay: %v", ring.Names())
	}
}
