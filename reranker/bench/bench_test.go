// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/quantumrerank/quantumrerank/reranker/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that gives each request to answer.
func serve(t *testing.T, answer http.HandlerFunc) Target {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return Target{URL: s.URL, Key: "secret"}
}

func mustRun(t *testing.T, target Target, s Scenario, m Mix) Result {
	t.Helper()
	r, err := Run(t.Context(), target, s, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ranked(w http.ResponseWriter, degraded bool) {
	_ = json.NewEncoder(w).Encode(map[string]any{"degraded": degraded, "results": []map[string]int{{"index": 0}}})
}

func TestTheStandardScenariosAreSentAsTheyAreDefined(t *testing.T) {
	t.Parallel()
	names := []string{}
	for _, s := range Standard() {
		names = append(names, s.String())
	}
	if diff := cmp.Diff([]string{"10 users x 10", "50 users x 5", "100 users x 2"}, names); diff != "" {
		t.Error(diff)
	}
	var wrong atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var got client.Request
		err := json.NewDecoder(r.Body).Decode(&got)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/rerank" ||
			r.Header.Get("Authorization") != "Bearer secret" || !cmp.Equal(got, standardBody) {
			wrong.Add(1)
		}
		ranked(w, false)
	})
	for _, s := range Standard() {
		got := Summarize(mustRun(t, target, s, Mix{}))
		if got.Requests != s.Total() || got.Answered != s.Total() {
			t.Errorf("%v: %+v", s, got)
		}
	}
	if wrong.Load() > 0 {
		t.Errorf("%d requests differ from the standard one's", wrong.Load())
	}
}

// serveTogether starts a server that answers nobody before n requests are there.
func serveTogether(t *testing.T, n int64) Target {
	t.Helper()
	var arrived atomic.Int64
	all := make(chan struct{})
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) == n {
			close(all)
		}
		select {
		case <-all:
		case <-r.Context().Done():
		}
		ranked(w, false)
	})
}

// Nothing is answered before all 100 requests are there: a sender that waits
// for one answer before it sends the next request would never end.
func TestAClosedScenarioSendsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	target := serveTogether(t, 100)
	if got := Summarize(mustRun(t, target, Scenario{Users: 10, Requests: 10}, Mix{})); got.Answered != 100 {
		t.Errorf("%+v", got)
	}
}

// Answers are held back until the whole rate was sent.
func TestAnOpenScenarioDoesNotWaitForAnswers(t *testing.T) {
	t.Parallel()
	target := serveTogether(t, 20)
	s := Scenario{Rate: 200, Duration: 100 * time.Millisecond}
	result := mustRun(t, target, s, Mix{Sizes: []Size{{Documents: 3, Weight: 1}}})
	if got := Summarize(result); got.Answered != 20 || s.Total() != 20 {
		t.Errorf("%+v", got)
	}
	slices.SortFunc(result.Samples, func(a, b Sample) int { return int(1e6 * (a.At - b.At)) })
	for i, x := range result.Samples {
		if want := float64(i) / 200; x.At < want-1e-6 || x.At > want+1e-6 {
			t.Errorf("request %d was due at %v s, want %v", i, x.At, want)
		}
		if x.Documents != 3 {
			t.Errorf("request %d has %d documents", i, x.Documents)
		}
	}
}

func TestAPauseOfAgesIsNoFlood(t *testing.T) {
	if p := (Scenario{Rate: 1e-300}).pause(nil); p < 24*time.Hour {
		t.Errorf("the pause is %v", p)
	}
}

func TestOutcomesAreToldApart(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 3:
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"x","message":"no key"}`)
		case 4:
			_, _ = io.WriteString(w, `{}`)
		case 5:
			_, _ = io.WriteString(w, `<html>`)
		case 6:
			ranked(w, true)
		default:
			ranked(w, false)
		}
	})
	got := Summarize(mustRun(t, target, Scenario{Users: 1, Requests: 10}, Mix{}))
	if got.Sheds != 2 || got.Errors != 3 || got.Answered != 5 || got.DegradedShare != 0.2 || got.ErrorRate != 0.3 {
		t.Errorf("%+v", got)
	}
	if got.Causes["status 401: no key"] != 1 || got.Causes["status 200 without results"] != 1 {
		t.Errorf("causes %v", got.Causes)
	}
}

func TestAServerThatIsGoneIsAnErrorAndNoTime(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	got := Summarize(mustRun(t, Target{URL: s.URL}, Scenario{Users: 2, Requests: 2}, Mix{}))
	if got.Errors != 4 || got.P95Ms != 0 {
		t.Errorf("%+v", got)
	}
	if Met(Limits{P95Ms: 500, RequestsPerMinute: -1, ErrorRate: -1, ShedRate: -1, DegradedShare: -1}.Judge(got)) {
		t.Error("no answer at all is within 500 ms")
	}
}

func TestSummaryOfKnownTimes(t *testing.T) {
	t.Parallel()
	r := Result{Scenario: Scenario{Users: 1, Requests: 100}, Took: 2 * time.Second}
	for i := range 100 { // 1 to 100 ms
		r.Samples = append(r.Samples, Sample{Seconds: float64(i+1) / 1000, Outcome: Answered, Documents: 4})
	}
	got := Summarize(r)
	want := Summary{
		Scenario: "1 users x 100", Requests: 100, Answered: 100, Seconds: 2, RequestsPerSecond: 50, DocumentsPerSec: 200,
		MeanMs: 50.5, MedianMs: 50, P95Ms: 95, P99Ms: 99, MaxMs: 100, MinMs: 1,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })); diff != "" {
		t.Error(diff)
	}
	thousand := make([]float64, 1000)
	for i := range thousand {
		thousand[i] = float64(i + 1)
	}
	for _, p := range []float64{0.1, 28, 55, 56, 81, 99.9} {
		if got := Percentile(thousand, p); math.Abs(got-10*p) > 1e-9 {
			t.Errorf("%g percent of 1000: the value of rank %g, want %g", p, got, 10*p)
		}
	}
	if Percentile(nil, 95) != 0 || Percentile([]float64{7}, 1) != 7 || Percentile([]float64{7}, 100) != 7 {
		t.Error("percentiles of few values")
	}
}

func TestAMissedLimitIsMissed(t *testing.T) {
	t.Parallel()
	s := Summary{Scenario: "x", Requests: 10, Answered: 9, P95Ms: 501, RequestsPerSecond: 1, ErrorRate: 0.1, DegradedShare: 1}
	all := Limits{P95Ms: 500, RequestsPerMinute: 100, ErrorRate: 0, ShedRate: 0, DegradedShare: -1}
	var met []bool
	for _, c := range all.Judge(s) {
		met = append(met, c.Met)
	}
	if diff := cmp.Diff([]bool{false, false, false, true}, met); diff != "" {
		t.Errorf("p95, rate, errors, sheds (-want +got):\n%s", diff)
	}
	if Met(nil) {
		t.Error("nothing checked is nothing met")
	}
}

func TestTextsRepeatAsOftenAsTheMixSays(t *testing.T) {
	t.Parallel()
	for _, share := range []float64{0, 0.5, 1} {
		b := newRequests(Mix{Sizes: []Size{{Documents: 50, Weight: 1}}, Words: 20, Repeat: share, Seed: 7})
		seen, again, all := map[string]bool{}, 0, 0
		for range 40 {
			for _, d := range b.next().Documents {
				all++
				if seen[d] {
					again++
				}
				seen[d] = true
			}
		}
		if got := float64(again) / float64(all); got < share-0.05 || got > share+0.05 {
			t.Errorf("share %v of documents was repeated, want %v", got, share)
		}
	}
}

func TestTheSameSeedMakesTheSameRequests(t *testing.T) {
	t.Parallel()
	m := Mix{Sizes: []Size{{Documents: 2, Weight: 70}, {Documents: 9, Weight: 30}}, Seed: 3}
	a, b := newRequests(m), newRequests(m)
	counts := map[int]int{}
	for range 1000 {
		x, y := a.next(), b.next()
		if !cmp.Equal(x, y) {
			t.Fatal("requests differ")
		}
		counts[len(x.Documents)]++
	}
	if len(counts) != 2 || counts[2] < 630 || counts[2] > 770 {
		t.Errorf("sizes %v, want 2 in about 700 of 1000 and 9 in the others", counts)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10x10", "0x1", "x", "10:70,100:30", "5", "1:-1", "1:NaN", "1:Inf"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseScenario(text); err == nil && s.Total() < 1 {
			t.Errorf("%q became %+v", text, s)
		}
		sizes, err := ParseSizes(text)
		for _, s := range sizes {
			if err == nil && (s.Documents < 1 || !(s.Weight > 0)) {
				t.Errorf("%q became %+v", text, sizes)
			}
		}
	})
}

func TestReportsSayTheSameEverywhere(t *testing.T) {
	t.Parallel()
	r := &Report{URL: "http://<server>", Started: time.Unix(0, 0)}
	result := Result{Scenario: Scenario{Users: 2, Requests: 2}, Took: time.Second}
	for i, o := range []Outcome{Answered, Answered, Shed, Failed} {
		result.Samples = append(result.Samples, Sample{At: float64(i), Seconds: 0.125, Outcome: o, Err: map[Outcome]string{Failed: "<b>cause"}[o]})
	}
	r.Add(result, Limits{P95Ms: 500, RequestsPerMinute: 100, ErrorRate: 0, ShedRate: -1, DegradedShare: -1})
	var table, text, html bytes.Buffer
	if err := errors.Join(r.Table(&table), r.JSON(&text), r.HTML(&html)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 users x 2", "125.0", "25.00 %", "MISSED", "NOT all targets are met", "1 times <b>cause"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	var back Report
	if err := json.Unmarshal(text.Bytes(), &back); err != nil || back.Met || back.Scenarios[0].P95Ms != 125 {
		t.Errorf("JSON: %v %+v", err, back)
	}
	if strings.Contains(html.String(), "<b>cause") || strings.Contains(html.String(), "<server>") {
		t.Error("the page does not escape what servers say")
	}
	if strings.Contains(html.String(), "http://www") || strings.Contains(html.String(), "src=") {
		t.Error("the page needs something from elsewhere")
	}
}

func TestPlotsAreWellFormedWhateverTheyShow(t *testing.T) {
	t.Parallel()
	many := make([]Sample, 3*mostDots)
	for _, samples := range [][]Sample{nil, {{}}, {{Outcome: Failed, Seconds: 1}}, many} {
		for _, svg := range []string{timeline(samples), quantiles(samples)} {
			if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
				t.Errorf("a coordinate is no number: %.300s", svg)
			}
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%v in %.300s", err, svg)
				}
			}
		}
	}
}

func TestVerifyMeasuresEveryPromise(t *testing.T) {
	t.Parallel()
	memory := 3000.0
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/health/detailed":
			_ = json.NewEncoder(w).Encode(map[string]any{"status": "healthy", "checks": map[string]any{"memory": map[string]any{"memory_mb": memory}}})
		case "/v1/similarity":
			_, _ = io.WriteString(w, `{"data":[{"score":1}]}`)
		default:
			ranked(w, r.ContentLength > 40_000)
		}
	})
	p := StandardPromises()
	p.Rounds, p.SimilarityMs, p.RerankMs, p.KnownMs = 3, 60_000, 60_000, 60_000
	r := &Report{}
	if err := Verify(t.Context(), target, p, r, func(string) {}); err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, c := range r.Checks {
		met[c.Name] = c.Met
		if c.Name == "rerank of 100 unseen documents" && !strings.HasPrefix(c.Note, "3 of 3 answers") {
			t.Errorf("degraded answers are not told: %+v", c)
		}
	}
	want := []string{"similarity of one pair", "rerank of 50 unseen documents", "rerank of 100 unseen documents", "rerank of 1000 unseen documents", "rerank of 100 known documents", "10 users x 10: errors"}
	for _, name := range want {
		if !met[name] {
			t.Errorf("%s: not met or not there: %v", name, met)
		}
	}
	if met["memory"] || r.Met {
		t.Error("3000 MiB are less than 2048 MiB")
	}
}

func TestWaitingEndsWhenTheServerIsReady(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	target := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/health/ready" || asked.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	if err := WaitReady(t.Context(), target, time.Hour); err != nil || asked.Load() != 3 {
		t.Errorf("%v after %d questions", err, asked.Load())
	}
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	if err := WaitReady(t.Context(), Target{URL: s.URL}, time.Millisecond); err == nil || !strings.Contains(err.Error(), "not ready after 1ms") {
		t.Error(err)
	}
}
