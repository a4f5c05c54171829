// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/server/page"
)

func TestThePageIsServedUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	p := newPod(func(o *Options) { o.Keys = oneKey("s3cret-key-0123456789") })
	for _, a := range page.Assets {
		w := p.do(t, http.MethodGet, a.Path, "")
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", a.Path, w.Code, w.Body.Len())
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", a.Path, csp)
		}
		if w.Header().Get("Content-Type") != a.Type || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", a.Path, w.Header())
		}
	}
	if w := p.do(t, http.MethodGet, "/page/", ""); w.Code != http.StatusNotFound {
		t.Errorf("a path that is none of the page's: status %d", w.Code)
	}
}

func TestThePageCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	p := servingPod(func(o *Options) { o.NoPage = true })
	for _, a := range page.Assets {
		if w := p.do(t, http.MethodGet, a.Path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", a.Path, w.Code)
		}
	}
}

// TestThePageNeedsNothingFromElsewhere looks for what the policy would refuse:
// addresses of others, and scripts and styles inside the page.
func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	refused := regexp.MustCompile(`(?i)(src|href)="(https?:)?//|\son[a-z]+=|\sstyle=|<style|<script[^>]*>[^<]|@import|\burl\(["']?(https?:)?//|innerHTML|eval\(`)
	for _, a := range page.Assets {
		if found := refused.Find(a.Body); found != nil {
			t.Errorf("%s contains %q", a.Path, found)
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllSubmatch(page.Assets[0].Body, -1) {
		p := servingPod()
		if w := p.do(t, http.MethodGet, "/"+string(m[1]), ""); w.Code != http.StatusOK {
			t.Errorf("the page refers to %s: status %d", m[1], w.Code)
		}
	}
}
