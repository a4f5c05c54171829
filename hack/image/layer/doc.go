// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package layer turns files and directories into the tar stream of one image
// layer.
//
// The stream depends only on the paths in the image, the bytes of the files and
// whether a file is executable: entries are sorted, owner and group are 0, modes
// are 0755 or 0644, and every time is the one the caller gives. The same input
// therefore gives the same digest on every machine.
package layer
