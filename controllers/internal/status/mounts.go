// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// mountsWithin is how long a pod may wait for its volumes before that counts as
// trouble. Volumes of this node's own take a second.
const mountsWithin = 10 * time.Second

// mounting is for how long a scheduled pod has waited for its volumes and its
// network. The kubelet says why in events only; images are pulled later.
func mounting(pod *corev1.Pod, now time.Time) (time.Duration, bool) {
	if pod.Status.StartTime == nil || pod.Status.Phase != corev1.PodPending {
		return 0, false
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReadyToStartContainers && c.Status == corev1.ConditionFalse {
			return now.Sub(pod.Status.StartTime.Time), true
		}
	}
	return 0, false
}

// mountMessage names what is most likely missing.
func mountMessage(pod *corev1.Pod, in *Input) string {
	message := fmt.Sprintf("pod %s waits for its volumes", pod.Name)
	for _, secret := range mountedSecrets(&in.Reranker.Spec) {
		message += fmt.Sprintf("; is there a Secret %q in this namespace?", secret)
	}
	return Clip(message + "; the pod's events say more")
}

func mountedSecrets(spec *v1alpha1.RerankerSpec) []string {
	var names []string
	if a := spec.Auth; a != nil && a.APIKeysSecretRef != nil {
		names = append(names, a.APIKeysSecretRef.Name)
	}
	if t := spec.TLS; t != nil {
		names = append(names, t.SecretRef.Name)
	}
	return names
}

// mountsRecheck is when the first pod will have waited too long; zero for none.
func mountsRecheck(in *Input) time.Duration {
	var soonest time.Duration
	for i := range in.Pods {
		wait, ok := mounting(&in.Pods[i], in.Now)
		if !ok || wait >= mountsWithin || in.Pods[i].DeletionTimestamp != nil {
			continue
		}
		if left := max(mountsWithin-wait, time.Second); soonest == 0 || left < soonest {
			soonest = left
		}
	}
	return soonest
}
