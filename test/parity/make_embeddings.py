#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes reranker/engine/testdata/embeddings.*: what sentence-transformers makes of 200 texts.

    python3 test/parity/make_embeddings.py bin/models/all-MiniLM-L6-v2 reranker/engine/testdata

embeddings.json     {"model", "sha256", "dim", "max_tokens", "versions", "texts": [{"text", "ids"}], "states": [i, ...]}
                    ids are those that went through the encoder: truncated, special tokens included
embeddings.f32.gz   float32 little endian, one unit vector of dim numbers per text
states.f32.gz       float32 little endian, the last hidden states (rows = ids, dim numbers each, not normalized)
                    of the texts listed in "states", one after the other
"""

import gzip
import hashlib
import json
import os
import sys

import numpy as np
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer

from texts import varied


def write_floats(path, a):
    # mtime 0: the same numbers give the same file.
    with open(path, "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", compresslevel=9, mtime=0, filename="") as z:
        z.write(np.ascontiguousarray(a, dtype="<f4").tobytes())


def main(model_dir, out_dir):
    torch.set_num_threads(1)
    model = SentenceTransformer(model_dir, device="cpu", model_kwargs={"dtype": torch.float32})
    texts = varied(20261, 200)
    with torch.no_grad():
        # One text at a time: padding changes the last bits.
        vectors = np.stack([model.encode(t, batch_size=1, convert_to_numpy=True, show_progress_bar=False) for t in texts])
    ids = [model.tokenize([t])["input_ids"][0].tolist() for t in texts]
    short = [i for i, x in enumerate(ids) if len(x) <= 40]
    picked = [0, 2, 11, 12, short[-1]]
    states = []
    with torch.no_grad():
        for i in picked:
            x = torch.tensor([ids[i]])
            states.append(model[0].model(input_ids=x, attention_mask=torch.ones_like(x)).last_hidden_state[0].numpy())
    meta = {
        "model": "all-MiniLM-L6-v2",
        "sha256": hashlib.sha256(open(os.path.join(model_dir, "model.safetensors"), "rb").read()).hexdigest(),
        "dim": vectors.shape[1],
        "max_tokens": model.max_seq_length,
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
                     "sentence-transformers": sentence_transformers.__version__},
        "texts": [{"text": t, "ids": x} for t, x in zip(texts, ids)],
        "states": picked,
    }
    with open(os.path.join(out_dir, "embeddings.json"), "w", encoding="utf-8") as f:
        json.dump(meta, f, ensure_ascii=True, indent=None, separators=(",", ":"))
        f.write("\n")
    write_floats(os.path.join(out_dir, "embeddings.f32.gz"), vectors)
    write_floats(os.path.join(out_dir, "states.f32.gz"), np.concatenate(states))
    cut = sum(len(x) == model.max_seq_length for x in ids)
    print(f"{len(texts)} texts, {cut} of them truncated; norms {np.linalg.norm(vectors, axis=1).min():.7f}..")


main(sys.argv[1], sys.argv[2])
