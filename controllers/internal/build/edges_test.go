// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func TestTheURLNamesAPortThatClientsWouldNotGuess(t *testing.T) {
	t.Parallel()
	tls := &v1alpha1.TLSSpec{SecretRef: v1alpha1.SecretReference{Name: "cert"}}
	on := func(port int32) *v1alpha1.ServiceSpec { return &v1alpha1.ServiceSpec{Port: &port} }
	for want, spec := range map[string]v1alpha1.RerankerSpec{
		"http://search-reranker.default.svc":      {},
		"https://search-reranker.default.svc":     {TLS: tls},
		"http://search-reranker.default.svc:8080": {Service: on(8080)},
		"http://search-reranker.default.svc:443":  {Service: on(443)},
		"https://search-reranker.default.svc:80":  {TLS: tls, Service: on(80)},
	} {
		if got := URL(reranker(spec)); got != want {
			t.Errorf("URL = %s, want %s", got, want)
		}
	}
	if got := URL(reranker(v1alpha1.RerankerSpec{Service: &v1alpha1.ServiceSpec{}})); got != "http://search-reranker.default.svc" {
		t.Errorf("URL = %s of a Service that names no port", got)
	}
}

func TestAFloorAboveTheLeastIsWrittenDown(t *testing.T) {
	t.Parallel()
	for floor, want := range map[int32]string{0: "", 2: "", 3: "3", 9: "9"} {
		in := NewInput(reranker(v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 5}}), older.Image)
		in.Floor = floor
		hpa := desired(t, in, "HorizontalPodAutoscaler")
		least, _, _ := unstructured.NestedInt64(hpa.Object, "spec", "minReplicas")
		if got := hpa.GetAnnotations()[v1alpha1.AnnotationFloor]; got != want || least != int64(min(max(floor, 2), 5)) {
			t.Errorf("floor %d: annotation %q and minReplicas %d, want %q", floor, got, least, want)
		}
	}
}

func TestAnAutoscalerWithItsOwnMetricsHasNoOther(t *testing.T) {
	t.Parallel()
	own := autoscalingv2.MetricSpec{Type: autoscalingv2.ExternalMetricSourceType, External: &autoscalingv2.ExternalMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType},
	}}
	in := NewInput(reranker(v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 5, Metrics: []autoscalingv2.MetricSpec{own}}}), older.Image)
	list, _, _ := unstructured.NestedSlice(desired(t, in, "HorizontalPodAutoscaler").Object, "spec", "metrics")
	if len(list) != 1 || list[0].(map[string]any)["type"] != "External" {
		t.Errorf("metrics are %v, want spec's own", list)
	}
}

func TestKeysComeWithoutBoundsThatNobodySet(t *testing.T) {
	t.Parallel()
	auth := &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "keys"}}
	in := NewInput(reranker(v1alpha1.RerankerSpec{Auth: auth}), older.Image)
	args := Deployment(in).Spec.Template.Spec.Containers[0].Args
	if !slices.Contains(args, "--api-keys="+keysDir) || strings.Contains(strings.Join(args, " "), "--key-") {
		t.Errorf("arguments %q", args)
	}
}

func TestWhatNeverReachesThePodsLeavesThemAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*v1alpha1.RerankerSpec){
		"rollout": func(s *v1alpha1.RerankerSpec) { s.Rollout = &v1alpha1.RolloutSpec{MinReadySeconds: new(int32(5))} },
		"service": func(s *v1alpha1.RerankerSpec) { s.Service = &v1alpha1.ServiceSpec{Port: new(int32(8080))} },
		"networkPolicy": func(s *v1alpha1.RerankerSpec) {
			s.NetworkPolicy = &v1alpha1.NetworkPolicySpec{Mode: v1alpha1.ModeDisabled}
		},
		"disruption":         func(s *v1alpha1.RerankerSpec) { s.Disruption = &v1alpha1.DisruptionSpec{Mode: v1alpha1.ModeDisabled} },
		"replicas":           func(s *v1alpha1.RerankerSpec) { s.Replicas = new(int32(3)) },
		"suspend":            func(s *v1alpha1.RerankerSpec) { s.Suspend = new(true) },
		"targets.percentile": func(s *v1alpha1.RerankerSpec) { s.Targets.Percentile = new(int32(80)) },
	} {
		spec := v1alpha1.RerankerSpec{Targets: &v1alpha1.TargetsSpec{BatchDocuments: new(int32(50))}}
		before := podsHash(reranker(spec))
		change(&spec)
		if podsHash(reranker(spec)) != before {
			t.Errorf("%s: a pinned Reranker is rendered anew", name)
		}
	}
}

func TestSettingsThatAreKeptKeepTheirName(t *testing.T) {
	t.Parallel()
	rr := reranker(v1alpha1.RerankerSpec{})
	live := servedBy(t, rr, older, func(r *rendering) {
		asBefore(r)
		r.Template.WithLabels(map[string]string{v1alpha1.LabelSettings: "abc"})
	})
	in := NewInputOver(rr, live, newer)
	if got := SettingsHash(in); got != "abc" {
		t.Errorf("the settings are called %q, want as the kept pods know them", got)
	}
}

func TestARenderingThatLacksAPartIsNone(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*rendering){
		"no settings":          func(r *rendering) { r.Settings = "" },
		"no template":          func(r *rendering) { r.Template = nil },
		"no image":             func(r *rendering) { r.Template.Spec.Containers[0].Image = nil },
		"no container":         func(r *rendering) { r.Template.Spec.Containers = nil },
		"no labels":            func(r *rendering) { r.Template.ObjectMetaApplyConfiguration = nil },
		"no name for settings": func(r *rendering) { delete(r.Template.Labels, v1alpha1.LabelSettings) },
	} {
		if r := lastRendering(servedBy(t, reranker(v1alpha1.RerankerSpec{}), older, edit)); r != nil {
			t.Errorf("%s: %+v is taken for a rendering", name, r)
		}
	}
	broken := servedBy(t, reranker(v1alpha1.RerankerSpec{}), older, func(*rendering) {})
	broken.Annotations[v1alpha1.AnnotationRendering] += "}"
	if lastRendering(broken) != nil {
		t.Error("a rendering that is no JSON is used")
	}
}

func TestPodsHaveServedWhenTheirRolloutOnceEnded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind   appsv1.DeploymentConditionType
		reason string
		want   bool
	}{
		"ended":           {appsv1.DeploymentProgressing, "NewReplicaSetAvailable", true},
		"under way":       {appsv1.DeploymentProgressing, "ReplicaSetUpdated", false},
		"another's words": {appsv1.DeploymentAvailable, "NewReplicaSetAvailable", false},
	} {
		d := &appsv1.Deployment{Status: appsv1.DeploymentStatus{Conditions: []appsv1.DeploymentCondition{{Type: tc.kind, Reason: tc.reason}}}}
		if got := hasServed(d); got != tc.want {
			t.Errorf("%s: hasServed = %t", name, got)
		}
	}
}

func TestASpreadThatNamesItsPodsIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	mine := &metav1.LabelSelector{MatchLabels: map[string]string{"mine": "yes"}}
	in := NewInput(reranker(v1alpha1.RerankerSpec{PodTemplate: &v1alpha1.PodTemplateSpec{
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{TopologyKey: "rack", LabelSelector: mine}, {TopologyKey: "row"}},
	}}), older.Image)
	got := spread(in)
	if len(got) != 2 || got[0].LabelSelector.MatchLabels["mine"] != "yes" || got[1].LabelSelector.MatchLabels["mine"] != "" {
		t.Errorf("the constraints select %v and %v", got[0].LabelSelector, got[1].LabelSelector)
	}
}

func TestAChildIsNamedForMessages(t *testing.T) {
	t.Parallel()
	in := NewInput(reranker(v1alpha1.RerankerSpec{}), older.Image)
	var got []string
	for _, c := range Children(in) {
		got = append(got, c.String()+" "+c.Kind.GroupVersion().String())
	}
	for _, want := range []string{
		`ServiceAccount "default/search-reranker" v1`, `Service "default/search-reranker" v1`, `Deployment "default/search-reranker" apps/v1`,
		`HorizontalPodAutoscaler "default/search-reranker" autoscaling/v2`, `PodDisruptionBudget "default/search-reranker" policy/v1`,
		`NetworkPolicy "default/search-reranker" networking.k8s.io/v1`,
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	if len(got) != 7 {
		t.Errorf("%d children without the monitoring kinds, want 7", len(got))
	}
}

func TestMetricsAreReadByPrometheusAloneWhereTheOperatorIsUnknown(t *testing.T) {
	t.Parallel()
	in := NewInput(reranker(v1alpha1.RerankerSpec{}), older.Image)
	for namespace, want := range map[string]int{"": 1, "quantumrerank-system": 2} {
		in.OperatorNamespace = namespace
		if got := len(metricsPeers(in, &v1alpha1.NetworkPolicySpec{})); got != want {
			t.Errorf("operator in %q: %d peers, want %d", namespace, got, want)
		}
	}
}

func TestADrainLastsAtLeastAsLongAsARequest(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[int32]int32{1000: 30, 60_000: 60, 60_001: 61} {
		e := v1alpha1.Resolve("search", &v1alpha1.RerankerSpec{Limits: &v1alpha1.LimitsSpec{RequestTimeoutMilliseconds: &timeout}}, older.Image)
		if got := drainSeconds(e); got != want {
			t.Errorf("a timeout of %d ms drains for %d s, want %d", timeout, got, want)
		}
	}
}

func TestPartsOfSpecThatSayNothingChangeNothing(t *testing.T) {
	t.Parallel()
	made := func(spec v1alpha1.RerankerSpec) *appsv1ac.DeploymentApplyConfiguration {
		spec.Replicas = new(int32(2))
		return Deployment(NewInput(reranker(spec), older.Image))
	}
	if got := *made(v1alpha1.RerankerSpec{Image: &v1alpha1.ImageSpec{}}).Spec.Template.Spec.Containers[0].ImagePullPolicy; got != corev1.PullIfNotPresent {
		t.Errorf("images are pulled %q", got)
	}
	if imageAnnotation(NewInput(reranker(v1alpha1.RerankerSpec{Image: &v1alpha1.ImageSpec{}}), older.Image)) == nil {
		t.Error("the operator's own image is not remembered as such")
	}
	if upgradesItself(reranker(v1alpha1.RerankerSpec{Rollout: &v1alpha1.RolloutSpec{}})) {
		t.Error("a rollout that says nothing of upgrades follows the operator")
	}
	if DisruptionBudget(NewInput(reranker(v1alpha1.RerankerSpec{Replicas: new(int32(2)), Disruption: &v1alpha1.DisruptionSpec{}}), older.Image)) == nil {
		t.Error("a disruption that says nothing has no budget")
	}
	if s := Service(NewInput(reranker(v1alpha1.RerankerSpec{Service: &v1alpha1.ServiceSpec{}}), older.Image)).Spec; s.TrafficDistribution != nil && *s.TrafficDistribution == "" || s.Type != nil && *s.Type == "" {
		t.Errorf("a Service of type %v, distribution %v", s.Type, s.TrafficDistribution)
	}
	disk := corev1.ResourceList{corev1.ResourceEphemeralStorage: resource.MustParse("1Gi")}
	got := *made(v1alpha1.RerankerSpec{Resources: &v1alpha1.ResourcesSpec{Requests: disk}}).Spec.Template.Spec.Containers[0].Resources.Requests
	if q := got[corev1.ResourceEphemeralStorage]; q.String() != "1Gi" {
		t.Errorf("requests are %v", got)
	}
}
