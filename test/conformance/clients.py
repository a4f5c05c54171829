#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""What single client libraries read beyond the order of matrix.py, against a running server.

Each client ranks the same documents; the order must be the one that the
native route gives. Run through clients.sh, or by hand:

    clients.py http://127.0.0.1:8000
"""

import http.server
import json
import os
import sys
import threading
import time
import traceback
import urllib.request

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

QUERY = "How do plants make their food?"
DOCUMENTS = [
    "The stock exchange closed higher on Friday.",
    "Photosynthesis lets green leaves turn sunlight, water and carbon dioxide into sugar.",
    "Les feuilles vertes captent la lumière ☀️ pour produire des sucres.",
    "Roots take up water and minerals from the soil.",
    "A recipe for bread needs flour, water, salt and yeast.",
]
TESTS = []


def test(f):
    TESTS.append(f)
    return f


def native(base: str, query: str = QUERY, documents: list[str] = DOCUMENTS) -> list[int]:
    body = json.dumps({"query": query, "documents": documents, "method": "hybrid"}).encode()
    request = urllib.request.Request(base + "/v1/rerank", body, {"Content-Type": "application/json", "X-Rerank-Degradation": "Never"})
    with urllib.request.urlopen(request) as answer:
        return [r["index"] for r in json.load(answer)["results"]]


def same(got: list[int], want: list[int]) -> None:
    assert got == want, f"order {got}, want {want}"


def fails(call, kind, status: int) -> None:
    try:
        call()
    except kind as e:
        got = getattr(e, "status_code", None) or getattr(e, "http_status", None)
        assert got in (status, None), f"status {got}, want {status}"
        return
    raise AssertionError(f"no {kind}")


@test
def cohere_v2(base: str) -> None:
    import cohere

    client = cohere.ClientV2("tok", base_url=base)
    got = client.rerank(model="m", query=QUERY, documents=DOCUMENTS)
    same([r.index for r in got.results], native(base))
    assert all(0 <= r.relevance_score <= 1 for r in got.results)
    got = client.rerank(model="m", query=QUERY, documents=DOCUMENTS, top_n=2)
    same([r.index for r in got.results], native(base)[:2])
    got = client.rerank(model="m", query=QUERY, documents=DOCUMENTS, top_n=50)
    assert len(got.results) == len(DOCUMENTS), "top_n beyond the list is clamped"
    got = client.rerank(model="m", query=QUERY, documents=[DOCUMENTS[0], " ", DOCUMENTS[1]])
    same([r.index for r in got.results], [2, 0, 1])
    fails(lambda: client.rerank(model="m", query=" ", documents=DOCUMENTS), cohere.UnprocessableEntityError, 422)


@test
def cohere_v1(base: str) -> None:
    import cohere

    client = cohere.Client("tok", base_url=base)
    got = client.rerank(model="m", query=QUERY, documents=[{"text": d} for d in DOCUMENTS], return_documents=True, rank_fields=["text"])
    same([r.index for r in got.results], native(base))
    assert [r.document.text for r in got.results] == [DOCUMENTS[i] for i in native(base)]
    fails(lambda: client.rerank(model="m", query=QUERY, documents=[]), cohere.UnprocessableEntityError, 422)


@test
def cohere_mount(base: str) -> None:
    import cohere

    client = cohere.ClientV2("tok", base_url=base + "/compat/cohere")
    same([r.index for r in client.rerank(model="m", query=QUERY, documents=DOCUMENTS).results], native(base))


@test
def voyage(base: str) -> None:
    import voyageai

    for path in ["/v1", "/compat/voyage/v1"]:
        client = voyageai.Client(api_key="tok", base_url=base + path, max_retries=0)
        got = client.rerank(QUERY, DOCUMENTS, model="m", top_k=3)
        same([r.index for r in got.results], native(base)[:3])
        assert got.total_tokens > 0
        assert len(client.rerank(QUERY, DOCUMENTS, model="m", top_k=99).results) == len(DOCUMENTS)


@test
def infinity(base: str) -> None:
    from infinity_client import Client
    from infinity_client.api.default import rerank
    from infinity_client.models import HTTPValidationError, RerankInput

    client = Client(base_url=base + "/compat/infinity")
    got = rerank.sync(client=client, body=RerankInput(query=QUERY, documents=DOCUMENTS, return_documents=True, top_n=4))
    same([r.index for r in got.results], native(base)[:4])
    assert got.results[0].document == DOCUMENTS[native(base)[0]]
    bad = rerank.sync(client=client, body=RerankInput(query=" ", documents=DOCUMENTS))
    assert isinstance(bad, HTTPValidationError) and bad.detail[0].loc == ["body", "query"], bad
    same([r.index for r in rerank.sync(client=Client(base_url=base), body=RerankInput(query=QUERY, documents=DOCUMENTS, return_documents=False)).results], native(base))


@test
def hugging_face_sentence_similarity(base: str) -> None:
    from huggingface_hub import InferenceClient

    got = InferenceClient(model=base + "/similarity", token="tok").sentence_similarity(QUERY, other_sentences=DOCUMENTS)
    assert len(got) == len(DOCUMENTS) and max(range(len(got)), key=got.__getitem__) == native(base)[0], got


@test
def mixedbread(base: str) -> None:
    from mixedbread import Mixedbread, UnprocessableEntityError

    for path in ["", "/compat/mixedbread"]:
        client = Mixedbread(api_key="tok", base_url=base + path, max_retries=0)
        got = client.rerank(model="m", query=QUERY, input=DOCUMENTS, top_k=3, return_input=True)
        same([r.index for r in got.data], native(base)[:3])
        assert got.data[0].input == DOCUMENTS[native(base)[0]]
        fails(lambda: client.rerank(model="m", query=" ", input=DOCUMENTS), UnprocessableEntityError, 422)


@test
def xinference(base: str) -> None:
    from xinference_client.client.restful.restful_client import RESTfulRerankModelHandle

    for path in ["", "/compat/xinference"]:
        handle = RESTfulRerankModelHandle("m", base + path, auth_headers={"Authorization": "Bearer tok"})
        got = handle.rerank(DOCUMENTS, QUERY, top_n=2, return_documents=True)
        same([r["index"] for r in got["results"]], native(base)[:2])


@test
def rerankers_library(base: str) -> None:
    from rerankers.models.api_rankers import APIRanker

    for provider, path in {
        "cohere": "/v1/rerank", "jina": "/v1/rerank", "voyage": "/v1/rerank",
        "mixedbread.ai": "/v1/reranking", "text-embeddings-inference": "/rerank",
    }.items():
        got = APIRanker("m", "tok", provider, url=base + path, verbose=0).rank(QUERY, DOCUMENTS)
        same([r.doc_id for r in got.results], native(base))


@test
def refusals_are_retried_no_sooner_than_asked(base: str) -> None:
    """A proxy refuses once with the server's own headers; the client obeys."""
    import cohere

    times: list[float] = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            times.append(time.monotonic())
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if len(times) == 1:
                answer, status = b'{"message":"the server is busy"}', 429
            else:
                request = urllib.request.Request(base + self.path, body, {"Content-Type": "application/json"})
                with urllib.request.urlopen(request) as upstream:
                    answer, status = upstream.read(), upstream.status
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "2")
                self.send_header("Retry-After-Ms", "1500")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        client = cohere.ClientV2("tok", base_url=f"http://127.0.0.1:{proxy.server_address[1]}")
        same([r.index for r in client.rerank(model="m", query=QUERY, documents=DOCUMENTS).results], native(base))
    finally:
        proxy.shutdown()
    assert len(times) == 2 and times[1] - times[0] >= 1.4, times


def main() -> int:
    base, only = sys.argv[1].rstrip("/"), sys.argv[2:]
    failed = 0
    for f in TESTS:
        if only and f.__name__ not in only:
            continue
        try:
            f(base)
            print(f"ok    {f.__name__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL  {f.__name__}", flush=True)
            traceback.print_exc()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
