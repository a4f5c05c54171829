// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const clusterRolePrefix = systemNamespace + "-" + releaseName + "-"

// With Roles in one namespace the operator does its whole work there, and
// touches nothing elsewhere.
func TestRolesOfOneNamespaceAreEnough(t *testing.T) {
	ours, theirs := newNamespace(t), newNamespace(t)
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("back to the whole cluster: %v", err)
		}
	})
	if err := operator.upgrade("--set", "watchNamespaces={"+ours+"}", "--set", "rbac.aggregate=false"); err != nil {
		t.Fatal(err)
	}
	err := k8s.Get(t.Context(), client.ObjectKey{Name: clusterRolePrefix + "operator"}, &rbacv1.ClusterRole{})
	if !apierrors.IsNotFound(err) {
		t.Fatalf("the ClusterRole of before is still there: %v", err)
	}
	elsewhere := create(t, small(theirs, "elsewhere"))
	rr := create(t, small(ours, "here"))
	untilReady(t, rr, withinReady)
	var svc corev1.Service
	read(t, rr, &svc)
	if err := k8s.Delete(t.Context(), &svc); err != nil {
		t.Fatal(err)
	}
	untilNewService(t, rr, svc.UID)
	if err := k8s.Get(t.Context(), client.ObjectKeyFromObject(elsewhere), elsewhere); err != nil {
		t.Fatal(err)
	}
	if len(elsewhere.Status.Conditions) > 0 {
		t.Errorf("a Reranker of a namespace that is not watched has conditions %+v", elsewhere.Status.Conditions)
	}
	if log := operatorLog(t); strings.Contains(log, "forbidden") {
		t.Errorf("the operator lacks a permission:\n%s", log)
	}
}

// operatorLog is what the operator that is there now has said.
func operatorLog(t *testing.T) string {
	t.Helper()
	var pods corev1.PodList
	if err := k8s.List(t.Context(), &pods, client.InNamespace(systemNamespace), operatorPods); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, p := range pods.Items {
		if p.DeletionTimestamp != nil {
			continue
		}
		content, err := clientset.CoreV1().Pods(p.Namespace).GetLogs(p.Name, &corev1.PodLogOptions{}).DoRaw(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

// The operator's metrics are for callers that the API server lets read them.
func TestOperatorMetricsAskWhoReads(t *testing.T) {
	if !clusterIPsReachable() {
		t.Skip("Services of this cluster cannot be reached from here")
	}
	namespace := newNamespace(t)
	wantMetrics(t, "nobody", "", http.StatusUnauthorized, "")
	wantMetrics(t, "somebody without the right", tokenOf(t, namespace, "stranger"), http.StatusForbidden, "")
	reader := tokenOf(t, namespace, "reader")
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: clusterRolePrefix + "metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: namespace, Name: "reader"}},
	}
	if err := k8s.Create(t.Context(), binding); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k8s.Delete(context.Background(), binding); err != nil {
			t.Errorf("delete binding: %v", err)
		}
	})
	wantMetrics(t, "somebody with the right", reader, http.StatusOK, "controller_runtime_reconcile_total")
}

// tokenOf makes a ServiceAccount and a token of it.
func tokenOf(t *testing.T, namespace, name string) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	if err := k8s.Create(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	request := &authenticationv1.TokenRequest{}
	if err := k8s.SubResource("token").Create(t.Context(), account, request); err != nil {
		t.Fatal(err)
	}
	return request.Status.Token
}

// wantMetrics reads the operator's metrics with a token until status and page
// are as wanted: the operator keeps an answer of the API server for some
// seconds, and its controller has series only once it leads.
func wantMetrics(t *testing.T, who, token string, status int, contains string) {
	t.Helper()
	var svc corev1.Service
	key := client.ObjectKey{Namespace: systemNamespace, Name: operatorName + "-metrics"}
	if err := k8s.Get(t.Context(), key, &svc); err != nil {
		t.Fatal(err)
	}
	// The certificate is the operator's own.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} //nolint:gosec // see above
	eventually(t, time.Minute, "metrics for "+who, func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("https://%s:%d/metrics", svc.Spec.ClusterIP, svc.Spec.Ports[0].Port), nil)
		if err != nil {
			return err
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := (&http.Client{Transport: transport}).Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if response.StatusCode != status || !strings.Contains(string(content), contains) {
			err = errors.Join(err, fmt.Errorf("status %d, want %d and %q: %.200s", response.StatusCode, status, contains, content))
		}
		return err
	})
}
