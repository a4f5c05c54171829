// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import "fmt"

// Name names a method of scoring.
type Name string

// The methods.
const (
	Classical Name = "classical"
	Quantum   Name = "quantum"
	Hybrid    Name = "hybrid"
)

// Names lists the methods in the order in which they are documented.
func Names() []Name { return []Name{Classical, Quantum, Hybrid} }

// ParseName returns the method called s.
func ParseName(s string) (Name, error) {
	for _, n := range Names() {
		if string(n) == s {
			return n, nil
		}
	}
	return "", fmt.Errorf("method is %q, want one of %q", s, Names())
}
