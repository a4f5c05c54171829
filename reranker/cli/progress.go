// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model/pull"
)

// progress shows what is going on: one line that is written over on a
// terminal, a line every few seconds elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	last     time.Time
	file0    string
	open     bool // a line has no end yet
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// step names what begins now.
func (p *progress) step(what string) {
	if p.terminal {
		p.end()
		fmt.Fprintf(p.out, "%s ...\n", what)
	}
}

// file reports the bytes of a download.
func (p *progress) file(d pull.Progress) {
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	done := d.Total > 0 && d.Done >= d.Total
	if d.File == p.file0 && !done && time.Since(p.last) < every {
		return
	}
	p.file0, p.last = d.File, time.Now()
	text := fmt.Sprintf("%s  %.1f MiB", d.File, float64(d.Done)/(1<<20))
	if d.Total > 0 {
		text += fmt.Sprintf(" of %.1f (%d %%)", float64(d.Total)/(1<<20), 100*d.Done/d.Total)
	}
	p.line(text)
}

// count reports how many of something are done.
func (p *progress) count(what string, done, total int) {
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	if done < total && time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	p.line(fmt.Sprintf("%s  %d of %d (%d %%)", what, done, total, 100*done/total))
}

// line shows a line in the place of the last one where that is possible.
func (p *progress) line(text string) {
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", text)
		p.open = true
		return
	}
	fmt.Fprintln(p.out, text)
}

// end ends the open line.
func (p *progress) end() {
	if p.open {
		fmt.Fprintln(p.out)
		p.open = false
	}
}
