// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package amx holds the products of integers for CPUs with AMX: registers of
// 16 rows by 64 bytes, and instructions that multiply two of them.
//
// AMX multiplies bytes. An integer of 16 bits is 256 times its high byte, which
// has a sign, plus its low byte, which has none, so a product of 16-bit
// integers is four products of bytes:
//
//	a*w = 65536*ah*wh + 256*(ah*wl + al*wh) + al*wl
//
// Sums are taken modulo 2³², in which the whole sum fits; so they are exact,
// equal to those of every other set, and still four times as fast as with
// VNNI.
//
// The assembly is written by hand because its instructions are bytes to Go's
// assembler anyway (encode_amd64.h). The operating system must have allowed
// the process to use the registers: see Allowed.
package amx
