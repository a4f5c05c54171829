// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"
	"math/cmplx"
)

// register is an exact simulator of a few qubits. It exists to prove the closed
// forms and is no part of the product. Qubit k is bit k of an index.
type register []complex128

func newRegister(qubits int) register {
	r := make(register, 1<<qubits)
	r[0] = 1
	return r
}

// amplitudes returns the register whose amplitudes are v, filled up with
// zeros to a power of two.
func amplitudes(v []float64) register {
	n := 0
	for 1<<n < len(v) {
		n++
	}
	r := make(register, 1<<n)
	for i, x := range v {
		r[i] = complex(x, 0)
	}
	return r
}

// gate applies the matrix ((a b) (c d)) to qubit k.
func (r register) gate(k int, a, b, c, d complex128) {
	bit := 1 << k
	for i := range r {
		if i&bit == 0 {
			x, y := r[i], r[i|bit]
			r[i], r[i|bit] = a*x+b*y, c*x+d*y
		}
	}
}

func (r register) h(k int) {
	s := complex(math.Sqrt2/2, 0)
	r.gate(k, s, s, s, -s)
}

func (r register) ry(theta float64, k int) {
	s, c := math.Sincos(theta / 2)
	r.gate(k, complex(c, 0), complex(-s, 0), complex(s, 0), complex(c, 0))
}

func (r register) rz(phi float64, k int) {
	r.gate(k, cmplx.Rect(1, -phi/2), 0, 0, cmplx.Rect(1, phi/2))
}

// rzz applies exp(-i theta/2 Z Z) to the qubits j and k.
func (r register) rzz(theta float64, j, k int) {
	for i := range r {
		sign := 1.0
		if i>>j&1 != i>>k&1 {
			sign = -1
		}
		r[i] *= cmplx.Rect(1, -sign*theta/2)
	}
}

func (r register) cx(control, target int) {
	for i := range r {
		if i>>control&1 == 1 && i>>target&1 == 0 {
			j := i | 1<<target
			r[i], r[j] = r[j], r[i]
		}
	}
}

// cswap exchanges the qubits j and k where control is set.
func (r register) cswap(control, j, k int) {
	for i := range r {
		if i>>control&1 == 1 && i>>j&1 == 1 && i>>k&1 == 0 {
			other := i&^(1<<j) | 1<<k
			r[i], r[other] = r[other], r[i]
		}
	}
}

// fidelity returns |<r|s>|^2.
func (r register) fidelity(s register) float64 {
	var sum complex128
	for i := range r {
		sum += cmplx.Conj(r[i]) * s[i]
	}
	return real(sum)*real(sum) + imag(sum)*imag(sum)
}

// swapTest returns the probability that the ancilla of a SWAP test is found
// in 0: it builds the circuit of 2n+1 qubits and runs it.
func swapTest(a, b register) float64 {
	n := 0
	for 1<<n < len(a) {
		n++
	}
	r := make(register, 2*len(a)*len(b))
	for i, x := range a {
		for j, y := range b {
			r[(j<<n|i)<<1] = x * y
		}
	}
	r.h(0)
	for k := range n {
		r.cswap(0, 1+k, 1+n+k)
	}
	r.h(0)
	p := 0.0
	for i := 0; i < len(r); i += 2 {
		p += real(r[i])*real(r[i]) + imag(r[i])*imag(r[i])
	}
	return p
}
