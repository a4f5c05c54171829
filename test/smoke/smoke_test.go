// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// answer is what the tests read of an answer.
type answer struct {
	Results []struct {
		Index int     `json:"index"`
		Score float64 `json:"relevance_score"`
	} `json:"results"`
	MethodUsed string `json:"method_used"`
	Degraded   bool   `json:"degraded"`
	Similarity float64
}

func post(url string, body []byte, header http.Header) (status int, a answer, err error) {
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, a, err
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, a, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, a, json.NewDecoder(resp.Body).Decode(&a)
}

// request is the sample as a request.
func request(t *testing.T) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(modeltest.Root(t), "test", "sample", "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// inFull asks for all documents to be scored, however slow the machine is.
var inFull = http.Header{"X-Rerank-Degradation": {"Never"}}

func TestServeAnswersAndEndsWell(t *testing.T) {
	p := serve(t, "--drain-delay", "0s", "--request-timeout", "60s", "--longest-wait", "60s")

	status, got, err := post(p.URL+"/v1/rerank", request(t), inFull)
	if err != nil || status != http.StatusOK || len(got.Results) != 3 || got.Results[0].Index != 12 || got.MethodUsed != "hybrid" || got.Degraded {
		t.Errorf("rerank: %d, %v: %+v", status, err, got)
	}
	_, again, err := post(p.URL+"/v1/rerank", request(t), inFull)
	if err != nil || fmt.Sprint(again.Results) != fmt.Sprint(got.Results) {
		t.Errorf("the second answer differs: %v, %v, then %v", err, got.Results, again.Results)
	}
	status, got, err = post(p.URL+"/v1/similarity", []byte(`{"text1": "a loaf of bread", "text2": "a loaf of bread", "method": "classical"}`), nil)
	if err != nil || status != http.StatusOK || got.Similarity < 0.999 {
		t.Errorf("similarity: %d, %v: %+v", status, err, got)
	}
	if status, _, err := post(p.URL+"/v1/rerank", []byte(`{"query": " ", "documents": ["x"], "method": "hybrid"}`), nil); err != nil || status != http.StatusUnprocessableEntity {
		t.Errorf("an empty query: %d, %v", status, err)
	}
	for path, want := range map[string]string{
		"/health": "healthy", "/health/ready": "ready", "/health/live": "alive", "/health/detailed": `"response_time_ms":`,
	} {
		if status, body := get(t, p.URL+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	_, body := get(t, p.Metrics+"/metrics")
	for _, want := range []string{"quantumrerank_cache_entries 29", `quantumrerank_breaker_state{engine="quantum",state="closed"} 1`, "quantumrerank_ready 1"} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %q", want)
		}
	}
	if err := p.Stop(); err != nil {
		t.Errorf("ended with %v\n%s", err, p.Log())
	}
	if strings.Contains(p.Log(), "punctured") {
		t.Error("a document is in the log")
	}
}

// TestNoRequestFailsWhenTheServerEnds does what a Service does: callers come
// until the server says that it is not ready, and whoever came by then gets an
// answer.
func TestNoRequestFailsWhenTheServerEnds(t *testing.T) {
	p := serve(t, "--drain-delay", "5s")
	// A new connection for each request, as the worst of callers do.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	body := request(t)
	var mu sync.Mutex
	answered, failed := 0, []string{}
	first, stop := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := rerankOnce(client, p.URL, body)
				mu.Lock()
				if err != nil {
					failed = append(failed, err.Error())
				}
				if answered++; answered == 4 {
					close(first)
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-first:
	case <-time.After(patience):
		t.Fatalf("no answers\n%s", p.Log())
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Stop() }()
	for {
		if status, _ := get(t, p.URL+"/health/ready"); status == http.StatusServiceUnavailable {
			break
		}
	}
	close(stop)
	wg.Wait()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v\n%s", err, p.Log())
	}
	if len(failed) > 0 {
		t.Errorf("%d answered, failed: %q", answered, failed)
	}
}

func rerankOnce(client *http.Client, url string, body []byte) error {
	resp, err := client.Post(url+"/v1/rerank", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || len(a.Results) != 3 {
		return fmt.Errorf("status %d, %d results", resp.StatusCode, len(a.Results))
	}
	return nil
}
