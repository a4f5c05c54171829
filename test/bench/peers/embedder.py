# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""An embedding library behind FastAPI and uvicorn, as many people serve one: a
peer for servers.py, which starts it. It answers POST /embeddings like OpenAI's,
with vectors in base64.

Needs: pip install fastapi uvicorn and the library, sentence-transformers or
fastembed. fastembed takes a directory with model.onnx and tokenizer.json.
Usage: embedder.py LIBRARY MODEL_DIR --port PORT [--threads 2]
"""

import argparse
import base64

import numpy as np
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

BATCH = 32  # sentence-transformers' and Infinity's; fastembed would pad 256 texts to the longest
TOKENS = 256  # where the model's own configuration cuts


class Request(BaseModel):
    input: list[str]


def sentence_transformers(model, threads):
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    encoder = SentenceTransformer(model, device="cpu")
    return lambda texts: encoder.encode(texts, batch_size=BATCH, show_progress_bar=False)


def fastembed(model, threads):
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = "local/model"  # never fetched: the directory is given below
    TextEmbedding.add_custom_model(
        model=name, pooling=PoolingType.MEAN, normalization=True, sources=ModelSource(hf=name), dim=384, model_file="model.onnx"
    )
    encoder = TextEmbedding(name, specific_model_path=model, threads=threads)
    encoder.model.tokenizer.enable_truncation(TOKENS)
    return lambda texts: list(encoder.embed(texts, batch_size=BATCH))


LIBRARIES = {"sentence-transformers": sentence_transformers, "fastembed": fastembed}


def application(encode):
    app = FastAPI()

    @app.get("/health")
    def health():
        return {}

    @app.post("/embeddings")
    def embeddings(request: Request):
        vectors = np.asarray(encode(request.input), np.float32)
        return {"data": [{"index": i, "embedding": base64.b64encode(v).decode()} for i, v in enumerate(vectors)]}

    return app


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("library", choices=LIBRARIES)
    p.add_argument("model", help="directory of the model")
    p.add_argument("--port", type=int, required=True, help="on loopback")
    p.add_argument("--threads", type=int, default=2)
    a = p.parse_args()
    uvicorn.run(application(LIBRARIES[a.library](a.model, a.threads)), host="127.0.0.1", port=a.port, log_level="warning")


if __name__ == "__main__":
    main()
