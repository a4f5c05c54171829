# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Texts to compare engines and servers with."""

import importlib
import inspect
import pkgutil
import random

import numpy as np


def documents(tokenizer, count, mean, seed):
    """Passages of docstrings with log-normal lengths between 20 and 256 tokens."""
    words = []
    for module in sorted(m.name for m in pkgutil.iter_modules() if not m.name.startswith("_")):
        if module in {"antigravity", "this", "idlelib"}:
            continue
        try:
            words += (inspect.getdoc(importlib.import_module(module)) or "").split()
        except BaseException:  # a module that cannot be imported here has no passages
            continue
        if len(words) > 60_000:
            break
    rng, texts, at = random.Random(seed), [], 0
    for _ in range(count):
        target = min(254, max(18, int(rng.lognormvariate(np.log(mean) - 0.18, 0.6))))
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
