// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

const (
	newerImage    = "quantumrerank/reranker:v2"
	olderSettings = "0000a9e5"
)

func TestAnUpgradeLeavesPinnedPodsAlone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	before, settings, op := upgrade(t, ns)
	for range 5 {
		op.reconcile(t, ns)
	}
	wantPinned(t, ns, before, settings)

	t.Log("a change that reaches no pod")
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Replicas = new(int32(2)) })
	eventually(t, "there are two pods", func() error {
		return wantEqual(*get(t, ns, childName, &appsv1.Deployment{}).Spec.Replicas, 2)
	})
	settle(t, op, ns)
	wantPinned(t, ns, before, settings)
}

func TestDriftOfPinnedPodsIsPutRight(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	before, settings, op := upgrade(t, ns)

	change(t, get(t, ns, childName, &appsv1.Deployment{}), func(d *appsv1.Deployment) {
		d.Spec.Template.Spec.Containers[0].Image = "evil"
		d.Spec.Template.Spec.SecurityContext.RunAsNonRoot = nil
	})
	if err := admin.Delete(t.Context(), settings.DeepCopy()); err != nil {
		t.Fatalf("delete the settings: %v", err)
	}
	eventually(t, "the template and the settings are back", func() error {
		d := get(t, ns, childName, &appsv1.Deployment{})
		if err := wantEqual(cmp.Diff(before.Spec.Template, d.Spec.Template), ""); err != nil {
			return err
		}
		return admin.Get(t.Context(), client.ObjectKeyFromObject(settings), &corev1.ConfigMap{})
	})
	settle(t, op, ns)
	wantPinned(t, ns, before, settings)
}

func TestAChangeOfSpecRendersPinnedPodsAnew(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	_, _, op := upgrade(t, ns)

	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Method = "classical" })
	var d *appsv1.Deployment
	eventually(t, "the template is new", func() error {
		d = get(t, ns, childName, &appsv1.Deployment{})
		return wantNot(d.Spec.Template.Labels[v1alpha1.LabelSettings], olderSettings)
	})
	if got := d.Spec.Template.Spec.Containers[0].Image; got != releaseImage {
		t.Errorf("image = %q, want the pinned %q", got, releaseImage)
	}
	text := mounted(t, ns, d).Data[contract.SettingsKey]
	if !strings.Contains(text, `"method":"classical"`) || strings.Contains(text, `"queue"`) {
		t.Errorf("settings = %s, want the new method and no key that the pinned image may not know", text)
	}
	settle(t, op, ns)

	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) {
		s.Rollout = &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}
	})
	eventually(t, "policy Auto brings the release", func() error {
		d = get(t, ns, childName, &appsv1.Deployment{})
		return wantEqual(d.Spec.Template.Spec.Containers[0].Image, newerImage)
	})
	if text := mounted(t, ns, d).Data[contract.SettingsKey]; !strings.Contains(text, `"queue"`) {
		t.Errorf("settings = %s, want every default for the operator's own image", text)
	}
}

// upgrade starts a newer operator over what an older release deployed.
func upgrade(t *testing.T, ns string) (*appsv1.Deployment, *corev1.ConfigMap, *operator) {
	t.Helper()
	before, settings := deployByAnOlderRelease(t, ns)
	op := startOperator(t, ns, newerImage)
	settle(t, op, ns)
	return before, settings, op
}

// deployByAnOlderRelease makes a Reranker that serves, and then rewrites what
// is in the cluster to what a release would have made that knew no queue and
// gave pods less time to end.
func deployByAnOlderRelease(t *testing.T, ns string) (*appsv1.Deployment, *corev1.ConfigMap) {
	t.Helper()
	first := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Method: "hybrid"})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, first, ns)
	first.stop()

	d := get(t, ns, childName, &appsv1.Deployment{})
	present := d.Spec.Template.Labels[v1alpha1.LabelSettings]
	settings := olderConfigMap(t, mounted(t, ns, d), present)
	change(t, d, func(d *appsv1.Deployment) {
		d.Spec.Template.Labels[v1alpha1.LabelSettings] = olderSettings
		d.Spec.Template.Spec.Volumes[0].ConfigMap.Name = settings.Name
		d.Spec.Template.Spec.TerminationGracePeriodSeconds = new(int64(7))
		d.Annotations[v1alpha1.AnnotationRendering] = olderRendering(t, d.Annotations[v1alpha1.AnnotationRendering], present)
	})
	serve(t, ns)
	return get(t, ns, childName, &appsv1.Deployment{}), settings
}

// olderConfigMap puts settings without a queue in place of the present ones.
func olderConfigMap(t *testing.T, now *corev1.ConfigMap, present string) *corev1.ConfigMap {
	t.Helper()
	out := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name: strings.ReplaceAll(now.Name, present, olderSettings), Namespace: now.Namespace,
			Labels: now.Labels, OwnerReferences: now.OwnerReferences,
		},
		Immutable: new(true),
		Data:      map[string]string{contract.SettingsKey: withoutQueue(t, now.Data[contract.SettingsKey])},
	}
	out.Labels[v1alpha1.LabelSettings] = olderSettings
	if err := admin.Create(t.Context(), out); err != nil {
		t.Fatalf("create the older settings: %v", err)
	}
	if err := admin.Delete(t.Context(), now); err != nil {
		t.Fatalf("delete the present settings: %v", err)
	}
	return out
}

func olderRendering(t *testing.T, text, present string) string {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, present, olderSettings)), &out); err != nil {
		t.Fatalf("read the annotation %q: %v", text, err)
	}
	out["settings"] = withoutQueue(t, out["settings"].(string))
	out["template"].(map[string]any)["spec"].(map[string]any)["terminationGracePeriodSeconds"] = 7
	return encode(t, out)
}

func withoutQueue(t *testing.T, text string) string {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("read the settings: %v", err)
	}
	if out["queue"] == nil {
		t.Fatal("the settings have no queue that an older release could lack")
	}
	delete(out, "queue")
	return encode(t, out) + "\n"
}

func encode(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// mounted are the settings of a Deployment's pods.
func mounted(t *testing.T, ns string, d *appsv1.Deployment) *corev1.ConfigMap {
	t.Helper()
	return get(t, ns, d.Spec.Template.Spec.Volumes[0].ConfigMap.Name, &corev1.ConfigMap{})
}

func wantPinned(t *testing.T, ns string, before *appsv1.Deployment, settings *corev1.ConfigMap) {
	t.Helper()
	d := get(t, ns, childName, &appsv1.Deployment{})
	if diff := cmp.Diff(before.Spec.Template, d.Spec.Template); diff != "" {
		t.Errorf("the pods' template changed (-before +now):\n%s", diff)
	}
	if diff := cmp.Diff(settings.Data, mounted(t, ns, d).Data); diff != "" {
		t.Errorf("the settings changed (-before +now):\n%s", diff)
	}
	if err := wantConfigMaps(t, ns, 1); err != nil {
		t.Errorf("ConfigMaps with settings: %v", err)
	}
}
