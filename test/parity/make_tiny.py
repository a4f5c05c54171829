#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes two tiny models with random weights, and what transformers computes with them.

    python3 test/parity/make_tiny.py reranker/engine/testdata

tiny-cross-encoder   BertForSequenceClassification, one label, F32; expected.json has logits of pairs
tiny-bi-encoder      BertModel, CLS pooling, prompts, F16 weights; expected.json has embeddings of texts

The weights are drawn wide enough that every part of the network moves the result: with the usual
initializer a missing bias or a wrong segment would hide below the tolerance of a test.
"""

import json
import os
import sys

import numpy as np
import sentence_transformers
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertModel

from texts import HAND, OBJECTS, SUBJECTS, TAILS, VERBS, rng, sentence, varied

VERSIONS = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__,
            "sentence-transformers": sentence_transformers.__version__}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tokenizer():
    words = sorted({w.strip(",.'").lower() for w in " ".join(SUBJECTS + VERBS + OBJECTS + TAILS).split()} - {""})
    chars = sorted({c for c in "abcdefghijklmnopqrstuvwxyz0123456789.,;:?!'\"()-中日本語的"})
    pieces = ["##" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"] + ["##ing", "##ed", "##er", "##s", "##tion"]
    vocab = {}
    for t in SPECIAL + chars + pieces + words:
        vocab.setdefault(t, len(vocab))
    t = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    t.add_special_tokens(SPECIAL)
    return t


def config(t, **more):
    return BertConfig(vocab_size=t.get_vocab_size(), hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                      intermediate_size=64, max_position_embeddings=64, pad_token_id=t.token_to_id("[PAD]"), **more)


def scramble(model, seed):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            scale = 0.2 if p.dim() == 1 else 0.5
            p.copy_(torch.randn(p.shape, generator=g) * scale)
            if name.endswith("LayerNorm.weight"):
                p.add_(1.0)


def dump(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, indent=1)
        f.write("\n")


def rounded(a):
    return [round(float(x), 7) for x in a]


def cross_encoder(out):
    d = os.path.join(out, "tiny-cross-encoder")
    os.makedirs(d, exist_ok=True)
    t = tokenizer()
    t.save(os.path.join(d, "tokenizer.json"))
    model = BertForSequenceClassification(config(t, num_labels=1, architectures=["BertForSequenceClassification"])).eval()
    scramble(model, 11)
    model.config.save_pretrained(d)
    save_file({k: v.contiguous() for k, v in sorted(model.state_dict().items())}, os.path.join(d, "model.safetensors"), {"format": "pt"})
    r = rng(12)
    pairs = [[sentence(r), sentence(r)] for _ in range(14)]
    pairs += [["what carries a letter", HAND[1]], ["?", "!"], ["a", sentence(r) + " " + sentence(r) + " " + sentence(r)],
              [sentence(r) + " " + sentence(r) + " " + sentence(r), "night train"],
              [" ".join(sentence(r) for _ in range(4)), " ".join(sentence(r) for _ in range(4))], ["中日本", "的語 quantum"]]
    t.enable_truncation(64, strategy="longest_first")
    t.encode_special_tokens = True
    rows = []
    for a, b in pairs:
        e = t.encode(a, b)
        with torch.no_grad():
            logit = model(input_ids=torch.tensor([e.ids]), token_type_ids=torch.tensor([e.type_ids]),
                          attention_mask=torch.ones(1, len(e.ids), dtype=torch.long)).logits
        rows.append({"query": a, "document": b, "ids": e.ids, "segments": e.type_ids, "logit": rounded(logit.flatten())[0]})
    dump(os.path.join(d, "expected.json"), {"versions": VERSIONS, "max_tokens": 64, "pairs": rows})
    print("logits from", min(x["logit"] for x in rows), "to", max(x["logit"] for x in rows))


def bi_encoder(out):
    d = os.path.join(out, "tiny-bi-encoder")
    os.makedirs(os.path.join(d, "1_Pooling"), exist_ok=True)
    t = tokenizer()
    t.save(os.path.join(d, "tokenizer.json"))
    model = BertModel(config(t, architectures=["BertModel"])).eval()
    scramble(model, 21)
    model.config.save_pretrained(d)
    # The prefix is what a file has whose model was the trunk of a larger one.
    save_file({"bert." + k: v.half().contiguous() for k, v in sorted(model.state_dict().items())},
              os.path.join(d, "model.safetensors"), {"format": "pt"})
    dump(os.path.join(d, "modules.json"), [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])
    dump(os.path.join(d, "1_Pooling", "config.json"), {"word_embedding_dimension": 32, "pooling_mode_cls_token": True,
         "pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})
    dump(os.path.join(d, "sentence_bert_config.json"), {"max_seq_length": 48, "do_lower_case": False})
    dump(os.path.join(d, "config_sentence_transformers.json"), {"prompts": {"query": "who: ", "document": "what: "},
         "default_prompt_name": None, "similarity_fn_name": "cosine"})
    st = SentenceTransformer(d, device="cpu", model_kwargs={"dtype": torch.float32})
    assert st[0].model.embeddings.word_embeddings.weight.dtype == torch.float32
    want = model.state_dict()["encoder.layer.1.output.dense.weight"].half().float()
    assert torch.equal(st[0].model.state_dict()["encoder.layer.1.output.dense.weight"], want), "the file's weights were not loaded"
    rows = []
    for i, text in enumerate(varied(22, 40)[20:]):
        kind = ["query", "document"][i % 2]
        v = st.encode(text, prompt_name=kind, convert_to_numpy=True, show_progress_bar=False)
        rows.append({"kind": kind, "text": text, "embedding": rounded(v)})
    a = np.array([x["embedding"] for x in rows])
    print("cosines from", (a @ a.T).min())
    dump(os.path.join(d, "expected.json"), {"versions": VERSIONS, "max_tokens": 48, "texts": rows})


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.umask(0o022)
    cross_encoder(sys.argv[1])
    bi_encoder(sys.argv[1])
    for name in ("tiny-cross-encoder", "tiny-bi-encoder"):
        os.chmod(os.path.join(sys.argv[1], name, "model.safetensors"), 0o644)
