// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package build assembles an image from scratch: layers of files, a small
// configuration, no base and no registry. The result is written as a tar archive
// that Docker, kind and containerd load, or as an OCI layout.
package build
