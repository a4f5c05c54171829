// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package contract

// MetricLabelBatch tells reranks that the latency target is about, those of up
// to targets.batchDocuments documents, from larger ones.
const (
	MetricLabelBatch = "batch"
	BatchTarget      = "target"
	BatchLarger      = "larger"
)

// MetricLabelReason says why a request was refused. Requests that a pod refuses
// while it loads or ends are no sign of too little capacity.
const (
	MetricLabelReason = "reason"
	ShedDraining      = "draining"
	ShedLoading       = "loading"
)
