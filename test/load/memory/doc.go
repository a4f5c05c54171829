// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command memory finds out whether any legal request, or sixteen of them at
// once, can take a server beyond its memory limit.
//
// It starts the real binary in a memory cgroup of 2 GiB and of 512 MiB (version
// 1 or 2, as root; where the machine does not allow that it says so, and the
// server watches its resident set against the same limit). Then it sends the
// largest requests that the API allows, 1000 documents of 50,000 characters: of
// one byte, of four bytes, and of four bytes written as two escapes of six. As
// such they are far beyond the default limit of a body, and the answer must say
// so. As many of them as fit into a body are sent too, and at last a mixture of
// all sizes for a while (-soak).
//
// It ends with status 1 if the process was killed, if an answer was neither
// ranked nor a clear refusal, or if memory does not come back to a plateau.
package main
