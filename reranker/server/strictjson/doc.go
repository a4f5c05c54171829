// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package strictjson reads one JSON text from a stream, strictly and in
// bounded memory.
//
// It exists because encoding/json matches keys without regard to case, keeps
// the last of two equal keys, replaces invalid UTF-8 in silence and must hold
// a whole array before anyone can say that it is too long. A server that is
// to answer "document 1001 is one too many" while the body is still arriving,
// and never guess what the caller meant, needs a reader with these promises:
//
//   - keys are matched exactly; an object with two equal keys is an error;
//   - invalid UTF-8, unpaired surrogates, control characters in strings,
//     literals such as NaN and anything after the value are errors;
//   - nesting, the number of keys and the length of keys and numbers are bounded;
//   - a string is kept only up to a number of characters chosen by the caller,
//     but counted to its end;
//   - an error names the offset, the JSON pointer (RFC 6901) and what is wrong,
//     and never carries the text of a string value.
//
// A Decoder is a pull parser: the caller asks for the value that it expects.
// It is not safe for concurrent use.
package strictjson
