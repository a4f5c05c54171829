// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"compress/gzip"
	"fmt"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/quantumrerank/quantumrerank/hack/image/layer"
)

// Image makes the image that the options describe and the tag that it shall
// carry.
func Image(o Options) (v1.Image, name.Tag, error) {
	tag, err := o.check()
	if err != nil {
		return nil, tag, err
	}
	layers, err := o.layers()
	if err != nil {
		return nil, tag, err
	}
	img := empty.Image
	for _, l := range layers {
		if img, err = appendLayer(img, l, o.Time); err != nil {
			return nil, tag, err
		}
	}
	img, err = configure(img, o)
	return img, tag, err
}

// appendLayer compresses the layer once and keeps the result: the library asks
// for the bytes several times (digest, size, write), and weights take seconds.
// The fastest level is enough: weights hardly shrink at any.
func appendLayer(img v1.Image, l *layer.Layer, mtime time.Time) (v1.Image, error) {
	open := func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(l.WriteTar(w, mtime)) }()
		return r, nil
	}
	made, err := tarball.LayerFromOpener(open,
		tarball.WithCompressionLevel(gzip.BestSpeed), tarball.WithCompressedCaching)
	if err != nil {
		return nil, fmt.Errorf("make layer: %w", err)
	}
	return mutate.Append(img, mutate.Addendum{
		Layer:   made,
		History: v1.History{Created: v1.Time{Time: mtime}, CreatedBy: "mkimage"},
	})
}

// configure names platform, user and entrypoint. Without a platform, containerd
// filters the image out when it is imported.
func configure(img v1.Image, o Options) (v1.Image, error) {
	old, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read image configuration: %w", err)
	}
	file := old.DeepCopy()
	file.OS, file.Architecture = "linux", o.Architecture
	file.Created = v1.Time{Time: o.Time}
	file.Config.User = o.User
	file.Config.Entrypoint = o.Entrypoint
	file.Config.Env = []string{"PATH=/"}
	file.Config.WorkingDir = "/"
	file.Config.Labels = o.Labels
	return mutate.ConfigFile(img, file)
}
