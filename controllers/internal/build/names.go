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
	url := fmt.Sprintf("http://%s.%s.svc", Name(rr), rr.Namespace)
	if port := servicePort(rr); port != v1alpha1.DefaultServicePort {
		url = fmt.Sprintf("%s:%d", url, port)
	}
	return url
}

func servicePort(rr *v1alpha1.Reranker) int32 {
	if s := rr.Spec.Service; s != nil && s.Port != nil {
		return *s.Port
	}
	return v1alpha1.DefaultServicePort
}
