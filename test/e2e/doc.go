// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e tests the product in a real cluster: the chart installed by a
// real helm, the operator's image, pods of the reranker's image with the real
// model, and requests through the Service. `make e2e` brings cluster and images;
// with KUBECONFIG, OPERATOR_IMAGE and RERANKER_IMAGE set, any cluster will do.
//
// Tests that wait compare with deadlines that are promises of the product (a
// cause within 15 seconds), never with how fast the machine is.
package e2e
