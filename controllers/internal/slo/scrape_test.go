// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestAPodThatRedirectsIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the operator asked whom the pod named")
	}))
	defer elsewhere.Close()
	pod := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer pod.Close()

	scraper := NewScraper()
	scraper.Address = func(*corev1.Pod) string { return strings.TrimPrefix(pod.URL, "http://") }
	_, err := scraper.Scrape(t.Context(), &corev1.Pod{}, time.Now())
	if err == nil || !strings.Contains(err.Error(), "302") {
		t.Errorf("err = %v, want one that names the status", err)
	}
}
