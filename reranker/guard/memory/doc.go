// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package memory keeps a process inside its memory limit: it measures what is
// used the way the kernel's OOM killer and the kubelet see it, tells when to
// react, and refuses to start where the model cannot fit.
//
// Used memory is the working set of the process's own cgroup, that is its usage
// less the file pages that the kernel may drop at once:
//
//	v2:  memory.current        - memory.stat inactive_file        limit memory.max
//	v1:  memory.usage_in_bytes - memory.stat total_inactive_file  limit memory.limit_in_bytes
//
// A cgroup stands for the process only where it carries a limit that is no
// larger than the configured one, as in a container. On a laptop the cgroup
// holds a whole session; there, and where no cgroup can be read, the figure is
// the resident set of the process.
//
// The reactions are staged and each stage is left again only when use has
// fallen a few points below its mark, so that nothing flaps.
package memory
