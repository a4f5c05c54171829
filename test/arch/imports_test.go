// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/quantumrerank/quantumrerank"

// rule says which imports a set of packages must not reach. It is a statement
// of policy: do not weaken a rule just to make the test pass.
type rule struct {
	name string
	// from are path prefixes below the module.
	from []string
	// except are path prefixes below the module to which the rule does not apply.
	except []string
	// banned are import path prefixes; those that start with "./" are below the module.
	banned []string
	// allowed are exceptions to banned.
	allowed []string
	// transitive also refuses imports of imports.
	transitive bool
	reason     string
}

var rules = []rule{
	{
		name:       "the pod knows nothing of Kubernetes",
		from:       []string{"reranker/", "cmd/reranker"},
		banned:     []string{"k8s.io/", "sigs.k8s.io/", "./api/", "./controllers"},
		transitive: true,
		reason:     "the pod binary stays small and can be run, fuzzed and profiled on a laptop",
	},
	{
		name:    "the operator reads the treaty and nothing else of the pod",
		from:    []string{"controllers", "cmd/operator"},
		banned:  []string{"./reranker/"},
		allowed: []string{"./reranker/contract"},
		reason:  "the two halves may only meet in reranker/contract",
	},
	{
		name:    "the API types stand alone",
		from:    []string{"api/"},
		banned:  []string{"sigs.k8s.io/controller-runtime", "k8s.io/client-go", "./reranker/", "./controllers"},
		allowed: []string{"sigs.k8s.io/controller-runtime/pkg/scheme", "k8s.io/client-go/applyconfigurations", "./reranker/contract"},
		except:  []string{"api/v1alpha1/applyconfiguration"},
		reason:  "others import the types without pulling in a controller",
	},
	{
		name:    "builders and status are pure",
		from:    []string{"controllers/internal/build", "controllers/internal/status"},
		banned:  []string{"sigs.k8s.io/controller-runtime/pkg/client", "sigs.k8s.io/controller-runtime/pkg/log", "k8s.io/client-go/kubernetes", "net/http", "log/slog", "os"},
		allowed: nil,
		reason:  "deciding is apart from doing: no client, no log, no environment",
	},
	{
		name:       "scoring is pure",
		from:       []string{"reranker/method"},
		banned:     []string{"net/http", "net", "log/slog", "log", "os/exec", "./reranker/server", "./reranker/rerank", "./reranker/config"},
		transitive: false,
		reason:     "a score is a function of vectors, with no clock, client or log",
	},
	{
		name:   "the engine does not know the server",
		from:   []string{"reranker/engine"},
		banned: []string{"./reranker/server", "./reranker/rerank", "./reranker/method", "./reranker/config", "./reranker/guard"},
		reason: "text in, vectors out: the engine serves the command line and the server alike",
	},
	{
		name:   "the treaty imports nothing",
		from:   []string{"reranker/contract"},
		banned: []string{""},
		reason: "constants and plain types only",
	},
}

// pkg is what `go list -json` says of one package.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...")
	cmd.Dir = repoRoot(t)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("decode go list output: %v", err)
		}
		pkgs = append(pkgs, p)
	}
	return pkgs
}

func TestImportsFollowTheMap(t *testing.T) {
	pkgs := listPackages(t)
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			matched := 0
			for _, p := range pkgs {
				rel := strings.TrimPrefix(p.ImportPath, module+"/")
				if !hasAnyPrefix(rel, r.from) || hasAnyPrefix(rel, r.except) {
					continue
				}
				matched++
				for _, imp := range r.violations(p) {
					t.Errorf("%s imports %s: %s", rel, imp, r.reason)
				}
			}
			if matched == 0 {
				t.Errorf("no package matches %v: the rule guards nothing", r.from)
			}
		})
	}
}

// violations returns the imports of p that r forbids.
func (r rule) violations(p pkg) []string {
	imports := p.Imports
	if r.transitive {
		imports = p.Deps
	}
	var bad []string
	for _, imp := range imports {
		if matchesImport(imp, r.banned) && !matchesImport(imp, r.allowed) {
			bad = append(bad, imp)
		}
	}
	return bad
}

// matchesImport reports whether imp is one of the packages named by patterns:
// a pattern ending in "/" or empty is a prefix, any other also covers the
// packages below it.
func matchesImport(imp string, patterns []string) bool {
	for _, p := range patterns {
		p = strings.Replace(p, "./", module+"/", 1)
		if p == "" || imp == p || strings.HasPrefix(imp, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
