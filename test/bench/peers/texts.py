# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Texts to compare engines and servers with."""

import functools
import importlib
import inspect
import random
import sys

import numpy as np


@functools.cache
def docstrings():
    """The words of the docstrings of the standard library. Of that alone: to import
    whatever else lies in Python's path would run it."""
    words = []
    for module in sorted(m for m in sys.stdlib_module_names if not m.startswith("_")):
        if module in {"antigravity", "this", "idlelib"}:
            continue
        try:
            words += (inspect.getdoc(importlib.import_module(module)) or "").split()
        except BaseException:  # a module that cannot be imported here has no passages
            continue
        if len(words) > 60_000:
            break
    return words


def documents(tokenizer, count, mean, seed, spread=0.6, start=0):
    """Passages of docstrings with log-normal lengths between 20 and 256 tokens, from
    the word numbered start on."""
    words = docstrings()
    rng, texts, at = random.Random(seed), [], start % max(1, len(words) - 300)
    for _ in range(count):
        target = min(240, max(18, int(rng.lognormvariate(np.log(mean) - spread**2 / 2, spread))))
        take = target
        ids = tokenizer.encode(" ".join(words[at : at + take])).ids
        while len(ids) > target and take > 1:
            take = max(1, take * target // len(ids))
            ids = tokenizer.encode(" ".join(words[at : at + take])).ids
            if len(ids) <= target * 1.05:
                break
        texts.append(" ".join(words[at : at + take]))
        at = (at + take) % max(1, len(words) - 300)
    return texts
