// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func waiting(reason, message string) corev1.Pod {
	pod := crashed("p", "boom")
	pod.Status.ContainerStatuses[0].State.Waiting = &corev1.ContainerStateWaiting{Reason: reason, Message: message}
	return pod
}

// toldCause is what people read of a cause.
type toldCause struct {
	Reason, Message string
	Terminal        bool
}

func TestACauseNamesThePodAndWhetherWaitingHelps(t *testing.T) {
	t.Parallel()
	says := func(reason string) corev1.Pod {
		return crashed("p", "a log line\n"+`{"reason":"`+reason+`","message":"m"}`+"\n")
	}
	for name, tc := range map[string]struct {
		pod  corev1.Pod
		want toldCause
	}{
		"another digest":             {says("ModelDigestMismatch"), toldCause{"ModelDigestMismatch", "pod p: m", true}},
		"no model":                   {says("ModelNotFound"), toldCause{"ModelNotFound", "pod p: m", true}},
		"a broken model":             {says("ModelInvalid"), toldCause{"ModelInvalid", "pod p: m", true}},
		"settings it cannot read":    {says("InvalidSettings"), toldCause{"InvalidSettings", "pod p: m", true}},
		"too little memory":          {says("MemoryTooSmall"), toldCause{"MemoryTooSmall", "pod p: m", true}},
		"a start that failed":        {says("StartFailed"), toldCause{"StartFailed", "pod p: m", false}},
		"a reason of somebody else":  {says("Party"), toldCause{"CrashLoop", `pod p: ended with exit code 1: {"reason":"Party","message":"m"}`, false}},
		"the last line of a log":     {crashed("p", "one\n two \n\n"), toldCause{"CrashLoop", "pod p: ended with exit code 1: two", false}},
		"no log":                     {crashed("p", ""), toldCause{"CrashLoop", "pod p: ended with exit code 1", false}},
		"an image that is not there": {waiting("ErrImagePull", "not found"), toldCause{"ImagePullBackOff", "pod p: not found", false}},
		"a pull that waits":          {waiting("ImagePullBackOff", ""), toldCause{"ImagePullBackOff", "pod p: ImagePullBackOff", false}},
		"a registry that is away":    {waiting("RegistryUnavailable", "m"), toldCause{"ImagePullBackOff", "pod p: m", false}},
		"an image never pulled":      {waiting("ErrImageNeverPull", "m"), toldCause{"ErrImageNeverPull", "pod p: m", true}},
		"an image with a bad name":   {waiting("InvalidImageName", "m"), toldCause{"InvalidImageName", "pod p: m", true}},
		"an image nobody can read":   {waiting("ImageInspectError", "m"), toldCause{"ImageInspectError", "pod p: m", false}},
		"a signature that fails":     {waiting("SignatureValidationFailed", "m"), toldCause{"SignatureValidationFailed", "pod p: m", false}},
		"a Secret that is missing":   {waiting("CreateContainerConfigError", "m"), toldCause{"CreateContainerConfigError", "pod p: m", false}},
		"a container not made":       {waiting("CreateContainerError", "m"), toldCause{"CreateContainerError", "pod p: m", false}},
		"a container not run":        {waiting("RunContainerError", "m"), toldCause{"RunContainerError", "pod p: m", false}},
		"the wait after a crash":     {waiting("CrashLoopBackOff", "m"), toldCause{"CrashLoop", "pod p: ended with exit code 1: boom", false}},
		"no node":                    {withoutNode(), toldCause{"Unschedulable", "0/3 nodes are available", false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := complete(Input{}, v1alpha1.RerankerSpec{})
			got, ok := podCause(&tc.pod, &in)
			if diff := cmp.Diff(tc.want, toldCause{got.reason, got.message, got.terminal}); !ok || diff != "" {
				t.Errorf("podCause = %t (-want +got):\n%s", ok, diff)
			}
			if got.pod != "p" {
				t.Errorf("pod = %q", got.pod)
			}
		})
	}
}

func TestAPodThatIsWellOrOnItsWayOutIsNoCause(t *testing.T) {
	t.Parallel()
	deleted := crashed("p", "boom")
	deleted.DeletionTimestamp = new(metav1.NewTime(now))
	scheduled, elsewhere, gated := withoutNode(), withoutNode(), withoutNode()
	scheduled.Status.Conditions[0].Status = corev1.ConditionTrue
	elsewhere.Status.Conditions[0].Type = corev1.PodInitialized
	gated.Status.Conditions[0].Reason = corev1.PodReasonSchedulingGated
	creating := corev1.Pod{Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}},
	}}}}
	for name, pod := range map[string]corev1.Pod{
		"on its way out": deleted, "has a node": scheduled, "another condition": elsewhere,
		"held back by a gate": gated, "starting": creating, "ended ten minutes ago": oomThenReady(recent),
	} {
		in := complete(Input{}, v1alpha1.RerankerSpec{})
		if c, ok := podCause(&pod, &in); ok {
			t.Errorf("%s: %+v, want no cause", name, c)
		}
	}
}

func TestTheCauseThatExplainsMostComesFirst(t *testing.T) {
	t.Parallel()
	named := func(pod corev1.Pod, name string) corev1.Pod {
		pod.Name = name
		return pod
	}
	oom := oomThenReady(time.Minute)
	oom.Status.ContainerStatuses[0].Ready = false
	served := named(crashed("", `{"reason":"ModelNotFound","message":"m"}`), "served")
	served.Status.ContainerStatuses[0].Ready = true
	in := complete(Input{Pods: []corev1.Pod{
		served, named(withoutNode(), "a"), crashed("c", ""), crashed("b", ""), named(waiting("ErrImagePull", "m"), "d"),
		named(oom, "e"), crashed("f", `{"reason":"StartFailed","message":"m"}`),
	}}, v1alpha1.RerankerSpec{})
	var got []string
	for _, c := range causes(&in) {
		got = append(got, c.pod)
	}
	if diff := cmp.Diff("f e d b c a served", strings.Join(got, " ")); diff != "" {
		t.Errorf("order of causes (-want +got):\n%s", diff)
	}
}

func TestALongMessageIsCutWhereACharacterEnds(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("a", maxMessage)
	if got := Clip(full); got != full {
		t.Errorf("a message of %d bytes became one of %d", len(full), len(got))
	}
	if got, want := Clip(strings.Repeat("a", maxMessage-4)+"äää"), strings.Repeat("a", maxMessage-4)+"..."; got != want {
		t.Errorf("the end is %q, want %q", got[len(got)-8:], want[len(want)-8:])
	}
}

func TestTheNextLookIsWhenTheFirstCausePasses(t *testing.T) {
	t.Parallel()
	keys := v1alpha1.RerankerSpec{Auth: &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "keys"}}}
	unready := oomThenReady(time.Minute)
	unready.Status.ContainerStatuses[0].Ready = false
	leaving := unmounted(time.Second)
	leaving.DeletionTimestamp = new(metav1.NewTime(now))
	running := unmounted(time.Second)
	running.Status.Phase = corev1.PodRunning
	for name, tc := range map[string]struct {
		pods []corev1.Pod
		want time.Duration
	}{
		"the older of two":              {[]corev1.Pod{oomThenReady(time.Minute), oomThenReady(4 * time.Minute), oomThenReady(2 * time.Minute)}, 6 * time.Minute},
		"never at once":                 {[]corev1.Pod{oomThenReady(recent - time.Millisecond)}, time.Second},
		"trouble does not pass":         {[]corev1.Pod{unready}, 0},
		"the first mount":               {[]corev1.Pod{unmounted(time.Second), unmounted(6 * time.Second), unmounted(3 * time.Second)}, 4 * time.Second},
		"a mount that is nearly late":   {[]corev1.Pod{unmounted(mountsWithin - time.Millisecond)}, time.Second},
		"a mount before an older cause": {[]corev1.Pod{oomThenReady(time.Minute), unmounted(time.Second)}, 9 * time.Second},
		"an older cause before a mount": {[]corev1.Pod{oomThenReady(recent - 2*time.Second), unmounted(time.Second)}, 2 * time.Second},
		"a cause without a mount":       {[]corev1.Pod{oomThenReady(time.Minute)}, 9 * time.Minute},
		"a pod on its way out":          {[]corev1.Pod{leaving}, 0},
		"a pod that runs":               {[]corev1.Pod{running}, 0},
	} {
		in := complete(Input{Deployment: deployment(2, 2, 2), Pods: tc.pods}, keys)
		if got := Compute(in).RecheckAfter; got != tc.want {
			t.Errorf("%s: RecheckAfter = %s, want %s", name, got, tc.want)
		}
	}
}

func TestAMountIsLateTenSecondsAfterTheStart(t *testing.T) {
	t.Parallel()
	in := complete(Input{}, v1alpha1.RerankerSpec{TLS: &v1alpha1.TLSSpec{SecretRef: v1alpha1.SecretReference{Name: "cert"}}})
	pod := unmounted(mountsWithin)
	if c, ok := podCause(&pod, &in); !ok || !strings.Contains(c.message, `Secret "cert"`) || c.pod != "p" {
		t.Errorf("cause = %+v, want the Secret's name", c)
	}
	for name, change := range map[string]func(*corev1.PodStatus){
		"no start":          func(s *corev1.PodStatus) { s.StartTime = nil },
		"it runs":           func(s *corev1.PodStatus) { s.Phase = corev1.PodRunning },
		"mounted":           func(s *corev1.PodStatus) { s.Conditions[0].Status = corev1.ConditionTrue },
		"another condition": func(s *corev1.PodStatus) { s.Conditions[0].Type = corev1.ContainersReady },
	} {
		pod := unmounted(time.Hour)
		change(&pod.Status)
		if _, ok := mounting(&pod, now); ok {
			t.Errorf("%s: the pod counts as one that waits for its volumes", name)
		}
	}
}
