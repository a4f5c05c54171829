#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""The rules of a native rerank request, as pydantic judges them.

Writes bodies and verdicts as JSON lines, for rules_test.go to compare with
the server's own:

    python3 -m venv .venv && .venv/bin/pip install -r requirements-rules.txt
    .venv/bin/python reference_rules.py --count 100000 --seed 7 --out /tmp/rules.jsonl.gz
    RERANK_RULES=/tmp/rules.jsonl.gz go test -run Rules ./test/conformance

testdata/rules.jsonl.gz is the same with --count 1500 --seed 1.

Known differences, which rules_test.go knows by these names:

  null-method     null stands for "absent" in every optional field of ours.
  object-document without "method", documents that are objects make a request
                  one of Cohere's dialect, where they are legal.
  wrong type      is 400 for us and one more validation error here; both refuse
                  and name the field.
"""

import argparse
import gzip
import hashlib
import json
import random

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

METHODS = ["classical", "quantum", "hybrid"]


class RerankRequest(BaseModel):
    model_config = ConfigDict(strict=True)

    query: str
    documents: list[str]
    method: str = "hybrid"
    top_k: int | None = None

    @field_validator("query")
    @classmethod
    def query_not_empty(cls, value: str) -> str:
        if not value or not value.strip():
            raise ValueError("empty")
        if len(value) > 10000:
            raise ValueError("too long")
        return value.strip()

    @field_validator("documents")
    @classmethod
    def documents_legal(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("empty")
        if len(value) > 1000:
            raise ValueError("too many")
        for document in value:
            if not document or not document.strip():
                raise ValueError("document empty")
            if len(document) > 50000:
                raise ValueError("document too long")
        return [document.strip() for document in value]

    @field_validator("method")
    @classmethod
    def method_known(cls, value: str) -> str:
        if value not in METHODS:
            raise ValueError("unknown")
        return value

    @field_validator("top_k")
    @classmethod
    def top_k_in_range(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None:
            if value < 1:
                raise ValueError("too small")
            if "documents" in info.data and value > len(info.data["documents"]):
                raise ValueError("too large")
        return value


SPACES = [chr(c) for c in range(0x110000) if chr(c).isspace()]
LETTERS = ["a", "Z", "9", "é", "ß", "中", "😀", "\u0301", "\u200b", "\ufeff", "\x00", "\x7f", "\"", "\\", "/", "\u180e"]


def text(r: random.Random, limit: int) -> str:
    kind = r.random()
    if kind < 0.10:
        return "".join(r.choices(SPACES, k=r.randint(0, 4)))
    if kind < 0.115:
        letter = r.choice(["a", "é", "😀", " ", "\u3000"])
        return letter * (limit + r.choice([-1, 0, 1, 2]))
    if kind < 0.125:
        return "x" + r.choice(SPACES) * (limit - r.choice([0, 1, 2]))
    core = "".join(r.choices(LETTERS, k=r.randint(1, 12)))
    return "".join(r.choices(SPACES, k=r.randint(0, 2))) + core + "".join(r.choices(SPACES, k=r.randint(0, 2)))


def odd(r: random.Random):
    return r.choice([None, True, False, 0, 1, -1, 2.0, 1.5, "", "1", [], {}, [1], {"text": "a"}, 10**20])


def documents(r: random.Random):
    kind = r.random()
    if kind < 0.04:
        return odd(r)
    if kind < 0.06:
        return ["d"] * r.choice([999, 1000, 1001, 1002, 3000])
    # Long texts are rare, so that many of the lists are legal.
    docs = [text(r, 50000) if r.random() < 0.15 else "d%d" % i for i in range(r.choice([0, 1, 1, 2, 3, 5, 8, 40]))]
    if docs and r.random() < 0.06:
        docs[r.randrange(len(docs))] = odd(r)
    return docs


def body(r: random.Random) -> dict:
    b: dict = {}
    if r.random() < 0.97:
        b["query"] = text(r, 10000) if r.random() < 0.95 else odd(r)
    if r.random() < 0.97:
        b["documents"] = documents(r)
    if r.random() < 0.5:
        b["method"] = r.choice(METHODS) if r.random() < 0.8 else r.choice(["Hybrid", "", " hybrid", "neural", odd(r)])
    if r.random() < 0.5:
        b["top_k"] = r.choice([1, 1, 2, 3, 5, 1000, 0, -1]) if r.random() < 0.85 else odd(r)
    if r.random() < 0.1:
        b[r.choice(["user_context", "x", "metadata", "日本"])] = odd(r)
    items = list(b.items())
    r.shuffle(items)
    return dict(items)


def digest(*parts: str) -> str:
    h = hashlib.sha256()
    for part in parts:
        h.update(part.encode("utf-8") + b"\xff")
    return h.hexdigest()


def judge(b: dict) -> dict:
    try:
        got = RerankRequest.model_validate(b)
    except ValidationError as e:
        return {"accept": False, "fields": sorted({str(x["loc"][0]) for x in e.errors()})}
    return {
        "accept": True,
        "texts": digest(got.query, *got.documents),
        "method": got.method,
        "top_k": got.top_k if got.top_k is not None else len(got.documents),
    }


def differences(b: dict) -> list[str]:
    names = []
    if "method" in b and b["method"] is None:
        names.append("null-method")
    docs = b.get("documents")
    if "method" not in b and isinstance(docs, list) and any(isinstance(d, dict) for d in docs):
        names.append("object-document")
    return names


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--count", type=int, default=100000)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    r = random.Random(a.seed)
    with open(a.out, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
        for _ in range(a.count):
            b = body(r)
            line = {"body": json.dumps(b, ensure_ascii=r.random() < 0.5), **judge(b)}
            if known := differences(b):
                line["known"] = known
            f.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
