#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the golden files of the tokenizer: what the reference makes of 60,000 lines.

    python3 test/parity/make_tokens.py bin/models/all-MiniLM-L6-v2 reranker/engine/tokenizer/testdata

lines.json.gz   {"seed", "count", "hand", "special", "sha256", "lines", "text_differs", "pairs"}
                hand: texts that lines are made from; sha256: over all lines, each as length (uint32 little
                endian) and UTF-8; lines: ids of the hand-made texts and of the first 2,400 lines, readable;
                text_differs: [line, digest] where special tokens taken as text change the ids;
                pairs: [line a, line b, most tokens, length of segment 0, digest], special tokens as text
hashes.bin.gz   one digest (uint32 little endian) per line, special tokens found as the reference does

A digest is FNV-1a (32 bits) over the ids as uint32 little endian.
"""

import gzip
import hashlib
import json
import os
import struct
import sys

import tokenizers

import lines
from lines import EXTRA, SPECIAL
from texts import HAND

SEED, COUNT, READABLE = 20262, 60_000, 2_400


def fnv(ids):
    h = 0x811C9DC5
    for b in struct.pack(f"<{len(ids)}I", *ids):
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF
    return h


def write(path, data):
    with open(path, "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", compresslevel=9, mtime=0, filename="") as z:
        z.write(data)


def main(model_dir, out_dir):
    t = tokenizers.Tokenizer.from_file(os.path.join(model_dir, "tokenizer.json"))
    t.no_truncation()
    t.no_padding()
    vocab = lines.words(t.get_vocab())
    hand = HAND + EXTRA
    made = [lines.line(SEED, i, vocab, [h for h in hand if h], SPECIAL) for i in range(COUNT)]
    digest = hashlib.sha256()
    for s in made:
        b = s.encode()
        digest.update(struct.pack("<I", len(b)) + b)
    ids = [t.encode(s).ids for s in made]
    hand_ids = [t.encode(s).ids for s in hand]

    t.encode_special_tokens = True
    text_differs = []
    for i, s in enumerate(made):
        if "[" in s:
            x = t.encode(s).ids
            if x != ids[i]:
                text_differs.append([i, fnv(x)])
    pairs = []
    for i in range(0, 1500, 3):
        most = [0, 3, 4, 5, 8, 13, 32, 33, 64, 128][i // 3 % 10]
        if most:
            t.enable_truncation(most, strategy="longest_first")
        else:
            t.no_truncation()
        e = t.encode(made[i], made[i + 1])
        pairs.append([i, i + 1, most, sum(1 - x for x in e.type_ids), fnv(e.ids)])

    meta = {"tokenizers": tokenizers.__version__, "seed": SEED, "count": COUNT, "hand": hand, "special": SPECIAL,
            "sha256": digest.hexdigest(), "lines": hand_ids + ids[:READABLE], "text_differs": text_differs, "pairs": pairs}
    write(os.path.join(out_dir, "lines.json.gz"), json.dumps(meta, separators=(",", ":")).encode())
    write(os.path.join(out_dir, "hashes.bin.gz"), struct.pack(f"<{COUNT}I", *(fnv(x) for x in ids)))
    print(f"{COUNT} lines, {sum(map(len, ids))} ids, {len(text_differs)} differ when special tokens are text")


main(sys.argv[1], sys.argv[2])
