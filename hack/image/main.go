// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Mkimage makes a container image from files: from scratch, reproducible, and
// without Docker or a registry.
//
//	mkimage -o reranker.tar -t localhost/quantumrerank/reranker:dev \
//	    --layer bin/reranker=/reranker --layer bin/models/m=/models/m \
//	    --entrypoint /reranker
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/quantumrerank/quantumrerank/hack/image/build"
)

func main() {
	if err := run(os.Args[1:], os.Getenv("SOURCE_DATE_EPOCH"), os.Stdout, os.Stderr); err != nil {
		if err != flag.ErrHelp {
			fmt.Fprintln(os.Stderr, "mkimage:", err)
		}
		os.Exit(2)
	}
}

func run(args []string, epoch string, stdout, stderr io.Writer) error {
	options, archive, layoutDir, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if options.Time, err = parseEpoch(epoch); err != nil {
		return err
	}
	img, tag, err := build.Image(options)
	if err != nil {
		return err
	}
	if archive != "" {
		if err := build.WriteArchive(archive, tag, img); err != nil {
			return err
		}
	}
	if layoutDir != "" {
		if err := build.WriteLayout(layoutDir, tag, img); err != nil {
			return err
		}
	}
	return report(stdout, options.Tag, img)
}

func parse(args []string, stderr io.Writer) (o build.Options, archive, layoutDir string, err error) {
	flags := flag.NewFlagSet("mkimage", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&archive, "o", "", "write a tar archive for docker, kind and containerd to this `file`")
	flags.StringVar(&layoutDir, "oci", "", "write an OCI layout to this `directory`")
	flags.StringVar(&o.Tag, "t", "", "`host/name:tag` of the image")
	flags.StringVar(&o.User, "user", "65532:65532", "numeric `uid:gid` of the process")
	flags.StringVar(&o.Architecture, "arch", runtime.GOARCH, "architecture of the binaries")
	flags.Func("layer", "`source=/target,...`: one layer of files and directories (repeatable)", func(s string) error {
		o.Layers = append(o.Layers, s)
		return nil
	})
	flags.Func("entrypoint", "`word` of the entrypoint; the first is a path in the image (repeatable)", func(s string) error {
		o.Entrypoint = append(o.Entrypoint, s)
		return nil
	})
	flags.Func("label", "`key=value` label (repeatable)", func(s string) error { return addLabel(&o, s) })
	if err := flags.Parse(args); err != nil {
		return o, "", "", err
	}
	if flags.NArg() > 0 {
		return o, "", "", fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if archive == "" && layoutDir == "" {
		return o, "", "", fmt.Errorf("nowhere to write to: give -o FILE or --oci DIRECTORY")
	}
	return o, archive, layoutDir, nil
}

func addLabel(o *build.Options, text string) error {
	key, value, found := strings.Cut(text, "=")
	if !found || key == "" {
		return fmt.Errorf("want key=value")
	}
	if _, twice := o.Labels[key]; twice {
		return fmt.Errorf("label %q is given twice", key)
	}
	if o.Labels == nil {
		o.Labels = map[string]string{}
	}
	o.Labels[key] = value
	return nil
}

// parseEpoch reads SOURCE_DATE_EPOCH, the usual way to fix the time of a build.
func parseEpoch(text string) (time.Time, error) {
	if text == "" {
		return time.Unix(0, 0).UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q: want seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// report prints the tag, the digest and the compressed size with its layers.
func report(w io.Writer, tag string, img v1.Image) error {
	digest, err := img.Digest()
	if err != nil {
		return err
	}
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	var total int64
	var sizes []string
	for _, l := range manifest.Layers {
		total += l.Size
		sizes = append(sizes, megabytes(l.Size))
	}
	_, err = fmt.Fprintf(w, "%s %s %s (layers: %s)\n", tag, digest, megabytes(total), strings.Join(sizes, " + "))
	return err
}

func megabytes(n int64) string {
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}
