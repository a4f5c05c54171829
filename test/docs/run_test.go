// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/test/pod"
)

// A comment before a block of commands says where it is run:
//
//	<!-- run: here -->           in the repository's root
//	<!-- run: server -->         there, with a server in the place of localhost:8000
//	<!-- run: cluster 30 -->     there, in the local cluster, after blocks with lower numbers
//	<!-- run: not here, because it … -->
//
// "may miss targets" behind the first three allows the exit status of a slow day.
var mark = regexp.MustCompile(`<!-- run: (here|server|cluster (\d+)|not here, because (.+?))(, may miss targets)? -->\s*$`)

// block is a marked block of commands.
type block struct {
	page   string
	line   int
	code   string
	place  string // here, server, cluster, or nowhere
	order  int    // in the cluster
	reason string // for nowhere
	misses bool   // exit status 1 of a missed target is allowed
}

func (b block) name() string { return fmt.Sprintf("%s:%d", b.page, b.line) }

// reasons are the only ones for not running a block: what they name is run
// elsewhere, or cannot be on a machine for tests.
var reasons = []string{
	"it needs an image registry",
	"it needs a model hub",
	"it needs the Prometheus operator",
	"it needs Argo CD",
	"it needs a cluster of yours",
	"it needs systemd",
	"it has placeholders",
	"it is part of another command",
	"it starts this test",
	"it takes down the cluster of this test",
	"it is a stage of make test by itself",
	"it takes long; make quality",
	"it fetches a gigabyte of packages",
}

// marked returns the blocks of commands of a page.
func (p page) marked(t *testing.T) []block {
	t.Helper()
	var out []block
	for _, at := range fence.FindAllStringSubmatchIndex(p.text, -1) {
		if language := p.text[at[2]:at[3]]; language != "sh" {
			continue
		}
		b := block{page: p.name, line: 1 + strings.Count(p.text[:at[0]], "\n"), code: p.text[at[4]:at[5]]}
		m := mark.FindStringSubmatch(p.text[:at[0]])
		if m == nil {
			t.Errorf("%s: no comment says where these commands are run:\n%s", b.name(), b.code)
			continue
		}
		b.place, b.reason, b.misses = strings.Fields(m[1])[0], m[3], m[4] != ""
		if b.place == "not" {
			b.place = "nowhere"
			if !slices.Contains(reasons, b.reason) {
				t.Errorf("%s: %q is no reason for not running commands", b.name(), b.reason)
			}
		}
		if m[2] != "" {
			b.order, _ = strconv.Atoi(m[2]) // digits
		}
		out = append(out, b)
	}
	return out
}

func allBlocks(t *testing.T) []block {
	t.Helper()
	var all []block
	for _, p := range pages(t) {
		all = append(all, p.marked(t)...)
	}
	return all
}

func TestEveryBlockOfCommandsIsRunSomewhere(t *testing.T) {
	count := map[string]int{}
	for _, b := range allBlocks(t) {
		count[b.place]++
		if b.place == "nowhere" {
			t.Logf("%s is not run, because %s", b.name(), b.reason)
		}
	}
	t.Logf("blocks of commands: %v", count)
	if count["here"]+count["server"]+count["cluster"] <= count["nowhere"] {
		t.Errorf("more blocks are left out than run: %v", count)
	}
}

// TestCommandsWithoutACluster runs what a newcomer would copy.
func TestCommandsWithoutACluster(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a server")
	}
	build(t)
	tidy(t)
	var address string
	for _, b := range allBlocks(t) {
		if b.place != "here" && b.place != "server" {
			continue
		}
		if b.place == "server" {
			if address == "" {
				address = serve(t)
			}
			b.code = strings.ReplaceAll(b.code, "localhost:8000", address)
		}
		t.Run(b.name(), func(t *testing.T) { b.run(t) })
	}
}

// patience bounds a block: it may build something.
const patience = 15 * time.Minute

// litter are files that blocks write where they are run.
var litter = []string{"report.html", "tls.crt", "tls.key"}

// tidy removes them at the end of the test.
func tidy(t *testing.T) {
	t.Cleanup(func() {
		for _, name := range litter {
			os.Remove(filepath.Join(root, name))
		}
	})
}

// run executes the block as a person's shell would, with folders of programs
// beside bin/ on its path, but stops at the first command that fails.
func (b block) run(t *testing.T, path ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// What the block left in the background ends with it.
	script := "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + b.code
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	bin, err := filepath.Abs(filepath.Join(root, "bin"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PATH="+strings.Join(append([]string{bin}, append(path, os.Getenv("PATH"))...), ":"))
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if b.misses && errors.As(err, &exit) && exit.ExitCode() == 1 && bytes.Contains(out, []byte("not all targets are met")) {
		t.Logf("a target was missed on this machine:\n%s", out)
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, b.code, out)
	}
	if strings.Contains(b.code, "curl ") && !bytes.Contains(out, []byte("relevance_score")) {
		t.Errorf("no scores came back:\n%s\n%s", b.code, out)
	}
	t.Logf("%s\n%s", b.code, out)
}

func build(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", "build")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
}

// serve starts a server and returns its address when it is ready.
func serve(t *testing.T) string {
	t.Helper()
	p, err := pod.Start(t.Context(), pod.Options{
		Binary: filepath.Join(root, "bin", "reranker"), Model: filepath.Join(root, "bin", "models", modeltest.Name),
		Args: []string{"--drain-delay", "0s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(p.URL, "http://")
}
