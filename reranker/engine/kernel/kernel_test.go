// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// RequireEnv lists, separated by commas, the sets that must have been tested: a
// machine that is known to have them fails if they were not selected.
const RequireEnv = "KERNEL_TEST_REQUIRE"

func TestMain(m *testing.M) {
	fmt.Fprintf(os.Stdout, "kernels exercised: %s\n", strings.Join(Names(), ", "))
	os.Exit(m.Run())
}

func TestRequiredKernelsAreAvailable(t *testing.T) {
	required := os.Getenv(RequireEnv)
	if required == "" {
		t.Skipf("$%s names no kernel that must be here", RequireEnv)
	}
	for _, name := range strings.Split(required, ",") {
		if !slices.Contains(Names(), name) {
			t.Errorf("kernel %q was not tested; available: %v", name, Names())
		}
	}
}

func TestSelectNamesWhatIsAvailable(t *testing.T) {
	for _, name := range Names() {
		if s, err := Select(name); err != nil || s.Name != name {
			t.Errorf("Select(%q) is %v, %v", name, s, err)
		}
	}
	if s, err := Select(""); err != nil || s.Name != Names()[0] {
		t.Errorf("Select of the best is %v, %v, want %s", s, err, Names()[0])
	}
	if _, err := Select("abacus"); err == nil || !strings.Contains(err.Error(), "generic") {
		t.Errorf("Select of an unknown kernel: error %v does not name the available ones", err)
	}
	if last := Names()[len(Names())-1]; last != "generic" {
		t.Errorf("the last set is %s, want generic", last)
	}
}

// forEach runs a test with every set of this CPU.
func forEach(t *testing.T, f func(t *testing.T, s *Set)) {
	for _, s := range Available() {
		t.Run(s.Name, func(t *testing.T) { f(t, s) })
	}
}

// canary is a value that no kernel computes from the inputs of the tests.
const canary = -123456.75

// guarded is a slice of n elements, at an offset from a cache line, between
// canaries. check fails the test if a kernel wrote outside.
func guarded(n, offset int) (x []float32, check func(t *testing.T)) {
	const margin = 64
	all := Floats(margin + offset + n + margin)
	for i := range all {
		all[i] = canary
	}
	first := margin + offset
	return all[first : first+n : first+n], func(t *testing.T) {
		t.Helper()
		for i, v := range all {
			if (i < first || i >= first+n) && v != canary {
				t.Errorf("element %d of a slice of %d was written: %g", i-first, n, v)
				return
			}
		}
	}
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 42)) }

// sameBits reports whether two slices are equal to the last bit, NaNs too.
func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
