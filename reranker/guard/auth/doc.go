// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package auth knows the keys of the callers.
//
// Keys have names and live in files of one directory, as Kubernetes mounts a
// Secret: the file's name is the key's name, its content the key. The
// directory is read again every few seconds, so that keys can be added,
// replaced and withdrawn without a restart; a directory that cannot be read,
// or holds no key at all, changes nothing, because a slip of the hand must
// neither lock everybody out nor let everybody in.
//
// Only digests of keys are kept in memory, and they are compared in constant
// time against every key.
package auth
