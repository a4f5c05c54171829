// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

var (
	// adminConfig may do everything; tests use it to play users and the rest
	// of the cluster.
	adminConfig *rest.Config
	admin       client.Client
	scheme      = runtime.NewScheme()
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	flag.Parse()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		fmt.Fprintln(os.Stderr, "KUBEBUILDER_ASSETS is not set: it names the directory with etcd and kube-apiserver. Run `make integration`, which finds or builds them.")
		return 1
	}
	ctrl.SetLogger(zap.New(zap.UseDevMode(testing.Verbose()), zap.WriteTo(logTarget())))
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))

	env := &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join("..", "..", "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	// The default range holds 254 Services.
	env.ControlPlane.GetAPIServer().Configure().Set("service-cluster-ip-range", "10.96.0.0/16")
	var err error
	if adminConfig, err = env.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "start the API server:", err)
		return 1
	}
	defer func() {
		if err := env.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the API server:", err)
		}
	}()
	adminConfig.QPS, adminConfig.Burst = -1, 0
	if admin, err = client.New(adminConfig, client.Options{Scheme: scheme}); err != nil {
		fmt.Fprintln(os.Stderr, "make a client:", err)
		return 1
	}
	if err := installRBAC(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "install config/rbac:", err)
		return 1
	}
	return m.Run()
}
