// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tracing

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func from(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestTheEnvironmentIsReadAsItsSpecificationSays(t *testing.T) {
	const base, own = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	tests := map[string]struct {
		env  []string
		want *config
	}{
		"nothing said":     {nil, nil},
		"a base":           {[]string{base, "http://collector:4318/"}, &config{"http://collector:4318/v1/traces", http.Header{}, 10 * time.Second, ""}},
		"a whole URL":      {[]string{base, "http://a", own, "https://b/x"}, &config{"https://b/x", http.Header{}, 10 * time.Second, ""}},
		"disabled":         {[]string{base, "http://a", "OTEL_SDK_DISABLED", "true"}, nil},
		"without exporter": {[]string{base, "http://a", "OTEL_TRACES_EXPORTER", "none"}, nil},
		"everything": {
			[]string{
				base, "http://a", "OTEL_EXPORTER_OTLP_HEADERS", "X-Other=1", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", " authorization=Bearer%20k==, x-b = c ",
				"OTEL_EXPORTER_OTLP_TIMEOUT", "2500", "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem",
			},
			&config{"http://a/v1/traces", http.Header{"Authorization": {"Bearer k=="}, "X-B": {"c"}}, 2500 * time.Millisecond, "/ca.pem"},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := read(from(tc.env...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(config{})); diff != "" {
				t.Errorf("config (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeMeantIsAnErrorWithoutSecrets(t *testing.T) {
	const base = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for name, env := range map[string][]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": {base, "user:secret@collector"},
		"OTEL_EXPORTER_OTLP_PROTOCOL": {base, "http://a", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
		"OTEL_EXPORTER_OTLP_TIMEOUT":  {base, "http://a", "OTEL_EXPORTER_OTLP_TIMEOUT", "1s"},
		"OTEL_EXPORTER_OTLP_HEADERS":  {base, "http://a", "OTEL_EXPORTER_OTLP_HEADERS", "secret"},
		"OTEL_SDK_DISABLED":           {base, "http://a", "OTEL_SDK_DISABLED", "perhaps"},
	} {
		if _, err := read(from(env...)); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACertificateThatIsNoneIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{file, file + ".absent"} {
		env := from("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318", "OTEL_EXPORTER_OTLP_CERTIFICATE", f)
		if p, err := Open(t.Context(), env, "v1", slog.New(slog.DiscardHandler)); p != nil || err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_CERTIFICATE") {
			t.Errorf("%s: %v", f, err)
		}
	}
}

func TestNothingIsOpenedWhereNothingIsSaid(t *testing.T) {
	p, err := Open(t.Context(), from(), "v1", slog.New(slog.DiscardHandler))
	if p != nil || err != nil {
		t.Errorf("got %v, %v", p, err)
	}
	if err := Close(p); err != nil {
		t.Error(err)
	}
}

func FuzzHeaders(f *testing.F) {
	f.Add("a=b,c=d%20e")
	f.Add("=,%zz=%zz,a")
	f.Fuzz(func(t *testing.T, list string) {
		h, err := headers(list)
		if err != nil {
			return
		}
		for name := range h {
			if name == "" {
				t.Errorf("%q gives a header without a name", list)
			}
		}
	})
}
