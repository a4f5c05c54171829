#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares our tokenizer with the reference on fresh random lines, in both meanings of special tokens.

    python3 test/parity/fuzz_tokens.py bin/models/all-MiniLM-L6-v2 [ROUNDS [SEED]]

Each round makes 20,000 lines from its own seed, and switches the normalizer of a copy of tokenizer.json
about. Prints the first lines that differ and ends with 1 if there are any.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile

import tokenizers

import lines
from lines import EXTRA, SPECIAL
from texts import HAND

LINES = 20_000


def ours(binary, path, made, as_text):
    args = [binary, "-tokenizer", path] + ([] if as_text else ["-reference"])
    done = subprocess.run(args, input="\n".join(map(json.dumps, made)).encode(), capture_output=True, check=True)
    return [json.loads(x) for x in done.stdout.splitlines()]


def main(model_dir, rounds, seed):
    bad = 0
    switches = list(itertools.product([True, False], [True, False], [None, True, False], [True, False]))
    with open(os.path.join(model_dir, "tokenizer.json"), encoding="utf-8") as f:
        config = json.load(f)
    with tempfile.TemporaryDirectory() as tmp:
        binary, path = os.path.join(tmp, "tokens"), os.path.join(tmp, "tokenizer.json")
        subprocess.run(["go", "build", "-o", binary, "./test/parity/tokens"], check=True)
        for n in range(rounds):
            clean, chinese, strip, lower = switches[n % len(switches)]
            config["normalizer"] = {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese,
                                    "strip_accents": strip, "lowercase": lower}
            with open(path, "w", encoding="utf-8") as f:
                json.dump(config, f)
            t = tokenizers.Tokenizer.from_file(path)
            t.no_truncation()
            t.no_padding()
            vocab = lines.words(t.get_vocab())
            made = [lines.line(seed + n, i, vocab, [h for h in HAND + EXTRA if h], SPECIAL) for i in range(LINES)]
            for as_text in (False, True):
                t.encode_special_tokens = as_text
                want = [t.encode(s).ids for s in made]
                got = ours(binary, path, made, as_text)
                differ = [i for i, (a, b) in enumerate(zip(want, got, strict=True)) if a != b]
                bad += len(differ)
                for i in differ[:3]:
                    print(f"{made[i]!r}\n  reference {want[i]}\n  ours      {got[i]}")
                print(f"seed {seed + n}, {config['normalizer']}, special tokens {'as text' if as_text else 'found'}: "
                      f"{len(differ)} of {LINES} lines differ", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 24, int(sys.argv[3]) if len(sys.argv) > 3 else 1))
