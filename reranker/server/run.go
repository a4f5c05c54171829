// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/health"
)

const (
	// headerTimeout bounds the time for a request's headers.
	headerTimeout = 10 * time.Second
	// idleTimeout is longer than that of common load balancers and clients, so
	// that they close connections and not we, under their feet.
	idleTimeout = 3 * time.Minute
	// lastWords is how long requests that were cut short have for their 503.
	lastWords = time.Second
)

// RunOptions say where and with what a Server runs.
type RunOptions struct {
	// Address and MetricsAddress are "host:port" or ":port".
	Address, MetricsAddress string
	// TLS is how the API is served; nil is without TLS. Metrics never have it.
	TLS *tls.Config
	// Listen is net.Listen unless set.
	Listen func(ctx context.Context, network, address string) (net.Listener, error)
	// Load loads and verifies the model. It may say with Step what it does. Its
	// error ends Run.
	Load func(context.Context) (*Backend, error)
	// OnListen is told the addresses once both listeners are open, if set.
	OnListen func(api, metrics net.Addr)
}

// Run serves until ctx ends and the last request is answered. It listens
// first, so that liveness answers while the model loads; it becomes ready when
// the model is loaded and the golden pair has gone through it.
//
// When ctx ends, it is not ready at once but keeps serving for the drain delay,
// because endpoints are still in other people's lists; then it accepts nothing
// new and finishes what it has within the drain timeout. Requests beyond that
// get a structured 503. It returns nil after such an end.
func (s *Server) Run(ctx context.Context, opt RunOptions) error {
	if opt.Listen == nil {
		opt.Listen = new(net.ListenConfig).Listen
	}
	h, err := s.open(ctx, opt)
	if err != nil {
		return err
	}
	defer h.close()
	loaded := make(chan error, 1)
	loading, stopLoading := context.WithCancel(ctx)
	defer stopLoading()
	go func() { loaded <- s.load(loading, opt.Load) }()

	var result error
	select {
	case <-ctx.Done():
		s.drain()
		if err := <-loaded; err == nil {
			// Ready for a moment and maybe in somebody's list.
			s.shutdown(h, s.drainDelay())
		} else {
			s.shutdown(h, 0)
		}
		return s.closeBackend()
	case err := <-loaded:
		if err != nil {
			s.shutdown(h, 0)
			return err
		}
	case err := <-h.failed:
		stopLoading()
		<-loaded //nolint:errcheck // the listener's failure is the one to tell
		return errors.Join(fmt.Errorf("serve: %w", err), s.closeBackend())
	}

	select {
	case <-ctx.Done():
		s.shutdown(h, s.drainDelay())
	case err := <-h.failed:
		result = fmt.Errorf("serve: %w", err)
	}
	return errors.Join(result, s.closeBackend())
}

func (s *Server) drainDelay() time.Duration {
	return time.Duration(*s.settings.Drain.DelaySeconds) * time.Second
}

// load makes the server ready.
func (s *Server) load(ctx context.Context, load func(context.Context) (*Backend, error)) error {
	s.Step("loading model")
	b, err := load(ctx)
	if err != nil {
		return err
	}
	if err := s.try(ctx, b); err != nil {
		if b.Close != nil {
			err = errors.Join(err, b.Close())
		}
		return err
	}
	s.Start(b)
	s.log.Info("Became ready", "model", b.Model.Name, "digest", b.Model.Digest)
	return nil
}

// try tests what was loaded, and warms it up.
func (s *Server) try(ctx context.Context, b *Backend) error {
	s.Step("self-test")
	similarity, took, err := b.SelfTest(ctx)
	s.metrics.CountSelfTest(err == nil, s.now())
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	s.health.Remember(similarity, took)
	s.log.Info("Passed the self-test", "similarity", similarity, "tookMs", took.Seconds()*1000)
	if b.WarmUp == nil {
		return nil
	}
	s.Step("measuring speed")
	return b.WarmUp(ctx)
}

// hosts are the two HTTP servers of a Run.
type hosts struct {
	api, metrics *http.Server
	// cut ends every request under way.
	cut    context.CancelCauseFunc
	failed chan error
}

func (s *Server) open(ctx context.Context, opt RunOptions) (*hosts, error) {
	l, err := opt.Listen(ctx, "tcp", opt.Address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	ml, err := opt.Listen(ctx, "tcp", opt.MetricsAddress)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for metrics: %w", err), l.Close())
	}
	// Requests outlive ctx: its end begins the drain, cut ends it.
	base, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	h := &hosts{cut: cut, failed: make(chan error, 2)}
	h.api = s.host(s.Handler(), base)
	mux := http.NewServeMux()
	mux.Handle(contract.PathMetrics, s.metrics.Handler())
	h.metrics = s.host(mux, base)
	h.metrics.WriteTimeout = transferTimeout
	h.metrics.ReadTimeout = transferTimeout
	h.api.TLSConfig = opt.TLS
	go h.serve(h.api, l)
	go h.serve(h.metrics, ml)
	s.log.Info("Listened", "address", l.Addr().String(), "metricsAddress", ml.Addr().String(), "tls", opt.TLS != nil)
	if opt.OnListen != nil {
		opt.OnListen(l.Addr(), ml.Addr())
	}
	return h, nil
}

// host configures one HTTP server. Bodies and answers have deadlines of their
// own, set for each request.
func (s *Server) host(handler http.Handler, base context.Context) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func (h *hosts) serve(srv *http.Server, l net.Listener) {
	serve := srv.Serve
	if srv.TLSConfig != nil {
		serve = func(l net.Listener) error { return srv.ServeTLS(l, "", "") } // the configuration has the certificate
	}
	if err := serve(l); !errors.Is(err, http.ErrServerClosed) {
		h.failed <- err
	}
}

// close ends everything at once. After shutdown it has nothing left to do.
func (h *hosts) close() {
	h.cut(errDrained)
	// Both errors are about listeners that are closed already.
	_ = h.api.Close()
	_ = h.metrics.Close()
}

// shutdown leaves the way that Run describes.
func (s *Server) shutdown(h *hosts, delay time.Duration) {
	s.drain()
	s.log.Info("Began to drain", "delay", delay.String(), "active", s.Active())
	<-time.After(delay)

	s.closing.Store(true)
	timeout := time.Duration(s.settings.Drain.TimeoutSeconds) * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err := h.api.Shutdown(ctx)
	if err != nil {
		s.log.Warn("Cut requests short", "active", s.Active())
		h.cut(errDrained)
		last, cancel := context.WithTimeout(context.Background(), lastWords)
		defer cancel()
		err = h.api.Shutdown(last)
	}
	s.log.Info("Drained", "active", s.Active(), "complete", err == nil)
}

func (s *Server) closeBackend() error {
	if b := s.backend.Load(); b != nil && b.Close != nil {
		return b.Close()
	}
	return nil
}

// leaving reports whether the server is leaving.
func (s *Server) leaving() bool {
	phase, _ := s.state.Phase()
	return phase == health.Draining
}
