// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Labels and annotations that people may rely on.
const (
	// LabelReranker is on every child and pod of a Reranker and holds the
	// Reranker's name. It is part of the immutable selector.
	LabelReranker = "quantumrerank.io/reranker"

	// LabelTrack says which track of a Reranker a pod belongs to. It is part
	// of the immutable selector, so that a later candidate track can run
	// beside the stable one without receiving its traffic.
	LabelTrack = "quantumrerank.io/track"

	// TrackStable is the value of LabelTrack of pods that serve.
	TrackStable = "stable"

	// LabelSettings is on pods, on their ReplicaSets and on the ConfigMap that
	// they mount; it holds the hash of the settings. ConfigMaps are kept as
	// long as a ReplicaSet names them, so that a rollback finds its settings.
	LabelSettings = "quantumrerank.io/settings"

	// AnnotationPaused on a Reranker with the value "true" stops every write
	// of the operator but the status.
	AnnotationPaused = "quantumrerank.io/paused"

	// AnnotationDefaultImage is on a Deployment whose image is the operator's
	// own release. rollout.upgradePolicy Manual keeps that image when a newer
	// operator would use another one.
	AnnotationDefaultImage = "quantumrerank.io/default-image"

	// AnnotationRendering is on a Deployment and holds what the operator made of
	// spec for the pods: their template and settings. rollout.upgradePolicy
	// Manual keeps both when a newer operator would make something else.
	AnnotationRendering = "quantumrerank.io/rendering"

	// AnnotationFloor is on an autoscaler whose least number of pods was moved
	// by targets.policy Enforce, and holds that number.
	AnnotationFloor = "quantumrerank.io/floor"

	// AnnotationApplied is on every child and holds the hash of what the
	// operator applied last. A field that the operator no longer wants shows
	// as a different hash.
	AnnotationApplied = "quantumrerank.io/applied"
)
