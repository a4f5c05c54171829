// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tracing

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// client posts spans. It is an otlptrace.Client.
type client struct {
	config config
	http   *http.Client
}

func newClient(c config) (*client, error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: time.Minute}
	if c.certificate != "" {
		pem, err := os.ReadFile(c.certificate)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %s holds no certificate", c.certificate)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return &client{config: c, http: &http.Client{Transport: transport}}, nil
}

// Start does nothing: connections are made when they are needed.
func (c *client) Start(context.Context) error { return nil }

// Stop closes what is kept open.
func (c *client) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// Times between two tries, where the collector names none.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 4 * time.Second
)

// UploadTraces posts the spans, and tries again within the timeout where the
// collector says that this may help. TracesData has the same encoding as the
// request of the collector's service.
func (c *client) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return fmt.Errorf("encode spans: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.config.timeout)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		after, again, err := c.post(ctx, body)
		if err == nil || !again {
			return err
		}
		timer := time.NewTimer(max(pause, after))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// post sends body once. again says that another try makes sense, after the time
// that the collector asked for.
func (c *client) post(ctx context.Context, body []byte) (after time.Duration, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.url, bytes.NewReader(body))
	if err != nil {
		return 0, false, err
	}
	req.Header = c.config.header.Clone()
	req.Header.Set("Content-Type", "application/x-protobuf")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, ctx.Err() == nil, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	switch resp.StatusCode {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return 0, false, nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		again = true
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return time.Duration(max(seconds, 0)) * time.Second, again, fmt.Errorf("the collector answered %s", resp.Status)
}
