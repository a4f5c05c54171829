// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
)

// Sizes of the plot, in pixels.
const (
	plotLeft    = 330
	plotWidth   = 380
	plotGap     = 40
	plotRow     = 24
	plotTop     = 60
	plotLow     = -14.0 // points of nDCG@10 against classical
	plotHigh    = 12.0
	plotMarkers = 4
)

// plot draws each system's difference from classical with its interval, one
// panel for each collection.
func (r *report) plot() []byte {
	rows := systems()
	width := plotLeft + len(r.Sets)*(plotWidth+plotGap)
	height := plotTop + len(rows)*plotRow + 40
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<title>Difference of each system from classical in nDCG@10</title><rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	for i, y := range rows {
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#222222">%s</text>`+"\n", plotLeft-12, plotTop+i*plotRow+plotRow/2+4, html.EscapeString(strings.ReplaceAll(y.name, "`", "")))
	}
	for i := range r.Sets {
		r.panel(&b, i, plotLeft+i*(plotWidth+plotGap))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (r *report) panel(b *bytes.Buffer, set, left int) {
	s := &r.Sets[set]
	bottom := plotTop + len(s.Results)*plotRow
	at := func(points float64) float64 {
		points = min(max(points, plotLow), plotHigh)
		return float64(left) + (points-plotLow)/(plotHigh-plotLow)*plotWidth
	}
	fmt.Fprintf(b, `<text x="%d" y="24" font-weight="bold" fill="#222222">%s</text><text x="%d" y="44" fill="#555555">points of nDCG@10 against classical (%.3f), 95 %% interval</text>`+"\n", left, s.Name, left, mean(s.classical().NDCG10))
	for tick := plotLow; tick <= plotHigh; tick += 2 {
		color := "#e4e4e4"
		if tick == 0 {
			color = "#888888"
		}
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s"/><text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%+.0f</text>`+"\n", at(tick), at(tick), plotTop, bottom, color, at(tick), bottom+18, tick)
	}
	for i, res := range s.Results {
		y := plotTop + i*plotRow + plotRow/2
		c := s.classical().NDCG10
		low, high := measure.Bootstrap(res.NDCG10, c, resamples, bootstrapSeed)
		color := "#5b6b8c"
		switch res.Name {
		case nameHybrid, namePrior:
			color = "#b3421e"
		case nameClassical, nameQuantum:
			color = "#1e6b52"
		}
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s" stroke-width="2"/><circle cx="%.1f" cy="%d" r="%d" fill="%s"/>`+"\n", at(100*low), at(100*high), y, y, color, at(100*(mean(res.NDCG10)-mean(c))), y, plotMarkers, color)
	}
}
