// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command asm writes the assembly of the kernel packages: one file for each
// group of kernels and instruction set, with the Go declarations beside it.
//
// Usage, from this folder: go run . (see ../generate.sh, which also checks
// that the files in the repository are the ones that this program writes).
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// licence heads every written file, like every file written by hand.
const licence = "// Copyright The QuantumRerank Authors.\n// SPDX-License-Identifier: Apache-2.0\n\n"

// file is one pair of outputs: NAME_amd64.s and NAME_amd64.go.
type file struct {
	name string
	emit func(*generator)
}

var all = []file{
	{"tile", (*generator).tiles},
	{"gelu", (*generator).gelu},
	{"softmax", (*generator).softmax},
	{"norm", (*generator).layerNorm},
	{"quantize", (*generator).quantizers},
	{"rotate", (*generator).rotate},
	{"keys", (*generator).keys},
	{"dot", (*generator).dot},
	{"peak", (*generator).peaks},
}

// targets are the packages with what is written to each.
var targets = []struct {
	instructionSet
	files []file
}{
	{avx2, all},
	{avx512, append(all, file{"bfloat16", (*generator).roundBF16})},
	{avxvnni, []file{{"tile", (*generator).tilesVNNI}, {"peak", (*generator).peaksVNNI}}},
}

func main() {
	out := ".."
	if len(os.Args) > 1 {
		out = os.Args[1]
	}
	for _, t := range targets {
		for _, f := range t.files {
			if err := write(out, t.instructionSet, f); err != nil {
				fmt.Fprintf(os.Stderr, "write %s of %s: %v\n", f.name, t.name, err)
				os.Exit(1)
			}
		}
	}
}

func write(out string, set instructionSet, f file) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("!purego")
	f.emit(&generator{Context: ctx, instructionSet: set, constants: map[uint32]operand.Mem{}})
	result, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(result); err != nil {
		return err
	}
	cfg := printer.Config{Name: "kernel/_asm", Argv: []string{"go", "run", "."}, Pkg: set.name}
	for suffix, p := range map[string]printer.Printer{
		".s":  printer.NewGoAsm(cfg),
		".go": printer.NewStubs(cfg),
	} {
		text, err := p.Print(result)
		if err == nil && set == avxvnni {
			text, err = vex(text)
		}
		if err != nil {
			return err
		}
		path := filepath.Join(out, set.name, f.name+"_amd64"+suffix)
		if err := os.WriteFile(path, append([]byte(licence), text...), 0o644); err != nil {
			return err
		}
	}
	return nil
}
