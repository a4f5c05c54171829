// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// stage is the directory in which a model is gathered before it is moved to
// its destination.
type stage struct {
	source    string
	dir, dest string
	pins      map[string]Pin // nil for a model that is not known
	opt       Options
}

const digestPrefix = "sha256:"

// present looks at what is at the destination already.
func (s *stage) present() (Result, error) {
	entries, err := os.ReadDir(s.dest)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return Result{}, nil
	}
	if err != nil {
		return Result{}, err
	}
	digest, err := s.check(s.dest)
	if err == nil {
		err = s.same(digest)
	}
	if err == nil {
		return Result{Dir: s.dest, Digest: digest, Present: true}, nil
	}
	if s.opt.Replace {
		return Result{}, nil
	}
	return Result{}, fmt.Errorf("the destination is not empty and not this model: %w", err)
}

// recordFile says in the destination where the model came from.
const recordFile = ".pulled.json"

type record struct {
	Source string `json:"source"`
	Digest string `json:"digest"`
}

// same tells whether the model at the destination, which is whole, is the one
// that is asked for: by digest where one is known, else by its record.
func (s *stage) same(digest string) error {
	if s.pins != nil || s.opt.Digest != "" {
		return nil // check has compared it
	}
	if s.opt.Replace {
		return errors.New("its source may have changed")
	}
	var r record
	data, err := os.ReadFile(filepath.Join(s.dest, recordFile))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return fmt.Errorf("where it came from is not known: %w", err)
	}
	if want := (record{s.source, digest}); r != want {
		return fmt.Errorf("it is %s from %s", r.Digest, r.Source)
	}
	return nil
}

// names lists the files to gather and which of them may be absent.
func (s *stage) names() (names []string, optional bool) {
	if s.pins != nil {
		return slices.Sorted(maps.Keys(s.pins)), false
	}
	// The weights come last: they take longest, and whatever else is wrong
	// with the model has shown by then.
	names = append([]string{model.ConfigFile, model.TokenizerFile}, optionalFiles...)
	return append(names, model.WeightsFile), true
}

func isOptional(name string) bool { return slices.Contains(optionalFiles, name) }

// limit is the most bytes that a file may have.
func (s *stage) limit(name string) int64 {
	if p, ok := s.pins[name]; ok {
		return p.Size
	}
	if name == model.WeightsFile {
		return maxWeights
	}
	return maxOther
}

// path is where a file is gathered. Names are our own or were checked to be
// local.
func (s *stage) path(name string) string {
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// without drops a file that this source does not have. An earlier pull, of another
// model, may have broken off after gathering its own, which would become part of this one.
func (s *stage) without(name string) error {
	if err := os.Remove(s.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// verify compares a gathered file with its pin, and the weights with the
// digest that the caller expects. A file that does not match is removed, so
// that the next pull begins it anew.
func (s *stage) verify(name string) error {
	path := s.path(name)
	err := s.compare(name, path)
	if err == nil {
		return nil
	}
	return errors.Join(err, os.Remove(path))
}

func (s *stage) compare(name, path string) error {
	pin, pinned := s.pins[name]
	wants := []string{}
	if pinned {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Size() != pin.Size {
			return fmt.Errorf("%s has %d bytes, want %d", name, info.Size(), pin.Size)
		}
		wants = append(wants, digestPrefix+pin.SHA256)
	}
	if name == model.WeightsFile && s.opt.Digest != "" {
		wants = append(wants, digestPrefix+strings.ToLower(strings.TrimPrefix(s.opt.Digest, digestPrefix)))
	}
	if len(wants) == 0 {
		return nil
	}
	got, err := sum(path)
	if err != nil {
		return err
	}
	for _, want := range wants {
		if got != want {
			return &model.DigestError{Path: name, Want: want, Got: got}
		}
	}
	return nil
}

func sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return digestPrefix + hex.EncodeToString(h.Sum(nil)), nil
}

// check compares every file of a whole model and opens it.
func (s *stage) check(dir string) (digest string, err error) {
	names, optional := s.names()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Stat(path); optional && isOptional(name) && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := s.compare(name, path); err != nil {
			return "", err
		}
	}
	m, err := model.Open(dir)
	if err != nil {
		return "", err
	}
	digest = m.Digest()
	return digest, m.Close()
}

// install moves the whole and checked model to its destination.
func (s *stage) install() (Result, error) {
	digest, err := s.check(s.dir)
	if err != nil {
		return Result{}, err
	}
	if err := s.tidy(); err != nil {
		return Result{}, err
	}
	note, err := json.Marshal(record{s.source, digest})
	if err != nil {
		return Result{}, err
	}
	if err := os.WriteFile(filepath.Join(s.dir, recordFile), append(note, '\n'), 0o644); err != nil {
		return Result{}, err
	}
	old := s.dest + ".old"
	if err := os.RemoveAll(old); err != nil {
		return Result{}, err
	}
	if _, err := os.Stat(s.dest); err == nil {
		if err := os.Rename(s.dest, old); err != nil {
			return Result{}, err
		}
	}
	if err := os.Rename(s.dir, s.dest); err != nil {
		return Result{}, err
	}
	return Result{Dir: s.dest, Digest: digest}, os.RemoveAll(old)
}

// tidy removes what is not part of the model: notes about downloads, and
// files that a pull of another model has left.
func (s *stage) tidy() error {
	names, _ := s.names()
	var extra []string
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(s.dir, path)
		if err == nil && !slices.Contains(names, filepath.ToSlash(name)) {
			extra = append(extra, path)
		}
		return err
	})
	for _, path := range extra {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// write gathers one file from r, at most as many bytes as it may have.
func (s *stage) write(ctx context.Context, name string, r io.Reader, total int64) (err error) {
	path := s.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.copy(ctx, name, f, r, 0, total)
}

// copy appends r to w, which holds done bytes of the file already.
func (s *stage) copy(ctx context.Context, name string, w io.Writer, r io.Reader, done, total int64) error {
	limit := s.limit(name)
	buf := make([]byte, 1<<18)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if done+int64(n) > limit {
			return fmt.Errorf("%s has more than the %d bytes that it may have", name, limit)
		}
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			done += int64(n)
			s.opt.Progress(Progress{File: name, Done: done, Total: total})
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// fromDirectory gathers the model from another directory.
func (s *stage) fromDirectory(ctx context.Context, src source) error {
	names, optional := s.names()
	for _, name := range names {
		from, err := os.Open(filepath.Join(src.dir, filepath.FromSlash(name)))
		if optional && isOptional(name) && errors.Is(err, fs.ErrNotExist) {
			if err := s.without(name); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		info, err := from.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s is not a regular file", from.Name())
		}
		if err == nil {
			err = s.write(ctx, name, from, info.Size())
		}
		if err := errors.Join(err, from.Close()); err != nil {
			return err
		}
		if err := s.verify(name); err != nil {
			return err
		}
	}
	return nil
}
