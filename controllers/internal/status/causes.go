// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// recent is how long the end of a container counts after its pod serves again.
const recent = 10 * time.Minute

// maxMessage bounds messages; the API server's own bound is 32768.
const maxMessage = 1024

// cause is why a pod is in trouble.
type cause struct {
	reason, message, pod string
	// terminal says that trying again cannot help.
	terminal bool
	// ended is when the container ended, for causes that pass with time.
	ended time.Time
	// serving says that the pod serves again, or its successor does.
	serving bool
	// passes says that time alone ends the cause.
	passes bool
}

// podReasons are what a pod says of itself when it fails; value: whether only a
// person can help.
var podReasons = map[string]bool{
	contract.ReasonModelDigestMismatch: true,
	contract.ReasonModelNotFound:       true,
	contract.ReasonModelInvalid:        true,
	contract.ReasonInvalidSettings:     true,
	contract.ReasonMemoryTooSmall:      true,
	contract.ReasonStartFailed:         false,
}

// waitingReasons are the kubelet's reasons for a container that cannot start.
// Both reasons of a failed pull are told as one, because the kubelet moves
// back and forth between them.
var waitingReasons = map[string]string{
	"ErrImagePull":               "ImagePullBackOff",
	"ImagePullBackOff":           "ImagePullBackOff",
	"ErrImageNeverPull":          "ErrImageNeverPull",
	"InvalidImageName":           "InvalidImageName",
	"ImageInspectError":          "ImageInspectError",
	"RegistryUnavailable":        "ImagePullBackOff",
	"SignatureValidationFailed":  "SignatureValidationFailed",
	"CreateContainerConfigError": "CreateContainerConfigError",
	"CreateContainerError":       "CreateContainerError",
	"RunContainerError":          "RunContainerError",
}

// severity orders causes: the one that explains most comes first.
func (c cause) severity() int {
	_, own := podReasons[c.reason]
	switch {
	case own:
		return 0
	case c.reason == v1alpha1.ReasonOOMKilled:
		return 1
	case c.reason == v1alpha1.ReasonCrashLoop:
		return 3
	case c.reason == v1alpha1.ReasonUnschedulable:
		return 4
	case c.reason == v1alpha1.ReasonPodEnded:
		return 5
	default:
		return 2
	}
}

// causes lists what is wrong with the pods, worst first. Pods that are being
// deleted are on their way out and do not count.
func causes(in *Input) []cause {
	var out []cause
	for i := range in.Pods {
		if c, ok := podCause(&in.Pods[i], in); ok {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b cause) int {
		return cmp.Or(boolOrder(a.serving, b.serving), cmp.Compare(a.severity(), b.severity()), cmp.Compare(a.pod, b.pod))
	})
	return out
}

func podCause(pod *corev1.Pod, in *Input) (cause, bool) {
	if pod.DeletionTimestamp != nil {
		return cause{}, false
	}
	if pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
		return endCause(pod, in)
	}
	if c, ok := unschedulable(pod); ok {
		return c, true
	}
	if wait, ok := mounting(pod, in.Now); ok && wait >= mountsWithin {
		return cause{reason: v1alpha1.ReasonVolumesPending, message: mountMessage(pod, in), pod: pod.Name}, true
	}
	for _, s := range pod.Status.ContainerStatuses {
		if c, ok := containerCause(s, in); ok {
			c.pod = pod.Name
			c.message = Clip(fmt.Sprintf("pod %s: %s", pod.Name, c.message))
			return c, true
		}
	}
	return cause{}, false
}

// endCause is that of a pod which ended for good, by an eviction or with its
// node. Its ReplicaSet has made another in its place, and it stays until the
// cluster collects it, for weeks perhaps.
func endCause(pod *corev1.Pod, in *Input) (cause, bool) {
	var ended time.Time
	for _, s := range pod.Status.ContainerStatuses {
		if end := s.State.Terminated; end != nil && end.FinishedAt.After(ended) {
			ended = end.FinishedAt.Time
		}
	}
	if in.Now.Sub(ended) >= recent {
		return cause{}, false
	}
	return cause{
		reason: v1alpha1.ReasonPodEnded, pod: pod.Name, ended: ended, passes: true, serving: in.available(),
		message: Clip(fmt.Sprintf("pod %s: %s", pod.Name, cmp.Or(strings.Trim(pod.Status.Reason+": "+pod.Status.Message, ": "), "ended"))),
	}, true
}

func unschedulable(pod *corev1.Pod) (cause, bool) {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable {
			// The scheduler's message names no pod and is the same for all
			// pods of a template.
			return cause{reason: v1alpha1.ReasonUnschedulable, message: Clip(c.Message), pod: pod.Name}, true
		}
	}
	return cause{}, false
}

func containerCause(s corev1.ContainerStatus, in *Input) (cause, bool) {
	if w := s.State.Waiting; w != nil && waitingReasons[w.Reason] != "" {
		reason := waitingReasons[w.Reason]
		return cause{
			reason:   reason,
			message:  cmp.Or(w.Message, w.Reason),
			terminal: reason == "ErrImageNeverPull" || reason == "InvalidImageName",
		}, true
	}
	end := s.State.Terminated
	if end == nil {
		end = s.LastTerminationState.Terminated
	}
	if end == nil || (s.Ready && in.Now.Sub(end.FinishedAt.Time) >= recent) {
		return cause{}, false
	}
	c := terminationCause(end, in)
	c.ended, c.serving, c.passes = end.FinishedAt.Time, s.Ready, s.Ready
	return c, true
}

func terminationCause(end *corev1.ContainerStateTerminated, in *Input) cause {
	if end.Reason == v1alpha1.ReasonOOMKilled {
		return cause{reason: v1alpha1.ReasonOOMKilled, message: fmt.Sprintf(
			"killed because it used more than memoryLimit %s; raise memoryLimit, or lower limits.maxConcurrentRequests",
			in.Effective.MemoryLimit)}
	}
	if word, ok := lastWord(end.Message); ok {
		return cause{reason: word.Reason, message: word.Message, terminal: podReasons[word.Reason]}
	}
	text := fmt.Sprintf("ended with exit code %d", end.ExitCode)
	if line := lastLine(end.Message); line != "" {
		text += ": " + line
	}
	return cause{reason: v1alpha1.ReasonCrashLoop, message: text}
}

// lastWord finds the pod's own account of its end. The message is the file
// that the pod wrote, or, if it wrote none, the end of its log.
func lastWord(message string) (contract.Termination, bool) {
	var word contract.Termination
	err := json.Unmarshal([]byte(lastLine(message)), &word)
	_, known := podReasons[word.Reason]
	return word, err == nil && known
}

func lastLine(message string) string {
	message = strings.TrimSpace(message)
	return strings.TrimSpace(message[strings.LastIndexByte(message, '\n')+1:])
}

// Clip bounds a message for a condition and for the note of an event.
func Clip(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage-3], "") + "..."
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
