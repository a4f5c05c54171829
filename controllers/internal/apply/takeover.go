// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// takeOver makes the operator the owner of what others wrote into one of its
// objects, so that the next apply removes what it does not want.
//
// It is needed when somebody changed the key of a list item, the port of the
// Service for example. The apply then adds the wanted item next to the changed
// one, which stays because its writer owns it, and the API server refuses two
// ports of one name. Fields written through a subresource (status, scale) stay
// with their writers.
func (w *Writer) takeOver(ctx context.Context, live client.Object) error {
	foreign := sets.New[string]()
	for _, e := range live.GetManagedFields() {
		if e.Operation == metav1.ManagedFieldsOperationUpdate && e.Subresource == "" {
			foreign.Insert(e.Manager)
		}
	}
	if foreign.Len() == 0 {
		return nil
	}
	taken := live.DeepCopyObject().(client.Object)
	if err := csaupgrade.UpgradeManagedFields(taken, foreign, string(Manager)); err != nil {
		return err
	}
	fields := taken.GetManagedFields()
	for i := range fields {
		if fields[i].Manager == string(Manager) && fields[i].Operation == metav1.ManagedFieldsOperationApply {
			if err := disown(&fields[i], fieldpath.MakePathOrDie("spec", "replicas")); err != nil {
				return err
			}
		}
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": fields},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return err
	}
	if err := w.Client.Patch(ctx, live, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		return fmt.Errorf("take over the fields of %v: %w", sets.List(foreign), err)
	}
	return nil
}

// disown takes a field out of a manager's set: the number of pods must never be
// the main manager's, or its next apply would reset it to 1.
func disown(e *metav1.ManagedFieldsEntry, path fieldpath.Path) error {
	var set fieldpath.Set
	if err := set.FromJSON(bytes.NewReader(e.FieldsV1.GetRawBytes())); err != nil {
		return err
	}
	raw, err := set.Difference(fieldpath.NewSet(path)).ToJSON()
	if err != nil {
		return err
	}
	e.FieldsV1 = metav1.NewFieldsV1(string(raw))
	return nil
}
