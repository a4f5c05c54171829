// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// ContainerName is the name of the serving container.
const ContainerName = "reranker"

// Name is the name that all children of a Reranker share, ConfigMaps excepted.
// The suffix keeps them apart from a Deployment or Service that a person may
// have called like the Reranker.
func Name(rr *v1alpha1.Reranker) string { return rr.Name + "-reranker" }

// URL is where the API answers inside the cluster.
func URL(rr *v1alpha1.Reranker) string {
	scheme := "http"
	if tlsSecret(rr) != "" {
		scheme = "https"
	}
	url := fmt.Sprintf("%s://%s.%s.svc", scheme, Name(rr), rr.Namespace)
	if port := servicePort(rr); port != defaultServicePort(rr) {
		url = fmt.Sprintf("%s:%d", url, port)
	}
	return url
}

func servicePort(rr *v1alpha1.Reranker) int32 {
	if s := rr.Spec.Service; s != nil && s.Port != nil {
		return *s.Port
	}
	return defaultServicePort(rr)
}

// defaultServicePort is the one that clients take for the scheme.
func defaultServicePort(rr *v1alpha1.Reranker) int32 {
	if tlsSecret(rr) != "" {
		return v1alpha1.DefaultTLSServicePort
	}
	return v1alpha1.DefaultServicePort
}
