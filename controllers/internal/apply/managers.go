// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"bytes"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Field managers of the operator. They are part of what is stored in the
// cluster: renaming one would leave the old one's fields behind for ever.
const (
	// Manager owns every field of the children but the number of pods.
	Manager = client.FieldOwner("quantumrerank")
	// ReplicasManager owns the number of pods where it is fixed.
	ReplicasManager = client.FieldOwner("quantumrerank-replicas")
)

// HoldsReplicas reports whether ReplicasManager is the last writer of
// spec.replicas.
func HoldsReplicas(obj client.Object) bool {
	return slices.ContainsFunc(obj.GetManagedFields(), func(e metav1.ManagedFieldsEntry) bool {
		return e.Manager == string(ReplicasManager) && hasReplicas(e)
	})
}

func hasReplicas(e metav1.ManagedFieldsEntry) bool {
	return e.FieldsV1 != nil && bytes.Contains(e.FieldsV1.GetRawBytes(), []byte(`"f:replicas"`))
}

// FirstReplicas reports whether the number of pods is still the API server's
// default, which nobody wrote: the operator was stopped before it could.
func FirstReplicas(obj client.Object, n int32) bool {
	return n == 1 && !slices.ContainsFunc(obj.GetManagedFields(), func(e metav1.ManagedFieldsEntry) bool {
		return e.Subresource != "status" && hasReplicas(e)
	})
}

// lastForeignManager is the latest writer of an object's own fields that is
// not the operator; it is named when drift is corrected.
func lastForeignManager(obj client.Object) string {
	var name string
	var latest metav1.Time
	for _, e := range obj.GetManagedFields() {
		foreign := e.Manager != string(Manager) && e.Manager != string(ReplicasManager)
		if foreign && e.Subresource == "" && e.Time != nil && !e.Time.Before(&latest) {
			name, latest = e.Manager, *e.Time
		}
	}
	return name
}
