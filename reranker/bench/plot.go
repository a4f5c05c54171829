// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The plots' geometry, in pixels.
const (
	plotWidth, plotHeight = 480, 240
	plotLeft, plotBottom  = 56, 24
	plotTop, plotRight    = 10, 10
	mostDots              = 4000
)

// colours of outcomes: blue, orange and red differ for the colour-blind too.
var colours = map[Outcome]string{Answered: "#2563ab", Shed: "#e08e0b", Failed: "#b3261e"}

// plot draws into a rectangle whose axes start at 0.
type plot struct {
	strings.Builder
	maxX, maxY float64
}

func newPlot(maxX, maxY float64, unitX, unitY string) *plot {
	p := &plot{maxX: atLeast(maxX), maxY: atLeast(maxY)}
	fmt.Fprintf(p, `<svg width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">`, plotWidth, plotHeight)
	for i := range 5 {
		share := float64(i) / 4
		x, y := p.x(share*p.maxX), p.y(share*p.maxY)
		fmt.Fprintf(p, `<path d="M%d %.1fH%d" stroke="#e3e8ef"/>`, plotLeft, y, plotWidth-plotRight)
		fmt.Fprintf(p, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`, plotLeft-6, y+4, tick(share*p.maxY, unitY, i == 4))
		fmt.Fprintf(p, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, math.Min(x, plotWidth-26), plotHeight-6, tick(share*p.maxX, unitX, i == 4))
	}
	return p
}

// atLeast keeps an axis from having no length.
func atLeast(v float64) float64 {
	if v > 0 && !math.IsInf(v, 1) {
		return v
	}
	return 1
}

func tick(v float64, unit string, last bool) string {
	text := fmt.Sprintf("%.3g", v)
	if last {
		text += " " + unit
	}
	return text
}

func (p *plot) x(v float64) float64 {
	return plotLeft + v/p.maxX*(plotWidth-plotLeft-plotRight)
}

func (p *plot) y(v float64) float64 {
	return plotHeight - plotBottom - v/p.maxY*(plotHeight-plotBottom-plotTop)
}

func (p *plot) end() string {
	p.WriteString("</svg>")
	return p.String()
}

// timeline has one dot for each request, coloured by its outcome. Of many
// requests it shows every n-th.
func timeline(samples []Sample) string {
	var maxX, maxY float64
	for _, s := range samples {
		maxX, maxY = max(maxX, s.At), max(maxY, 1000*s.Seconds)
	}
	p := newPlot(maxX, maxY, "s", "ms")
	step := max(1, len(samples)/mostDots)
	for i := 0; i < len(samples); i += step {
		s := samples[i]
		fmt.Fprintf(p, `<circle cx="%.1f" cy="%.1f" r="2" fill="%s" fill-opacity=".6"/>`, p.x(s.At), p.y(1000*s.Seconds), colours[s.Outcome])
	}
	return p.end()
}

// quantiles is the curve of the share of answers within a time.
func quantiles(samples []Sample) string {
	var times []float64
	for _, s := range samples {
		if s.Outcome == Answered {
			times = append(times, 1000*s.Seconds)
		}
	}
	slices.Sort(times)
	longest := 0.0
	if len(times) > 0 {
		longest = times[len(times)-1]
	}
	p := newPlot(longest, 100, "ms", "%")
	p.WriteString(`<polyline fill="none" stroke="#2563ab" stroke-width="2" points="`)
	for share := 0; share <= 200 && len(times) > 0; share++ {
		percent := float64(share) / 2
		fmt.Fprintf(p, "%.1f,%.1f ", p.x(Percentile(times, percent)), p.y(percent))
	}
	p.WriteString(`"/>`)
	return p.end()
}
