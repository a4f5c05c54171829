// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// clusterIPsReachable says whether Services answer on this machine under their
// own addresses, as they do with the node back end.
var clusterIPsReachable = sync.OnceValue(func() bool {
	var service corev1.Service
	if err := k8s.Get(context.Background(), client.ObjectKey{Namespace: "default", Name: "kubernetes"}, &service); err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(service.Spec.ClusterIP, "443"), 2*time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
})

// endpoint is a Service as callers reach it.
type endpoint struct {
	base   string
	client *http.Client
}

// service finds a Reranker's Service: by its cluster address where that is
// reachable, else through the API server, which also picks a ready pod for
// each request.
func service(t *testing.T, rr *v1alpha1.Reranker) endpoint {
	t.Helper()
	if !clusterIPsReachable() {
		httpClient, err := rest.HTTPClientFor(restConfig)
		if err != nil {
			t.Fatal(err)
		}
		key := child(rr)
		return endpoint{
			base:   fmt.Sprintf("%s/api/v1/namespaces/%s/services/http:%s:80/proxy", restConfig.Host, key.Namespace, key.Name),
			client: httpClient,
		}
	}
	var svc corev1.Service
	if err := k8s.Get(t.Context(), child(rr), &svc); err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return endpoint{base: "http://" + svc.Spec.ClusterIP, client: &http.Client{Transport: transport}}
}

// reconnecting is the same Service on a new connection for each request: one
// that is kept stays with its pod until that is gone.
func (e endpoint) reconnecting() endpoint {
	if clusterIPsReachable() {
		e.client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	return e
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (e endpoint) do(ctx context.Context, method, path string, body []byte) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, e.base+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		// Whatever else runs on this machine: these tests want whole answers,
		// and leave it to others how fast they come.
		request.Header.Set(contract.HeaderDegradation, contract.DegradationNever)
	}
	response, err := e.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return reply{status: response.StatusCode, header: response.Header, body: content}, err
}

// caller is the product's own client. It asks once: these tests count what
// fails.
func (e endpoint) caller() (*rerank.Client, error) {
	return rerank.New(e.base, rerank.WithHTTPClient(e.client), rerank.WithRetry(rerank.NoRetry))
}

// rerank asks for a whole answer, within half a minute.
func (e endpoint) rerank(ctx context.Context, request rerank.Request) (*rerank.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	caller, err := e.caller()
	if err != nil {
		return nil, err
	}
	request.Degradation = contract.DegradationNever
	return caller.Rerank(ctx, request)
}
