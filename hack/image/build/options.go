// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/quantumrerank/quantumrerank/hack/image/layer"
)

// Options says what the image contains.
type Options struct {
	Tag          string            // NAME:TAG
	Architecture string            // as in GOARCH
	User         string            // UID or UID:GID, as numbers
	Entrypoint   []string          // the first word is a file of the image
	Labels       map[string]string // labels of the image configuration
	Layers       []string          // one --layer value each, lowest first
	Time         time.Time         // the time on every file and on the image
}

// numericUser is the only form that `runAsNonRoot` can check without reading
// /etc/passwd, which an image from scratch does not have.
var numericUser = regexp.MustCompile(`^[0-9]+(:[0-9]+)?$`)

// architectures are the ones that the product is built for.
var architectures = []string{"amd64", "arm64"}

func (o *Options) check() (name.Tag, error) {
	tag, err := name.NewTag(o.Tag, name.StrictValidation)
	if err != nil {
		return tag, fmt.Errorf("tag %q: want HOST/NAME:TAG: %w", o.Tag, err)
	}
	switch {
	case len(o.Layers) == 0:
		return tag, fmt.Errorf("an image needs at least one layer")
	case !numericUser.MatchString(o.User):
		return tag, fmt.Errorf("user %q: want UID or UID:GID as numbers", o.User)
	case !slices.Contains(architectures, o.Architecture):
		return tag, fmt.Errorf("architecture %q: want one of %q", o.Architecture, architectures)
	case len(o.Entrypoint) == 0:
		return tag, fmt.Errorf("an image needs an entrypoint")
	}
	return tag, nil
}

// layers reads all layer specifications into one tree, so that a path that two
// of them name is found, and checks that the entrypoint is there.
func (o *Options) layers() ([]*layer.Layer, error) {
	tree := layer.NewTree()
	made := make([]*layer.Layer, 0, len(o.Layers))
	for i, spec := range o.Layers {
		mappings, err := layer.ParseSpec(spec)
		if err != nil {
			return nil, err
		}
		l, err := tree.Add(mappings, i == 0)
		if err != nil {
			return nil, fmt.Errorf("layer %q: %w", spec, err)
		}
		made = append(made, l)
	}
	if files := tree.Files(); !slices.Contains(files, o.Entrypoint[0]) {
		return nil, fmt.Errorf("entrypoint %q is not a file of the image, which has %q", o.Entrypoint[0], files)
	}
	return made, nil
}
