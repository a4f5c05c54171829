// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
)

// fromHub gathers the model file by file.
func (s *stage) fromHub(ctx context.Context, src source) error {
	endpoint, err := s.endpoint(ctx)
	if err != nil {
		return err
	}
	names, optional := s.names()
	for _, name := range names {
		if _, pinned := s.pins[name]; pinned && s.compare(name, s.path(name)) == nil {
			continue // an earlier pull got this far
		}
		u := endpoint.JoinPath(src.owner, src.name, "resolve", url.PathEscape(src.revision), name)
		u.RawQuery = "download=true"
		err := s.fetch(ctx, name, u.String())
		var status *StatusError
		if optional && isOptional(name) && errors.As(err, &status) && status.Code == 404 {
			if err := s.without(name); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := s.verify(name); err != nil {
			return err
		}
	}
	return nil
}

// endpoint is the hub's address: the one that was given, else the one that the
// hub's own Python client has, where that is installed. This project knows no
// address of its own.
func (s *stage) endpoint(ctx context.Context) (*url.URL, error) {
	text := s.opt.Endpoint
	if text == "" {
		out, err := exec.CommandContext(ctx, s.opt.Python, "-c", "from huggingface_hub import constants; print(constants.ENDPOINT)").Output()
		if text = strings.TrimSpace(string(out)); err != nil || text == "" {
			return nil, errors.New("the hub's address is unknown: set HF_ENDPOINT to it, or install its Python client huggingface_hub, which knows it")
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("HF_ENDPOINT is %q, want http(s)://host", text)
	}
	return u, nil
}
