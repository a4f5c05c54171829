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
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// takeOver makes the operator the owner of what others wrote into one of its
// objects, so that the next apply removes what it does not want.
//
// It is needed when somebody changed the key of a list item, the port of the
// Service for example. The apply then adds the wanted item next to the changed
// one, which stays because its writer owns it, and the API server refuses two
// ports of one name. What cannot be in the way stays with its writer.
func (w *Writer) takeOver(ctx context.Context, child build.Child, live client.Object) error {
	fields, err := takenOver(child, live.GetManagedFields())
	if err != nil {
		return fmt.Errorf("take over fields of %s: %w", child, err)
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": fields},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return err
	}
	if err := w.Client.Patch(ctx, live, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		return fmt.Errorf("take over fields of %s: %w", child, err)
	}
	return nil
}

// takenOver gives the operator what others updated. Fields written through a
// subresource (status, scale) or in another version stay with their writers.
func takenOver(child build.Child, all []metav1.ManagedFieldsEntry) ([]metav1.ManagedFieldsEntry, error) {
	ours := metav1.ManagedFieldsEntry{
		Manager: string(Manager), Operation: metav1.ManagedFieldsOperationApply,
		APIVersion: child.Kind.GroupVersion().String(), FieldsType: "FieldsV1",
	}
	mine := fieldpath.NewSet()
	var out []metav1.ManagedFieldsEntry
	for _, e := range all {
		isOurs := e.Manager == ours.Manager && e.Operation == ours.Operation
		isTaken := isOurs || e.Operation == metav1.ManagedFieldsOperationUpdate
		if !isTaken || e.Subresource != "" || e.APIVersion != ours.APIVersion || e.FieldsV1 == nil {
			out = append(out, e)
			continue
		}
		var set fieldpath.Set
		if err := set.FromJSON(bytes.NewReader(e.FieldsV1.GetRawBytes())); err != nil {
			return nil, err
		}
		left := fieldpath.NewSet()
		if isOurs {
			ours.Time = e.Time
		} else {
			left = theirs(&set, child.Desired.Object)
		}
		mine = mine.Union(set.Difference(left))
		if !left.Empty() {
			if err := write(&e, left); err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	err := write(&ours, mine)
	return append(out, ours), err
}

func write(e *metav1.ManagedFieldsEntry, set *fieldpath.Set) error {
	raw, err := set.ToJSON()
	if err != nil {
		return err
	}
	e.FieldsV1 = metav1.NewFieldsV1(string(raw))
	return nil
}
