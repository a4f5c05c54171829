// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

var (
	older = Release{Image: "reranker:v1", Version: "v1"}
	newer = Release{Image: "reranker:v2", Version: "v2"}
	// moved has the older image's tag.
	moved = Release{Image: "reranker:v1", Version: "v2"}
)

// desired is the child of a kind that the operator wants.
func desired(t *testing.T, in Input, kind string) *unstructured.Unstructured {
	t.Helper()
	for _, c := range Children(in) {
		if c.Kind.Kind == kind {
			return c.Desired
		}
	}
	t.Fatalf("there is no %s", kind)
	return nil
}

// servedBy is the Deployment that a release made of a Reranker and whose pods
// serve. edit changes what the release is said to have rendered.
func servedBy(t *testing.T, rr *v1alpha1.Reranker, release Release, edit func(*rendering)) *appsv1.Deployment {
	t.Helper()
	var out appsv1.Deployment
	made := desired(t, NewInputOver(rr, nil, release), "Deployment")
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(made.Object, &out); err != nil {
		t.Fatal(err)
	}
	r := lastRendering(&out)
	if r == nil {
		t.Fatal("the Deployment does not say what it was rendered as")
	}
	edit(r)
	out.Annotations[v1alpha1.AnnotationRendering] = string(mustJSON(r))
	out.Status.AvailableReplicas = 1
	return &out
}

// asBefore has it that the release knew no queue and had another template.
func asBefore(r *rendering) {
	fields := fieldsOf([]byte(r.Settings))
	delete(fields, "queue")
	r.Settings = string(mustJSON(fields)) + "\n"
	r.Template.WithLabels(map[string]string{"made": "before"})
}

func reranker(spec v1alpha1.RerankerSpec) *v1alpha1.Reranker {
	rr := &v1alpha1.Reranker{Spec: spec}
	rr.Name, rr.Namespace = "search", "default"
	return rr
}

func TestPodsStayAsTheyWereRendered(t *testing.T) {
	t.Parallel()
	auto := &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}
	for name, tc := range map[string]struct {
		spec    v1alpha1.RerankerSpec
		change  func(*v1alpha1.RerankerSpec)
		release Release
		kept    bool
	}{
		"under a newer operator":            {release: newer, kept: true},
		"under a newer one of that image":   {release: moved, kept: true},
		"under the same operator":           {release: older},
		"with an image that the user named": {spec: v1alpha1.RerankerSpec{Image: &v1alpha1.ImageSpec{Reference: "mine"}}, release: newer, kept: true},
		"but not when spec changes":         {change: func(s *v1alpha1.RerankerSpec) { s.Method = "classical" }, release: newer},
		"but not when the image is named":   {change: func(s *v1alpha1.RerankerSpec) { s.Image = &v1alpha1.ImageSpec{Reference: newer.Image} }, release: newer},
		"when what never reaches pods changes": {
			change: func(s *v1alpha1.RerankerSpec) {
				s.Replicas, s.Targets = new(int32(4)), &v1alpha1.TargetsSpec{Policy: v1alpha1.TargetsEnforce}
			},
			spec: v1alpha1.RerankerSpec{Targets: &v1alpha1.TargetsSpec{}}, release: newer, kept: true,
		},
		"but not with policy Auto": {change: func(s *v1alpha1.RerankerSpec) { s.Rollout = auto }, release: newer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rr := reranker(tc.spec)
			live := servedBy(t, rr, older, asBefore)
			if tc.change != nil {
				tc.change(&rr.Spec)
			}
			in := NewInputOver(rr, live, tc.release)
			template := Deployment(in).Spec.Template
			if got := template.Labels["made"] == "before"; got != tc.kept {
				t.Errorf("the template is kept: %t, want %t", got, tc.kept)
			}
			if got := in.settings == lastRendering(live).Settings; got != tc.kept {
				t.Errorf("the settings are kept: %t, want %t", got, tc.kept)
			}
			if !tc.kept {
				return
			}
			annotation := desired(t, in, "Deployment").GetAnnotations()[v1alpha1.AnnotationRendering]
			if diff := cmp.Diff(live.Annotations[v1alpha1.AnnotationRendering], annotation); diff != "" {
				t.Errorf("what is remembered changes (-before +now):\n%s", diff)
			}
		})
	}
}

func TestAKeptImageIsTheOneThatIsTold(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{})
	live := servedBy(t, rr, older, asBefore)
	delete(live.Annotations, v1alpha1.AnnotationDefaultImage)
	if got := NewInputOver(rr, live, newer).Effective.Image; got != older.Image {
		t.Errorf("image = %q, but pods keep %q", got, older.Image)
	}
}

// The pods' histograms have the bounds of their own targets, for which the alerts
// and the watcher look.
func TestWhatKeptPodsWereToldIsInForce(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{Targets: &v1alpha1.TargetsSpec{Percentile: new(int32(90))}})
	live := servedBy(t, rr, older, func(r *rendering) {
		r.Told.Targets.RerankLatencyMilliseconds = new(int32(123))
		r.Told.Limits = nil // as if it were newer than the pods
		r.Told.Resources.Requests[corev1.ResourceCPU] = resource.MustParse("7")
	})
	rr.Spec.Targets.Percentile = new(int32(80))
	e := NewInputOver(rr, live, newer).Effective
	if got := *e.Targets.RerankLatencyMilliseconds; got != 123 {
		t.Errorf("target = %d ms, but pods were told 123", got)
	}
	if got := e.CPURequest.String(); got != "7" {
		t.Errorf("CPU request = %s, but pods have 7", got)
	}
	if got := *e.Targets.Percentile; got != 80 {
		t.Errorf("percentile = %d, want the 80 that spec says now", got)
	}
	if e.Limits == nil || e.Limits.MaxDocuments == nil {
		t.Error("what pods were not told has no default")
	}
}

func TestPodsThatNeverServedAreRenderedAnew(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{})
	live := servedBy(t, rr, older, asBefore)
	live.Status.AvailableReplicas = 0
	if NewInputOver(rr, live, newer).keep {
		t.Error("pods that never served are kept")
	}
}

// An annotation that somebody broke must not keep the operator from working.
func TestAnUnreadableRenderingIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", "null", `{"release":"x"}`, `{"settings":"{}","template":{}}`, `{"settings":"{}","template":{"spec":{}}}`} {
		live := &appsv1.Deployment{}
		live.Annotations = map[string]string{v1alpha1.AnnotationRendering: text}
		if r := lastRendering(live); r != nil {
			t.Errorf("%q: read as %+v", text, r)
		}
	}
}

func TestAChangeUnderAPinnedImageBringsNoNewKeys(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{})
	live := servedBy(t, rr, older, asBefore)
	rr.Spec.Limits = &v1alpha1.LimitsSpec{MaxDocuments: new(int32(7))}
	in := NewInputOver(rr, live, newer)
	if in.Effective.Image != older.Image {
		t.Errorf("image = %q, want %q", in.Effective.Image, older.Image)
	}
	got := Settings(in)
	if got.Limits.MaxDocuments != 7 || got.Queue != (contract.QueueSettings{}) {
		t.Errorf("settings = %+v, want 7 documents and nothing of a queue", got)
	}

	// The next pass must come to the same, or pods would roll for ever.
	again := NewInputOver(rr, servedBy(t, rr, older, func(r *rendering) {
		if err := json.Unmarshal([]byte(Deployment(in).Annotations[v1alpha1.AnnotationRendering]), r); err != nil {
			t.Fatal(err)
		}
	}), newer)
	if again.keep {
		t.Error("the operator's own rendering counts as one of another release")
	}
	if diff := cmp.Diff(in.settings, again.settings); diff != "" {
		t.Errorf("the settings change in the second pass:\n%s", diff)
	}

	rr.Spec.Limits.LongestWaitMilliseconds = new(int32(123))
	if got := Settings(NewInputOver(rr, live, newer)); got.Queue.LongestWaitMilliseconds != 123 {
		t.Error("a value that the user chose was left out")
	}
	rr.Spec.Rollout = &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}
	rr.Spec.Limits = nil
	if got := Settings(NewInputOver(rr, live, newer)); got.Queue.LongestWaitMilliseconds == 0 {
		t.Error("the operator's own image is not told every default")
	}
}

// An annotation that is too large would make the Deployment one that cannot be
// written.
func TestALargeTemplateIsNotRemembered(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{PodTemplate: &v1alpha1.PodTemplateSpec{
		Metadata: &v1alpha1.PodMetadata{Annotations: map[string]string{"a": strings.Repeat("x", maxRendering)}},
	}})
	in := NewInputOver(rr, nil, older)
	if got := renderingAnnotation(in, podTemplate(in)); got != nil {
		t.Errorf("an annotation of %d bytes is written", len(got[v1alpha1.AnnotationRendering]))
	}
}
