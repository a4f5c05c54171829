// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// WriteTar writes the layer as an uncompressed tar stream in which every entry
// carries the time mtime. Files are streamed: a model of many gigabytes needs no
// memory of its own.
func (l *Layer) WriteTar(w io.Writer, mtime time.Time) error {
	tw := tar.NewWriter(w)
	for _, p := range l.paths {
		if err := writeEntry(tw, p, l.entries[p], mtime); err != nil {
			return err
		}
	}
	return tw.Close()
}

func writeEntry(tw *tar.Writer, target string, e entry, mtime time.Time) error {
	header := &tar.Header{
		Name:    strings.TrimPrefix(target, "/"),
		Mode:    e.mode,
		ModTime: mtime,
	}
	switch e.kind {
	case directory:
		header.Typeflag, header.Name = tar.TypeDir, header.Name+"/"
	case symlink:
		header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
	case regular:
		header.Typeflag = tar.TypeReg
		return writeFile(tw, header, e.source)
	}
	return tw.WriteHeader(header)
}

func writeFile(tw *tar.Writer, header *tar.Header, source string) (err error) {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := file.Close(); err == nil {
			err = cerr
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header.Size = info.Size()
	if err := tw.WriteHeader(header); err != nil {
		return err
	}
	if n, err := io.Copy(tw, file); err != nil {
		return fmt.Errorf("file %q changed while it was read (%d of %d bytes): %w", source, n, header.Size, err)
	}
	return nil
}
