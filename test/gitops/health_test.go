// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package gitops has the tools that wait for a Reranker look at one: Argo CD by
// the script in config/argocd, run in the interpreter that Argo CD uses, and
// everything that uses kstatus, Flux above all. The Rerankers are the golden
// ones of the operator's own status package.
//
// It is a module of its own: neither the interpreter nor kstatus is a
// dependency of the product.
package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
	"sigs.k8s.io/yaml"
)

const (
	goldens = "../../controllers/internal/status/testdata"
	script  = "../../config/argocd/health.lua"
)

// wanted says how each golden Reranker looks to Argo CD and to kstatus.
var wanted = map[string]struct {
	argo    string
	message string
	kstatus status.Status
}{
	"ready":           {"Healthy", "at least 2 pods serve", status.CurrentStatus},
	"targets-missed":  {"Healthy", "at least 2 pods serve", status.CurrentStatus},
	"killed-once":     {"Healthy", "at least 2 pods serve", status.CurrentStatus},
	"starting":        {"Progressing", "0 pods serve", status.InProgressStatus},
	"rolling-out":     {"Progressing", "", status.InProgressStatus},
	"changed":         {"Progressing", "latest change", status.InProgressStatus},
	"awaits-deletion": {"Progressing", "still being deleted", status.InProgressStatus},
	"crashing":        {"Degraded", "CrashLoop: ", status.InProgressStatus},
	"rollout-fails":   {"Degraded", "ModelNotFound: ", status.FailedStatus},
	"name-taken":      {"Degraded", "NameConflict: ", status.FailedStatus},
	"suspended":       {"Suspended", "spec.suspend is true", status.InProgressStatus},
	"paused":          {"Suspended", "remove it to go on", status.CurrentStatus},
}

func TestToolsUnderstandARerankersStatus(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(goldens, "*.golden.yaml"))
	if err != nil || len(files) != len(wanted) {
		t.Fatalf("%d golden Rerankers, want %d (%v)", len(files), len(wanted), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".golden.yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, ok := wanted[name]
			if !ok {
				t.Fatal("no expectation")
			}
			obj := read(t, file)
			argo, message := argoHealth(t, obj)
			if argo != want.argo || !strings.Contains(message, want.message) {
				t.Errorf("Argo CD: %s %q, want %s and %q", argo, message, want.argo, want.message)
			}
			result, err := status.Compute(&unstructured.Unstructured{Object: obj})
			if err != nil {
				t.Fatal(err)
			}
			if result.Status != want.kstatus {
				t.Errorf("kstatus: %s (%s), want %s", result.Status, result.Message, want.kstatus)
			}
		})
	}
}

func TestARerankerThatNobodyHasSeenYet(t *testing.T) {
	t.Parallel()
	obj := map[string]any{"metadata": map[string]any{"generation": float64(1)}, "spec": map[string]any{}}
	if argo, message := argoHealth(t, obj); argo != "Progressing" {
		t.Errorf("Argo CD: %s %q, want Progressing", argo, message)
	}
}

func read(t *testing.T, file string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if data, err = yaml.YAMLToJSON(data); err != nil {
		t.Fatal(err)
	}
	var out unstructured.Unstructured
	if err := out.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return out.Object
}

// argoHealth runs the script as Argo CD does: with the object in the global
// obj, and no libraries but the base, table and string ones.
func argoHealth(t *testing.T, obj map[string]any) (health, message string) {
	t.Helper()
	l := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer l.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		if err := l.CallByParam(lua.P{Fn: l.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			t.Fatal(err)
		}
	}
	l.SetGlobal("obj", value(l, obj))
	code, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.DoString(string(code)); err != nil {
		t.Fatalf("run %s: %v", script, err)
	}
	result, ok := l.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("the script returned %s, want a table", l.Get(-1))
	}
	return result.RawGetString("status").String(), result.RawGetString("message").String()
}

// value turns decoded YAML into Lua.
func value(l *lua.LState, v any) lua.LValue {
	switch v := v.(type) {
	case map[string]any:
		out := l.NewTable()
		for key, item := range v {
			out.RawSetString(key, value(l, item))
		}
		return out
	case []any:
		out := l.NewTable()
		for _, item := range v {
			out.Append(value(l, item))
		}
		return out
	case string:
		return lua.LString(v)
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	case int64:
		return lua.LNumber(v)
	default:
		return lua.LNil
	}
}
