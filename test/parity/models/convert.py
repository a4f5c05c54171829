#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Turns an ONNX export of a BertModel into a model directory.

    python3 test/parity/models/convert.py NAME PACKAGE.jar bin/models/NAME

The export holds biases, norms and embeddings under their names. Weights of
linear layers have lost theirs and are transposed; the node that multiplies with
them still says where it belongs.
"""

import hashlib
import json
import os
import sys
import zipfile

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from known import MODELS

HEAD = 32  # elements of an attention head, in all models of this size


def tensors(graph):
    constants = {t.name: t for t in graph.initializer}
    out = {}
    for name, t in constants.items():
        if name.startswith(("embeddings.", "encoder.")) and t.data_type == onnx.TensorProto.FLOAT:
            out[name] = numpy_helper.to_array(t)
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in constants:
            continue
        name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
        out[name + ".weight"] = np.ascontiguousarray(numpy_helper.to_array(constants[node.input[1]]).T)
    return {k: np.ascontiguousarray(v, dtype=np.float32) for k, v in out.items()}


def config(w):
    vocab, hidden = w["embeddings.word_embeddings.weight"].shape
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": hidden,
        "num_hidden_layers": 1 + max(int(k.split(".")[2]) for k in w if k.startswith("encoder.layer.")),
        "num_attention_heads": hidden // HEAD,
        "intermediate_size": w["encoder.layer.0.intermediate.dense.weight"].shape[0],
        "max_position_embeddings": w["embeddings.position_embeddings.weight"].shape[0],
        "vocab_size": vocab,
        "type_vocab_size": w["embeddings.token_type_embeddings.weight"].shape[0],
        "layer_norm_eps": 1e-12,
    }


def write_json(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


def main(name, package, out):
    known = MODELS[name]
    with zipfile.ZipFile(package) as z:
        data, tokenizer = z.read(f"{name}.onnx"), z.read(f"{name}-tokenizer.json")
    digest = hashlib.sha256(data).hexdigest()
    if digest != known["onnx_sha256"]:
        sys.exit(f"{name}.onnx has digest {digest}, want {known['onnx_sha256']}")
    weights = tensors(onnx.load_from_string(data).graph)
    c = config(weights)
    write_json(f"{out}/config.json", c)
    write_json(f"{out}/modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ])
    write_json(f"{out}/1_Pooling/config.json", {
        "word_embedding_dimension": c["hidden_size"],
        "pooling_mode_cls_token": known["pooling"] == "cls",
        "pooling_mode_mean_tokens": known["pooling"] == "mean",
    })
    write_json(f"{out}/config_sentence_transformers.json", {"prompts": known["prompts"]})
    with open(f"{out}/tokenizer.json", "wb") as f:
        f.write(tokenizer)
    save_file(weights, f"{out}/model.safetensors", {"format": "pt"})
    os.chmod(f"{out}/model.safetensors", 0o644)


if __name__ == "__main__":
    main(*sys.argv[1:])
