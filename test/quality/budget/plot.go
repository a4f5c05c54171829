// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
)

// Sizes of the plot, in pixels, and the range of its vertical axis.
const (
	plotLeft, plotTop     = 60, 60
	plotWidth, plotHeight = 420, 260
	plotGap               = 70
	plotLow               = -0.08
	plotHigh              = 0.01
)

var colors = []string{"#8a8f98", "#b3421e", "#5b6b8c", "#1e6b52"}

// plot draws the loss of each order, one panel for each collection.
func plot(sets []measured) []byte {
	width := plotLeft + len(sets)*(plotWidth+plotGap)
	height := plotTop + plotHeight + 110
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<title>Loss of nDCG@10 by documents encoded</title><rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	for i := range sets {
		sets[i].panel(&b, plotLeft+i*(plotWidth+plotGap))
	}
	for o, name := range orders {
		x, y := plotLeft+(o%2)*300, plotTop+plotHeight+66+(o/2)*22
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="%s" stroke-width="3"/><text x="%d" y="%d" fill="#222222">%s</text>`+"\n",
			x, x+24, y-4, y-4, colors[o], x+32, y, name.name)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (m *measured) panel(b *bytes.Buffer, left int) {
	x := func(documents float64) float64 { return float64(left) + documents/100*plotWidth }
	y := func(v float64) float64 {
		v = min(max(v, plotLow), plotHigh)
		return plotTop + (plotHigh-v)/(plotHigh-plotLow)*plotHeight
	}
	fmt.Fprintf(b, `<text x="%d" y="22" font-weight="bold" fill="#222222">%s</text><text x="%d" y="40" fill="#555555">nDCG@10 against all 100 encoded</text>`+"\n", left, m.name, left)
	for tick := plotLow; tick <= plotHigh+1e-9; tick += 0.01 {
		color := "#e4e4e4"
		if tick > -loss-1e-9 && tick < -loss+1e-9 {
			color = "#d08080"
		}
		fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="%s"/><text x="%d" y="%.1f" text-anchor="end" fill="#555555">%+.2f</text>`+"\n",
			left, left+plotWidth, y(tick), y(tick), color, left-6, y(tick)+4, tick)
	}
	for n := 0; n <= 100; n += 20 {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%d</text>`+"\n", x(float64(n)), plotTop+plotHeight+18, n)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" fill="#222222">documents encoded</text>`+"\n", left+plotWidth/2, plotTop+plotHeight+38)
	for _, t := range times {
		if n := m.documents(t); n <= 100 {
			fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#999999" stroke-dasharray="4 3"/><text transform="translate(%.1f,%d) rotate(-90)" font-size="11" fill="#555555">%d ms</text>`+"\n",
				x(float64(n)), x(float64(n)), plotTop, plotTop+plotHeight, x(float64(n))-3, plotTop+plotHeight-6, t.Milliseconds())
		}
	}
	for o, row := range m.ndcg {
		fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="2.5" points="`, colors[o])
		for i, v := range row {
			fmt.Fprintf(b, "%.1f,%.1f ", x(float64(budgets[i])), y(v-row[len(row)-1]))
		}
		fmt.Fprintln(b, `"/>`)
	}
}
