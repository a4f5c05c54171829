// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// The cluster that all tests share.
var (
	kubeconfig string
	restConfig *rest.Config
	k8s        client.Client
	clientset  kubernetes.Interface
	operator   *release
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	kubeconfig = os.Getenv("KUBECONFIG")
	if kubeconfig == "" {
		return 1, fmt.Errorf("KUBECONFIG is not set: run `make e2e`, or name a cluster that may be written to")
	}
	if err := connect(); err != nil {
		return 1, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var err error
	if operator, err = install(ctx); err != nil {
		return 1, err
	}
	code := m.Run()
	if operator.owned && os.Getenv("E2E_KEEP") == "" {
		err = operator.uninstall()
	}
	return code, err
}

func connect() error {
	var err error
	if restConfig, err = clientcmd.BuildConfigFromFlags("", kubeconfig); err != nil {
		return fmt.Errorf("KUBECONFIG %s: %w", kubeconfig, err)
	}
	restConfig.QPS, restConfig.Burst = 100, 200
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	if k8s, err = client.New(restConfig, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("the cluster of %s does not answer: %w", kubeconfig, err)
	}
	clientset, err = kubernetes.NewForConfig(restConfig)
	return err
}

// Shorthands for the kinds that the tests read most.
type (
	deployment = appsv1.Deployment
	autoscaler = autoscalingv2.HorizontalPodAutoscaler
	pod        = corev1.Pod
)
