// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

func container(in Input) *corev1ac.ContainerApplyConfiguration {
	return corev1ac.Container().
		WithName(ContainerName).
		WithImage(in.Effective.Image).
		WithImagePullPolicy(pullPolicy(in)).
		WithCommand(contract.Binary).
		WithArgs(args(in)...).
		WithEnv(convertAll[corev1ac.EnvVarApplyConfiguration](in.podTemplate().Env)...).
		WithPorts(
			corev1ac.ContainerPort().WithName(contract.HTTPPortName).WithContainerPort(contract.HTTPPort).WithProtocol(corev1.ProtocolTCP),
			corev1ac.ContainerPort().WithName(contract.MetricsPortName).WithContainerPort(contract.MetricsPort).WithProtocol(corev1.ProtocolTCP),
		).
		WithResources(resources(in)).
		WithResizePolicy(
			corev1ac.ContainerResizePolicy().WithResourceName(corev1.ResourceCPU).WithRestartPolicy(corev1.NotRequired),
			corev1ac.ContainerResizePolicy().WithResourceName(corev1.ResourceMemory).WithRestartPolicy(corev1.RestartContainer),
		).
		WithStartupProbe(startupProbe(in)).
		WithReadinessProbe(readinessProbe(in)).
		WithLivenessProbe(livenessProbe(in)).
		// The Service forgets a pod only some time after it began to end. The
		// pod serves on during that time, and no request meets a closed door.
		WithLifecycle(corev1ac.Lifecycle().WithPreStop(corev1ac.LifecycleHandler().
			WithSleep(corev1ac.SleepAction().WithSeconds(contract.DefaultDrainDelaySeconds)))).
		WithTerminationMessagePath(contract.TerminationLog).
		WithTerminationMessagePolicy(corev1.TerminationMessageFallbackToLogsOnError).
		WithSecurityContext(corev1ac.SecurityContext().
			WithAllowPrivilegeEscalation(false).
			WithReadOnlyRootFilesystem(true).
			WithCapabilities(corev1ac.Capabilities().WithDrop("ALL"))).
		WithVolumeMounts(volumeMounts(in)...)
}

func args(in Input) []string {
	out := []string{"serve", "--config=" + contract.SettingsFile}
	if tlsSecret(in.Reranker) != "" {
		out = append(out, "--tls="+tlsDir)
	}
	if monitoring(in).MetricsCompat == v1alpha1.MetricsCompatTEI {
		out = append(out, "--metrics-compat=tei")
	}
	if keysSecret(in) == "" {
		return out
	}
	out = append(out, "--api-keys="+keysDir)
	if n := in.Reranker.Spec.Auth.RequestsPerMinute; n != nil {
		out = append(out, fmt.Sprintf("--key-requests-per-minute=%d", *n))
	}
	if n := in.Reranker.Spec.Auth.ConcurrentRequests; n != nil {
		out = append(out, fmt.Sprintf("--key-concurrent-requests=%d", *n))
	}
	return out
}

func pullPolicy(in Input) corev1.PullPolicy {
	if i := in.Reranker.Spec.Image; i != nil && i.PullPolicy != "" {
		return i.PullPolicy
	}
	return corev1.PullIfNotPresent
}

// resources gives memory as request and limit, so that no neighbour can take
// it and no node is overcommitted.
func resources(in Input) *corev1ac.ResourceRequirementsApplyConfiguration {
	requests, limits := corev1.ResourceList{}, corev1.ResourceList{}
	if r := in.Reranker.Spec.Resources; r != nil {
		maps.Copy(requests, r.Requests)
		maps.Copy(limits, r.Limits)
	}
	requests[corev1.ResourceCPU] = *in.Effective.CPURequest
	requests[corev1.ResourceMemory] = *in.Effective.MemoryLimit
	limits[corev1.ResourceMemory] = *in.Effective.MemoryLimit
	return corev1ac.ResourceRequirements().WithRequests(requests).WithLimits(limits)
}

// startupProbe holds the other probes back until the model is verified,
// loaded and has answered once. The bundled model takes seconds; a mounted one
// can be large and on a slow volume.
func startupProbe(in Input) *corev1ac.ProbeApplyConfiguration {
	period, seconds := int32(1), int32(120)
	if in.Effective.Model.Bundled == nil {
		period, seconds = 2, 600
	}
	return probe(in, contract.PathHealthReady).
		WithPeriodSeconds(period).WithTimeoutSeconds(2).WithFailureThreshold(seconds / period)
}

// readinessProbe takes a pod out of the Service only after two failures, so
// that one slow answer under load does not push that load onto the others.
func readinessProbe(in Input) *corev1ac.ProbeApplyConfiguration {
	return probe(in, contract.PathHealthReady).
		WithPeriodSeconds(5).WithTimeoutSeconds(2).WithFailureThreshold(2)
}

// livenessProbe restarts a pod that has not answered for a minute. A restart
// loses the cache and every active request, so it is the last resort.
func livenessProbe(in Input) *corev1ac.ProbeApplyConfiguration {
	return probe(in, contract.PathHealthLive).
		WithPeriodSeconds(10).WithTimeoutSeconds(5).WithFailureThreshold(6)
}

func probe(in Input, path string) *corev1ac.ProbeApplyConfiguration {
	scheme := corev1.URISchemeHTTP
	if tlsSecret(in.Reranker) != "" {
		scheme = corev1.URISchemeHTTPS // which the kubelet does not verify
	}
	return corev1ac.Probe().
		WithSuccessThreshold(1).
		WithHTTPGet(corev1ac.HTTPGetAction().
			WithPath(path).
			WithScheme(scheme).
			WithPort(intstr.FromString(contract.HTTPPortName)))
}
