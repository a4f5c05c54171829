// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sealed reads and writes files of named sections under one checksum:
// what the engine derives from a model and keeps beside it.
//
// Layout, all numbers little-endian:
//
//	 0   8  magic, "QRSEALED"
//	 8   4  version of this layout
//	12   4  length N of the header
//	16  32  SHA-256 of the header
//	48   N  header, JSON: kind, facts, sections, XXH64 of the payload
//	        zeros up to a multiple of 64
//	        the payload: the sections, each at a multiple of 64
//
// A file must have exactly the bytes that its header says. The header is
// checked when the file is opened, the payload by Verify, which reads it once. Checksums
// are against damage: who means to change a file can change them too. So the payload's, which every
// start of a server waits for, is the fast kind (https://xxhash.com; 64 bits).
// Nothing is allocated by a number that a file merely claims. On Linux the file
// is mapped, so its pages are shared between processes.
//
// Sections are the memory of the machine that wrote them, so files are for
// little-endian machines only; that is all that the engine is built for.
package sealed
