#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ranks the candidates of the quality report with sentence-transformers.

    go run ./test/quality -candidates candidates.json
    python3 -m venv venv && venv/bin/pip install -r test/parity/requirements.txt
    venv/bin/python test/quality/reference.py bin/models/all-MiniLM-L6-v2 candidates.json \
        test/quality/testdata/reference.json
"""

import json
import math
import os
import sys

import numpy as np
import sentence_transformers
import torch
import transformers


def ndcg(judged, relevant, k=10):
    gain = sum(1 / math.log2(i + 2) for i, r in enumerate(judged[:k]) if r)
    return gain / sum(1 / math.log2(i + 2) for i in range(min(k, relevant)))


def mrr(judged, k=10):
    return next((1 / (i + 1) for i, r in enumerate(judged[:k]) if r), 0.0)


def main():
    model_dir, candidates, out = sys.argv[1:4]
    model = sentence_transformers.SentenceTransformer(model_dir, device="cpu")
    with open(candidates, encoding="utf-8") as f:
        sets = json.load(f)
    result = {
        "made_by": "test/quality/reference.py",
        "versions": {
            "sentence-transformers": sentence_transformers.__version__,
            "transformers": transformers.__version__,
            "torch": torch.__version__.split("+")[0],
        },
        "ndcg10": {}, "mrr10": {},
    }
    for name, queries in sets.items():
        texts = sorted({d for q in queries for d in q["docs"]})
        place = {t: i for i, t in enumerate(texts)}
        documents = model.encode(texts, normalize_embeddings=True, batch_size=32)
        vectors = model.encode([q["text"] for q in queries], normalize_embeddings=True, batch_size=32)
        gains, ranks = [], []
        for q, v in zip(queries, vectors):
            scores = documents[[place[d] for d in q["docs"]]] @ v if q["docs"] else np.zeros(0)
            order = np.argsort(-scores, kind="stable")
            judged = [q["judged"][i] for i in order]
            gains.append(ndcg(judged, q["relevant"]))
            ranks.append(mrr(judged))
        result["ndcg10"][name] = round(float(np.mean(gains)), 5)
        result["mrr10"][name] = round(float(np.mean(ranks)), 5)
        print(name, result["ndcg10"][name], result["mrr10"][name], file=sys.stderr)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out, "w", encoding="utf-8") as f:
        json.dump(result, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
