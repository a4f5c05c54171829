// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// StatusError is an answer that is neither the file nor worth another try.
type StatusError struct {
	Code int
	URL  string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// Tries: a try that brought bytes begins the count anew, so a large file comes
// through a bad line, but not without end.
const (
	triesWithoutBytes = 5
	triesInAll        = 100
	firstPause        = 500 * time.Millisecond
	longestPause      = 15 * time.Second
)

// againError marks a failure that may pass.
type againError struct {
	err   error
	after time.Duration // what the server asked for
}

func (e *againError) Error() string { return e.err.Error() }
func (e *againError) Unwrap() error { return e.err }

// fetch gathers one file, going on where an earlier try or pull broke off.
func (s *stage) fetch(ctx context.Context, name, from string) error {
	d := &download{stage: s, name: name, url: from, part: s.path(name) + ".part", note: s.path(name) + ".etag"}
	if err := os.MkdirAll(filepath.Dir(d.part), 0o755); err != nil {
		return err
	}
	pause, idle := firstPause, 0
	for try := 1; ; try++ {
		before := d.size()
		err := d.try(ctx)
		if err == nil {
			return os.Rename(d.part, s.path(name))
		}
		var again *againError
		if ctx.Err() != nil || !errors.As(err, &again) {
			return err
		}
		if idle++; d.size() > before {
			pause, idle = firstPause, 0
		}
		if idle >= triesWithoutBytes || try >= triesInAll {
			return fmt.Errorf("gave up after %d tries: %w", try, err)
		}
		if err := s.opt.sleep(ctx, max(pause, min(again.after, longestPause))); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// download is one file on its way.
type download struct {
	*stage
	name, url string
	part      string // what has come so far
	note      string // the entity tag of that
}

func (d *download) size() int64 {
	info, err := os.Stat(d.part)
	if err != nil {
		return 0
	}
	return info.Size()
}

// reset forgets what has come, because it is not the file's any more.
func (d *download) reset() error {
	for _, path := range []string{d.part, d.note} {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// try asks for the file or the rest of it and appends what comes.
func (d *download) try(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(d.opt.stall, func() {
		cancel(&againError{err: fmt.Errorf("nothing came for %s", d.opt.stall)})
	})
	defer watch.Stop()
	have, tag := d.resume()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return err
	}
	// Compressed answers have no ranges, and weights don't compress.
	req.Header.Set("Accept-Encoding", "identity")
	if d.opt.Token != "" {
		req.Header.Set("Authorization", "Bearer "+d.opt.Token)
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		req.Header.Set("If-Range", tag)
	}
	resp, err := d.opt.client.Do(req)
	if err != nil {
		return again(ctx, err)
	}
	defer resp.Body.Close()
	start, total, err := d.accept(resp, have, tag)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		return nil // it is whole already
	}
	return d.receive(ctx, resp, start, total, watch)
}

// again turns a failed exchange into one worth another try, or into the cause
// for which it was cut off.
func again(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return &againError{err: err}
}

// resume returns how many bytes are there and of which version of the file;
// without a strong entity tag nobody can tell, so it begins anew.
func (d *download) resume() (have int64, tag string) {
	b, err := os.ReadFile(d.note)
	if tag = string(b); err != nil || !strong(tag) {
		return 0, ""
	}
	return d.size(), tag
}

func strong(tag string) bool { return len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"' }

// accept decides by status and headers what the body is: start is where its
// first byte belongs, total the size of the file, 0 if unknown.
func (d *download) accept(resp *http.Response, have int64, tag string) (start, total int64, err error) {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		total = max(resp.ContentLength, 0)
		start = 0
	case code == http.StatusPartialContent:
		if start, total, err = contentRange(resp.Header.Get("Content-Range")); err != nil || start != have {
			return 0, 0, errors.Join(&againError{err: fmt.Errorf("asked for bytes from %d, got Content-Range %q", have, resp.Header.Get("Content-Range"))}, d.reset())
		}
		if got := resp.Header.Get("ETag"); got != "" && got != tag {
			return 0, 0, errors.Join(&againError{err: fmt.Errorf("the file changed from %s to %s on the way", tag, got)}, d.reset())
		}
	case code == http.StatusRequestedRangeNotSatisfiable:
		// Nothing is missing, or what is there is not of this file.
		if resp.Header.Get("Content-Range") == fmt.Sprintf("bytes */%d", have) {
			return have, have, nil
		}
		return 0, 0, errors.Join(&againError{err: &StatusError{code, d.url}}, d.reset())
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return 0, 0, &againError{&StatusError{code, d.url}, time.Duration(after) * time.Second}
	default:
		return 0, 0, &StatusError{code, d.url}
	}
	if limit := d.limit(d.name); total > limit {
		return 0, 0, fmt.Errorf("the server has %d bytes, more than the %d that it may have", total, limit)
	}
	if pin, ok := d.pins[d.name]; ok && total != 0 && total != pin.Size {
		return 0, 0, fmt.Errorf("the server has %d bytes, want %d", total, pin.Size)
	}
	return start, total, nil
}

// contentRange reads "bytes 5-9/10".
func contentRange(v string) (start, total int64, err error) {
	var end int64
	if _, err := fmt.Sscanf(v, "bytes %d-%d/%d", &start, &end, &total); err != nil {
		return 0, 0, err
	}
	if start < 0 || end != total-1 || start > end {
		return 0, 0, errors.New("not the rest of the file")
	}
	return start, total, nil
}

// receive appends the body behind start bytes and holds the result to total.
func (d *download) receive(ctx context.Context, resp *http.Response, start, total int64, watch *time.Timer) (err error) {
	if start == 0 {
		if err := d.reset(); err != nil {
			return err
		}
		if tag := resp.Header.Get("ETag"); strong(tag) {
			if err := os.WriteFile(d.note, []byte(tag), 0o644); err != nil {
				return err
			}
		}
	}
	f, err := os.OpenFile(d.part, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	body := &watched{ctx: ctx, r: resp.Body, watch: watch, stall: d.opt.stall}
	if err := d.copy(ctx, d.name, f, body, start, total); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	if got := d.size(); total > 0 && got != total {
		return errors.Join(&againError{err: fmt.Errorf("%d bytes came, want %d", got, total)}, d.reset())
	}
	return nil
}

// watched puts the stall timer off with every read, and tells errors of the
// line, which may pass, from those of the disk.
type watched struct {
	ctx   context.Context
	r     io.Reader
	watch *time.Timer
	stall time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	w.watch.Reset(w.stall)
	if err != nil && !errors.Is(err, io.EOF) {
		err = again(w.ctx, err)
	}
	return n, err
}
