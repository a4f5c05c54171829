// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
	"github.com/quantumrerank/quantumrerank/reranker/server/page"
)

// access says who may use a route, and when.
type access int

const (
	// open routes answer everybody, always.
	open access = iota
	// keyed routes want a key when keys are configured.
	keyed
	// serving routes want a key and a loaded model.
	serving
)

// route is one path and what it does.
type route struct {
	path   string
	method string
	access access
	// label is the value of the label "route": the path, or the best known of
	// the paths that mean the same.
	label string
	// quiet routes are asked every few seconds by probes.
	quiet bool
	// dialects are the labels that requests of this route may be counted under.
	dialects []string
	// renderError is the shape of errors until the body is understood.
	renderError dialect.ErrorRenderer
	handle      func(*exchange) error
}

// pattern is the route's pattern in net/http's terms, where a slash at the end
// stands for everything below it unless one says otherwise.
func (r *route) pattern() string {
	if strings.HasSuffix(r.path, "/") {
		return r.path + "{$}"
	}
	return r.path
}

// healthRoutes are the health routes with all their spellings.
var healthRoutes = []struct {
	handle func(*exchange) error
	paths  []string
}{
	{(*exchange).healthBasic, []string{contract.PathHealth, "/healthz", "/ping", "/compat/tei/health", "/compat/infinity/health", "/compat/llamacpp/health", "/compat/vllm/health"}},
	{(*exchange).healthDetailed, []string{contract.PathHealthDetailed}},
	{(*exchange).healthReady, []string{contract.PathHealthReady, "/readyz", "/v1/health/ready", "/compat/nim/v1/health/ready"}},
	{(*exchange).healthLive, []string{contract.PathHealthLive, "/livez", "/v1/health/live", "/compat/nim/v1/health/live"}},
}

// modelRoutes list the model; infoRoutes tell the limits.
var (
	modelRoutes = []string{"/v1/models", "/models", "/compat/nim/v1/models", "/compat/vllm/v1/models", "/compat/infinity/models", "/compat/llamacpp/v1/models"}
	infoRoutes  = []string{"/info", "/compat/tei/info"}
)

// routes returns every route of the server.
func routes() []route {
	var all []route
	for _, e := range dialect.Endpoints {
		all = append(all, route{
			path: e.Path, label: e.Path, method: http.MethodPost, access: serving, dialects: e.Dialects(),
			renderError: e.Fallback.RenderError,
			handle:      func(x *exchange) error { return x.rerank(e) },
		})
	}
	for _, e := range dialect.PairsEndpoints {
		all = append(all, route{
			path: e.Path, label: e.Path, method: http.MethodPost, access: serving, dialects: []string{e.Name},
			renderError: e.RenderError,
			handle:      func(x *exchange) error { return x.similarity(e) },
		})
	}
	get := func(access access, handle func(*exchange) error, paths ...string) {
		for _, path := range paths {
			all = append(all, route{
				path: path, label: paths[0], method: http.MethodGet, access: access, quiet: access == open,
				dialects: []string{metrics.DialectNone}, handle: handle,
			})
		}
	}
	for _, h := range healthRoutes {
		get(open, h.handle, h.paths...)
	}
	get(keyed, (*exchange).models, modelRoutes...)
	get(keyed, (*exchange).info, infoRoutes...)
	get(open, (*exchange).openAPI, "/openapi.json")
	for _, a := range page.Assets {
		get(open, func(x *exchange) error { return x.page(a) }, a.Path)
		// All of them count as the page.
		all[len(all)-1].label = page.Assets[0].Path
	}
	return all
}

// MetricRoutes lists the routes for the metrics.
func MetricRoutes() []metrics.Route {
	var list []metrics.Route
	for _, r := range routes() {
		if r.path == r.label {
			list = append(list, metrics.Route{Pattern: r.label, Dialects: r.dialects, Works: r.access == serving})
		}
	}
	return list
}

// Handler returns the HTTP surface.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes() {
		mux.Handle(r.pattern(), s.serve(r))
	}
	mux.Handle("/", s.serve(route{
		label: metrics.RouteOther, dialects: []string{metrics.DialectNone},
		handle: func(x *exchange) error {
			return api.NewProblem(api.CodeNotFound, "no such path")
		},
	}))
	return s.traced(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Clients glue base URLs and paths together with one slash too many;
		// the mux would answer with a redirect, which some do not follow.
		if strings.Contains(r.URL.Path, "//") {
			r.URL.Path = squeeze(r.URL.Path)
			r.URL.RawPath = ""
		}
		mux.ServeHTTP(w, r)
	}))
}

// squeeze makes one slash of every run of slashes.
func squeeze(path string) string {
	var b strings.Builder
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			b.WriteByte(path[i])
		}
	}
	return b.String()
}

// serve makes a handler of one route.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := s.begin(w, r, rt)
		defer x.end()
		x.run(func(x *exchange) error {
			if done, err := x.enter(rt); done || err != nil {
				return err
			}
			return rt.handle(x)
		})
	})
}

// enter checks the method, the key and the phase of the server. done is true
// when the request is answered already.
func (x *exchange) enter(rt route) (done bool, err error) {
	allowed := methodsOf(rt.method)
	switch {
	case rt.method == "":
		return false, nil
	case x.r.Method == http.MethodOptions:
		x.w.Header().Set("Allow", strings.Join(allowed, ", "))
		x.status = http.StatusNoContent
		x.w.WriteHeader(x.status)
		return true, nil
	case !slices.Contains(allowed, x.r.Method):
		p := api.NewProblem(api.CodeMethodNotAllowed, "method not allowed: want %s", rt.method)
		p.Allow = strings.Join(allowed, ", ")
		return false, p
	}
	if rt.access >= keyed {
		if err := x.authenticate(); err != nil {
			return false, err
		}
	}
	if rt.access == serving {
		return false, x.s.admits()
	}
	return false, nil
}

func methodsOf(method string) []string {
	if method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead, http.MethodOptions}
	}
	return []string{method, http.MethodOptions}
}
