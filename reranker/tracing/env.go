// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tracing

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// config is what the environment says about the collector.
type config struct {
	url         string
	header      http.Header
	timeout     time.Duration
	certificate string // file of the roots that are trusted; empty for the system's
}

// defaultTimeout is the one of OpenTelemetry's specification.
const defaultTimeout = 10 * time.Second

// read returns nil where tracing is off.
func read(env func(string) string) (*config, error) {
	disabled, err := strconv.ParseBool(cmp.Or(env("OTEL_SDK_DISABLED"), "false"))
	if err != nil {
		return nil, fmt.Errorf("OTEL_SDK_DISABLED: want true or false, got %q", env("OTEL_SDK_DISABLED"))
	}
	endpoint, err := endpoint(env)
	if err != nil || endpoint == "" || disabled || env("OTEL_TRACES_EXPORTER") == "none" {
		return nil, err
	}
	own := func(name string) string {
		return cmp.Or(env("OTEL_EXPORTER_OTLP_TRACES_"+name), env("OTEL_EXPORTER_OTLP_"+name))
	}
	if p := own("PROTOCOL"); p != "" && p != "http/protobuf" {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q, want http/protobuf", p)
	}
	c := &config{url: endpoint, timeout: defaultTimeout, certificate: own("CERTIFICATE")}
	if v := own("TIMEOUT"); v != "" {
		ms, err := strconv.Atoi(v)
		if err != nil || ms <= 0 {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_TIMEOUT is %q, want milliseconds above 0", v)
		}
		c.timeout = time.Duration(ms) * time.Millisecond
	}
	c.header, err = headers(own("HEADERS"))
	return c, err
}

// endpoint returns the URL to post to, empty for none.
func endpoint(env func(string) string) (string, error) {
	name, suffix := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""
	if env(name) == "" {
		name, suffix = "OTEL_EXPORTER_OTLP_ENDPOINT", "/v1/traces"
	}
	if env(name) == "" {
		return "", nil
	}
	u, err := url.Parse(env(name))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		// The value may hold a password.
		return "", fmt.Errorf("%s: want a URL that begins with http:// or https://", name)
	}
	if suffix != "" {
		u.Path = strings.TrimSuffix(u.Path, "/") + suffix
	}
	return u.String(), nil
}

// headers reads "name=value,name=value" with values in percent encoding. Values
// are often secrets and never stand in an error.
func headers(list string) (http.Header, error) {
	h := http.Header{}
	for pair := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		name = strings.TrimSpace(name)
		if !ok || err != nil || name == "" {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_HEADERS: want name=value,name=value with values in percent encoding")
		}
		h.Set(name, value)
	}
	return h, nil
}
