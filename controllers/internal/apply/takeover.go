// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/controller-runtime/pkg/client"
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
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(live, foreign, string(Manager))
	if err != nil || patch == nil {
		return err
	}
	if err := w.Client.Patch(ctx, live, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		return fmt.Errorf("take over the fields of %v: %w", sets.List(foreign), err)
	}
	return nil
}
