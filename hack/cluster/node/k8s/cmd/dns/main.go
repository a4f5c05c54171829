// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Dns is CoreDNS with the few plugins that a local cluster needs: the standard
// build links the clients of every cloud, which is minutes of compiling for
// nothing here.
package main

import (
	"github.com/coredns/coredns/coremain"

	// Each plugin registers itself; the Corefile in ../../../addons/dns.yaml
	// uses exactly these.
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	coremain.Run()
}
