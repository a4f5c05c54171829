// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

func TestAnObjectOfSomebodyElseIsNamedWithItsOwner(t *testing.T) {
	t.Parallel()
	owner := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", UID: "u"}}
	child := build.Child{Kind: build.KindDeployment, Namespace: "default", Name: "search-reranker"}
	held := func(kind, name string, uid types.UID) *appsv1.Deployment {
		return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{
			Kind: kind, Name: name, UID: uid, Controller: new(true),
		}}}}
	}
	ours, going := held(v1alpha1.Kind, "search", "u"), held(v1alpha1.Kind, "search", "u")
	going.DeletionTimestamp = new(metav1.NewTime(time.Unix(1, 0)))
	const conflict = `Deployment "default/search-reranker" exists and belongs to `
	const wait = `Deployment "default/search-reranker" is still being deleted`
	for name, tc := range map[string]struct {
		live *appsv1.Deployment
		want string
	}{
		"ours":                          {ours, ""},
		"ours, being deleted":           {going, wait},
		"nobody's":                      {&appsv1.Deployment{}, conflict + "nobody; rename the Reranker or remove that object"},
		"another kind's":                {held("App", "search", "x"), conflict + `App "search"; rename the Reranker or remove that object`},
		"another Reranker's":            {held(v1alpha1.Kind, "find", "x"), conflict + `Reranker "find"; rename the Reranker or remove that object`},
		"a predecessor's of one's name": {held(v1alpha1.Kind, "search", "x"), wait},
	} {
		got := ""
		if err := checkOwner(owner, tc.live, child); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func entry(manager, subresource, fields string, second int64) metav1.ManagedFieldsEntry {
	e := metav1.ManagedFieldsEntry{Manager: manager, Subresource: subresource, Time: new(metav1.NewTime(time.Unix(second, 0)))}
	if fields != "" {
		e.FieldsV1 = metav1.NewFieldsV1(fields)
	}
	return e
}

const replicasField, other = `{"f:spec":{"f:replicas":{}}}`, `{"f:spec":{"f:template":{}}}`

func TestWhoSetsReplicasIsReadFromTheManagedFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fields      []metav1.ManagedFieldsEntry
		holds, free bool
	}{
		"nobody":                 {nil, false, true},
		"we":                     {[]metav1.ManagedFieldsEntry{entry(string(ReplicasManager), "", replicasField, 1)}, true, false},
		"we, something else":     {[]metav1.ManagedFieldsEntry{entry(string(ReplicasManager), "", other, 1)}, false, true},
		"we, nothing":            {[]metav1.ManagedFieldsEntry{entry(string(ReplicasManager), "", "", 1)}, false, true},
		"an autoscaler":          {[]metav1.ManagedFieldsEntry{entry("hpa", "scale", replicasField, 1)}, false, false},
		"the Deployment's state": {[]metav1.ManagedFieldsEntry{entry("controller", "status", replicasField, 1)}, false, true},
	} {
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{ManagedFields: tc.fields}}
		if got := HoldsReplicas(d); got != tc.holds {
			t.Errorf("%s: HoldsReplicas = %t", name, got)
		}
		if got := FirstReplicas(d, 1); got != tc.free {
			t.Errorf("%s: FirstReplicas = %t", name, got)
		}
		if FirstReplicas(d, 2) || FirstReplicas(d, 0) {
			t.Errorf("%s: a number that somebody chose is taken for the default of 1", name)
		}
	}
}

func TestTheLastForeignManagerIsTheOneToBlame(t *testing.T) {
	t.Parallel()
	timeless := entry("timeless", "", other, 9)
	timeless.Time = nil
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{ManagedFields: []metav1.ManagedFieldsEntry{
		entry("early", "", other, 1), entry("kubectl", "", other, 5), entry("old", "", other, 2),
		entry(string(Manager), "", other, 8), entry(string(ReplicasManager), "", other, 8), entry("controller", "status", other, 8), timeless,
	}}}
	if got := lastForeignManager(d); got != "kubectl" {
		t.Errorf("blamed %q", got)
	}
	d.ManagedFields = d.ManagedFields[3:]
	if got := lastForeignManager(d); got != "" {
		t.Errorf("blamed %q although nobody else wrote", got)
	}
}

func TestCoversKnowsTheKeysOfListsAndWholeMaps(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		live, want string
		covers     bool
	}{
		"mounts, by path":              {"{l: [{mountPath: x}, {mountPath: y}]}", "{l: [{mountPath: y}]}", true},
		"owners, by uid":               {"{l: [{uid: x}, {uid: y}]}", "{l: [{uid: y}]}", true},
		"spread, by key":               {"{l: [{topologyKey: x}, {topologyKey: y}]}", "{l: [{topologyKey: y}]}", true},
		"resources, by name":           {"{l: [{resourceName: x}, {resourceName: y}]}", "{l: [{resourceName: y}]}", true},
		"things without a key":         {"{l: [{v: x}, {v: y}]}", "{l: [{v: y}]}", false},
		"a label more in a selector":   {"{selector: {a: b, c: d}}", "{selector: {a: b}}", false},
		"in a podSelector":             {"{podSelector: {a: b, c: d}}", "{podSelector: {a: b}}", false},
		"in a namespaceSelector":       {"{namespaceSelector: {a: b, c: d}}", "{namespaceSelector: {a: b}}", false},
		"in a labelSelector":           {"{labelSelector: {a: b, c: d}}", "{labelSelector: {a: b}}", false},
		"in matchLabels":               {"{matchLabels: {a: b, c: d}}", "{matchLabels: {a: b}}", false},
		"in a nodeSelector":            {"{nodeSelector: {a: b, c: d}}", "{nodeSelector: {a: b}}", false},
		"the same selector":            {"{selector: {a: b}}", "{selector: {a: b}}", true},
		"a map that became a value":    {"{a: 1}", "{a: {}}", false},
		"a map that is missing":        {"{}", "{a: {b: 1}}", false},
		"a list that became a value":   {"{a: 1}", "{a: []}", false},
		"a list that is missing":       {"{}", "{a: [1]}", false},
		"a list that should be empty":  {"{a: [1]}", "{a: []}", false},
		"a longer list":                {"{a: [1, 2]}", "{a: [1]}", false},
		"a number that became a word":  {"{a: x}", "{a: 1}", false},
		"a zero that became a word":    {"{a: 0}", "{a: x}", false},
		"named things beside unnamed":  {"{l: [{name: x}, 1]}", "{l: [{name: x}, 1]}", true},
		"named things among the other": {"{l: [1, {name: x}]}", "{l: [{name: x}]}", true},
	} {
		if got := covers(parse(t, tc.live), parse(t, tc.want)); got != tc.covers {
			t.Errorf("%s: covers(%s, %s) = %t", name, tc.live, tc.want, got)
		}
	}
	for _, n := range []any{int64(3), int32(3), 3, 3.0} {
		if !covers(n, int64(3)) || covers(n, int64(0)) || covers(n, "3") || !covers(int64(3), n) {
			t.Errorf("%T %v is not taken for the number it is", n, n)
		}
	}
}
