// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

const digest = "@sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

// specs are accepted where want is empty, and otherwise refused with a message
// that contains want.
var specs = map[string]struct{ spec, want string }{
	"nothing at all":                    {`{}`, ""},
	"a method":                          {`{method: hybrid}`, ""},
	"an unknown method":                 {`{method: best}`, `spec.method: Unsupported value: "best"`},
	"an unknown field":                  {`{metod: hybrid}`, `unknown field "spec.metod"`},
	"fixed replicas":                    {`{replicas: 3}`, ""},
	"no replicas":                       {`{replicas: 0}`, ""},
	"too many replicas":                 {`{replicas: 1001}`, "should be less than or equal to 1000"},
	"autoscaling":                       {`{autoscaling: {maxReplicas: 3}}`, ""},
	"autoscaling without a maximum":     {`{autoscaling: {minReplicas: 3}}`, "spec.autoscaling.maxReplicas: Required value"},
	"replicas and autoscaling":          {`{replicas: 3, autoscaling: {maxReplicas: 3}}`, "spec.replicas: Forbidden: set either replicas (fixed size) or autoscaling, not both"},
	"equal bounds":                      {`{autoscaling: {minReplicas: 3, maxReplicas: 3}}`, ""},
	"crossed bounds":                    {`{autoscaling: {minReplicas: 4, maxReplicas: 3}}`, "minReplicas must not be above maxReplicas"},
	"quantum settings of classical":     {`{method: classical, quantum: {rank: 2}}`, "spec.quantum: Forbidden: quantum settings have no effect with method classical"},
	"quantum settings of hybrid":        {`{method: hybrid, quantum: {rank: 2}}`, ""},
	"quantum settings of the default":   {`{quantum: {weightPercent: 0}}`, ""},
	"hybrid settings of classical":      {`{method: classical, hybrid: {fusion: rrf}}`, "spec.hybrid: Forbidden: hybrid settings have no effect with method classical"},
	"a rank of state pure":              {`{quantum: {state: pure, rank: 2}}`, "spec.quantum.rank: Forbidden: rank has an effect with state mixed only"},
	"token weights of state pure":       {`{quantum: {state: pure, weights: uniform}}`, "spec.quantum.weights: Forbidden: weights have no effect with state pure"},
	"angles of state mixed":             {`{quantum: {encoding: angle}}`, "spec.quantum.encoding: Invalid value: encodings other than amplitude need state pure"},
	"angles of state pure":              {`{quantum: {state: pure, encoding: dense_angle}}`, ""},
	"an estimator without shots":        {`{quantum: {estimator: swap}}`, "spec.quantum.estimator: Forbidden: estimator has no effect without shots"},
	"a seed without shots":              {`{quantum: {seed: 1, shots: 0}}`, "spec.quantum.seed: Forbidden: seed has no effect without shots"},
	"a seed with shots":                 {`{quantum: {seed: 1, shots: 1024, estimator: swap}}`, ""},
	"too strong a diversification":      {`{diversify: {strengthPercent: 201}}`, "should be less than or equal to 200"},
	"an unknown fusion":                 {`{hybrid: {fusion: cold}}`, `Unsupported value: "cold"`},
	"an unknown state":                  {`{quantum: {state: cat}}`, `Unsupported value: "cat"`},
	"a rank of zero":                    {`{quantum: {rank: 0}}`, "should be greater than or equal to 1"},
	"a weight above one":                {`{quantum: {weightPercent: 101}}`, "should be less than or equal to 100"},
	"the least memory":                  {`{memoryLimit: 256Mi}`, ""},
	"too little memory":                 {`{memoryLimit: 255Mi}`, "memoryLimit must be at least 256Mi"},
	"memory in another unit":            {`{memoryLimit: 0.25Gi}`, ""},
	"memory that is no quantity":        {`{memoryLimit: lots}`, "spec.memoryLimit"},
	"CPU resources":                     {`{resources: {requests: {cpu: 100m}, limits: {cpu: 2}}}`, ""},
	"memory in requests":                {`{resources: {requests: {memory: 1Gi}}}`, "spec.resources: Forbidden: set memory through memoryLimit"},
	"memory in limits":                  {`{resources: {limits: {memory: 1Gi}}}`, "spec.resources: Forbidden: set memory through memoryLimit"},
	"a timeout at the target":           {`{limits: {requestTimeoutMilliseconds: 500}, targets: {rerankLatencyMilliseconds: 500}}`, ""},
	"a timeout below the target":        {`{limits: {requestTimeoutMilliseconds: 499}, targets: {rerankLatencyMilliseconds: 500}}`, "requestTimeoutMilliseconds must not be below targets.rerankLatencyMilliseconds"},
	"a timeout alone":                   {`{limits: {requestTimeoutMilliseconds: 100}}`, ""},
	"as many documents as the batch":    {`{limits: {maxDocuments: 10}, targets: {batchDocuments: 10}}`, ""},
	"fewer documents than the batch":    {`{limits: {maxDocuments: 10}, targets: {batchDocuments: 11}}`, "maxDocuments must not be below targets.batchDocuments"},
	"few documents alone":               {`{limits: {maxDocuments: 10}}`, ""},
	"more documents than anybody may":   {`{limits: {maxDocuments: 1001}}`, "should be less than or equal to 1000"},
	"a longer query than anybody may":   {`{limits: {maxQueryCharacters: 10001}}`, "should be less than or equal to 10000"},
	"longer documents than anybody may": {`{limits: {maxDocumentCharacters: 50001}}`, "should be less than or equal to 50000"},
	"enforcing the default scaling":     {`{targets: {policy: Enforce}}`, ""},
	"enforcing with autoscaling":        {`{targets: {policy: Enforce}, autoscaling: {maxReplicas: 3}}`, ""},
	"enforcing with fixed replicas":     {`{targets: {policy: Enforce}, replicas: 3}`, "policy Enforce needs autoscaling: with fixed replicas there is nothing to move"},
	"enforcing for an external owner":   {`{targets: {policy: Enforce}, autoscaling: {maxReplicas: 3, owner: External}}`, "policy Enforce needs autoscaling owned by the operator"},
	"observing for an external owner":   {`{targets: {policy: Observe}, autoscaling: {maxReplicas: 3, owner: External}}`, ""},
	"metrics of somebody's adapter":     {`{autoscaling: {maxReplicas: 3, metrics: [{type: External, external: {metric: {name: waiting}, target: {type: Value, value: 30}}}]}}`, ""},
	"CPU for an external owner":         {`{autoscaling: {maxReplicas: 3, owner: External, cpuUtilizationPercent: 50}}`, "spec.autoscaling.owner: Forbidden: with owner External there is no autoscaler of the operator's"},
	"a pace for an external owner":      {`{autoscaling: {maxReplicas: 3, owner: External, behavior: {scaleDown: {selectPolicy: Disabled}}}}`, "with owner External there is no autoscaler of the operator's"},
	"a policy of degradation":           {`{degradation: {policy: OnOverload}}`, ""},
	"an unknown degradation":            {`{degradation: {policy: Always}}`, `Unsupported value: "Always"`},
	"no cache":                          {`{cache: {maxBytes: 0}}`, ""},
	"a cache below nothing":             {`{cache: {maxBytes: -1}}`, "should be greater than or equal to 0"},
	"keys without a secret":             {`{auth: {apiKeysSecretRef: {}}}`, "spec.auth.apiKeysSecretRef.name: Required value"},
	"keys with bounds":                  {`{auth: {apiKeysSecretRef: {name: k}, requestsPerMinute: 60, concurrentRequests: 2}}`, ""},
	"keys that may nothing":             {`{auth: {apiKeysSecretRef: {name: k}, requestsPerMinute: 0}}`, "should be greater than or equal to 1"},
	"requests a minute":                 {`{targets: {requestsPerMinute: 600}}`, ""},
	"no requests a minute":              {`{targets: {requestsPerMinute: 0}}`, "should be greater than or equal to 1"},
	"a percentile of 100":               {`{targets: {percentile: 100}}`, "should be less than or equal to 99"},
	"the bundled model":                 {`{model: {bundled: {}}}`, ""},
	"no model source":                   {`{model: {name: mine}}`, "set exactly one of bundled, image and persistentVolumeClaim"},
	"two model sources":                 {`{model: {bundled: {}, persistentVolumeClaim: {claimName: m}}}`, "set exactly one of bundled, image and persistentVolumeClaim"},
	"a model image by digest":           {`{model: {image: {reference: "models/m` + digest + `"}}}`, ""},
	"a model image by tag":              {`{model: {image: {reference: "models/m:1"}}}`, "pin the model image by digest"},
	"a model image by allowed tag":      {`{model: {image: {reference: "models/m:1", allowTag: true}}}`, ""},
	"a model claim":                     {`{model: {persistentVolumeClaim: {claimName: m, subPath: a/b}}}`, ""},
	"a path that climbs":                {`{model: {persistentVolumeClaim: {claimName: m, subPath: ../b}}}`, "subPath must be a relative path without '..'"},
	"an absolute path in an image":      {`{model: {image: {reference: "m` + digest + `", subPath: /etc}}}`, "subPath must be a relative path without '..'"},
	"a digest of weights":               {`{model: {bundled: {}, weightsSHA256: "` + digest[1:] + `"}}`, ""},
	"a short digest of weights":         {`{model: {bundled: {}, weightsSHA256: "sha256:abc"}}`, "should match"},
	"an API on the metrics port":        {`{service: {port: 8001}}`, "port 8001 is the metrics port"},
	"a certificate":                     {`{tls: {secretRef: {name: search-tls}}}`, ""},
	"a certificate of no Secret":        {`{tls: {}}`, "secretRef: Required value"},
	"a Secret without a name":           {`{tls: {secretRef: {name: ""}}}`, "name in body should be at least 1 chars long"},
	"names of metrics of another":       {`{monitoring: {metricsCompat: Other}}`, `Unsupported value: "Other"`},
	"another port":                      {`{service: {port: 8080}}`, ""},
	"a deadline above the warm-up":      {`{rollout: {minReadySeconds: 10, progressDeadlineSeconds: 11}}`, ""},
	"a deadline within the warm-up":     {`{rollout: {minReadySeconds: 10, progressDeadlineSeconds: 10}}`, "progressDeadlineSeconds must be above minReadySeconds"},
	"two variables of one name":         {`{podTemplate: {env: [{name: A}, {name: A}]}}`, "Duplicate value"},
	"an unknown pull policy":            {`{image: {pullPolicy: Sometimes}}`, `Unsupported value: "Sometimes"`},
}

// dryRun asks the API server whether it would accept a Reranker.
func dryRun(ctx context.Context, name, spec string) error {
	obj := &unstructured.Unstructured{Object: map[string]any{}}
	var content map[string]any
	if err := yaml.Unmarshal([]byte(spec), &content); err != nil {
		return err
	}
	obj.Object["spec"] = content
	obj.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(v1alpha1.Kind))
	obj.SetNamespace("default")
	obj.SetName(name)
	return client.WithFieldValidation(admin, metav1.FieldValidationStrict).Create(ctx, obj, client.DryRunAll)
}

func TestTheAPIServerJudgesSpecs(t *testing.T) {
	t.Parallel()
	for name, tc := range specs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, dryRun(t.Context(), "search", tc.spec), tc.want)
		})
	}
}

// Every rule of the schema must be seen to refuse something, and what it
// refuses must be told with the rule's own message.
func TestEveryRuleHasACase(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "config", "crd", "bases", "quantumrerank.io_rerankers.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var crd map[string]any
	if err := yaml.Unmarshal(data, &crd); err != nil {
		t.Fatal(err)
	}
	refused := slices.Collect(maps.Values(names))
	for _, tc := range specs {
		refused = append(refused, tc.want)
	}
	rules := messages(crd)
	if len(rules) < 15 {
		t.Fatalf("found %d rules in the schema: %v", len(rules), rules)
	}
	for message := range rules {
		if !slices.ContainsFunc(refused, func(want string) bool { return tells(want, message) }) {
			t.Errorf("no case is refused with %q", message)
		}
	}
}

// tells reports whether a case's text is part of a rule's message, the path of
// the field before it aside.
func tells(want, message string) bool {
	for _, sort := range []string{"Forbidden: ", "Invalid value: "} {
		if _, after, found := strings.Cut(want, sort); found {
			want = after
		}
	}
	return want != "" && strings.Contains(message, want)
}

// messages collects the messages of all CEL rules below a node.
func messages(node any) map[string]bool {
	out := map[string]bool{}
	switch node := node.(type) {
	case map[string]any:
		if rules, ok := node["x-kubernetes-validations"].([]any); ok {
			for _, rule := range rules {
				out[rule.(map[string]any)["message"].(string)] = true
			}
		}
		for _, child := range node {
			maps.Copy(out, messages(child))
		}
	case []any:
		for _, child := range node {
			maps.Copy(out, messages(child))
		}
	}
	return out
}

func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && err == nil:
		t.Errorf("accepted, want a refusal with %q", want)
	case want != "" && !strings.Contains(err.Error(), want):
		t.Errorf("refused with:\n%v\nwant:\n%s", err, want)
	}
}

// names are accepted where the text is empty, and otherwise refused with it.
var names = map[string]string{
	"a":                     "",
	"search-2":              "",
	strings.Repeat("a", 40): "",
	strings.Repeat("a", 41): "at most 40 characters",
	"2search":               "must start with a lower-case letter",
	"search.api":            "must start with a lower-case letter",
}

func TestTheAPIServerJudgesNames(t *testing.T) {
	t.Parallel()
	for name, want := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefusal(t, dryRun(t.Context(), name, "{}"), want)
		})
	}
}

func TestEveryFieldTogetherIsAccepted(t *testing.T) {
	t.Parallel()
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "full", Namespace: "default"}, Spec: fullSpec()}
	if err := admin.Create(t.Context(), rr, client.DryRunAll); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestScalingByHandIsRefusedWithAutoscaling(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	rr := createReranker(t, ns, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 3}})
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"replicas":2}}`))
	err := admin.SubResource("scale").Patch(t.Context(), rr, patch)
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), "set either replicas (fixed size) or autoscaling") {
		t.Errorf("scale: %v, want a refusal with our message", err)
	}
}

func TestScalingByHandWorksWithFixedReplicas(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	rr := createReranker(t, ns, v1alpha1.RerankerSpec{Replicas: new(int32(1))})
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"replicas":2}}`))
	if err := admin.SubResource("scale").Patch(t.Context(), rr, patch); err != nil {
		t.Fatalf("scale: %v", err)
	}
	waitForReplicas(t, ns, 2)
}
