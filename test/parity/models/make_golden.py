#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes what ONNX Runtime makes of 32 texts with the export itself, in float32.

    python3 test/parity/models/make_golden.py NAME PACKAGE.jar bin/models/NAME reranker/engine/testdata/models

NAME.json.gz: {"model", "sha256" of the converted weights, "texts": [{"kind", "text", "vector"}]}. Vectors have unit
length and seven digits. Texts are tokenized one by one and cut at 512 tokens.
"""

import gzip
import hashlib
import json
import os
import sys
import zipfile

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from known import MODELS

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from texts import varied  # noqa: E402


def main(name, package, model, out):
    known = MODELS[name]
    with zipfile.ZipFile(package) as z:
        data, tokenizer = z.read(f"{name}.onnx"), Tokenizer.from_str(z.read(f"{name}-tokenizer.json").decode())
    tokenizer.encode_special_tokens = True
    tokenizer.no_padding()
    tokenizer.enable_truncation(512)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    texts = []
    for i, text in enumerate(varied(20262, 32)):
        kind = "query" if i % 2 else "document"
        ids = np.array([tokenizer.encode(known["prompts"][kind] + text).ids])
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = session.run(["last_hidden_state"], feed)[0][0].astype(np.float64)
        vector = states[0] if known["pooling"] == "cls" else states.mean(0)
        vector /= np.linalg.norm(vector)
        texts.append({"kind": kind, "text": text, "vector": [float(f"{x:.7g}") for x in vector]})
    digest = hashlib.sha256(open(f"{model}/model.safetensors", "rb").read()).hexdigest()
    os.makedirs(out, exist_ok=True)
    text = json.dumps({"model": name, "sha256": digest, "onnxruntime": onnxruntime.__version__, "texts": texts})
    with open(f"{out}/{name}.json.gz", "wb") as f, gzip.GzipFile(fileobj=f, mode="wb", compresslevel=9, mtime=0, filename="") as z:
        z.write(text.encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
