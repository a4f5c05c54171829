// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"strings"
	"testing"
)

// oneKey knows one key by the name "search".
type oneKey string

func (k oneKey) Identify(token string) (string, bool) { return "search", token == string(k) }

func TestKeysGuardTheWorkAndNotTheHealth(t *testing.T) {
	t.Parallel()
	const key = "s3cret-key-0123456789"
	p := servingPod(func(o *Options) { o.Keys = oneKey(key) })
	for _, r := range routes() {
		path := strings.NewReplacer("{owner}", "o", "{model}", "m").Replace(r.path)
		body := ""
		if r.method == http.MethodPost {
			body = `{}`
		}
		for name, tc := range map[string]struct {
			header []string
			known  bool
		}{
			"no key": {nil, false}, "wrong key": {[]string{"Authorization", "Bearer wrong"}, false},
			"right key": {[]string{"Authorization", "Bearer " + key}, true},
		} {
			w := p.do(t, r.method, path, body, tc.header...)
			refused := w.Code == http.StatusUnauthorized
			if want := !tc.known && r.access != open; refused != want {
				t.Errorf("%s %s with %s: status %d", r.method, path, name, w.Code)
			}
			if refused && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: no WWW-Authenticate", path)
			}
		}
	}
	log := p.log.String()
	if strings.Contains(log, key) || !strings.Contains(log, `"key":"search"`) {
		t.Error("the log must have the key's name and not the key")
	}
	if !strings.Contains(p.do(t, http.MethodGet, "/info", "", "X-API-Key", key).Body.String(), `"auth":true,"warnings":[]`) {
		t.Error("info warns although keys are on")
	}
}
