// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package kernel

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// cpuTime is the processor time that the process has used. Rates are given per
// second of it, because other processes disturb it less than the clock.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rate runs f until the benchmark has enough and reports operations a second.
func rate(b *testing.B, operations float64, f func()) {
	f()
	b.ResetTimer()
	start := cpuTime(b)
	for range b.N {
		f()
	}
	b.ReportMetric(operations*float64(b.N)/float64(cpuTime(b)-start), "Gop/s")
}

// layers are the products of one layer of MiniLM.
var layers = []struct {
	name    string
	in, out int
}{{"qkv", 384, 1152}, {"out", 384, 384}, {"expand", 384, 1536}, {"contract", 1536, 384}}

func randomDense(r *rand.Rand, out, in int) *Dense {
	d := &Dense{Out: out, In: in, Weights: make([]float32, out*in), Bias: make([]float32, out)}
	fill(r, d.Weights)
	fill(r, d.Bias)
	return d
}

func fill(r *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
}

func BenchmarkMul(b *testing.B) {
	const rows = 192
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range Available() {
		if s.Name == "generic" {
			continue
		}
		for _, l := range layers {
			d := randomDense(r, l.out, l.in)
			x, y := Floats(rows*l.in), Floats(rows*l.out)
			fill(r, x)
			operations := 2 * float64(rows) * float64(l.in) * float64(l.out)
			b.Run(fmt.Sprintf("%s/float32/%s", s.Name, l.name), func(b *testing.B) {
				w := s.PackF32(d)
				rate(b, operations, func() { s.MulF32(x, rows, w, Rows(y, l.out)) })
			})
			b.Run(fmt.Sprintf("%s/int16/%s", s.Name, l.name), func(b *testing.B) {
				w := s.PackI16(d)
				q, scales := quantizedI16(s, x, rows, w)
				rate(b, operations, func() { s.MulI16(q, scales, rows, w, Rows(y, l.out)) })
			})
			b.Run(fmt.Sprintf("%s/bfloat16/%s", s.Name, l.name), func(b *testing.B) {
				if s.peakBF16 == nil {
					b.Skip("plain Go")
				}
				w, err := s.RoundBF16(s.PackI16(d).Store())
				if err != nil {
					b.Fatal(err)
				}
				q := roundedBF16(s, x, rows, l.in)
				rate(b, operations, func() { s.MulBF16(q, rows, w, Rows(y, l.out)) })
			})
			b.Run(fmt.Sprintf("%s/int8/%s", s.Name, l.name), func(b *testing.B) {
				w, err := s.NarrowI8(s.PackI16(d).Store())
				if err != nil {
					b.Fatal(err)
				}
				q, scales := quantizedI8(s, x, rows, w)
				rate(b, operations, func() { s.MulI8(q, scales, rows, w, Rows(y, l.out)) })
			})
		}
	}
}

// BenchmarkModel multiplies with the weights of all layers of MiniLM in turn, so
// that they come from as far away as in the encoder.
func BenchmarkModel(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, rows := range []int{16, 192} {
		x, y, scales := Floats(rows*1536), Floats(rows*1536), Floats(rows*PartsI16(1536))
		fill(r, x)
		q := Integers(rows * 1536)
		for i := range q { // products of zeros take less power, and so less time
			q[i] = int16(r.Uint32())
		}
		operations := 6 * 2 * float64(rows) * 4608 * 384
		for _, s := range Available() {
			if s.Name == "generic" {
				continue
			}
			var exact []*PanelsF32
			var integer []*PanelsI16
			for range 6 {
				for _, l := range layers {
					d := randomDense(r, l.out, l.in)
					exact, integer = append(exact, s.PackF32(d)), append(integer, s.PackI16(d))
				}
			}
			b.Run(fmt.Sprintf("%s/float32/%d", s.Name, rows), func(b *testing.B) {
				rate(b, operations, func() {
					for _, w := range exact {
						s.MulF32(x, rows, w, Rows(y, w.out))
					}
				})
			})
			b.Run(fmt.Sprintf("%s/int16/%d", s.Name, rows), func(b *testing.B) {
				rate(b, operations, func() {
					for _, w := range integer {
						s.MulI16(q, scales, rows, w, Rows(y, w.out))
					}
				})
			})
		}
	}
}

func BenchmarkRows(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range Available() {
		x, y, g := Floats(1536), Floats(1536), Floats(1536)
		fill(r, x)
		fill(r, y)
		q := Integers(1536)
		b.Run(s.Name+"/norm384", func(b *testing.B) {
			for b.Loop() {
				s.LayerNorm(y[:384], x[:384], y[:384], g[:384], g[:384], 1e-12)
			}
		})
		b.Run(s.Name+"/gelu1536", func(b *testing.B) {
			for b.Loop() {
				s.GELU(y)
			}
		})
		b.Run(s.Name+"/softmax12x128", func(b *testing.B) {
			for b.Loop() {
				s.Softmax(y, 12, 128)
			}
		})
		b.Run(s.Name+"/quantize1536", func(b *testing.B) {
			for b.Loop() {
				s.quantizeI16(&q[0], &x[0], 1536, 4000)
			}
		})
		bytes := Bytes(1536)
		b.Run(s.Name+"/bytes384", func(b *testing.B) {
			for b.Loop() {
				s.Rotate(y[:384], x[:384], rotatedTogether)
				s.quantizeI8(&bytes[0], &y[0], 384, limitI8)
			}
		})
		const n, dim = 110, 32
		qkv, out, scratch := Floats(3*n*dim), Floats(n*dim), Floats(s.AttentionScratch(n, dim))
		fill(r, qkv)
		b.Run(s.Name+"/attention110x32", func(b *testing.B) {
			for b.Loop() {
				s.Attention(out, dim, qkv, qkv[n*dim:], qkv[2*n*dim:], n, n, dim, scratch)
			}
		})
	}
}
