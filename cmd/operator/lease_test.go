// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func TestOnlyAnOrphanedLeaseIsTaken(t *testing.T) {
	t.Parallel()
	const self = "quantumrerank-operator-5d4f-new12"
	for name, tc := range map[string]struct {
		holder string
		pod    string
		taken  bool
	}{
		"its pod is gone":                  {holder: "quantumrerank-operator-77aa-old34_7d0c", taken: true},
		"its pod is there":                 {holder: "quantumrerank-operator-77aa-old34_7d0c", pod: "quantumrerank-operator-77aa-old34"},
		"another Deployment's pod is gone": {holder: "somebody-else-77aa-old34_7d0c"},
		"an operator on a machine":         {holder: "laptop_7d0c"},
		"an operator on a named machine":   {holder: "my-dev-machine_7d0c"},
		"this very operator":               {holder: self + "_7d0c"},
		"nobody":                           {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scheme, err := newScheme()
			if err != nil {
				t.Fatal(err)
			}
			lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: "lease"}}
			if tc.holder != "" {
				lease.Spec.HolderIdentity = &tc.holder
			}
			objects := []client.Object{lease}
			if tc.pod != "" {
				objects = append(objects, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "system", Name: tc.pod}})
			}
			c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()
			taken, err := takeOrphanedLease(t.Context(), c, "system", "lease", self)
			if err != nil || taken != tc.taken {
				t.Fatalf("taken = %t (%v), want %t", taken, err, tc.taken)
			}
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(lease), lease); err != nil {
				t.Fatal(err)
			}
			holder := ""
			if lease.Spec.HolderIdentity != nil {
				holder = *lease.Spec.HolderIdentity
			}
			if want := map[bool]string{true: "", false: tc.holder}[tc.taken]; holder != want {
				t.Errorf("the holder is %q afterwards, want %q", holder, want)
			}
		})
	}
}

func TestALeaseThatIsNotThereIsNoTrouble(t *testing.T) {
	t.Parallel()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	c := fake.NewClientBuilder().WithScheme(scheme).Build()
	if taken, err := takeOrphanedLease(t.Context(), c, "system", "lease", "quantumrerank-operator-5d4f-new12"); taken || err != nil {
		t.Errorf("taken = %t (%v), want false and no error", taken, err)
	}
}
