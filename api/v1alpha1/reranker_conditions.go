// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Condition types of a Reranker.
const (
	// ConditionReady sums the others up. True: the Service answers as spec
	// asks. False: it does not; the reason is the worst cause. Always present.
	// It does not depend on TargetsMet.
	ConditionReady = "Ready"

	// ConditionAvailable is True when at least as many pods serve as the
	// Reranker must keep (replicas, or autoscaling.minReplicas), else False.
	// Always present.
	ConditionAvailable = "Available"

	// ConditionModelLoaded is True when a pod has verified and loaded the
	// model, False when a pod said why it could not, Unknown before that.
	// Always present.
	ConditionModelLoaded = "ModelLoaded"

	// ConditionTargetsMet is True when the share of requests within
	// spec.targets is at least targets.percentile, False when it is not, and
	// Unknown without enough data. Unknown never means trouble. Always present.
	ConditionTargetsMet = "TargetsMet"

	// ConditionAccessControlled is True when callers must show a key, else
	// False with a reason that says what keeps strangers out. Always present;
	// False is a warning, not trouble.
	ConditionAccessControlled = "AccessControlled"

	// ConditionAutoscalingActive is True when the autoscaler computes the
	// number of pods from metrics, False when it does not or there is none;
	// the reason says which. Always present.
	ConditionAutoscalingActive = "AutoscalingActive"

	// ConditionDegraded is True when the Reranker serves but some of its pods
	// are in trouble, else False: normal is False. Always present.
	ConditionDegraded = "Degraded"

	// ConditionReconciling is present, and True, only while the operator or
	// the cluster works towards spec.
	ConditionReconciling = "Reconciling"

	// ConditionStalled is present, and True, only when nothing will change
	// before a person changes something.
	ConditionStalled = "Stalled"

	// ConditionPaused is present, and True, only with the annotation
	// quantumrerank.io/paused: "true".
	ConditionPaused = "Paused"
)

// Reasons for a Reranker that is as it should be, or on its way.
const (
	// ReasonAvailable: enough pods serve.
	ReasonAvailable = "Available"
	// ReasonPodsStarting: fewer pods serve than must, and none is in trouble.
	ReasonPodsStarting = "PodsStarting"
	// ReasonRollingOut: pods are being replaced.
	ReasonRollingOut = "RollingOut"
	// ReasonSuspended: spec.suspend is true.
	ReasonSuspended = "Suspended"
	// ReasonScaledToZero: replicas is 0.
	ReasonScaledToZero = "ScaledToZero"
	// ReasonPaused: the Reranker is paused by its annotation.
	ReasonPaused = "Paused"
	// ReasonLoaded: a pod serves the model.
	ReasonLoaded = "Loaded"
	// ReasonLoading: no pod has loaded the model yet.
	ReasonLoading = "Loading"
	// ReasonHealthy: no pod is in trouble.
	ReasonHealthy = "Healthy"
	// ReasonKeysRequired: callers must show an API key.
	ReasonKeysRequired = "KeysRequired"
	// ReasonNoKeys: whoever reaches the Service may call the API.
	ReasonNoKeys = "NoKeys"
	// ReasonFixedReplicas: the number of pods is fixed.
	ReasonFixedReplicas = "FixedReplicas"
	// ReasonExternalOwner: an autoscaler of somebody else moves the pods.
	ReasonExternalOwner = "ExternalOwner"
	// ReasonAutoscalerPending: the autoscaler has not reported yet.
	ReasonAutoscalerPending = "AutoscalerPending"
	// ReasonForeignAutoscaler: another autoscaler targets the same Deployment.
	ReasonForeignAutoscaler = "ForeignAutoscaler"
)

// Reasons for TargetsMet.
const (
	// ReasonWithinTargets: enough requests are within the targets.
	ReasonWithinTargets = "WithinTargets"
	// ReasonRerankTooSlow: too many reranks miss their target.
	ReasonRerankTooSlow = "RerankTooSlow"
	// ReasonSimilarityTooSlow: too many similarities miss their target.
	ReasonSimilarityTooSlow = "SimilarityTooSlow"
	// ReasonRequestsRefused: the pods get more requests than they bear, and
	// each answers more than targets.requestsPerMinute.
	ReasonRequestsRefused = "RequestsRefused"
	// ReasonThroughputTooLow: pods refuse requests although they answer fewer
	// than targets.requestsPerMinute.
	ReasonThroughputTooLow = "ThroughputTooLow"
	// ReasonNotCapacityBound: the target is missed, and more pods did not help.
	ReasonNotCapacityBound = "NotCapacityBound"
	// ReasonNoTraffic: too few requests to tell.
	ReasonNoTraffic = "NoTraffic"
	// ReasonWarmingUp: the pods have not been watched long enough.
	ReasonWarmingUp = "WarmingUp"
	// ReasonScrapeFailed: fewer than half of the pods could be asked.
	ReasonScrapeFailed = "ScrapeFailed"
	// ReasonNoPods: there is nothing to ask.
	ReasonNoPods = "NoPods"
)

// Reasons for trouble. Reasons that a pod gives itself (ModelDigestMismatch,
// MemoryTooSmall and so on) are listed in package contract and appear here
// unchanged, as do the kubelet's ImagePullBackOff and its siblings.
const (
	// ReasonNameConflict: a child's name is taken by an object that does not
	// belong to the Reranker.
	ReasonNameConflict = "NameConflict"
	// ReasonInvalidChild: the API server refused a child as invalid.
	ReasonInvalidChild = "InvalidChild"
	// ReasonForbidden: the API server did not let the operator write a child.
	ReasonForbidden = "Forbidden"
	// ReasonWaitingForDeletion: a child of an earlier Reranker of the same name
	// must go first.
	ReasonWaitingForDeletion = "WaitingForDeletion"
	// ReasonApplyFailed: a child could not be written; the operator tries again.
	ReasonApplyFailed = "ApplyFailed"
	// ReasonQuotaExceeded: a resource quota allows no more pods.
	ReasonQuotaExceeded = "QuotaExceeded"
	// ReasonPodCreationFailed: the cluster refuses the pods.
	ReasonPodCreationFailed = "PodCreationFailed"
	// ReasonUnschedulable: no node takes a pod.
	ReasonUnschedulable = "Unschedulable"
	// ReasonVolumesPending: a pod waits for a volume that does not come, most
	// often of a Secret that is not there.
	ReasonVolumesPending = "VolumesPending"
	// ReasonOOMKilled: a pod went over memoryLimit.
	ReasonOOMKilled = "OOMKilled"
	// ReasonCrashLoop: a pod ends again and again, and left no word.
	ReasonCrashLoop = "CrashLoop"
	// ReasonPodEnded: a pod was ended from outside, with its node or evicted.
	ReasonPodEnded = "PodEnded"
	// ReasonProgressDeadlineExceeded: a rollout made no progress in time.
	ReasonProgressDeadlineExceeded = "ProgressDeadlineExceeded"
)
