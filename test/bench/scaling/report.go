// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

// line is the time that n tokens take: start + n*perToken, in milliseconds.
type line struct{ start, perToken, r2 float64 }

// fit is the line with the least squares (and the coefficient of determination).
func fit(lengths []length) line {
	var n, sx, sy, sxx, sxy, syy float64
	for i := range lengths {
		x, y := float64(lengths[i].tokens), ms(lengths[i].best())
		n, sx, sy, sxx, sxy, syy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y, syy+y*y
	}
	covariance, varianceX, varianceY := sxy-sx*sy/n, sxx-sx*sx/n, syy-sy*sy/n
	slope := covariance / varianceX
	return line{(sy - slope*sx) / n, slope, covariance * covariance / varianceX / varianceY}
}

func (l line) at(tokens float64) float64 { return l.start + l.perToken*tokens }

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func title(info engine.Info) string {
	return fmt.Sprintf("%s, %s, %s, %d threads", info.Model, info.Kernel, info.Precision, info.Threads)
}

func report(out io.Writer, info engine.Info, lengths []length, l line, crowds []crowd) {
	fmt.Fprintf(out, "%s\n\n| words of a document | tokens of a request | best time, ms | microseconds a token |\n|---|---|---|---|\n", title(info))
	for i := range lengths {
		x := &lengths[i]
		fmt.Fprintf(out, "| about %d | %d | %.1f | %.0f |\n", x.words, x.tokens, ms(x.best()), 1e3*ms(x.best())/float64(x.tokens))
	}
	fmt.Fprintf(out, "\nms = %.1f + %.4f * tokens, R² %.4f\n\n", l.start, l.perToken, l.r2)
	for i := range crowds {
		fmt.Fprintf(out, "%d clients: %.1f requests a second, %.2f of one client's\n", crowds[i].clients, crowds[i].best(), crowds[i].best()/crowds[0].best())
	}
}

// Sizes of the picture, in pixels.
const (
	left, top     = 60, 50
	width, height = 560, 300
)

var colors = map[int]string{20: "#1e6b52", 60: "#5b6b8c", 150: "#b3421e"}

// plot draws the best times over tokens, with the fitted line.
func plot(info engine.Info, lengths []length, l line, crowds []crowd) []byte {
	maxX, maxY := 0.0, 0.0
	for i := range lengths {
		maxX, maxY = max(maxX, float64(lengths[i].tokens)), max(maxY, ms(lengths[i].best()))
	}
	x := func(tokens float64) float64 { return left + tokens/maxX*width }
	y := func(t float64) float64 { return top + height - t/maxY*height }
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">`+"\n", left+width+40, top+height+90)
	fmt.Fprintf(&b, `<title>Time by tokens of a request</title><rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%d" y="22" font-weight="bold" fill="#222222">Time of a request, ms, by its tokens</text><text x="%d" y="40" fill="#555555">%s</text>`+"\n", left, left, title(info))
	for i := range 5 {
		v := float64(i) / 4
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#e4e4e4"/><text x="%d" y="%.1f" text-anchor="end" fill="#555555">%.0f</text><text x="%.1f" y="%d" text-anchor="middle" fill="#555555">%.0f</text>`+"\n",
			left, left+width, y(v*maxY), y(v*maxY), left-6, y(v*maxY)+4, v*maxY, x(v*maxX), top+height+18, v*maxX)
	}
	fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#8a8f98" stroke-width="2"/>`+"\n", x(0), x(maxX), y(max(0, l.at(0))), y(l.at(maxX)))
	for i := range lengths {
		p := &lengths[i]
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="5" fill="%s"/>`+"\n", x(float64(p.tokens)), y(ms(p.best())), colors[p.words])
	}
	at := left
	for _, words := range []int{20, 60, 150} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d" fill="#222222">documents of about %d words</text>`+"\n", at, top+height+44, colors[words], at+10, top+height+48, words)
		at += 195
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#222222">R² %.4f; with 2 clients %.2f of one's requests a second, with 4 %.2f</text>`+"\n",
		left, top+height+72, l.r2, crowds[1].best()/crowds[0].best(), crowds[2].best()/crowds[0].best())
	b.WriteString("</svg>\n")
	return b.Bytes()
}
