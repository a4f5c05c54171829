// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

// EncodePair appends the ids of two texts as a cross-encoder reads them,
// [CLS] a [SEP] b [SEP], to dst: at most maxTokens of them (no limit if
// maxTokens <= 0). The first firstLen ids belong to segment 0, the rest to
// segment 1. total is the number of ids without the limit.
//
// What does not fit is cut from the end of the longer text first, and from
// both alike once they are equally long ("longest first", as the reference
// does for cross-encoders).
func (t *Tokenizer) EncodePair(dst []int32, a, b string, maxTokens int) (ids []int32, firstLen, total int) {
	f := &t.frame
	frame := len(f.pairBefore) + len(f.between) + len(f.pairAfter)
	start := len(dst)
	room := noLimit
	if maxTokens = bound(maxTokens); maxTokens > 0 {
		room = max(0, maxTokens-frame)
	}

	k := sink{dst: append(dst, f.pairBefore...), limit: noLimit}
	if room != noLimit {
		k.limit = len(k.dst) + room // no text can get more than all of it
	}
	startA := len(k.dst)
	t.content(&k, a)
	countA := k.count
	k.dst = append(k.dst, f.between...)
	startB := len(k.dst)
	if room != noLimit {
		k.limit = startB + room
	}
	k.count = 0
	t.content(&k, b)
	countB := k.count

	keepA, keepB := share(countA, countB, room)
	gap := startB - len(f.between) - startA - keepA // ids of a to take out
	ids = k.dst[:startB+keepB]
	if gap > 0 {
		copy(ids[startA+keepA:], ids[startA+keepA+gap:])
		ids = ids[:len(ids)-gap]
	}
	firstLen = startA - start + keepA + len(f.between)
	ids = append(ids, f.pairAfter...)
	if maxTokens > 0 && len(ids)-start > maxTokens {
		ids = ids[:start+maxTokens] // a limit below the frame itself
		firstLen = min(firstLen, maxTokens)
	}
	return ids, firstLen, countA + countB + frame
}

// share divides room between two texts of a and b tokens: the shorter keeps
// all it has up to a half, the longer gets what is left. Of an odd room the
// longer text has the odd token; between equals it is the second.
func share(a, b, room int) (int, int) {
	if a+b <= room {
		return a, b
	}
	short := min(a, b, room/2)
	if a > b {
		return room - short, short
	}
	return short, room - short
}
