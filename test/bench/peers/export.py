# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Exports a BERT encoder in Hugging Face layout to ONNX, in float32 and, by
dynamic quantisation per channel, in int8.

Needs: pip install torch==2.15.0 transformers==5.23.0 onnx==1.23.2 onnxruntime==1.32.0
Usage: export.py MODEL_DIR OUT_DIR
"""

import sys
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel


class States(torch.nn.Module):
    """The token states alone, without the pooler."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def main(model_dir, out_dir):
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(model_dir, attn_implementation="eager").eval()
    ids = torch.randint(5, 1000, (2, 17))
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "sequence"} for name in [*inputs, "last_hidden_state"]}
    torch.onnx.export(
        States(model), (ids, torch.ones_like(ids), torch.zeros_like(ids)), str(out / "float32.onnx"),
        input_names=inputs, output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )
    quantize_dynamic(out / "float32.onnx", out / "int8.onnx", per_channel=True, weight_type=QuantType.QInt8)


if __name__ == "__main__":
    main(*sys.argv[1:])
