// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Operators with different selectors work in one namespace, each on its own
// Rerankers, and a Reranker passes from one to the other by its label.
func TestOperatorsSideBySideKeepToTheirSelectors(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	of := func(team string) *operator {
		return startOperatorOf(t, ns, labels.SelectorFromSet(labels.Set{"team": team}), "reranker:"+team)
	}
	red, blue := of("red"), of("blue")
	for _, team := range []string{"red", "blue", "nobody"} {
		rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: team, Namespace: ns, Labels: map[string]string{"team": team}}}
		if err := admin.Create(t.Context(), rr); err != nil {
			t.Fatal(err)
		}
	}
	for _, team := range []string{"red", "blue"} {
		eventually(t, "the Deployment of "+team, func() error { return wantImage(t, ns, team, "reranker:"+team) })
	}
	quiesce(t, red)
	quiesce(t, blue)
	for team, op := range map[string]*operator{"red": red, "blue": blue} {
		for _, write := range op.list() {
			if strings.Contains(write, "-reranker") && !strings.Contains(write, "/"+team+"-reranker") {
				t.Errorf("the operator of %s wrote: %s", team, write)
			}
		}
	}
	err := admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "nobody-reranker"}, &appsv1.Deployment{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("a Reranker of no operator has a Deployment (%v)", err)
	}

	rr := get(t, ns, "red", &v1alpha1.Reranker{})
	change(t, rr, func(rr *v1alpha1.Reranker) {
		rr.Labels["team"] = "blue"
		rr.Spec.Rollout = &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}
	})
	eventually(t, "the other operator takes over", func() error { return wantImage(t, ns, "red", "reranker:blue") })
}

func wantImage(t *testing.T, ns, reranker, image string) error {
	t.Helper()
	var d appsv1.Deployment
	if err := admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: reranker + "-reranker"}, &d); err != nil {
		return err
	}
	return wantEqual(d.Spec.Template.Spec.Containers[0].Image, image)
}
