// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/quantumrerank/quantumrerank/controllers"
)

const (
	operatorNamespace = "quantumrerank-system"
	operatorUser      = "system:serviceaccount:quantumrerank-system:quantumrerank-operator"
	releaseImage      = "quantumrerank/reranker:v1"
	// patience is far more than any step needs on a slow machine.
	patience = 60 * time.Second
	tick     = 50 * time.Millisecond
)

func logTarget() io.Writer {
	if testing.Verbose() {
		return os.Stderr
	}
	return io.Discard
}

// installRBAC creates what config/rbac holds, as a person would.
func installRBAC(ctx context.Context) error {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}}
	if err := admin.Create(ctx, ns); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "rbac", "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("find config/rbac: %d files, %w", len(files), err)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := createAll(ctx, data); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func createAll(ctx context.Context, data []byte) error {
	for dec := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096); ; {
		var obj unstructured.Unstructured
		if err := dec.Decode(&obj); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if len(obj.Object) == 0 {
			continue
		}
		if err := admin.Create(ctx, &obj); err != nil {
			return err
		}
	}
}

// counter counts the requests of one operator, and apart from them those that
// change something.
type counter struct {
	all    atomic.Int64
	writes atomic.Int64
	mu     sync.Mutex
	seen   []string
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.all.Add(1)
	if req.Method != http.MethodGet {
		c.writes.Add(1)
		c.mu.Lock()
		c.seen = append(c.seen, req.Method+" "+req.URL.Path)
		c.mu.Unlock()
	}
	return c.next.RoundTrip(req)
}

func (c *counter) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.seen...)
}

// operator is one running operator.
type operator struct {
	*counter
	reconciler *controllers.Reconciler
	stop       func()
}

// startOperator runs an operator for one namespace until the test ends, or
// until stop. image is its release's image; more sets up what most tests do
// without.
func startOperator(t *testing.T, namespace, image string, more ...func(ctrl.Manager, *controllers.Reconciler)) *operator {
	t.Helper()
	return startOperatorOf(t, namespace, labels.Everything(), image, more...)
}

// startOperatorOf runs an operator for the Rerankers that a selector names.
func startOperatorOf(
	t *testing.T, namespace string, of labels.Selector, image string, more ...func(ctrl.Manager, *controllers.Reconciler),
) *operator {
	t.Helper()
	op := &operator{counter: &counter{}}
	config := rest.CopyConfig(adminConfig)
	config.Impersonate = rest.ImpersonationConfig{UserName: operatorUser}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		op.next = next
		return op
	})
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:     scheme,
		Cache:      controllers.CacheOptions([]string{namespace}, of),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: ctrlconfig.Controller{SkipNameValidation: new(true)},
	})
	if err != nil {
		t.Fatalf("make a manager: %v", err)
	}
	op.reconciler = &controllers.Reconciler{
		Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Recorder: mgr.GetEventRecorder("test"),
		Image: image, OperatorNamespace: operatorNamespace, Now: time.Now,
	}
	for _, f := range more {
		f(mgr, op.reconciler)
	}
	if err := op.reconciler.SetupWithManager(mgr, 2); err != nil {
		t.Fatalf("set up the controller: %v", err)
	}
	op.run(t, mgr)
	return op
}

func (o *operator) run(t *testing.T, mgr ctrl.Manager) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the operator stopped with: %v", err)
		}
	})
	t.Cleanup(o.stop)
	if !mgr.GetCache().WaitForCacheSync(ctx) {
		t.Fatal("the operator's caches did not fill")
	}
}

// newNamespace makes a namespace for one test.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := admin.Create(t.Context(), ns); err != nil {
		t.Fatalf("make a namespace: %v", err)
	}
	return ns.Name
}

// eventually waits until check returns nil.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	eventuallyFor(t, what, patience, check)
}

func eventuallyFor(t *testing.T, what string, wait time.Duration, check func() error) {
	t.Helper()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	deadline := time.After(wait)
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s: %v", what, err)
		case <-ticker.C:
		}
	}
}

// get reads an object past all caches.
func get[T client.Object](t *testing.T, namespace, name string, obj T) T {
	t.Helper()
	if err := admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, obj); err != nil {
		t.Fatalf("get %T %s/%s: %v", obj, namespace, name, err)
	}
	return obj
}
