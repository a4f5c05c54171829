// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	root            = "../.."
	releaseName     = "quantumrerank"
	systemNamespace = "quantumrerank-system"
	operatorName    = "quantumrerank-operator"
)

// operatorPods selects the operator's pods.
var operatorPods = client.MatchingLabels{"app.kubernetes.io/component": "operator", "app.kubernetes.io/instance": releaseName}

// release is the operator, installed by the chart.
type release struct {
	helm          string
	rerankerImage string
	values        []string // --set arguments of the installation
	owned         bool     // it was not there before
}

// install puts the chart of this tree into the cluster, or brings a release
// that is there up to it.
func install(ctx context.Context) (*release, error) {
	r := &release{helm: os.Getenv("HELM")}
	if r.helm == "" {
		r.helm = filepath.Join(root, "bin", "helm")
	}
	if _, err := exec.LookPath(r.helm); err != nil {
		return nil, fmt.Errorf("no helm: %w; run `make bin/helm` first, or set HELM", err)
	}
	operatorImage, content, err := image("OPERATOR_IMAGE", "operator.tar")
	if err != nil {
		return nil, err
	}
	if r.rerankerImage, _, err = image("RERANKER_IMAGE", "reranker.tar"); err != nil {
		return nil, err
	}
	r.values = append(imageValues("image", operatorImage), imageValues("rerankerImage", r.rerankerImage)...)
	// An operator that is there already runs an older image of the same name.
	r.values = append(r.values, "--set-string", `podAnnotations.quantumrerank\.io/image-content=`+content)
	if err := prepareNamespace(ctx); err != nil {
		return nil, err
	}
	_, err = r.run("status", releaseName, "--namespace", systemNamespace)
	r.owned = err != nil
	return r, r.upgrade()
}

// prepareNamespace makes the operator's namespace one that admits restricted
// pods only: the operator keeps the standard that it demands of its pods.
func prepareNamespace(ctx context.Context) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name:   systemNamespace,
		Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
	}}
	err := k8s.Create(ctx, namespace)
	if apierrors.IsAlreadyExists(err) {
		patch := []byte(`{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
		return k8s.Patch(ctx, namespace, client.RawPatch(types.MergePatchType, patch))
	}
	return err
}

// upgrade installs or upgrades the release with further values.
func (r *release) upgrade(further ...string) error {
	return r.upgradeFrom(filepath.Join(root, "charts", "quantumrerank"), further...)
}

// upgradeFrom does the same with the chart of a directory.
func (r *release) upgradeFrom(chart string, further ...string) error {
	args := []string{
		"upgrade", "--install", releaseName, chart,
		"--namespace", systemNamespace, "--wait", "--timeout", "2m",
	}
	args = append(append(args, r.values...), further...)
	_, err := r.run(args...)
	return err
}

func (r *release) uninstall() error {
	_, err := r.run("uninstall", releaseName, "--namespace", systemNamespace, "--wait")
	return err
}

func (r *release) run(args ...string) (string, error) {
	command := exec.Command(r.helm, append([]string{"--kubeconfig", kubeconfig}, args...)...)
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("helm %s: %w\n%s", args[0], err, problems.String())
	}
	return out.String(), nil
}

// imageValues are the chart's values for an image reference.
func imageValues(prefix, reference string) []string {
	if repository, digest, found := strings.Cut(reference, "@"); found {
		return []string{"--set", prefix + ".repository=" + repository, "--set", prefix + ".digest=" + digest}
	}
	repository, tag := reference, ""
	if colon := strings.LastIndexByte(reference, ':'); colon > strings.LastIndexByte(reference, '/') {
		repository, tag = reference[:colon], reference[colon+1:]
	}
	return []string{"--set", prefix + ".repository=" + repository, "--set-string", prefix + ".tag=" + tag}
}

// image is the reference named by the environment, or else the one that the
// archive in dist carries, and then a name for the archive's content too.
func image(variable, archive string) (reference, content string, err error) {
	if reference := os.Getenv(variable); reference != "" {
		return reference, "", nil
	}
	path := filepath.Join(root, "dist", archive)
	file, err := os.Open(path)
	if err != nil {
		return "", "", fmt.Errorf("%w; run `make images` first, or set %s", err, variable)
	}
	defer file.Close()
	reader := tar.NewReader(file)
	for {
		entry, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return "", "", fmt.Errorf("%s: no manifest.json", path)
		}
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", path, err)
		}
		if entry.Name != "manifest.json" {
			continue
		}
		var manifest []struct {
			Config   string
			RepoTags []string
		}
		if err := json.NewDecoder(reader).Decode(&manifest); err != nil {
			return "", "", fmt.Errorf("%s: manifest.json: %w", path, err)
		}
		if len(manifest) != 1 || len(manifest[0].RepoTags) != 1 {
			return "", "", fmt.Errorf("%s: want one image with one name, got %+v", path, manifest)
		}
		return manifest[0].RepoTags[0], manifest[0].Config, nil
	}
}
