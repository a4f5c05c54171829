// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// life is a pod that runs in a bubble.
type life struct {
	*pod
	t      *testing.T
	client *http.Client
	stop   context.CancelFunc
	ended  chan error
}

// live runs a pod whose model loads with load.
func live(t *testing.T, load func(context.Context, *life) (*Backend, error), change ...func(*Options)) *life {
	t.Helper()
	network := new(pipeNet)
	ctx, stop := context.WithCancel(t.Context())
	l := &life{pod: newPod(change...), t: t, client: network.client(), stop: stop, ended: make(chan error, 1)}
	if load == nil {
		load = func(context.Context, *life) (*Backend, error) { return l.backend(), nil }
	}
	go func() {
		l.ended <- l.Run(ctx, RunOptions{
			Address: "api:80", MetricsAddress: "metrics:80", Listen: network.Listen,
			Load: func(ctx context.Context) (*Backend, error) { return load(ctx, l) },
		})
	}()
	t.Cleanup(l.client.CloseIdleConnections)
	synctest.Wait()
	return l
}

// get asks for a path and returns "status body", or the error.
func (l *life) get(url string) string {
	l.t.Helper()
	resp, err := l.client.Get("http://" + url)
	return l.read(resp, err)
}

func (l *life) rank() string {
	resp, err := l.client.Post("http://api:80/v1/rerank", "application/json", strings.NewReader(`{"query":"q","documents":["x"]}`))
	return l.read(resp, err)
}

func (l *life) read(resp *http.Response, err error) string {
	if err != nil {
		return "error"
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "error"
	}
	status := resp.Status[:3]
	if resp.Close {
		status += " close"
	}
	return status + " " + string(body)
}

// wait returns what Run returned.
func (l *life) wait() error {
	l.client.CloseIdleConnections()
	return <-l.ended
}

func wantPrefix(t *testing.T, what, got, want string) {
	t.Helper()
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s: got %.300q, want prefix %q", what, got, want)
	}
}

func TestAPodIsAliveWhileItLoadsAndReadyAfterItsSelfTest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, func(_ context.Context, l *life) (*Backend, error) {
			time.Sleep(10 * time.Second)
			b := l.backend()
			selfTest := b.SelfTest
			b.SelfTest = func(ctx context.Context) (float64, time.Duration, error) {
				time.Sleep(5 * time.Second)
				return selfTest(ctx)
			}
			b.WarmUp = func(context.Context) error { time.Sleep(2 * time.Second); return nil }
			return b, nil
		})
		wantPrefix(t, "live", l.get("api:80/health/live"), `200 {"status":"alive"`)
		wantPrefix(t, "health", l.get("api:80/health"), `200 {"status":"healthy","timestamp":`)
		wantPrefix(t, "ready", l.get("api:80/health/ready"), `503 {"error":"Not ready","message":"not ready: loading: loading model"`)
		wantPrefix(t, "rerank", l.rank(), `503 {"error":"Not ready"`)
		wantPrefix(t, "detailed", l.get("api:80/health/detailed"), `503 {"status":"unhealthy"`)
		time.Sleep(12 * time.Second)
		wantPrefix(t, "ready", l.get("api:80/health/ready"), `503 {"error":"Not ready","message":"not ready: loading: self-test"`)
		time.Sleep(4 * time.Second)
		wantPrefix(t, "ready", l.get("api:80/health/ready"), `503 {"error":"Not ready","message":"not ready: loading: measuring speed"`)
		time.Sleep(2 * time.Second)
		wantPrefix(t, "ready", l.get("api:80/health/ready"), `200 {"status":"ready"`)
		wantPrefix(t, "rerank", l.rank(), `200 `)
		metrics := l.get("metrics:80/metrics")
		for _, want := range []string{"quantumrerank_ready 1", "quantumrerank_warmup_seconds 17", `quantumrerank_shed_total{reason="loading"} 1`} {
			if !strings.Contains(metrics, want) {
				t.Errorf("no %q in the metrics", want)
			}
		}
		wantPrefix(t, "metrics on the api port", l.get("api:80/metrics"), "404 ")
		l.stop()
		if err := l.wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPodWhoseModelIsBadEndsWithTheCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("model.safetensors: digest is sha256:1, want sha256:2")
	for name, load := range map[string]func(p *life) (*Backend, error){
		"loading fails": func(*life) (*Backend, error) { return nil, cause },
		"the golden pair fails": func(l *life) (*Backend, error) {
			b := l.backend()
			b.SelfTest = func(context.Context) (float64, time.Duration, error) { return 0, 0, cause }
			return b, nil
		},
		"warming up fails": func(l *life) (*Backend, error) {
			b := l.backend()
			b.WarmUp = func(context.Context) error { return cause }
			return b, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := live(t, func(_ context.Context, l *life) (*Backend, error) {
					time.Sleep(time.Second)
					return load(l)
				})
				if err := l.wait(); !errors.Is(err, cause) {
					t.Errorf("Run returned %v, want %v", err, cause)
				}
			})
		})
	}
}

func TestAPodLeavesWithoutDroppingRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, nil)
		closed := false
		l.Server.backend.Load().Close = func() error { closed = true; return nil }
		l.ranker.hook = func(context.Context) error { time.Sleep(8 * time.Second); return nil }
		answers := make(chan string, 2)
		go func() { answers <- l.rank() }()
		time.Sleep(time.Second)
		l.stop()
		synctest.Wait()

		// Within the delay of 5 s: not ready, but still serving.
		wantPrefix(t, "ready", l.get("api:80/health/ready"), `503 close {"error":"Shutting down","message":"not ready: draining"`)
		wantPrefix(t, "live", l.get("api:80/health/live"), `200 close {"status":"alive"`)
		go func() { answers <- l.rank() }()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		// After it: nothing new is accepted.
		wantPrefix(t, "late request", l.rank(), "error")
		for range 2 {
			wantPrefix(t, "request under way", <-answers, "200 close ")
		}
		start := time.Now()
		if err := l.wait(); err != nil || !closed {
			t.Errorf("Run returned %v, backend closed: %v", err, closed)
		}
		if waited := time.Since(start); waited > time.Second {
			t.Errorf("Run went on for %v after the last request", waited)
		}
	})
}

func TestRequestsBeyondTheDrainTimeoutGetAStructured503(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, nil, func(o *Options) { o.Settings.Limits.RequestTimeoutMilliseconds = 600_000 })
		l.ranker.hook = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		answer := make(chan string, 1)
		go func() { answer <- l.rank() }()
		synctest.Wait()
		start := time.Now()
		l.stop()
		wantPrefix(t, "request", <-answer, `503 close {"error":"Shutting down","message":"the server shut down before the answer was complete"`)
		if took, want := time.Since(start), 35*time.Second; took != want {
			t.Errorf("cut after %v, want %v", took, want)
		}
		if err := l.wait(); err != nil {
			t.Error(err)
		}
	})
}

// So does one whose body is still on its way.
func TestABodyBeyondTheDrainTimeoutGetsAStructured503(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, nil, func(o *Options) { o.Settings.Drain.TimeoutSeconds = 10 })
		body, feed := io.Pipe()
		go func() { _, _ = io.WriteString(feed, `{"query":`) }()
		answer := make(chan string, 1)
		go func() {
			resp, err := l.client.Post("http://api:80/v1/rerank", "application/json", body)
			answer <- l.read(resp, err)
		}()
		synctest.Wait()
		start := time.Now()
		l.stop()
		wantPrefix(t, "request", <-answer, `503 close {"error":"Shutting down","message":"the server shut down before the answer was complete"`)
		if took, want := time.Since(start), 15*time.Second; took != want {
			t.Errorf("cut after %v, want %v", took, want)
		}
		feed.Close()
		if err := l.wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPodThatIsStoppedWhileLoadingEndsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, func(ctx context.Context, _ *life) (*Backend, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		start := time.Now()
		l.stop()
		if err := l.wait(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestTheDeadlineOfARequestIsA504(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, nil)
		l.ranker.hook = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		start := time.Now()
		wantPrefix(t, "request", l.rank(), `504 {"error":"Deadline exceeded"`)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v, want 10s", took)
		}
		l.stop()
		if err := l.wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestACallerWhoLeavesStopsTheWorkAndIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := live(t, nil)
		stopped := make(chan struct{})
		l.ranker.hook = func(ctx context.Context) error { <-ctx.Done(); close(stopped); return ctx.Err() }
		ctx, leave := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://api:80/v1/rerank", strings.NewReader(`{"query":"q","documents":["x"]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		go func() {
			if resp, err := l.client.Do(r); err == nil {
				resp.Body.Close()
			}
		}()
		synctest.Wait()
		leave()
		<-stopped
		synctest.Wait()
		if log := l.log.String(); !strings.Contains(log, `"status":499`) {
			t.Errorf("no 499 in the log:\n%s", log)
		}
		l.stop()
		if err := l.wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestASlowBodyIsRefusedInTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		timeoutMs string
		status    string
		after     time.Duration
	}{
		"the server's patience":     {"", "400 ", transferTimeout},
		"no longer than the caller": {"300", "504 ", 300 * time.Millisecond},
	} {
		for _, encoding := range []string{"", "gzip"} {
			t.Run(name+", "+encoding, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { stall(t, encoding, tc.timeoutMs, tc.status, tc.after) })
			})
		}
	}
}

// stall sends the beginning of a body and checks the answer, and when it comes.
func stall(t *testing.T, encoding, timeoutMs, status string, after time.Duration) {
	t.Helper()
	l := live(t, nil)
	body, feed := io.Pipe()
	beginning := `{"query":`
	if encoding == "gzip" {
		beginning = "\x1f\x8b\x08" // not even its header
	}
	go func() { _, _ = io.WriteString(feed, beginning) }()
	r, err := http.NewRequest(http.MethodPost, "http://api:80/v1/rerank", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if timeoutMs != "" {
		r.Header.Set(HeaderTimeoutMs, timeoutMs)
	}
	if encoding != "" {
		r.Header.Set("Content-Encoding", encoding)
	}
	start := time.Now()
	resp, err := l.client.Do(r)
	wantPrefix(t, "request", l.read(resp, err), status)
	if took := time.Since(start); took != after {
		t.Errorf("took %v, want %v", took, after)
	}
	feed.Close()
	l.stop()
	if err := l.wait(); err != nil {
		t.Error(err)
	}
}

func TestRunReportsAListenerThatCannotOpen(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = newPod().Run(t.Context(), RunOptions{Address: "127.0.0.1:0", MetricsAddress: taken.Addr().String()})
	if err == nil || !strings.Contains(err.Error(), "listen for metrics") {
		t.Errorf("error %v", err)
	}
}

func TestTheSecondSignalExitsAtOnce(t *testing.T) {
	t.Parallel()
	signals, done := make(chan os.Signal), make(chan struct{})
	ended, code, drains := make(chan struct{}), 0, 0
	go func() {
		defer close(ended)
		watch(signals, done, func() { drains++ }, slog.New(slog.DiscardHandler), func(c int) { code = c })
	}()
	signals <- syscall.SIGTERM
	signals <- syscall.SIGINT
	<-ended
	if drains != 1 || code != 130 {
		t.Errorf("%d drains, exit code %d; want 1 and 130", drains, code)
	}
}
