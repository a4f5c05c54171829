# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Varied lines for tokenizers, made from a seed by a rule so plain that the Go test follows it too.

The Go twin is reranker/engine/tokenizer/lines_test.go; a digest over all lines tells when they part.
"""

MASK = (1 << 64) - 1
PUNCTUATION = ["", "", "", "", ".", ",", "?", "!", ";", ":", "'s", "-", "...", ")", "\"", "\n"]
# Code points of blocks that matter: scripts, marks, symbols, emoji, compatibility forms, controls.
BLOCKS = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F),
    (0xF00, 0xFFF), (0x1000, 0x1FFF), (0x1E00, 0x20CF), (0x2000, 0x206F), (0x2100, 0x27BF), (0x2C00, 0x2DFF),
    (0x3000, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xE0FF),
    (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10000, 0x1FFFF), (0x1D100, 0x1D1FF), (0x1D400, 0x1D7FF),
    (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0x2B800, 0x2FFFF), (0xE0000, 0xE01FF), (0x0, 0x1F),
]
MARKS = [(0x300, 0x36F), (0x483, 0x489), (0x591, 0x5C7), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
         (0x302A, 0x302F), (0x3099, 0x309A), (0x16FF0, 0x16FF1), (0x1D165, 0x1D172), (0x1E8D0, 0x1E8D6)]
# Names of special tokens, and what only looks like them.
SPECIAL = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "[sep]", "[ SEP ]", "[[SEP]]", "[SEP", "[unused7]"]
# Texts beside those of texts.py that only a tokenizer finds hard.
EXTRA = [
    "[CLS] hidden [SEP] [MASK] [PAD] [UNK]", "x[SEP]y", "a" * 99 + "é", "a" * 100 + "\u0301", "a" * 101 + "\u0301",
    "\u0345\u0300 alone", "\u1d2c \u02b0 \u00aa \u00ba", "\u30ab\u3099 が", "각 \u1100\u1161\u11a8", "ﷺ \ufdfa",
    "\ud7ff \ufffd \ufffe \uffff", "", " ", "   \t ", "\U0001F9FF\U0002A700\U0002F800", "ǅ ǈ ǋ", "Ꙁ Ა ꭰ",
    "\u212b \u2126 \u00b5", "\u037e;\u0387·\u1fef`", "\u3000\u2003\u1680\u180e\u200b", "\x1c\x1d\x1e\x1f\x85",
    "\u1e9e ß ẞ", "a\u0315\u0300\u05ae\u0062", "\u0f73\u0f75\u0f81", "q\u1d165\U0001d165\U0001d16d\U0001d165",
]


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed & MASK

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % n

    def choice(self, items):
        return items[self.below(len(items))]


def char(r, span):
    c = span[0] + r.below(span[1] - span[0] + 1)
    return "" if 0xD800 <= c <= 0xDFFF else chr(c)


def word(r, vocab):
    w = r.choice(vocab)
    case = r.below(8)
    if case == 0 and "a" <= w[0] <= "z":
        w = w[0].upper() + w[1:]
    elif case == 1:
        w = "".join(c.upper() if "a" <= c <= "z" else c for c in w)
    return w + r.choice(PUNCTUATION)


def item(r, kind, vocab, hand, special):
    if kind == 0:
        return word(r, vocab) + " "
    if kind == 1:
        return r.choice(vocab) + ("" if r.below(2) == 0 else " ")
    if kind == 2:
        span = r.choice(BLOCKS)
        return "".join(char(r, span) for _ in range(1 + r.below(8))) + ("" if r.below(2) == 0 else " ")
    if kind == 3:
        return item(r, r.below(3), vocab, hand, special)
    if kind == 4:
        return "".join(char(r, (0, 0x7F)) for _ in range(1 + r.below(12)))
    if kind == 5:
        return "".join(char(r, (0, 0x10FFFF)) for _ in range(1 + r.below(8)))
    if kind == 6:
        return char(r, (0x61, 0x7A)) + "".join(char(r, r.choice(MARKS)) for _ in range(r.below(5)))
    if kind == 7:
        span = r.choice(BLOCKS)
        return "".join(char(r, (0x61, 0x7A)) if r.below(8) else char(r, span) for _ in range(60 + r.below(60))) + " "
    if kind == 8:
        h = r.choice(hand)
        at = r.below(len(h) + 1)
        return h[:at] + char(r, r.choice(BLOCKS)) + h[at:] + " "
    return r.choice(special) + ("" if r.below(2) == 0 else " ") + word(r, vocab)


def line(seed, i, vocab, hand, special):
    r = Random(seed * 1_000_003 + i)
    kind = r.below(10)
    count = 1 + r.below(3 if kind in (7, 8) else 24)
    return "".join(item(r, kind, vocab, hand, special) for _ in range(count))


def words(vocab):
    """The vocabulary as words: by id, without special and unused tokens, without the prefix of pieces."""
    out = []
    for token, _ in sorted(vocab.items(), key=lambda x: x[1]):
        if token.startswith("[") and token.endswith("]") and len(token) > 2:
            continue
        out.append(token[2:] if token.startswith("##") and len(token) > 2 else token)
    return out
