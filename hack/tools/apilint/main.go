// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command apilint holds the types of api/ against the conventions of
// Kubernetes' API, with the analyzers of kube-api-linter. They are run without
// golangci-lint, whose plugin would cost a second build of all its linters.
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/analysis/multichecker"
	"sigs.k8s.io/kube-api-linter/pkg/plugin/base"
	_ "sigs.k8s.io/kube-api-linter/pkg/registration" // the analyzers register themselves
)

type object = map[string]any

// settings say where this API departs from the linter's taste, and why.
var settings = object{
	"linters": object{
		"disable": []string{
			// image.reference is the word for the name of an image, and no
			// reference to an object.
			"noreferences",
			// `spec: {}` is a complete Reranker, and spec is required all the
			// same: an object without it is a mistake.
			"requiredfields", "nonpointerstructs",
			// Numbers and structs are pointers where absence means a default
			// that is resolved later, strings are not: an empty one is absent.
			"optionalfields",
		},
	},
	"lintersConfig": object{
		"conditions": object{
			// Both are for built-in types.
			"useProtobuf": "Forbid", "usePatchStrategy": "Forbid",
		},
	},
}

func main() {
	plugin, err := base.New(settings)
	if err != nil {
		fail(err)
	}
	analyzers, err := plugin.BuildAnalyzers()
	if err != nil {
		fail(err)
	}
	multichecker.Main(analyzers...)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "apilint:", err)
	os.Exit(1)
}
